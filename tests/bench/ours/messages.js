// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Every delta of every message, by a GJS program on gstream.
import GLib from 'gi://GLib';
import Gstream from 'gi://Gstream?version=1';
import GstreamBench from 'gi://GstreamBench?version=1';
import {peak, timed} from '../peers/bench.mjs';

const [size, runs] = ARGV;

async function once() {
  let items = 0;
  let sum = 0;
  const run = new Gstream.RunStream({source: GstreamBench.messages_new(size)});
  for await (const message of run.messages) {
    for await (const delta of message.text_deltas) {
      items++;
      sum += delta.length;
    }
  }
  return {items, sum};
}

const measured = await timed(once, size, runs, () => GLib.get_monotonic_time() / 1e6);
const [, status] = GLib.file_get_contents('/proc/self/status');
print(JSON.stringify({...measured, peak_kb: peak(new TextDecoder().decode(status))}));
