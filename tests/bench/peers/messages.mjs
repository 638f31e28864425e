// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Every delta of every message, by JavaScript's run stream.
import {measure, messageChunks} from './bench.mjs';
import {createGraphRunStream} from './run-stream.mjs';

async function once(size) {
  let items = 0;
  let sum = 0;
  const run = createGraphRunStream(messageChunks(size));
  for await (const message of run.messages) {
    for await (const delta of message.text) {
      items++;
      sum += delta.length;
    }
  }
  return {items, sum};
}

await measure(once);
