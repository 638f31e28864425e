// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sources and transformers written in JavaScript, without any overrides of ours.

import {test, run as runTests, assert, assertEqual} from '../support/tap.js';

// By way of the old importer, for the search path counts when a namespace is first asked for. What is left are GJS's own folders.
const {overrides} = imports;
for (const {searchPath} of [imports, overrides])
    searchPath.splice(0, searchPath.length, ...searchPath.filter(path => path.startsWith('resource:')));
imports.gi.versions.Gstream = '1';
const {Gio, GLib, GObject, Gstream} = imports.gi;

const event = (method, data) => Gstream.Event.new(method, [], Gstream.Payload.new(data, -1));
const number = item => item.get_data().get_integer('');

// Always ready: only try_next.
const Countdown = GObject.registerClass({
    GTypeName: 'TestCountdown',
    Implements: [Gstream.EventSource],
}, class Countdown extends GObject.Object {
    constructor(left, failWith = null) {
        super();
        this.left = left;
        this.failWith = failWith;
        this.nClosed = 0;
    }

    vfunc_try_next() {
        if (this.left === 0) {
            if (this.failWith)
                throw this.failWith;
            return [Gstream.Try.ENDED, null];
        }
        this.left--;
        return [Gstream.Try.ITEM, event('custom', `${this.left}`)];
    }

    vfunc_close() {
        this.nClosed++;
    }

    vfunc_set_channels(channels) {
        this.channels = channels;
    }
});

// Has its events when they happen: GJS cannot implement next, which is given a callback.
const Ticker = GObject.registerClass({
    GTypeName: 'TestTicker',
}, class Ticker extends Gstream.PushSource {
    constructor(left) {
        super();
        this.left = left;
    }

    vfunc_wanted() {
        GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            this.left--;
            if (this.left >= 0)
                this.push(event('custom', `${this.left}`));
            else
                this.finish();
            return GLib.SOURCE_REMOVE;
        });
    }
});

const Doubler = GObject.registerClass({
    GTypeName: 'TestDoubler',
}, class Doubler extends Gstream.Transformer {
    constructor(properties = {}) {
        super(properties);
        this.set_wants(['custom']);
        this.doubled = this.add_projection('doubled', GObject.TYPE_INT64);
        this.story = [];
    }

    vfunc_process(seen) {
        const n = number(seen);
        this.story.push(n);
        if (n === this.failAt)
            throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'from JavaScript');
        this.doubled.push(2 * n);
        return n !== 1; // which is kept out of the main log
    }

    vfunc_finish() {
        this.story.push('finish');
        return true;
    }

    vfunc_fail(error) {
        this.story.push(error ? error.message : 'abort');
    }
});

function makeRun(source, ...transformers) {
    const mux = Gstream.StreamMux.new([]);
    for (const transformer of transformers)
        assert(mux.add_transformer(transformer));
    return Gstream.RunStream.new(source, mux);
}

function drain(cursor) {
    const items = [];
    for (;;) {
        const [found, item] = cursor.next_sync(null);
        if (!found)
            return items;
        items.push(item);
    }
}

const next = cursor => new Promise((resolve, reject) => cursor.next(null, (_cursor, result) => {
    try {
        resolve(cursor.next_finish(result));
    } catch (error) {
        reject(error);
    }
}));

async function drainAsync(cursor) {
    const items = [];
    for (;;) {
        const [found, item] = await next(cursor);
        if (!found)
            return items;
        items.push(item);
    }
}

function outputError(run) {
    try {
        run.output_sync(null);
    } catch (error) {
        return error;
    }
    throw new Error('no error');
}

test('/run/R1/gjs/try-next', () => {
    const source = new Countdown(3);
    const run = makeRun(source);
    const log = run.get_log().subscribe();
    assertEqual(source.left, 3);
    assertEqual(drain(log).map(number), [2, 1, 0]);
    assertEqual(run.get_status(), Gstream.RunStatus.COMPLETED);
    assertEqual(source.nClosed, 1);
});

test('/run/R1/gjs/wanted', async () => {
    const run = makeRun(new Ticker(3));
    assertEqual((await drainAsync(run.get_log().subscribe())).map(number), [2, 1, 0]);
});

test('/run/R5/gjs/error-of-source', () => {
    const run = makeRun(new Countdown(1, new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.BROKEN_PIPE, 'no more')));
    const error = outputError(run);
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.BROKEN_PIPE), `${error}`);
    assertEqual(error.message, 'no more');
});

test('/mux/M1/gjs/process', () => {
    const doubler = new Doubler();
    const run = makeRun(new Countdown(3), doubler);
    const cursor = doubler.doubled.subscribe();
    doubler.doubled.set_forward(false);
    const log = run.get_log().subscribe();
    assertEqual(drain(cursor), [4, 2, 0]);
    assertEqual(doubler.story, [2, 1, 0, 'finish']);
    assertEqual(drain(log).map(number), [2, 0]);
});

test('/mux/M5/gjs/error-in-process', () => {
    const doubler = new Doubler();
    doubler.failAt = 1;
    const error = outputError(makeRun(new Countdown(3), doubler));
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE), `${error}`);
    assertEqual(doubler.story, [2, 1, 'from JavaScript']);
});

test('/mux/M5/gjs/abort', () => {
    const doubler = new Doubler();
    makeRun(new Countdown(3), doubler).abort();
    assertEqual(doubler.story, ['abort']);
});

test('/mux/M7/gjs/type', () => {
    const mux = Gstream.StreamMux.new([]);
    assert(mux.add_type(Doubler.$gtype));
    const run = Gstream.RunStream.new(new Countdown(2), mux);
    assertEqual(drain(run.get_projection('doubled').subscribe()), [2, 0]);
});

test('/mux/M8/gjs/channels', () => {
    const source = new Countdown(0);
    makeRun(source, new Doubler()).abort();
    assertEqual(source.channels, ['custom']);
});

test('/mux/M4/gjs/side-work', () => {
    const doubler = new Doubler();
    const run = makeRun(new Countdown(1), doubler);
    const work = doubler.schedule(false);
    GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
        work.complete();
        return GLib.SOURCE_REMOVE;
    });
    assertEqual(run.output_sync(null), null);
    assertEqual(doubler.story, [0, 'finish']);
});

await runTests();
