// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Shows the messages of a small recording: what `gstream show` is compared with.
import {readFileSync} from 'node:fs';
import {createGraphRunStream} from './run-stream.mjs';

async function* chunks(path) {
  for (const line of readFileSync(path, 'utf8').trimEnd().split('\n')) {
    const {method, params} = JSON.parse(line);
    yield [['model:task'], method, params.data];
  }
}

const run = createGraphRunStream(chunks(process.argv[2]));
for await (const message of run.messages) {
  for await (const delta of message.text)
    process.stdout.write(delta);
  console.log();
}
