// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Threads as JavaScript has them: made by what they are told, kinds of one's own, and options as an object.

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gstream from 'gi://Gstream?version=1';
import {test, run as runTests, assertEqual as equal} from '../support/tap.js';

function thrownBy(call) {
    try {
        call();
    } catch (error) {
        return error.message;
    }
    throw new Error('nothing was thrown');
}

const Echo = GObject.registerClass(class Echo extends Gstream.Thread {
    vfunc_begin_start(given, options, task) {
        this.options = options;
        const source = Gstream.MemorySource.new([Gstream.Event.new('values', [], {said: JSON.parse(given.dup_json())})]);
        task.return_value(Gstream.ThreadRun.new(source, options.mux, 'r1'));
    }

    vfunc_begin_respond(responses, _options, task) {
        task.return_error(new GLib.Error(Gstream.error_quark(), Gstream.Error.REFUSED, responses.dup_json()));
    }

    vfunc_begin_fetch_state(_checkpoint, task) {
        task.return_value(Gstream.Payload.new('{"n":1}', -1));
    }

    vfunc_begin_fetch_history(limit, before, task) {
        task.return_value(Gstream.Payload.new(JSON.stringify([limit, before]), -1));
    }

    vfunc_begin_cancel_run(_run, task) {
        task.return_value(true);
    }
});

test('/thread/N1/gjs/own-kind', () => {
    const thread = new Echo();
    const run = thread.start_sync('hi', {config: {a: 1}, depth: 2, multitask_strategy: Gstream.MultitaskStrategy.REJECT});
    equal([run.run_id, run.output_sync()], ['r1', {said: 'hi'}]);
    equal([thread.options.depth, thread.options.config.dup_json()], [2, '{"a":1}']);
    equal([thread.fetch_state_sync(), thread.fetch_history_sync(3, 'c'), thread.cancel_run_sync()], [{n: 1}, [3, 'c'], true]);
});

test('/thread/N1/gjs/respond-all', () => {
    const events = ['1', '2'].map(id => Gstream.Event.new('input.requested', ['ask:1'], {interrupt_id: id, payload: 'which?'}));
    const asked = new Gstream.RunStream({source: Gstream.MemorySource.new(events)}).interrupts_sync();
    const taken = JSON.parse(thrownBy(() => new Echo().respond_all_sync(asked, [{a: 1}, 'two'])));
    equal(taken, [{interrupt_id: '1', namespace: ['ask:1'], response: {a: 1}}, {interrupt_id: '2', namespace: ['ask:1'], response: 'two'}]);
    equal(thrownBy(() => new Echo().respond_all_sync(asked, [1])), '2 interrupts have 1 responses');
});

const Broken = GObject.registerClass(class Broken extends Gstream.Thread {
    vfunc_begin_start() {
        throw new RangeError('no such song');
    }
});

test('/thread/N1/gjs/throws', () => {
    equal(thrownBy(() => new Broken().start_sync('hi')).includes('no such song'), true);
});

test('/thread/N9/gjs/mistakes', () => {
    const thread = new Echo();
    equal(thrownBy(() => thread.respond_sync(null, 'x')), '[{"response":"x"}]');
    equal(thrownBy(() => thread.start_sync(1, {nonsense: 1})).includes("'nonsense'"), true);
    equal(thrownBy(() => thread.update_state_sync({})).includes('cannot do this'), true);
});

test('/thread/N13/gjs/made', () => {
    const thread = new Gstream.Thread({url: 'http://localhost:1', assistant: 'agent', retry_limit: 0});
    equal([thread instanceof Gstream.ServerThread, thread.server.url, thread.assistant], [true, 'http://localhost:1', 'agent']);
    equal(thrownBy(() => thread.server.list_runs_sync('t', 3)).startsWith('GET http://localhost:1/threads/t/runs?limit=3'), true);
});

await runTests();
