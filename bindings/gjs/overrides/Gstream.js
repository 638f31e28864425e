// SPDX-License-Identifier: LGPL-2.1-or-later
//
// gstream for JavaScript: `for await` and `for of`, promises, plain objects as arguments and results, generators as
// sources.
/* exported _init */

const {GLib, GObject} = imports.gi;

const BATCH = 64; // the maximum number of items per call

let Gstream;

// --- values ---

const LARGE = /(?:^|[[:,\s])-?\d{16}/; // there may be an integer that a number cannot represent

// Returns a BigInt for an integer that a number cannot represent.
function parse(text) {
    return LARGE.test(text) ? new Parser(text).value() : JSON.parse(text);
}

// Parses valid JSON that may have large integers, which JSON.parse does not support.
class Parser {
    constructor(text) {
        this._text = text;
        this._at = 0;
    }

    // Returns the next character that is not white space, and advances past it.
    _next() {
        let character;
        do
            character = this._text[this._at++];
        while (character === ' ' || character === '\n' || character === '\t' || character === '\r');
        return character;
    }

    value() {
        switch (this._next()) {
        case '{':
            return this._object();
        case '[':
            return this._array();
        case '"':
            return this._string();
        default:
            this._at--;
            return this._word();
        }
    }

    _object() {
        const object = {};
        for (let mark = this._next(); mark !== '}'; mark = this._next()) {
            if (mark === ',')
                this._next();
            const key = this._string();
            this._next(); // the colon
            const value = this.value();
            if (key === '__proto__')
                Object.defineProperty(object, key, {value, configurable: true, enumerable: true, writable: true});
            else
                object[key] = value;
        }
        return object;
    }

    _array() {
        const array = [];
        for (let mark = this._next(); mark !== ']'; mark = this._next()) {
            if (mark !== ',')
                this._at--;
            array.push(this.value());
        }
        return array;
    }

    _string() {
        const start = this._at - 1;
        let end = this._at - 1;
        do
            end = this._text.indexOf('"', end + 1);
        while (this._isEscaped(end, start));
        this._at = end + 1;
        return JSON.parse(this._text.slice(start, this._at));
    }

    _isEscaped(at, start) {
        let backslashes = 0;
        while (at - 1 - backslashes > start && this._text[at - 1 - backslashes] === '\\')
            backslashes++;
        return backslashes % 2 === 1;
    }

    // Parses a number, true, false or null.
    _word() {
        const word = /[-+.\w]+/y;
        word.lastIndex = this._at;
        const [text] = word.exec(this._text);
        this._at += text.length;
        const value = JSON.parse(text);
        return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(text) ? BigInt(text) : value;
    }
}

function unpack(payload) {
    return payload instanceof Gstream.Payload ? parse(payload.dup_json()) : payload;
}

function stringify(value) {
    const text = tryStringify(value) ?? write(value, '', []);
    if (text === undefined)
        throw new TypeError(`${typeof value} has no JSON`);
    return text;
}

// Whether JSON.stringify fails: for BigInts and cyclic objects.
function tryStringify(value) {
    try {
        return JSON.stringify(value);
    } catch (error) {
        if (error instanceof TypeError)
            return undefined;
        throw error;
    }
}

// Like JSON.stringify, with integers of any size.
function write(given, key, above) {
    const value = typeof given?.toJSON === 'function' ? given.toJSON(key) : given;
    if (typeof value === 'bigint' || value instanceof BigInt)
        return `${value}`;
    if (value === null || typeof value !== 'object' || [String, Number, Boolean].some(type => value instanceof type))
        return JSON.stringify(value);
    if (above.includes(value))
        throw new TypeError('what holds itself has no JSON');
    const inside = [...above, value];
    if (Array.isArray(value))
        return `[${value.map((member, i) => write(member, `${i}`, inside) ?? 'null').join(',')}]`;
    const members = [];
    for (const [name, member] of Object.entries(value)) {
        const text = write(member, name, inside);
        if (text !== undefined)
            members.push(`${JSON.stringify(name)}:${text}`);
    }
    return `{${members.join(',')}}`;
}

// Checks a list of strings; a single string is an error.
function namesOf(names, what) {
    if (names !== null && (!Array.isArray(names) || names.some(name => typeof name !== 'string')))
        throw new TypeError(`${what} is an array of strings, not ${typeof names === 'string' ? `'${names}': ['${names}']` : typeof names}`);
    return names;
}

function pack(value) {
    return value instanceof Gstream.Payload ? value : Gstream.Payload.new(stringify(value), -1);
}

function packOrNull(value) {
    return value === undefined || value === null ? null : pack(value);
}

// Iterates over the elements of an array, or [key, value] of the members of an object. All values are payloads.
function definePayloads() {
    Gstream.Payload.prototype[Symbol.iterator] = function () {
        const kind = this.get_kind();
        if (kind !== Gstream.PayloadKind.ARRAY && kind !== Gstream.PayloadKind.OBJECT)
            throw new TypeError(`only arrays and objects are iterable, this payload is ${this.dup_json().slice(0, 40)}`);
        return goOver(this.iterator(), kind === Gstream.PayloadKind.OBJECT);
    };
}

function* goOver(iterator, withKeys) {
    for (let [isThere, key, value] = iterator.next(); isThere; [isThere, key, value] = iterator.next())
        yield withKeys ? [key, value] : value;
}

function defineGetters(klass, ...names) {
    for (const name of names) {
        const get = klass.prototype[`get_${name}`];
        Object.defineProperty(klass.prototype, name, {
            configurable: true,
            get() {
                return unpack(get.call(this));
            },
        });
    }
}

// --- waiting ---

// Defines NAME(..., cancellable), which returns a promise, or calls a callback if one is given; its finish; and
// NAME_sync.
// `adapt` converts JavaScript's arguments to an array of GIR's, without those of GIO.
function defineOperation(klass, name, adapt = (...rest) => [[], rest], fromGir = unpack) {
    const finishing = `${name.replace(/_async$/, '')}_finish`;
    const {[name]: start, [finishing]: finish, [`${name}_sync`]: block} = klass.prototype;
    const end = function (result) {
        return explaining(() => fromGir(finish.call(this, result)));
    };
    klass.prototype[finishing] = end;
    if (block) {
        klass.prototype[`${name}_sync`] = function (...args) {
            const [given, [cancellable = null]] = adapt(...args);
            return explaining(() => fromGir(block.call(this, ...given, cancellable)));
        };
    }
    klass.prototype[name] = function (...args) {
        const [given, [cancellable = null, callback]] = adapt(...args);
        if (callback)
            return start.call(this, ...given, cancellable, callback);
        return new Promise((resolve, reject) => {
            start.call(this, ...given, cancellable, (_object, result) => {
                try {
                    resolve(end.call(this, result));
                } catch (error) {
                    reject(error);
                }
            });
        });
    };
}

// --- what the program's own code threw ---

const THROWN = 64; // the maximum number that is remembered
const thrown = new Map(); // the exception, by its error

const keyOf = error => `${error.domain} ${error.code} ${error.message}`;

// Returns the lines of the stack in the program's own code; undefined: there are none.
function stackOf(exception) {
    return typeof exception?.stack === 'string' ? exception.stack.split('\n').filter(line =>
        line && !line.includes('/overrides/Gstream.js:') && !line.includes('@resource:')) : undefined;
}

function placeOf(exception) {
    const [, file, number] = /@(?:.*\/)?([^/@]+?):(\d+)(?::\d+)?$/.exec(stackOf(exception)?.[0] ?? '') ?? [];
    return file ? ` (${file}, line ${number})` : '';
}

// Converts any value to a string, also a symbol and an object without a prototype.
function wordsOf(exception) {
    let words;
    try {
        words = String(exception);
        if (words === '[object Object]')
            words = stringify(exception);
    } catch {
        words = typeof exception === 'object' ? tryStringify(exception) ?? 'an object' : typeof exception;
    }
    const parts = Array.isArray(exception?.errors) ? exception.errors.map(wordsOf) : [];
    return [`${words}${placeOf(exception)}`, parts.join('; ')].filter(part => part).join(': ');
}

function errorOf(exception) {
    const error = exception instanceof GLib.Error ? exception
        : new GLib.Error(Gstream.error_quark(), Gstream.Error.FAILED, wordsOf(exception).replaceAll('\0', '\\0'));
    const key = keyOf(error);
    thrown.delete(key);
    thrown.set(key, exception);
    if (thrown.size > THROWN)
        thrown.delete(thrown.keys().next().value);
    return error;
}

// Adds the exception that caused it, and its stack, to the error of a run.
function explain(error) {
    const cause = error instanceof GLib.Error ? thrown.get(keyOf(error)) : undefined;
    if (cause !== undefined && cause !== error) {
        error.cause = cause;
        const stack = stackOf(cause);
        if (stack !== undefined)
            error.stack = stack.join('\n');
    }
    return error;
}

function explaining(call) {
    try {
        return call();
    } catch (error) {
        throw explain(error);
    }
}

// --- whose a projection is ---

const PROJECTIONS = ['log', 'messages', 'values', 'updates', 'custom', 'checkpoints', 'tasks', 'debug', 'tool_calls',
    'lifecycle', 'subgraphs', 'extensions'];
const MANY = 8; // projections that a script may get before it loops over the first

// A loop over a projection must keep its run alive, which would be aborted when it is collected (R6), because there
// may be no other reference: `for await (const state of start().values)`. But the projection itself must not, because
// the run references it, and a signal handler on either of them would keep both alive for ever. Therefore the run of
// a projection is only remembered until the next iteration of the main loop. (A promise is not used, because GJS
// crashes if one is pending when the program ends.)
const asked = new Map();

function forget() {
    asked.clear();
    return GLib.SOURCE_REMOVE;
}

function note(projection, run) {
    if (asked.size === 0)
        GLib.idle_add(GLib.PRIORITY_HIGH, forget);
    if (asked.size === MANY) // for a script that does not return to the main loop
        asked.delete(asked.keys().next().value);
    asked.set(projection, run);
    return projection;
}

// A cursor is not referenced by its run, so it may keep the run alive.
const runs = new WeakMap();

function adopt(cursor, run) {
    if (run)
        runs.set(cursor, run);
    return cursor;
}

function defineOwnership() {
    const {Projection, RunStream} = Gstream;
    const {subscribe, tee} = Projection.prototype;
    Projection.prototype.subscribe = function () {
        return adopt(subscribe.call(this), asked.get(this));
    };
    Projection.prototype.tee = function (n) {
        return tee.call(this, n).map(cursor => adopt(cursor, asked.get(this)));
    };

    const {get_projection: getProjection} = RunStream.prototype;
    RunStream.prototype.get_projection = function (name) {
        return note(getProjection.call(this, name), this);
    };
    for (const name of PROJECTIONS) {
        const get = RunStream.prototype[`get_${name}`];
        Object.defineProperty(RunStream.prototype, name, {
            configurable: true,
            get() {
                return note(get.call(this), this);
            },
        });
    }
}

// --- the items of a cursor ---

// Takes what is available without waiting: returns the result of the try, and an array of items.
function takerOf(cursor, type) {
    const one = take => () => {
        const [tried, item] = take.call(cursor);
        return [tried, [item]];
    };
    switch (GObject.type_name(type)) {
    case 'gchararray':
        return most => {
            const [tried, texts] = cursor.take_texts(most);
            return [tried, texts?.length ? texts : [null]]; // a string that is null is returned separately
        };
    case 'GstreamPayload':
        return most => {
            const [tried, texts] = cursor.take_texts(most);
            return [tried, texts?.map(parse)];
        };
    case 'GstreamEvent':
        return one(cursor.try_next_event);
    default: // objects one at a time, because each has to be subscribed to before the next one is taken (P11)
        return one(GObject.type_is_a(type, GObject.TYPE_OBJECT) ? cursor.try_next_object : cursor.try_next);
    }
}

// Takes the items of an interleave, each with the name of its projection (P10).
function namedTaker(cursor, run) {
    return () => {
        const [tried, name] = cursor.peek();
        if (tried !== Gstream.Try.ITEM)
            return [tried, []];
        const [taken, items] = takerOf(cursor, run.get_projection(name).get_item_type())(1);
        return [taken, items.map(item => [name, item])];
    };
}

// The steps of a loop: step() returns the result of the try and some items, settle() is told how many of them were
// returned.
class Taking {
    constructor(take) {
        this._take = take;
    }

    step() {
        return this._take(1);
    }

    settle(_given) {
    }
}

class TakingBatches extends Taking {
    step() {
        const [tried, items] = this._take(BATCH);
        return [tried, [items]];
    }
}

// Peeks at strings, and skips those that were returned, so that none is lost if the loop is left. The number of
// strings doubles with each step, because most loops that are left are left early.
class Looking {
    constructor(cursor) {
        this._cursor = cursor;
        this._count = 0;
        this._shown = 0;
    }

    step() {
        const [tried, texts] = this._cursor.peek_texts(Math.min(2 * this._count || 1, BATCH));
        if (tried !== Gstream.Try.ITEM)
            return [tried, []];
        this._shown = texts.length;
        if (texts.length > 1)
            return [tried, texts];
        this._cursor.skip(1);
        this._count++;
        return [tried, texts.length > 0 ? texts : [null]]; // a batch ends before a string that is null
    }

    settle(given) {
        if (this._shown <= 1)
            return;
        this._cursor.skip(given);
        this._count += given;
        this._shown = 0;
    }
}

function stepsOf(cursor) {
    const type = cursor.get_item_type();
    return type === GObject.TYPE_STRING ? new Looking(cursor) : new Taking(takerOf(cursor, type));
}

function batchesOf(cursor) {
    return new TakingBatches(takerOf(cursor, cursor.get_item_type()));
}

// Returns one item after another.
class Items {
    constructor(cursor, steps, ends) {
        this._cursor = cursor;
        this._run = runs.get(cursor); // kept alive until the loop ends
        this._steps = steps;
        this._ends = ends; // whether leaving the loop unsubscribes
        this._items = [];
        this._given = 0;
    }

    // Returns undefined if there is none now.
    _take() {
        if (this._given === this._items.length) {
            this._settle();
            const [tried, items] = this._steps.step();
            if (tried === Gstream.Try.PENDING)
                return undefined;
            if (tried !== Gstream.Try.ITEM)
                return this._end();
            this._items = items;
        }
        return {value: this._items[this._given++], done: false};
    }

    _settle() {
        const given = this._given;
        this._items = [];
        this._given = 0;
        this._steps.settle(given);
    }

    _leave() {
        this._settle();
        if (this._ends)
            this._cursor.close();
        return this._end();
    }

    _end() {
        this._run = null;
        return {value: undefined, done: true};
    }
}

class SyncItems extends Items {
    next() {
        let result;
        while (!(result = explaining(() => this._take())))
            this._cursor.wait_sync(null);
        return result;
    }

    return() {
        return this._leave();
    }

    [Symbol.iterator]() {
        return this;
    }
}

class AsyncItems extends Items {
    // Not an async function, which would cost more for each item that is available.
    next() {
        try {
            const result = this._take();
            return result ? Promise.resolve(result) : this._await();
        } catch (error) {
            return Promise.reject(explain(error));
        }
    }

    async _await() {
        let result;
        do
            await this._cursor.wait();
        while (!(result = explaining(() => this._take())));
        return result;
    }

    async return() {
        return this._leave();
    }

    [Symbol.asyncIterator]() {
        return this;
    }
}

// Makes an object iterable with both kinds of loops.
class Iteration {
    constructor(subscribe, makeSteps, ends) {
        this._subscribe = subscribe;
        this._makeSteps = makeSteps;
        this._ends = ends;
    }

    [Symbol.iterator]() {
        const cursor = this._subscribe();
        return new SyncItems(cursor, this._makeSteps(cursor), this._ends);
    }

    [Symbol.asyncIterator]() {
        const cursor = this._subscribe();
        return new AsyncItems(cursor, this._makeSteps(cursor), this._ends);
    }
}

class Interleave extends Iteration {
    constructor(cursor, run) {
        super(() => cursor, () => new Taking(namedTaker(cursor, run)), true);
        this.cursor = cursor;
    }

    close() {
        this.cursor.close();
    }
}

// Returns whether there was an item, or the result of the try, and the item.
const unpackFound = ([found, item]) => [found, unpack(item ?? null)];

function defineLoops(klass, subscribe, ends) {
    const {prototype} = klass;
    prototype[Symbol.iterator] = function () {
        const cursor = subscribe.call(this);
        return new SyncItems(cursor, stepsOf(cursor), ends);
    };
    prototype[Symbol.asyncIterator] = function () {
        const cursor = subscribe.call(this);
        return new AsyncItems(cursor, stepsOf(cursor), ends);
    };
    // Iterates over arrays of the items that are available without waiting, at most 64 in each; for handles, one
    // (P11).
    prototype.batches = function () {
        return new Iteration(subscribe.bind(this), batchesOf, ends);
    };
}

function defineIteration() {
    const {Cursor, Projection, RunStream} = Gstream;
    defineLoops(Cursor, function () {
        return this;
    }, false);
    defineLoops(Projection, Projection.prototype.subscribe, true);

    const {try_next: tryNext} = Cursor.prototype;
    Cursor.prototype.try_next = function () {
        return explaining(() => unpackFound(tryNext.call(this)));
    };
    defineOperation(Cursor, 'next', undefined, unpackFound);

    const {interleave} = RunStream.prototype;
    RunStream.prototype.interleave = function (...names) {
        return new Interleave(interleave.call(this, names.flat()), this);
    };
}

// --- projections of one's own ---

// Returns the GType for a JavaScript type; other types with a JSON form are payloads.
function itemType(type) {
    switch (type) {
    case String:
        return GObject.TYPE_STRING;
    case Number:
        return GObject.TYPE_DOUBLE;
    case Boolean:
        return GObject.TYPE_BOOLEAN;
    case Object:
    case Array:
        return Gstream.Payload.$gtype;
    default:
        return type.$gtype ?? type;
    }
}

// GJS makes a GValue of it.
function itemOf(projection, item) {
    return GObject.type_name(projection.get_item_type()) === 'GstreamPayload' ? pack(item) : item;
}

function definePushing() {
    const {Projection, Transformer} = Gstream;
    const {push, push_async: pushAsync} = Projection.prototype;
    Projection.prototype.push = function (item) {
        return push.call(this, itemOf(this, item));
    };
    Projection.prototype.push_async = function (item, cancellable = null, callback = null) {
        const value = itemOf(this, item);
        if (callback)
            return pushAsync.call(this, value, cancellable, callback);
        return new Promise((resolve, reject) => {
            pushAsync.call(this, value, cancellable, (_object, result) => {
                try {
                    resolve(this.push_finish(result));
                } catch (error) {
                    reject(error);
                }
            });
        });
    };
    defineOperation(Gstream.PushSource, 'push_async', (event, ...rest) => [[eventOf(event)], rest]);
    const {push_sync: pushSync} = Gstream.PushSource.prototype;
    Gstream.PushSource.prototype.push_sync = function (event, cancellable = null) {
        return pushSync.call(this, eventOf(event), cancellable);
    };

    const {_init} = Gstream.StreamMux.prototype;
    Gstream.StreamMux.prototype._init = function ({transformers = [], ...properties} = {}) {
        _init.call(this, properties);
        for (const transformer of transformers) {
            if (transformer instanceof Transformer)
                this.add_transformer(transformer);
            else
                this.add_type(typeOf(transformer));
        }
    };
}

// The GType of a class of transformers.
function typeOf(klass) {
    if (typeof klass !== 'function' || !(klass.prototype instanceof Gstream.Transformer))
        throw new TypeError(`a mux takes transformers and their classes, not ${klass?.name ?? typeof klass}`);
    if (!Object.hasOwn(klass, '$gtype'))
        throw new TypeError(`${klass.name} is not registered: const ${klass.name} = GObject.registerClass(class ${klass.name} …)`);
    return klass.$gtype;
}

function checkBuiltins(names) {
    const known = new Gstream.StreamMux().list_projections();
    for (const name of namesOf(names, 'builtins') ?? []) {
        if (!known.includes(name))
            throw new RangeError(`there is no built-in '${name}'; there are ${known.join(', ')}`);
    }
}

// --- transformers of one's own ---

const HOOKS = ['process', 'finish', 'fail'];

// Makes a virtual function that calls the method of the class. Exceptions are errors of the run. If it returns
// undefined, that is not treated as false.
function hookOf(method) {
    return function (...args) {
        try {
            const result = method.apply(this, args);
            if (typeof result?.then === 'function' || typeof result?.next === 'function')
                throw new TypeError(`${method.name} gave ${result instanceof Promise ? 'a promise' : typeof result}, which nobody waits for: it gives true or false`);
            return result !== false;
        } catch (exception) {
            throw errorOf(exception);
        }
    };
}

function hook(klass, name) {
    const own = [`vfunc_${name}`, name].find(each => Object.hasOwn(klass.prototype, each));
    if (own === undefined)
        return;
    const method = klass.prototype[own];
    if (method.constructor.name !== 'Function')
        throw new TypeError(`${klass.name}.${own} is ${method.constructor.name}, and GJS cannot wait for it: ` +
            'make it a plain method, and schedule() what takes time');
    Object.defineProperty(klass.prototype, `vfunc_${name}`, {value: hookOf(method), configurable: true, writable: true});
}

function defineTransformers() {
    const {Transformer, RunStream, StreamMux} = Gstream;
    Transformer._classInit = function (klass) {
        HOOKS.forEach(name => hook(klass, name));
        return GObject.Object._classInit.call(klass, klass);
    };
    for (const name of ['wants', 'channels']) {
        const set = Transformer.prototype[`set_${name}`];
        Transformer.prototype[`set_${name}`] = function (names) {
            return set.call(this, namesOf(names, name));
        };
    }

    const {add_projection: addProjection} = Transformer.prototype;
    Transformer.prototype.add_projection = function (name, type) {
        if (this.native)
            defineNative(name);
        return addProjection.call(this, name, itemType(type));
    };
    const {_init} = RunStream.prototype;
    RunStream.prototype._init = function (properties = {}) {
        const run = _init.call(this, properties);
        properties.mux?.list_projections().filter(name => this.get_projection(name).native).forEach(defineNative);
        return run;
    };
    const {_init: initMux} = StreamMux.prototype;
    StreamMux.prototype._init = function (properties = {}) {
        if (properties.builtins)
            checkBuiltins(properties.builtins);
        return initMux.call(this, properties);
    };
}

// The projections of native transformers are properties of the runs that have them (M2).
function defineNative(name) {
    const {prototype} = Gstream.RunStream;
    if (name in prototype)
        return;
    Object.defineProperty(prototype, name, {
        configurable: true,
        get() {
            const projection = this.mux.list_projections().includes(name) ? this.get_projection(name) : undefined;
            return projection?.native ? projection : undefined;
        },
    });
}

// --- sources of one's own ---

function eventOf(item) {
    if (item instanceof Gstream.Event)
        return item;
    if (item === null || typeof item !== 'object')
        throw new TypeError(`a source yields Gstream.Event or the object of one, not ${typeof item}`);
    return Gstream.Event.new_from_json(stringify(item), -1);
}

function defineSources() {
    // The events of a generator, each of which is made when the run asks for it.
    const GeneratorSource = GObject.registerClass({
        GTypeName: 'GstreamJsGeneratorSource',
    }, class GeneratorSource extends Gstream.PushSource {
        _init(generator, isAsync) {
            super._init({async_only: isAsync});
            this._generator = generator;
            this._running = false;
        }

        leave() {
            if (!this._running) // otherwise it is ended when it has returned
                this._generator.return?.();
        }

        _take({value, done}) {
            if (done)
                this.finish();
            else if (this.closed)
                this.leave();
            else
                this.push(eventOf(value));
        }

        vfunc_wanted() {
            try {
                this._running = true;
                const next = this._generator.next();
                this._running = false;
                if (next instanceof Promise)
                    next.then(result => this._take(result)).catch(exception => this.fail(errorOf(exception)));
                else
                    this._take(next);
            } catch (exception) {
                this._running = false;
                this.fail(errorOf(exception));
            }
        }
    });

    function sourceOf(source) {
        if (source instanceof Gstream.EventSource)
            return source;
        const asynchronous = source?.[Symbol.asyncIterator]?.();
        const generator = asynchronous ?? source?.[Symbol.iterator]?.();
        if (generator === undefined || typeof source === 'string')
            throw new TypeError(`a run is made from an event source or a generator of events, not ${typeof source}`);
        return new GeneratorSource(generator, asynchronous !== undefined);
    }

    const {_init, abort} = Gstream.RunStream.prototype;
    // A signal of the source is not used, because a run that is being collected must not call JavaScript.
    Gstream.RunStream.prototype.abort = function () {
        abort.call(this);
        this.source?.leave?.();
    };
    Gstream.RunStream.prototype._init = function ({source, ...properties} = {}) {
        return _init.call(this, {source: sourceOf(source), ...properties});
    };
}

function defineWriting() {
    const {new_full: newFull} = Gstream.Event;
    Gstream.Event.new = function (method, namespace = [], data = null,
        {node = null, id = null, timestamp = -1, interrupts = null} = {}) {
        return newFull(method, namesOf(namespace, 'a namespace'), pack(data), timestamp, node, id, packOrNull(interrupts));
    };

    const writer = Gstream.MessageWriter.prototype;
    const {_init: initWriter} = writer;
    writer._init = function (properties = {}) {
        return initWriter.call(this, {...properties, namespace: namesOf(properties.namespace ?? [], 'a namespace')});
    };
    Gstream.MessageWriter.new = function (namespace = null, node = null, id = null) {
        return new Gstream.MessageWriter({namespace, node, id});
    };
    const {start_block: startBlock, finish_block: finishBlock, finish} = writer;
    writer.start_block = function (block) {
        return startBlock.call(this, pack(block));
    };
    writer.finish_block = function (block) {
        return finishBlock.call(this, pack(block));
    };
    writer.finish = function (usage = null, reason = null) {
        return finish.call(this, packOrNull(usage), reason);
    };

    const tool = Gstream.ToolWriter.prototype;
    const {_init: initTool, start: startTool, finish: finishTool} = tool;
    tool._init = function (properties = {}) {
        return initTool.call(this, {...properties, namespace: namesOf(properties.namespace ?? [], 'a namespace')});
    };
    Gstream.ToolWriter.new = function (namespace = null, name = 'tool', id = null) {
        return new Gstream.ToolWriter({namespace, name, id});
    };
    tool.start = function (input = null) {
        return startTool.call(this, packOrNull(input));
    };
    tool.finish = function (output = null) {
        return finishTool.call(this, packOrNull(output));
    };
}

// --- threads ---

const OPTIONS = ['mux', 'config', 'metadata', 'multitask_strategy', 'checkpoint_id', 'channels', 'namespaces', 'depth', 'update', 'goto'];
const PAYLOADS = ['config', 'metadata', 'update', 'goto', 'namespaces'];

// Converts options given as a plain object.
function optionsOf(named = null) {
    if (named === null || named instanceof Gstream.RunOptions)
        return named;
    const unknown = Object.keys(named).find(name => !OPTIONS.includes(name));
    if (unknown !== undefined)
        throw new TypeError(`there is no option '${unknown}' of a run; there are ${OPTIONS.join(', ')}`);
    return new Gstream.RunOptions(Object.fromEntries(Object.entries(named).map(([name, value]) =>
        [name, PAYLOADS.includes(name) ? packOrNull(value) : value])));
}

// The properties of a server that can be given to a thread.
const OF_SERVER = ['session', 'api_key', 'max_event_size', 'max_depth', 'retry_limit', 'retry_pause', 'retry_pause_max',
    'silence_timeout', 'answer_timeout'];

function threadOnServer({url, assistant, ...properties}) {
    const [ofServer, own] = [{url}, {assistant}];
    for (const [name, value] of Object.entries(properties))
        (OF_SERVER.includes(name) ? ofServer : own)[name] = value;
    return new Gstream.ServerThread({server: new Gstream.Server(ofServer), ...own});
}

function answersOf(interrupts, responses) {
    if (interrupts.length !== responses.length)
        throw new TypeError(`${interrupts.length} interrupts have ${responses.length} responses`);
    return pack(interrupts.map(({id, namespace}, at) => ({interrupt_id: id, namespace, response: responses[at]})));
}

// Virtual functions of a thread that begin a call: what they throw, the call fails with.
function failTasks(klass) {
    for (const name of Object.getOwnPropertyNames(klass.prototype).filter(each => each.startsWith('vfunc_begin_'))) {
        const begin = klass.prototype[name];
        const guarded = function (...args) {
            try {
                begin.apply(this, args);
            } catch (exception) {
                args.at(-1).return_error(errorOf(exception));
            }
        };
        Object.defineProperty(klass.prototype, name, {value: guarded, configurable: true, writable: true});
    }
}

function defineThread() {
    const {Thread, ServerThread} = Gstream;
    defineOperation(Thread, 'start', (input, options, ...rest) => [[packOrNull(input), optionsOf(options)], rest]);
    defineOperation(Thread, 'respond', (interrupt, response, options, ...rest) =>
        [[interrupt, pack(response), optionsOf(options)], rest]);
    // GJS cannot pass an array of boxed values, so the answers are passed as one payload.
    Thread.prototype.respond_all = Thread.prototype.respond_json;
    Thread.prototype.respond_all_sync = Thread.prototype.respond_json_sync;
    defineOperation(Thread, 'respond_all', (interrupts, responses, options, ...rest) =>
        [[answersOf(interrupts, responses), optionsOf(options)], rest]);
    defineOperation(Thread, 'attach', (runId = null, options, ...rest) => [[runId, optionsOf(options)], rest]);
    defineOperation(Thread, 'fetch_state', (checkpointId = null, ...rest) => [[checkpointId], rest]);
    defineOperation(Thread, 'fetch_history', (limit = 0, before = null, ...rest) => [[limit, before], rest],
        states => states.map(unpack));
    defineOperation(Thread, 'update_state', (values, asNode = null, checkpointId = null, ...rest) =>
        [[packOrNull(values), asNode, checkpointId], rest]);
    defineOperation(Thread, 'cancel_run', (runId = null, ...rest) => [[runId], rest]);

    const {Server} = Gstream;
    for (const name of ['copy_thread', 'delete_thread'])
        defineOperation(Server, name, (threadId, ...rest) => [[threadId], rest]);
    defineOperation(Server, 'update_thread', (threadId, metadata, ...rest) => [[threadId, pack(metadata)], rest]);
    defineOperation(Server, 'list_assistants', (graphId = null, ...rest) => [[graphId], rest], all => all.map(unpack));
    defineOperation(Server, 'list_runs', (threadId, limit = 0, ...rest) => [[threadId, limit], rest], all => all.map(unpack));
    defineOperation(Server, 'cancel_run', (threadId, runId, ...rest) => [[threadId, runId], rest]);
    defineGetters(Gstream.ThreadInfo, 'metadata', 'values');

    // new Thread({url, assistant}) makes a thread on a server, new Thread({command}) one in a child process.
    Thread._classInit = function (klass) {
        failTasks(klass);
        return GObject.Object._classInit.call(klass, klass);
    };
    const {_init} = Thread.prototype;
    Thread.prototype._init = function (properties = {}) {
        if (properties.url !== undefined)
            return threadOnServer(properties);
        if (properties.command !== undefined)
            return new Gstream.ProcessThread(properties);
        return _init.call(this, properties);
    };
    ServerThread.prototype._init = _init;
    Gstream.ProcessThread.prototype._init = _init;
}

// --- conversations ---

function defineConversation() {
    const {ActionRequest, Conversation, ConversationRow, ConversationToolCall, Question} = Gstream;
    const conversation = Conversation.prototype;
    const {send, send_message: sendMessage, respond_json: respondJson, respond_json_sync: respondJsonSync} = conversation;
    conversation.send_message = function (message, options) {
        return sendMessage.call(this, pack(message), optionsOf(options));
    };
    // Text, or a message as an object.
    conversation.send = function (text, options) {
        return typeof text === 'string' ? send.call(this, text, optionsOf(options)) : this.send_message(text, options);
    };
    for (const name of ['open', 'wait'])
        defineOperation(Conversation, name);
    defineOperation(Conversation, 'regenerate', (row, options, ...rest) => [[row, optionsOf(options)], rest]);
    defineOperation(Conversation, 'edit', (row, text, options, ...rest) => [[row, text, optionsOf(options)], rest]);
    defineOperation(Conversation, 'choose_branch', (row, branch, ...rest) => [[row, branch], rest]);
    defineOperation(Conversation, 'respond', (question, response, ...rest) => [[question, pack(response)], rest]);
    defineOperation(Conversation, 'respond_json', (responses, ...rest) => [[pack(responses)], rest]);
    // GJS cannot pass an array of boxed values, so the answers are passed as one payload.
    conversation.respond_all = respondJson;
    conversation.respond_all_sync = respondJsonSync;
    defineOperation(Conversation, 'respond_all', (questions, responses, ...rest) =>
        [[answersOf(questions.map(question => question.interrupt), responses)], rest]);
    defineGetters(Conversation, 'values');
    defineGetters(ConversationRow, 'content', 'payload');
    defineGetters(ConversationToolCall, 'input');
    defineGetters(Question, 'value', 'response_schema');
    defineGetters(ActionRequest, 'arguments');
    const {edit} = ActionRequest.prototype;
    ActionRequest.prototype.edit = function (args) {
        edit.call(this, pack(args));
    };
    const {dup_response: dupResponse} = Question.prototype;
    Question.prototype.dup_response = function () {
        return unpack(dupResponse.call(this));
    };
}

// --- a model's endpoint ---

function defineEndpoint() {
    const source = Gstream.ChatSource.prototype;
    const {_init: initSource, set_tools: setTools, set_parameters: setParameters} = source;
    source._init = function ({messages = null, tools = null, parameters = null, headers = {}, ...properties} = {}) {
        const made = initSource.call(this, {messages: packOrNull(messages), tools: packOrNull(tools),
            parameters: packOrNull(parameters), ...properties}) ?? this;
        for (const [name, value] of Object.entries(headers))
            made.set_header(name, value);
        return made;
    };
    Gstream.ChatSource.new = function (url, model, messages, properties = {}) {
        return new Gstream.ChatSource({url, model, messages, ...properties});
    };
    source.set_tools = function (tools) {
        setTools.call(this, packOrNull(tools));
    };
    source.set_parameters = function (parameters) {
        setParameters.call(this, packOrNull(parameters));
    };
    defineGetters(Gstream.ChatSource, 'messages');
    for (const name of ['tools', 'parameters'])
        Object.defineProperty(source, name, {
            configurable: true,
            get() {
                return unpack(this[`get_${name}`]());
            },
            set(value) {
                this[`set_${name}`](value);
            },
        });
}

function _init() {
    Gstream = this;

    definePayloads();
    defineGetters(Gstream.Event, 'id', 'seq', 'method', 'namespace', 'timestamp', 'node', 'data', 'interrupts');
    defineGetters(Gstream.Interrupt, 'id', 'value', 'namespace', 'response_schema');
    defineGetters(Gstream.SubgraphRunStream, 'cause');
    defineGetters(Gstream.Message, 'content', 'tool_calls', 'invalid_tool_calls', 'usage', 'metadata');
    defineGetters(Gstream.ToolCall, 'input', 'output');
    defineGetters(Gstream.Projection, 'n_buffered');

    for (const name of ['output', 'interrupted', 'interrupts'])
        defineOperation(Gstream.RunStream, name);
    defineOperation(Gstream.Message, 'wait');
    defineOperation(Gstream.ToolCall, 'wait');
    defineOperation(Gstream.Cursor, 'wait');
    defineOwnership();
    defineIteration();
    definePushing();
    defineSources();
    defineTransformers();
    defineWriting();
    defineThread();
    defineConversation();
    defineEndpoint();
}
