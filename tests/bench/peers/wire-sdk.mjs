// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Every delta of every message of a server's run, by JavaScript's SDK. The
// messages are asked for before the start is awaited: then one stream serves all.
import {cpuSeconds, measure} from './bench.mjs';
import {Client} from './sdk.mjs';

const client = new Client({apiUrl: process.argv[2]});
let runs = 0;

async function once(recording) {
  let items = 0;
  let sum = 0;
  const thread = client.threads.stream(`${recording}.js-${runs++}`, {assistantId: 'bench'});
  const started = thread.run.start({input: {}});
  const {messages} = thread;
  await started;
  for await (const message of messages) {
    for await (const delta of message.text) {
      items++;
      sum += delta.length;
    }
  }
  await thread.close();
  return {items, sum};
}

await measure(once, cpuSeconds);
