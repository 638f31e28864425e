// SPDX-License-Identifier: LGPL-2.1-or-later
//
// gstream at home in JavaScript: iteration, promises, plain objects, classes and
// generators, and what wrong uses are told.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gstream from 'gi://Gstream?version=1';
import System from 'system';
import {test, run as runTests, assert, assertEqual, assertThrows} from '../support/tap.js';

const RUNS = GLib.build_filenamev([GLib.getenv('G_TEST_SRCDIR'), 'runs', 'python-inprocess']);
const PLAIN = ['values', 'updates', 'custom', 'checkpoints', 'tasks', 'debug', 'lifecycle'];

const recorded = name =>
    new Gstream.RunStream({source: Gstream.JsonLinesSource.new(Gio.File.new_for_path(`${RUNS}/${name}.jsonl`))});

function expected(name) {
    const [, bytes] = GLib.file_get_contents(`${RUNS}/${name}.expected.json`);
    return JSON.parse(new TextDecoder().decode(bytes));
}

function* values(...states) {
    for (const state of states)
        yield Gstream.Event.new('values', [], state);
}

async function* slowly(...states) {
    for (const state of states) {
        await null;
        yield Gstream.Event.new('values', [], state);
    }
}

async function all(items) {
    const read = [];
    for await (const item of items)
        read.push(item);
    return read;
}

const sorted = value => JSON.parse(JSON.stringify(value, (_key, member) =>
    typeof member === 'bigint' ? Number(member) : member && typeof member === 'object' && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => a < b ? -1 : 1)) : member));

const assertSame = (actual, wanted) => assertEqual(sorted(actual), sorted(wanted));

// --- iterating ---

test('/gjs/projection/P3/plain', () => {
    for (const name of ['rich', 'subgraphs', 'tools', 'interrupt', 'custom']) {
        for (const projection of PLAIN)
            assertSame([...recorded(name)[projection]], expected(name)[projection] ?? []);
    }
});

test('/gjs/projection/P3/awaited', async () => {
    for (const name of ['rich', 'subgraphs', 'tools', 'interrupt']) {
        const run = recorded(name);
        const read = await Promise.all(PLAIN.map(projection => all(run[projection])));
        PLAIN.forEach((projection, i) => assertSame(read[i], expected(name)[projection] ?? []));
        assertSame(await run.output(), expected(name).output);
    }
});

test('/gjs/message/T3/nested', async () => {
    for (const name of ['chat', 'parallel', 'rich', 'tools']) {
        const read = [];
        for await (const message of recorded(name).messages)
            read.push([message, all(message.text_deltas)]);
        for (const [i, digest] of expected(name).messages.entries()) {
            const [message, deltas] = read[i];
            assertEqual(await deltas, digest.text_deltas ?? await deltas);
            await message.wait();
            assertEqual(message.text, digest.text);
            assertSame([message.content, message.usage], [digest.content, digest.usage]);
        }
    }
});

test('/gjs/message/T3/sync', () => {
    const run = recorded('chat');
    for (const message of run.messages)
        assertEqual([...message.text_deltas], expected('chat').messages[0].text_deltas);
});

test('/gjs/tool-calls/T4', async () => {
    const digests = expected('tools').tool_calls;
    for await (const call of recorded('tools').tool_calls) {
        const digest = digests.shift();
        await call.wait();
        assertSame([call.name, call.input, call.output], [digest.name, digest.input, digest.output]);
    }
    assertEqual(digests, []);
});

test('/gjs/subgraphs/T6', async () => {
    const run = recorded('subgraphs');
    const digests = expected('subgraphs').subgraphs;
    for await (const child of run.subgraphs) {
        const digest = digests.shift();
        assertSame([child.path, child.graph_name, await child.output()], [digest.path, digest.graph_name, digest.run.output]);
    }
});

test('/gjs/log/E4', () => {
    const log = [...recorded('chat').log].map(event => [event.seq, event.method, event.namespace]);
    assertEqual(log, expected('chat').log);
});

test('/gjs/tee/P8', async () => {
    const run = new Gstream.RunStream({source: values(1, 2, 3)});
    const [one, other] = run.values.tee(2);
    assertEqual(await Promise.all([all(one), all(other)]), [[1, 2, 3], [1, 2, 3]]);
});

test('/gjs/interleave/P10', async () => {
    function* events() {
        yield Gstream.Event.new('values', [], 1);
        yield Gstream.Event.new('custom', [], 'a');
        yield Gstream.Event.new('values', [], 2);
    }
    const wanted = [['values', 1], ['custom', 'a'], ['values', 2]];
    const run = new Gstream.RunStream({source: events()});
    assertEqual(await all(run.interleave('values', 'custom')), wanted);
    const other = new Gstream.RunStream({source: events()});
    assertEqual([...other.interleave('values', 'custom')], wanted);
});

// --- leaving a loop ---

test('/gjs/cursor/P9/break', async () => {
    const run = new Gstream.RunStream({source: values(0, 1, 2, 3, 4, 5)});
    for (const value of run.values) {
        if (value === 1)
            break;
    }
    assert(!run.values.subscribed);
    for await (const value of run.values) {
        if (value === 3)
            break;
    }
    assert(!run.values.subscribed);
    assertEqual([...run.values], [4, 5]);
});

const Words = GObject.registerClass(class Words extends Gstream.Transformer {
    _init(properties) {
        super._init(properties);
        this.set_wants(['custom']);
        this.words = this.add_projection('words', String);
        this.lengths = this.add_projection('lengths', Number);
        this.data = this.add_projection('data', Object);
    }

    vfunc_process(event) {
        for (const word of event.data) {
            this.words.push(word);
            this.lengths.push(word.length);
        }
        this.data.push({words: event.data});
        return true;
    }
});

// N words, ready at once, however long they take.
function flood(n) {
    const events = Array.from({length: n}, (_, i) => Gstream.Event.new('custom', [], [`${i}`]));
    const mux = new Gstream.StreamMux({transformers: [Words]});
    return new Gstream.RunStream({source: Gstream.MemorySource.new(events), mux, turn_budget: 0});
}

test('/gjs/cursor/P3/batches', async () => {
    for (const stop of [0, 1, 63, 64, 65, 127, 128, 300]) {
        const run = flood(600);
        const cursor = run.get_projection('words').subscribe();
        const words = [];
        for (const word of cursor) {
            if (words.push(word) > stop)
                break;
        }
        for await (const word of cursor) {
            if (words.push(word) > stop + 100)
                break;
        }
        words.push(...cursor);
        assertEqual(words, Array.from({length: 600}, (_, i) => `${i}`));
    }
});

// --- batches ---

const numbers = (from, to) => Array.from({length: to - from}, (_, i) => `${from + i}`);

test('/gjs/batches/P3/order', async () => {
    const runs = [flood(150), flood(150), flood(2), flood(2)];
    const [awaited, plain, data, lengths] = ['words', 'words', 'data', 'lengths'].map((name, i) => runs[i].get_projection(name));
    for (const read of [await all(awaited.batches()), [...plain.batches()]])
        assertEqual([read.map(words => words.length), read.flat()], [[64, 64, 22], numbers(0, 150)]);
    assertEqual([...data.batches()], [[{words: ['0']}, {words: ['1']}]]);
    assertEqual([...lengths.batches()], [[1], [1]]);
});

// What a batch holds is no longer queued, and what comes after it stays.
test('/gjs/batches/P3/taken', async () => {
    const run = flood(200);
    const words = run.get_projection('words');
    const cursor = words.subscribe();
    for await (const batch of cursor.batches()) {
        assertEqual([batch.length, words.n_buffered], [64, 0]);
        break;
    }
    assert(!cursor.get_closed());
    for (const word of cursor) {
        assertEqual(word, '64');
        break;
    }
    for (const batch of cursor.batches()) {
        assertEqual(batch, numbers(65, 129));
        break;
    }
    assertEqual([...cursor], numbers(129, 200));
});

test('/gjs/batches/P9/break', async () => {
    const run = flood(200);
    const words = run.get_projection('words');
    for (const _batch of words.batches())
        break;
    assert(!words.get_subscribed());
    for await (const batch of words.batches()) {
        assertEqual(batch, numbers(64, 128));
        break;
    }
    assert(!words.get_subscribed());
});

test('/gjs/batches/P6/bounded', async () => {
    const run = flood(10);
    const words = run.get_projection('words');
    words.set_max_buffered(4);
    assertEqual((await all(words.batches())).map(batch => batch.length), [4, 4, 2]);
});

// Nothing is waited for where something is there.
test('/gjs/batches/R1/what-there-is', async () => {
    const source = Gstream.PushSource.new();
    const run = new Gstream.RunStream({source, turn_budget: 0});
    const batches = run.values.batches()[Symbol.asyncIterator]();
    [0, 1, 2].forEach(number => source.push(Gstream.Event.new('values', [], number)));
    assertEqual(await batches.next(), {value: [0, 1, 2], done: false});
    const late = batches.next();
    source.push(Gstream.Event.new('values', [], 3));
    assertEqual(await late, {value: [3], done: false});
    source.finish();
    assertEqual((await batches.next()).done, true);
});

// One at a time, so that each is subscribed to in time.
test('/gjs/batches/P11/handles', async () => {
    const texts = [];
    const run = recorded('parallel');
    for await (const [message] of run.messages.batches())
        texts.push(all(message.text_deltas.batches()));
    assertEqual((await Promise.all(texts)).map(batches => batches.flat().join('')),
        expected('parallel').messages.map(message => message.text));
});

// A flood does not keep the main loop from its other work.
test('/gjs/batches/R11/fair', async () => {
    const run = flood(5000);
    run.set_turn_budget(1);
    let seen = 0;
    const other = GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
        seen++;
        return GLib.SOURCE_CONTINUE;
    });
    let count = 0;
    for await (const words of run.get_projection('words').batches())
        count += words.length;
    GLib.source_remove(other);
    assertEqual(count, 5000);
    assert(seen > 20, seen);
});

test('/gjs/batches/P4/failed', async () => {
    function* broken() {
        yield* values(1, 2);
        throw new RangeError('out of ideas');
    }
    const run = new Gstream.RunStream({source: broken(), turn_budget: 0});
    const seen = [];
    await assertThrows(async () => {
        for await (const batch of run.values.batches())
            seen.push(batch);
    });
    assertEqual(seen, [[1, 2]]);
});

test('/gjs/transformer/M1', () => {
    const run = flood(3);
    assertEqual([...run.interleave('lengths', 'data')].map(([name, item]) => [name, item]),
        [['lengths', 1], ['data', {words: ['0']}], ['lengths', 1], ['data', {words: ['1']}], ['lengths', 1], ['data', {words: ['2']}]]);
});

// --- errors, cancelling, aborting ---

test('/gjs/run/R5/source', async () => {
    async function* broken() {
        yield Gstream.Event.new('values', [], 1);
        throw new RangeError('out of ideas');
    }
    const run = new Gstream.RunStream({source: broken()});
    const seen = [];
    const error = await assertThrows(async () => {
        for await (const value of run.values)
            seen.push(value);
    });
    assertEqual(seen, [1]);
    assert(error.matches(Gstream.error_quark(), Gstream.Error.FAILED));
    assert(error.message.includes('RangeError: out of ideas'));
    assertEqual((await assertThrows(() => run.output())).message, error.message);
});

test('/gjs/run/R5/domain', async () => {
    function* broken() {
        yield Gstream.Event.new('values', [], 1);
        throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'no space');
    }
    const run = new Gstream.RunStream({source: broken()});
    const error = await assertThrows(() => [...run.values]);
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE));
});

test('/gjs/transformer/R5/raises', async () => {
    const Broken = GObject.registerClass(class Broken extends Gstream.Transformer {
        vfunc_process(_event) {
            throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'no space');
        }
    });
    const run = new Gstream.RunStream({source: values(1), mux: new Gstream.StreamMux({transformers: [Broken]})});
    assert((await assertThrows(() => run.output())).message.includes('no space'));
});

test('/gjs/run/R5/middle', async () => {
    const run = new Gstream.RunStream({source: slowly(1, 2, 3)});
    await assertThrows(async () => {
        for await (const value of run.values)
            throw new Error(value);
    });
    assertEqual(await all(run.values), [2, 3]);
});

test('/gjs/run/R3/cancel', async () => {
    const source = Gstream.PushSource.new();
    const run = new Gstream.RunStream({source});
    const cancellable = new Gio.Cancellable();
    const read = all(run.values);
    const output = assertThrows(() => run.output(cancellable));
    cancellable.cancel();
    assert((await output).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED));
    source.push(Gstream.Event.new('values', [], 1));
    source.finish();
    assertEqual(await read, [1]);
});

test('/gjs/run/R6/abort', async () => {
    let closed = false;
    async function* endless() {
        try {
            for (;;)
                yield Gstream.Event.new('values', [], 7);
        } finally {
            closed = true;
        }
    }
    const run = new Gstream.RunStream({source: endless()});
    for await (const _value of run.values)
        break;
    run.abort();
    assertEqual(await run.output(), 7);
    assertEqual(run.status, Gstream.RunStatus.ABORTED);
    await null;
    assert(closed);
});

test('/gjs/run/callbacks', () => {
    const loop = new GLib.MainLoop(null, false);
    const run = new Gstream.RunStream({source: values({answer: 42})});
    let state;
    run.output(null, (_run, result) => {
        state = run.output_finish(result);
        loop.quit();
    });
    loop.run();
    assertEqual(state, {answer: 42});
});

// --- values ---

test('/gjs/payload/E2/values', async () => {
    const states = [0.5, true, null, '', 'naïve 日本語 🦊', [], {}, {'': [null, {}]}, [[[]]], '12345678901234567890'];
    const run = new Gstream.RunStream({source: values(...states)});
    assertEqual([...run.values], states);
    const large = [2n ** 70n, -(2n ** 63n), 9007199254740993n];
    const other = new Gstream.RunStream({source: values({large, text: 'say "12345678901234567890"'})});
    const state = await other.output();
    assert(state.large.every((value, i) => value === large[i]));
    assertEqual(state.text, 'say "12345678901234567890"');
    assertEqual(await new Gstream.RunStream({source: slowly(null)}).output(), null);
});

test('/gjs/payload/E2/iteration', () => {
    const payload = Gstream.Payload.new('{"messages": [1, [2, "x"], {}], "a": 1, "b": null, "a": 2}', -1);
    assertEqual([...payload].map(([key, value]) => [key, value.dup_json()]),
        [['messages', '[1, [2, "x"], {}]'], ['a', '2'], ['b', 'null']]);
    assertEqual([...payload.lookup('/messages')].map(element => element.dup_json()), ['1', '[2, "x"]', '{}']);
    assertEqual([...Gstream.Payload.new('[]', -1)], []);
    let message = null;
    try {
        [...Gstream.Payload.new('7', -1)];
    } catch (error) {
        message = error.message;
    }
    assert(message?.includes('7'));
});

test('/gjs/event/E1/parts', () => {
    const event = Gstream.Event.new('values', ['a:1'], {x: 1}, {node: 'n', id: 'i', timestamp: 5, interrupts: [{id: 'q', value: 2}]});
    assertEqual([event.method, event.namespace, event.data, event.node, event.id, event.timestamp, event.interrupts],
        ['values', ['a:1'], {x: 1}, 'n', 'i', 5, [{id: 'q', value: 2}]]);
});

test('/gjs/interrupts/T8', async () => {
    const run = recorded('interrupt');
    assert(await run.interrupted());
    assertEqual((await run.interrupts()).map(each => [each.id, each.value]),
        expected('interrupt').interrupts.map(each => [each.id, each.value]));
});

// --- what is handed back ---

// No string means anything but itself, and integers stay what they are.
test('/gjs/payload/E2/handed-back', async () => {
    const strings = ['\u0000integer:7', '\u0000integer:x', '\u0000integer:12345678901234567890', '1234567890123456789',
        '"', '\\', '\\"12345678901234567890', '\ud83d', '\ud83d\ude00', '[ 12345678901234567890 ]', 'a: 12345678901234567890'];
    const state = {strings, large: 12345678901234567890n, small: [1234567890123456, 0.1234567890123456789, -0, 1e21], deep: [[[{a: [2n ** 64n]}]]],
        ...Object.fromEntries(strings.map(string => [string, null])), __proto__: null, '': true, e: [], o: {}};
    const given = await new Gstream.RunStream({source: values(state)}).output();
    assertEqual(given.strings, strings);
    assertEqual(Object.keys(given).sort(), Object.keys(state).sort());
    assert(given.large === state.large && given.deep[0][0][0].a[0] === 2n ** 64n);
    assert([typeof given.small[0], given.small[1], given.small[3]].join() === 'number,0.12345678901234568,1e+21');
    const again = await new Gstream.RunStream({source: slowly(given)}).output();
    assert(again.large === state.large);
    assertEqual(again.strings, strings);
    const event = Gstream.Event.new_from_json('{"type":"event","method":"values","params":{"namespace":[],"timestamp":1,' +
        '"data":{"__proto__":{"a":1}, "b" : [ 12345678901234567890 , true,null ,"x\\"" ] } }}', -1);
    assert(Object.hasOwn(event.data, '__proto__') && event.data.b[0] === 12345678901234567890n);
    assertEqual(event.data.b.slice(1), [true, null, 'x"']);
});

test('/gjs/payload/E2/no-json', async () => {
    const circular = [1n];
    circular.push(circular);
    for (const value of [circular, () => 1, Symbol('s')])
        assert(await assertThrows(() => Gstream.Event.new('values', [], value)) instanceof TypeError);
    assertEqual(Gstream.Event.new('values', [], {a: [1n, undefined, new Date(0)], b: undefined, c: () => 1}).data,
        {a: [1, null, '1970-01-01T00:00:00.000Z']});
});

// --- the program's own exceptions ---

test('/gjs/run/R5/thrown', async () => {
    const bare = Object.create(null);
    for (const [exception, word] of [[Symbol('what'), 'Symbol(what)'], [bare, '{}'], [{code: 3}, '{"code":3}'], [undefined, 'undefined'],
        [null, 'null'], ['words', 'words'], [new AggregateError([new RangeError('one'), 'two'], 'both'), 'RangeError: one'],
        [{toString() { throw new Error('no'); }}, '{}']]) {
        for (const source of [(function* () { throw exception; })(), (async function* () { throw exception; })()]) {
            const error = await assertThrows(() => new Gstream.RunStream({source}).output());
            assert(error.matches(Gstream.error_quark(), Gstream.Error.FAILED) && error.message.includes(word), error.message);
        }
    }
});

// The exception itself, and where the program threw it.
test('/gjs/run/R5/cause', async () => {
    const thrown = [];
    function* broken() {
        yield Gstream.Event.new('values', [], 1);
        thrown.push(new RangeError(`out of ideas ${thrown.length}`));
        throw thrown.at(-1);
    }
    const run = new Gstream.RunStream({source: broken()});
    const errors = [
        await assertThrows(() => run.output()),
        await assertThrows(() => [...run.values]),
        await assertThrows(() => run.output_sync(null)),
        await assertThrows(() => run.log.subscribe().next(null)),
    ];
    for (const error of errors) {
        assert(error.cause === thrown[0], error.cause);
        assert(error.stack.includes('broken@') && !error.stack.includes('overrides/Gstream.js'), error.stack);
        assert(/\(test-gjs.js, line \d+\)/.test(error.message), error.message);
    }
});

test('/gjs/transformer/R5/cause', async () => {
    const exception = new TypeError('no such step');
    const Throwing = GObject.registerClass(class Throwing extends Gstream.Transformer {
        process() {
            throw exception;
        }
    });
    const run = new Gstream.RunStream({source: values(1), mux: new Gstream.StreamMux({transformers: [Throwing]})});
    const error = await assertThrows(() => run.output());
    assert(error.cause === exception && error.message.includes('no such step'), error.message);
});

// A synchronous call waits for no promise, wherever it is made.
test('/gjs/run/R9/refused', async () => {
    const uses = [run => run.output_sync(null), run => [...run.values], run => run.values.subscribe().next_sync(null)];
    for (const use of uses) {
        await null;
        const run = new Gstream.RunStream({source: slowly(1, 2)});
        const error = await assertThrows(() => use(run));
        assert(error.matches(Gstream.error_quark(), Gstream.Error.ASYNC_ONLY), error.message);
        assertEqual(await run.output(), 2); // it goes on
    }
    await null;
    assertEqual(new Gstream.RunStream({source: values(1)}).output_sync(null), 1);
});

test('/gjs/run/R6/abort-inside', async () => {
    let closed = 0;
    const events = function* () {
        try {
            yield Gstream.Event.new('values', [], 1);
            run.abort();
            yield Gstream.Event.new('values', [], 2);
        } finally {
            closed++;
        }
    };
    let run = new Gstream.RunStream({source: events()});
    assertEqual(await run.output(), 1);
    assertEqual([run.status, closed], [Gstream.RunStatus.ABORTED, 1]);
});

// --- transformers ---

const mux = (...transformers) => new Gstream.StreamMux({transformers});

test('/gjs/transformer/M1/plain', async () => {
    const Keeping = GObject.registerClass(class Keeping extends Gstream.Transformer {
        vfunc_process(_event) { // gives nothing, and so keeps nothing out
        }
    });
    let seen = [];
    const Seeing = GObject.registerClass(class Seeing extends Gstream.Transformer {
        process(event) {
            seen.push(event.data);
            return event.data !== 2;
        }

        finish() {
            seen.push('finish');
        }
    });
    const run = new Gstream.RunStream({source: values(1, 2, 3), mux: mux(Keeping, Seeing)});
    assertEqual([...run.log].map(event => event.data), [1, 3]);
    assertEqual(seen, [1, 2, 3, 'finish']);
});

test('/gjs/transformer/M2/native', async () => {
    const Native = GObject.registerClass(class Native extends Gstream.Transformer {
        _init() {
            super._init({native: true});
            this.percent = this.add_projection('percent', Number);
        }

        process(event) {
            this.percent.push(event.data * 25);
        }
    });
    const run = new Gstream.RunStream({source: values(1, 2), mux: mux(Native)});
    assertEqual(await all(run.percent), [25, 50]);
    assertEqual(new Gstream.RunStream({source: values(1)}).percent, undefined);
    assertEqual(new Gstream.RunStream({source: values(1), mux: mux(Words)}).words, undefined);
});

// What would never be waited for, called or seen is told at once.
test('/gjs/wrong/transformer', async () => {
    const told = async body => `${await assertThrows(body)}`;
    const register = klass => GObject.registerClass(klass);
    assert((await told(() => register(class A extends Gstream.Transformer {
        async vfunc_process() {
        }
    }))).includes('A.vfunc_process is AsyncFunction'));
    assert((await told(() => register(class B extends Gstream.Transformer {
        async finish() {
        }
    }))).includes('schedule'));
    const Promising = register(class Promising extends Gstream.Transformer {
        process() {
            return Promise.resolve(true);
        }
    });
    assert((await told(() => new Gstream.RunStream({source: values(1), mux: mux(Promising)}).output())).includes('a promise'));
    class Unregistered extends Gstream.Transformer {}
    assert((await told(() => mux(Unregistered))).includes('registerClass'));
    class Derived extends Words {}
    assert((await told(() => mux(Derived))).includes('Derived is not registered'));
    assert((await told(() => mux(Number))).includes('Number'));
    assert((await told(() => new Gstream.StreamMux({builtins: ['valves']}))).includes('valves'));
    assert((await told(() => new Gstream.StreamMux({builtins: 'values'}))).includes("['values']"));
    assert((await told(() => new Promising().set_wants('custom'))).includes("['custom']"));
    assert((await told(() => Gstream.Event.new('values', 'ns', 1))).includes("['ns']"));
    assertEqual(new Gstream.StreamMux({builtins: ['values']}).list_projections(), ['values']);
});

test('/gjs/cursor/R1/next', async () => {
    const cursor = new Gstream.RunStream({source: slowly({a: 1}, 2)}).values.subscribe();
    assertEqual(await cursor.next(null), [true, {a: 1}]);
    assertEqual(await cursor.next(), [true, 2]);
    assertEqual(await cursor.next(), [false, null]);
    assertEqual(new Gstream.RunStream({source: values({a: 1})}).values.subscribe().next_sync(null), [true, {a: 1}]);
    assertEqual(new Gstream.RunStream({source: values({a: 1})}).values.subscribe().try_next(), [Gstream.Try.ITEM, {a: 1}]);
});

test('/gjs/message-writer', () => {
    const event = new Gstream.MessageWriter({namespace: ['a:1'], node: 'n', id: 'i'}).start();
    assertEqual([event.namespace, event.node, event.data.id], [['a:1'], 'n', 'i']);
    assertEqual(new Gstream.MessageWriter().start().node, null);
});

test('/gjs/tool-writer', () => {
    const tool = new Gstream.ToolWriter({namespace: ['a:1'], name: 'get_weather', id: 'call_1'});
    assertEqual([tool.namespace, tool.name, tool.id], [['a:1'], 'get_weather', 'call_1']);
    assertEqual(tool.start({city: 'Oslo'}).data.input, {city: 'Oslo'});
    assertEqual(tool.output('asking').data.delta, 'asking');
    assertEqual(tool.finish({temperature: 3}).data.output, {temperature: 3});
    assertEqual(Gstream.ToolWriter.new(null, 'get_weather').fail('why').data.message, 'why');
});

test('/gjs/push-source/P6/async', async () => {
    const source = new Gstream.PushSource({max_buffered: 1});
    const run = new Gstream.RunStream({source});
    const read = all(run.values);
    for (const number of [0, 1, 2])
        assert(await source.push_async(Gstream.Event.new('values', [], number)));
    source.finish();
    assertEqual(await read, [0, 1, 2]);
});

// --- life and wrong uses ---

function resident() {
    const [, bytes] = GLib.file_get_contents('/proc/self/statm');
    return Number(new TextDecoder().decode(bytes).split(' ')[1]);
}

test('/gjs/life/flat', () => {
    function once() {
        const run = flood(3);
        for (const _word of run.get_projection('words'))
            break;
        run.abort();
    }
    for (let i = 0; i < 300; i++)
        once();
    System.gc();
    const before = resident();
    for (let i = 0; i < 1000; i++)
        once();
    System.gc();
    assert(resident() - before < 2048, `${resident() - before} pages more`);
});

// Loops over what a run has that nothing else refers to.
const temporary = {
    projection: async () => collecting(start().values),
    named: async () => collecting(start().get_projection('values')),
    batches: async () => (await collecting(start().values.batches())).flat(),
    cursor: async () => collecting(start().values.subscribe()),
    tee: async () => collecting(start().values.tee(2)[1]),
    'cursor-later': async () => {
        const cursor = start().values.subscribe();
        await turn();
        System.gc();
        return collecting(cursor);
    },
    interleave: async () => (await collecting(start().interleave('values'))).map(([_name, state]) => state),
    plain: async () => {
        const read = [];
        for (const state of start(values).values) {
            read.push(state);
            System.gc();
        }
        return read;
    },
};

const start = (events = slowly) => new Gstream.RunStream({source: events(1, 2, 3)});

const turn = () => new Promise(resolve => GLib.idle_add(GLib.PRIORITY_LOW, () => {
    resolve();
    return GLib.SOURCE_REMOVE;
}));

async function collecting(items) {
    const read = [];
    for await (const item of items) {
        read.push(item);
        System.gc();
    }
    return read;
}

for (const [name, loop] of Object.entries(temporary))
    test(`/gjs/life/R6/temporary/${name}`, async () => assertEqual(await loop(), [1, 2, 3]));

// Makes a run, does something with it, and gives the source, which is closed when the run is aborted.
async function left(body) {
    const source = Gstream.PushSource.new();
    source.push(Gstream.Event.new('values', [], 1));
    await body(new Gstream.RunStream({source}));
    return source;
}

const leaving = {
    loop: async run => {
        for await (const _state of run.values)
            break;
    },
    read: async run => {
        for await (const _state of run.values.subscribe())
            break;
    },
    'nothing-asked': () => {},
    asked: run => run.values,
    connected: run => run.values.connect('notify::subscribed', turn),
};

for (const [name, body] of Object.entries(leaving)) {
    test(`/gjs/life/R6/left/${name}`, async () => {
        const source = await left(body);
        await turn();
        System.gc();
        await turn();
        assert(source.closed);
    });
}

test('/gjs/wrong/P1/second', async () => {
    const run = new Gstream.RunStream({source: values(1)});
    const cursor = run.values.subscribe();
    const error = await assertThrows(() => [...run.values]);
    assert(error.matches(Gstream.error_quark(), Gstream.Error.ALREADY_SUBSCRIBED) && error.message.includes('tee'));
    cursor.close();
});

test('/gjs/wrong/values', async () => {
    assert(`${await assertThrows(() => new Gstream.RunStream({source: 3}))}`.includes('not number'));
    assert(`${await assertThrows(() => Gstream.Event.new('values', [], () => 1))}`.includes('no JSON'));
    const run = new Gstream.RunStream({source: [3].values()});
    assert((await assertThrows(() => run.output())).message.includes('not number'));
});

await runTests();
