// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One key of every state, by JavaScript's run stream.
import {measure, valueChunks} from './bench.mjs';
import {createGraphRunStream} from './run-stream.mjs';

async function once(size) {
  let items = 0;
  let sum = 0;
  const run = createGraphRunStream(valueChunks(size));
  for await (const state of run.values) {
    items++;
    sum += state.topic.length;
  }
  return {items, sum};
}

await measure(once);
