// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A conversation of many messages whose state comes anew with another last one: read from its text, and taken by
// useStream's own store.
import {measure, WORDS} from './bench.mjs';
import {load} from './packages.mjs';

const {StreamStore} = await load('@langchain/langgraph-sdk', 'stream/store.js');
const {RootMessageProjection} = await load('@langchain/langgraph-sdk', 'stream/root-message-projection.js');
const {ensureMessageInstances} = await load('@langchain/langgraph-sdk', 'stream/message-coercion.js');

function message(number) {
  return {
    type: number % 2 ? 'ai' : 'human',
    content: Array.from({length: 80}, (_, i) => WORDS[(number + i) % 16]).join(''),
    id: `01a20431-aa91-7723-${number.toString(16).padStart(12, '0')}`,
    additional_kwargs: {},
    response_metadata: {},
  };
}

function state(count, last) {
  return JSON.stringify({messages: Array.from({length: count}, (_, i) => message(i < count - 1 ? i : last))});
}

let states;
let seen = 0; // by whoever listens to the store
let reads = 0;
const store = new StreamStore({values: {}, messages: []});
const projection = new RootMessageProjection({messagesKey: 'messages', store});
store.subscribe(() => seen++);

function once(size) {
  const count = Number(size);
  states ??= [state(count, count - 1), state(count, count)];
  const before = seen;
  const values = JSON.parse(states[reads++ % 2]);
  projection.applyValues(values, ensureMessageInstances(values.messages));
  projection.flush(); // else a turn of the loop later
  const {messages} = store.getSnapshot();
  if (seen !== before + 1 || messages.length !== count)
    throw new Error(`the store has ${messages.length} messages after ${seen - before} changes`);
  return {items: 1, sum: messages.at(-1).content.length};
}

await measure(once);
