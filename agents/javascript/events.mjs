// SPDX-License-Identifier: LGPL-2.1-or-later
// The events of LangGraph's run (`streamEvents`, version 3) as the events of the agent protocol: those that the Agent
// Server would send of the same run, so that a run looks the same wherever it comes from.
import {plain, stateOf} from './state.mjs';

/** Converts to JSON, with messages in the Agent Server's format. */
export const serialize = value => JSON.stringify(plain(value));

export class RunEvents {
  constructor(runId, graphName) {
    this.runId = runId;
    this.graphName = graphName;
    this.seq = 0;
    this.asked = new Set(); // ids of this run's interrupts
  }

  begin() {
    return [this.event('lifecycle', [], {event: 'running', graph_name: this.graphName})];
  }

  end(status, error) {
    return [this.event('lifecycle', [], {event: status, graph_name: this.graphName, ...(error !== null && {error})})];
  }

  translate({method, params}) {
    const namespace = params.namespace ?? [];
    if (method === 'lifecycle') // the run's own events are made by begin() and end()
      return namespace.length > 0 ? [this.event(method, namespace, params.data)] : [];
    if (method === 'values')
      return this.values(namespace, plain(params.data));
    if (method === 'updates')
      return this.updates(namespace, plain(params.data));
    if (method === 'tasks')
      return [this.event(method, namespace, withCheckpoint(plain(params.data)))];
    if (method.startsWith('custom:'))
      return [this.event('custom', namespace, {name: method.slice('custom:'.length), payload: params.data})];
    if (method === 'input' || method === 'debug')
      return method === 'input' ? this.ask(namespace, params.data) : [];
    return [this.event(method, namespace, params.data)];
  }

  event(method, namespace, data, node) {
    this.seq += 1;
    return {
      type: 'event',
      event_id: `${this.runId}:${this.seq}`,
      seq: this.seq,
      method,
      params: {namespace, timestamp: Date.now(), ...(node !== undefined && {node}), data},
    };
  }

  values(namespace, data) {
    const {__interrupt__: asked, ...values} = isObject(data) ? data : {};
    const events = this.ask(namespace, asked ?? []);
    if (!isObject(data))
      return [...events, this.event('values', namespace, data)];
    return Object.keys(values).length > 0 ? [...events, this.event('values', namespace, stateOf(values))] : events;
  }

  updates(namespace, data) {
    if (data.node === '__interrupt__')
      return this.ask(namespace, data.values);
    return [this.event('updates', namespace, stateOf(data.values), data.node)];
  }

  /** Reports each interrupt once. */
  ask(namespace, requests) {
    const list = Array.isArray(requests) ? requests : requests?.__interrupt__ ?? [];
    return list.flatMap(({id, value}) => {
      if (typeof id !== 'string' || this.asked.has(id))
        return [];
      this.asked.add(id);
      return [this.event('input.requested', namespace, {interrupt_id: id, payload: value})];
    });
  }
}

const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);

/** If a task's state is the config of a subgraph, converts it to the subgraph's checkpoint. */
function withCheckpoint(task) {
  const configurable = task.state?.configurable;
  if (!isObject(configurable) || configurable.checkpoint_id === undefined && configurable.checkpoint_ns === undefined)
    return task;
  const {state: _, ...rest} = task;
  const {thread_id, checkpoint_ns = '', checkpoint_id} = configurable;
  return {...rest, checkpoint: {thread_id, checkpoint_ns, checkpoint_id}};
}

/** Whether a subscription (channels, namespaces, depth of the protocol) takes an event. */
export function matches({channels, namespaces, depth}, {method, params}) {
  const channel = method === 'input.requested' ? 'input' : method;
  if (!channels.has(channel) && !(channel === 'custom' && channels.has(`custom:${params.data?.name}`)))
    return false;
  if (!Array.isArray(namespaces) || namespaces.length === 0)
    return typeof depth !== 'number' || params.namespace.length <= depth;
  return namespaces.some(prefix => isBelow(params.namespace, prefix) &&
    (typeof depth !== 'number' || params.namespace.length - prefix.length <= depth));
}

function isBelow(namespace, prefix) {
  return namespace.length >= prefix.length && prefix.every((wanted, at) =>
    namespace[at] === wanted || (!wanted.includes(':') && namespace[at].split(':')[0] === wanted));
}
