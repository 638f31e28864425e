// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What our GJS programs share: the same measuring as the peers', and the source
// that those in C have.
import GLib from 'gi://GLib';
import Gstream from 'gi://Gstream?version=1';
import GstreamBench from 'gi://GstreamBench?version=1';
import {peak, timed} from '../peers/bench.mjs';

export function messagesRun(size) {
  return new Gstream.RunStream({source: GstreamBench.messages_new(size)});
}

export async function measure(once) {
  const [size, runs] = ARGV;
  const measured = await timed(once, size, runs, () => GLib.get_monotonic_time() / 1e6);
  const [, status] = GLib.file_get_contents('/proc/self/status');
  print(JSON.stringify({...measured, peak_kb: peak(new TextDecoder().decode(status))}));
}
