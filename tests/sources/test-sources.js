// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sources from JavaScript, through introspection alone: made, pushed to, derived from.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gstream from 'gi://Gstream?version=1';

import {test, run as runTests, assert, assertEqual, assertThrows} from '../support/tap.js';

function event(number) {
    return Gstream.Event.new('custom', [], Gstream.Payload.new(`${number}`, -1));
}

// Runs the source, and gives what its events hold.
function numbers(source) {
    const run = Gstream.RunStream.new(source, null); // dropping it would abort it
    const log = run.get_log().subscribe();
    const got = [];
    for (;;) {
        const [there, item] = log.next_sync(null);
        if (!there)
            return got;
        got.push(item.get_data().get_integer(''));
    }
}

// Makes an event when one is wanted.
const Countdown = GObject.registerClass(class Countdown extends Gstream.PushSource {
    _init(events) {
        super._init();
        this.events = events;
    }

    vfunc_wanted() {
        const {value, done} = this.events.next();
        if (done)
            this.finish();
        else
            this.push(value);
    }
});

// All a source's own.
const Own = GObject.registerClass({Implements: [Gstream.EventSource]}, class Own extends GObject.Object {
    _init(left) {
        super._init();
        this.left = left;
        this.closed = 0;
    }

    vfunc_try_next() {
        if (this.left === 0)
            return [Gstream.Try.ENDED, null];
        this.left--;
        return [Gstream.Try.ITEM, event(this.left)];
    }

    vfunc_close() {
        this.closed++;
    }
});

test('/sources/memory/js', () => {
    assertEqual(numbers(Gstream.MemorySource.new([event(1), event(2)])), [1, 2]);
    assertEqual(numbers(Gstream.MemorySource.new([])), []);
});

test('/sources/memory/js/func', () => {
    let n = 0;
    assertEqual(numbers(Gstream.MemorySource.new_func(() => n < 3 ? event(n++) : null)), [0, 1, 2]);
});

test('/sources/json-lines/js', () => {
    const stream = Gio.MemoryInputStream.new_from_bytes(new TextEncoder().encode(event(5).to_json()));
    assertEqual(numbers(new Gstream.JsonLinesSource({stream, max_line_size: 1000})), [5]);
});

test('/sources/sse/js', () => {
    const stream = Gio.MemoryInputStream.new_from_bytes(new TextEncoder().encode(`id: 9\ndata: ${event(5).to_json()}\n\n`));
    const source = Gstream.SseSource.new_for_stream(stream);
    assertEqual(numbers(source), [5]);
    assertEqual(source.last_event_id, '9');
});

test('/sources/push/js/derived', () => {
    function* events() {
        for (const n of [3, 2, 1])
            yield event(n);
    }
    assertEqual(numbers(new Countdown(events())), [3, 2, 1]);
});

test('/sources/push/js/later', () => {
    const source = Gstream.PushSource.new();
    let n = 0;
    source.connect('wanted', () => GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
        if (n === 3)
            source.finish();
        else
            source.push(event(n++));
        return GLib.SOURCE_REMOVE;
    }));
    assertEqual(numbers(source), [0, 1, 2]);
});

test('/run/R5/push/js/fail', async () => {
    const source = Gstream.PushSource.new();
    source.push(event(1));
    source.fail(new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.BUSY, 'the model is busy'));
    const error = await assertThrows(() => numbers(source));
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.BUSY));
    assertEqual(error.message, 'the model is busy');
});

test('/run/R6/push/js/closed', async () => {
    const source = Gstream.PushSource.new();
    Gstream.RunStream.new(source, null).abort();
    assert(source.closed);
    const error = await assertThrows(() => source.push(event(1)));
    assert(error.matches(Gstream.Error, Gstream.Error.CLOSED));
});

test('/run/R1/own-source/js', () => {
    const source = new Own(3);
    assertEqual(numbers(source), [2, 1, 0]);
    assertEqual(source.closed, 1);
});

await runTests();
