// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the lines of standard input in a separate thread. After its end, the run has some time for ending.
import fs from 'node:fs';
import {parentPort} from 'node:worker_threads';

const GRACE = 2000; // ms

function read(buffer) {
  try {
    return fs.readSync(0, buffer);
  } catch (error) {
    if (error.code !== 'EAGAIN')
      return 0;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    return -1;
  }
}

const buffer = Buffer.alloc(1 << 16);
let pieces = [];
for (let n; (n = read(buffer)) !== 0;) {
  const bytes = Buffer.from(buffer.subarray(0, Math.max(n, 0)));
  let start = 0;
  for (let end; (end = bytes.indexOf(10, start)) >= 0; start = end + 1) {
    const line = Buffer.concat([...pieces, bytes.subarray(start, end)]).toString();
    pieces = [];
    if (line.trim() !== '')
      parentPort.postMessage(line);
  }
  pieces.push(bytes.subarray(start));
}
parentPort.postMessage(null);
setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE);
