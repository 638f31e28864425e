// SPDX-License-Identifier: LGPL-2.1-or-later
// Graphs for the tests of gstream-agent, beside those of ../servers/javascript/graph.mjs: those of graph.py once more.
import fs from 'node:fs';

import {Annotation, END, START, StateGraph, interrupt} from '@langchain/langgraph';

const Notes = Annotation.Root({log: Annotation({reducer: (a, b) => a.concat(b), default: () => []})});

const chain = nodes => {
  const names = Object.keys(nodes);
  return [...names, END].reduce(
    (graph, name, at) => graph.addEdge(at === 0 ? START : names[at - 1], name),
    names.reduce((graph, name) => graph.addNode(name, nodes[name]), new StateGraph(Notes)));
};

const chatty = () => {
  console.log('printed by a node');
  return {log: ['chatty']};
};
const ask = () => ({log: [`answer: ${interrupt('go on?')}`]});
const wait = () => new Promise(() => setInterval(() => {}, 1000));
const block = () => {
  for (;;)
    fs.readSync(fs.openSync('/dev/zero'), Buffer.alloc(1 << 20));
};
/** Says in a file of the environment how many steps it has made, a byte each. */
const count = ({step}) => {
  fs.appendFileSync(process.env.STEPS_FILE, '.');
  return {step: step + 1, pad: 'x'.repeat(8192)};
};
const isCounted = ({step}) => step < Number(process.env.STEPS) ? 'count' : END;
const Counted = Annotation.Root({pad: Annotation(), step: Annotation({reducer: (_, b) => b, default: () => 0})});
const die = () => process.exit(7);

export const talks = chain({chatty}).compile();
export const asks = chain({chatty, ask}); // not compiled
export const waits = chain({wait}).compile();
export const blocks = chain({block}).compile();
export const dies = chain({die}).compile();
export const counts = new StateGraph(Counted).addNode('count', count).addEdge(START, 'count')
  .addConditionalEdges('count', isCounted).compile();
export const made = async () => chain({chatty}).compile();
export const full = chain({wait}).compile();
full.updateState = async () => {
  throw new Error('the disk is full');
};
export const notAGraph = 7;
