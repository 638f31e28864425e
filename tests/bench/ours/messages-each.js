// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Every delta of every message, by a GJS program on gstream, with `for await`.
import {measure, messagesRun} from './bench.js';

async function once(size) {
  let items = 0;
  let sum = 0;
  const run = messagesRun(size);
  for await (const message of run.messages) {
    for await (const delta of message.text_deltas) {
      items++;
      sum += delta.length;
    }
  }
  return {items, sum};
}

await measure(once);
