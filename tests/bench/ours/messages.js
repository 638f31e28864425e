// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Every delta of every message, by a GJS program on gstream. The events come
// natively, as JSON Lines in memory.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Gstream from 'gi://Gstream?version=1';
import System from 'system';

const [, size, runs] = ARGV;
const [, lines] = GLib.file_get_contents(ARGV[0]);
const bytes = new GLib.Bytes(lines);

async function once() {
  let items = 0;
  let sum = 0;
  const stream = Gio.MemoryInputStream.new_from_bytes(bytes);
  const run = new Gstream.RunStream({source: Gstream.JsonLinesSource.new_for_stream(stream)});
  for await (const message of run.messages) {
    for await (const delta of message.text_deltas) {
      items++;
      sum += delta.length;
    }
  }
  return {items, sum};
}
