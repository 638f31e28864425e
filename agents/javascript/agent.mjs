// SPDX-License-Identifier: LGPL-2.1-or-later
// One thread of conversation with one graph: its commands, and its runs, one after the other.
import {RunEvents, matches, serialize} from './events.mjs';
import {GraphThread, Refused} from './thread.mjs';

const STRATEGIES = ['enqueue', 'reject', 'interrupt', 'rollback'];

/** A run that is queued or running. */
class Run {
  constructor(input, config, subscription) {
    this.id = crypto.randomUUID();
    this.input = input;
    this.config = config;
    this.subscriptions = subscription ? [subscription] : []; // its own ones, besides those of all runs
    this.ending = new AbortController();
    this.checkpoint = null; // the thread's checkpoint when it began, for a rollback
    this.isRolledBack = false;
    this.over = null; // a promise, when it is running
  }
}

export class Agent {
  /** `write` writes a line, and resolves when it is written, so the graph blocks while its client does not read. */
  constructor({graph, langgraph, thread, name, write, log}) {
    this.graph = graph;
    this.name = name;
    this.thread = new GraphThread(graph, langgraph, thread);
    this.write = write;
    this.log = log;
    this.subscriptions = new Map();
    this.waiting = [];
    this.run = null;
    this.handling = Promise.resolve();
    this.commands = {
      'subscription.subscribe': params => this.subscribe(params),
      'subscription.unsubscribe': params => this.unsubscribe(params),
      'run.start': params => this.start(params),
      'run.cancel': params => this.cancel(params),
      'input.respond': params => this.respond(params),
      'state.get': params => this.whenOver(() => this.thread.getState(params)),
      'state.update': params => this.whenOver(() => this.thread.updateState(params)),
      'state.listCheckpoints': params => this.whenOver(() => this.thread.listCheckpoints(params)),
    };
  }

  /** Executes the command of a line, after previous ones, and answers it. */
  handle(line) {
    this.handling = this.handling.then(async () => {
      this.write(serialize(await this.answer(line)));
      this.beginNext();
    });
  }

  async answer(line) {
    let id = null;
    try {
      const command = parse(line);
      id = command.id ?? null;
      const does = Object.hasOwn(this.commands, command.method) ? this.commands[command.method] : undefined;
      if (!does)
        throw new Refused('unknown_command', `There is no command ${JSON.stringify(command.method)}.`);
      return {type: 'success', id, result: await does(isObject(command.params) ? command.params : {})};
    } catch (error) {
      if (error instanceof Refused)
        return {type: 'error', id, error: error.code, message: error.message};
      this.log(error.stack ?? String(error));
      return {type: 'error', id, error: 'unknown_error', message: `${error.name}: ${error.message}`};
    }
  }

  /** Cancels the current run, and waits for it. */
  async close() {
    this.waiting = [];
    this.run?.ending.abort();
    await this.run?.over;
  }

  /** A run that was cancelled may still write checkpoints: the state is the one after it. */
  async whenOver(work) {
    if (this.run?.ending.signal.aborted)
      await this.run.over;
    return work();
  }

  // subscriptions

  async subscribe(params) {
    const subscription = subscriptionOf(params);
    if (!subscription)
      throw new Refused('invalid_argument', 'subscription.subscribe needs `channels`, a list of names.');
    const id = crypto.randomUUID();
    if (params.run_id === undefined)
      this.subscriptions.set(id, subscription);
    else
      this.find(params.run_id).subscriptions.push(subscription);
    return {subscription_id: id, replayed_events: 0};
  }

  async unsubscribe(params) {
    if (!this.subscriptions.delete(params.subscription_id))
      throw new Refused('no_such_subscription', `There is no subscription ${JSON.stringify(params.subscription_id)}.`);
    return {};
  }

  send(run, events) {
    for (const event of events) {
      if ([...this.subscriptions.values(), ...run.subscriptions].some(entry => matches(entry, event)))
        this.write(serialize(event));
    }
  }

  // runs

  async start(params) {
    const strategy = params.multitask_strategy ?? params.multitaskStrategy ?? 'enqueue';
    if (!STRATEGIES.includes(strategy))
      throw new Refused('invalid_argument', `multitask_strategy is ${JSON.stringify(strategy)}; it can be ${STRATEGIES.join(', ')}.`);
    return this.enqueue(new Run(await this.thread.inputOf(params), this.thread.config(params), subscriptionOf(params)), strategy);
  }

  async respond(params) {
    return this.enqueue(new Run(await this.thread.answerOf(params), this.thread.config(params), subscriptionOf(params)), 'enqueue');
  }

  find(id) {
    const found = [this.run, ...this.waiting].find(run => run?.id === id);
    if (!found)
      throw new Refused('no_such_run', `No run ${JSON.stringify(id)} is under way.`);
    return found;
  }

  async cancel(params) {
    const wanted = params.run_id ?? params.runId ?? this.run?.id ?? null;
    const run = this.find(wanted);
    run.ending.abort();
    if (run !== this.run) {
      this.waiting = this.waiting.filter(entry => entry !== run);
      this.write(serialize(endOf(run, 'interrupted')));
    }
    return {};
  }

  enqueue(run, strategy) {
    if (this.run && strategy === 'reject')
      throw new Refused('conflict', `Run ${this.run.id} is under way on this thread.`);
    if (this.run && strategy !== 'enqueue') {
      this.run.isRolledBack = strategy === 'rollback';
      this.run.ending.abort();
      for (const waiting of this.waiting.splice(0))
        this.write(serialize(endOf(waiting, 'interrupted')));
    }
    this.waiting.push(run);
    return {run_id: run.id, thread_id: this.thread.id};
  }

  beginNext() {
    if (this.run || this.waiting.length === 0)
      return;
    this.run = this.waiting.shift();
    this.run.over = this.perform(this.run);
  }

  async perform(run) {
    const events = new RunEvents(run.id, this.name);
    this.send(run, events.begin());
    let [status, error] = await this.attempt(run, () => this.iterate(run, events));
    if (run.isRolledBack)
      [status, error] = await this.attempt(null, () => this.rollBack(run, status));
    this.send(run, events.end(status, error));
    this.write(serialize(endOf(run, status)));
    this.run = null;
    this.beginNext();
  }

  /** Returns the status and the error of a part of a run, which is interrupted if `run` was cancelled. */
  async attempt(run, work) {
    try {
      return [await work(), null];
    } catch (reason) {
      if (run?.ending.signal.aborted)
        return ['interrupted', null];
      this.log(reason.stack ?? String(reason));
      return ['failed', reason.message || reason.name];
    }
  }

  /** When a node throws, LangGraph does not always deliver the events that are queued. */
  async iterate(run, events) {
    run.checkpoint = (await this.graph.getState(this.thread.config({}))).config;
    const stream = await this.graph.streamEvents(run.input, {...run.config, version: 'v3', signal: run.ending.signal});
    for await (const event of stream) {
      run.ending.signal.throwIfAborted();
      this.send(run, events.translate(event));
    }
    run.ending.signal.throwIfAborted();
    return events.asked.size > 0 ? 'interrupted' : 'completed';
  }

  /** Undoes the run: the thread continues from the checkpoint that it had before. Returns `status`. */
  async rollBack(run, status) {
    if (run.checkpoint?.configurable?.checkpoint_id)
      await this.graph.updateState(run.checkpoint, null);
    return status;
  }
}

const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(line) {
  let command;
  try {
    command = JSON.parse(line);
  } catch (error) {
    throw new Refused('invalid_argument', `A line that is no JSON: ${error.message}`);
  }
  if (!isObject(command))
    throw new Refused('invalid_argument', 'A line that is no JSON object.');
  return command;
}

/** Returns the subscription of a run; null: there is none. */
function subscriptionOf({channels, namespaces, depth}) {
  if (channels === undefined)
    return null;
  if (!Array.isArray(channels) || channels.length === 0 || !channels.every(name => typeof name === 'string'))
    throw new Refused('invalid_argument', '`channels` is a list of names.');
  return {channels: new Set(channels), namespaces, depth};
}

const endOf = (run, status) => ({type: 'end', run_id: run.id, status});
