// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Every delta of every message, by a GJS program on gstream. The events come
// natively, as JSON Lines in memory.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Gstream from 'gi://Gstream?version=1';
import {messageChunks, peak, timed} from '../peers/bench.mjs';

async function jsonLines(count) {
  const lines = [];
  for await (const [, method, data] of messageChunks(count)) {
    const params = {namespace: [], timestamp: 1795366693000, data};
    lines.push(JSON.stringify({type: 'event', seq: 0, method, params}));
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

const [size, runs] = ARGV;
const lines = new GLib.Bytes(await jsonLines(size));

async function once() {
  let items = 0;
  let sum = 0;
  const stream = Gio.MemoryInputStream.new_from_bytes(lines);
  const run = new Gstream.RunStream({source: Gstream.JsonLinesSource.new_for_stream(stream)});
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
