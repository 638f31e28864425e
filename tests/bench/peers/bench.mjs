// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the JavaScript programs share: the events, and how a measurement is reported.

export const WORDS = [' the', ' quick', ' brown', ' fox', ' jumps', ' over', ' a', ' lazy',
  ' dog', ' while', ' it', ' sleeps', ' under', ' that', ' old', ' tree'];
export const DELTAS = 200; // of one message
const numbers = Array.from({length: DELTAS}, (_, number) => number);
const TEXTS = WORDS.map((_, message) => numbers.map(delta => WORDS[(message + delta) % 16]).join(''));
const STATES = WORDS.map((topic, step) => ({topic, step, notes: ['first', 'second', 'third']}));

// COUNT model calls, as the graph engine yields them: under the node's namespace.
export async function* messageChunks(count) {
  const namespace = ['model:task'];
  for (let number = 0; number < count; number++) {
    const about = {langgraph_node: 'model', run_id: `run-${number}`};
    const chunk = data => [namespace, 'messages', [data, about]];

    yield chunk({event: 'message-start', role: 'ai', id: `message-${number}`});
    yield chunk({event: 'content-block-start', index: 0, content: {type: 'text', text: ''}});
    for (let delta = 0; delta < DELTAS; delta++)
      yield chunk({event: 'content-block-delta', index: 0,
        delta: {type: 'text-delta', text: WORDS[(number + delta) % 16]}});
    yield chunk({event: 'content-block-finish', index: 0,
      content: {type: 'text', text: TEXTS[number % 16]}});
    yield chunk({event: 'message-finish', reason: 'stop'});
  }
}

// COUNT states of three keys.
export async function* valueChunks(count) {
  for (let number = 0; number < count; number++)
    yield [[], 'values', STATES[number % 16]];
}

export function wallSeconds() {
  return performance.now() / 1e3;
}

export function cpuSeconds() {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
}

// What RUNS calls of ONCE(size) -> {items, sum} took, after one to warm up.
export async function timed(once, size, runs, clock) {
  await once(size);
  let items = 0;
  let sum = 0;
  const start = clock();
  for (let run = 0; run < runs; run++) {
    const more = await once(size);
    items += more.items;
    sum += more.sum;
  }
  return {items, sum, seconds: clock() - start};
}

// The most memory in use, from the text of /proc/self/status.
export function peak(status) {
  return Number(status.match(/VmHWM:\s+(\d+)/)[1]);
}

// Reports ONCE: how much to do in one run, and how many runs to measure, are
// the last two arguments.
export async function measure(once, clock = wallSeconds) {
  const measured = await timed(once, ...process.argv.slice(-2), clock);
  const {readFileSync} = process.getBuiltinModule('node:fs');
  console.log(JSON.stringify({...measured, peak_kb: peak(readFileSync('/proc/self/status', 'utf8'))}));
}
