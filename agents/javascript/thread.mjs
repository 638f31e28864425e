// SPDX-License-Identifier: LGPL-2.1-or-later
// A conversation thread: a graph, its checkpoints and an id. The input of its runs, and its states.
import {plain, stateOf} from './state.mjs';

/** A refused command: the protocol's code, and a message. */
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** `params` are the parameters of the protocol's commands. */
export class GraphThread {
  constructor(graph, {Command, Send}, id) {
    this.graph = graph;
    this.Command = Command;
    this.Send = Send;
    this.id = id;
  }

  config(params) {
    const {recursion_limit, configurable, metadata, ...rest} = params.config ?? {};
    const checkpoint_id = params.checkpoint_id ?? configurable?.checkpoint_id;
    return {
      ...rest,
      ...(recursion_limit !== undefined && {recursionLimit: recursion_limit}),
      metadata: {...metadata, ...params.metadata},
      configurable: {...configurable, thread_id: this.id, ...(checkpoint_id !== undefined && {checkpoint_id})},
    };
  }

  /** Returns the graph's input for `run.start`; if there is a pending interrupt, it is the answer. */
  async inputOf(params) {
    const input = params.input ?? null;
    const forks = this.config(params).configurable.checkpoint_id !== undefined;
    if (input === null || forks || (await this.pending()).length === 0)
      return input;
    return new this.Command({resume: input});
  }

  /** The same for `input.respond`. */
  async answerOf(params) {
    const entries = params.responses ?? [params];
    if (!Array.isArray(entries) || entries.length === 0)
      throw new Refused('invalid_argument', 'input.respond needs at least one response.');
    const pending = await this.pending();
    const resume = {};
    for (const entry of entries) {
      const id = entry.interrupt_id ?? entry.interruptId ?? (pending.length === 1 ? pending[0] : undefined);
      if (!pending.includes(id))
        throw new Refused('no_such_interrupt', `Unknown or already answered interrupt: ${id}`);
      resume[id] = entry.response ?? null;
    }
    const {update, goto: target} = params;
    return new this.Command({resume, ...(update && {update}), ...(target && {goto: this.target(target)})});
  }

  target(value) {
    if (Array.isArray(value))
      return value.map(entry => this.target(entry));
    return typeof value === 'object' ? new this.Send(value.node, value.input) : value;
  }

  /** Returns the ids of the pending interrupts. */
  async pending() {
    const {tasks} = await this.graph.getState(this.config({}), {subgraphs: true});
    return tasks.filter(task => task.result === undefined || isEmpty(task.result))
      .flatMap(task => task.interrupts.map(entry => entry.id));
  }

  async getState(params) {
    return snapshot(await this.graph.getState(this.config(params), {subgraphs: Boolean(params.subgraphs)}));
  }

  async updateState(params) {
    const config = await this.graph.updateState(this.config(params), params.values, params.as_node);
    return {checkpoint: config.configurable};
  }

  async listCheckpoints({limit = 10, before}) {
    const config = this.config({});
    const options = {limit, ...(before !== undefined && {before: {configurable: {...config.configurable, checkpoint_id: before}}})};
    const checkpoints = [];
    for await (const entry of this.graph.getStateHistory(config, options))
      checkpoints.push(snapshot(entry));
    return {checkpoints};
  }
}

const isEmpty = value => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function checkpointOf(config) {
  const {thread_id, checkpoint_ns = '', checkpoint_id} = config?.configurable ?? {};
  return checkpoint_id === undefined ? null : {thread_id, checkpoint_ns, checkpoint_id};
}

function snapshot(found) {
  const {values, next, tasks, metadata, createdAt, config, parentConfig} = found;
  return {
    values: stateOf(plain(values)),
    next: [...next],
    tasks: tasks.map(task),
    metadata: metadata ?? null,
    created_at: createdAt ?? null,
    checkpoint: checkpointOf(config),
    parent_checkpoint: checkpointOf(parentConfig),
    interrupts: tasks.flatMap(entry => entry.interrupts),
  };
}

function task({id, name, path, error, interrupts, state, result}) {
  return {
    id, name, path,
    error: error === undefined ? null : String(error?.message ?? error),
    interrupts,
    state: Array.isArray(state?.tasks) ? snapshot(state) : null,
    result: result ?? null,
  };
}
