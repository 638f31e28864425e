// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One field of every state of a server's run, by JavaScript's SDK.
import {cpuSeconds, measure} from './bench.mjs';
import {Client} from './sdk.mjs';

const client = new Client({apiUrl: process.argv[2]});
let runs = 0;

async function once(recording) {
  let items = 0;
  let sum = 0;
  const thread = client.threads.stream(`${recording}.js-${runs++}`, {assistantId: 'bench'});
  await thread.run.start({input: {}});
  for await (const state of thread.values) {
    items++;
    sum += state.messages.at(-1).content.length;
  }
  await thread.close();
  return {items, sum};
}

await measure(once, cpuSeconds);
