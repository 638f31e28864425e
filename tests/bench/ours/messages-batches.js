// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Every delta of every message, by a GJS program on gstream, in batches.
import {measure, messagesRun} from './bench.js';

async function once(size) {
  let items = 0;
  let sum = 0;
  const run = messagesRun(size);
  for await (const message of run.messages) {
    for await (const deltas of message.text_deltas.batches()) {
      for (const delta of deltas) {
        items++;
        sum += delta.length;
      }
    }
  }
  return {items, sum};
}

await measure(once);
