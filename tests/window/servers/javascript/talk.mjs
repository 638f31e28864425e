// SPDX-License-Identifier: LGPL-2.1-or-later
// ../python/talk.py once more, for the other server. Its questions have JavaScript's case, as LangChain's middleware there.
import {END, MessagesAnnotation, START, StateGraph, interrupt} from '@langchain/langgraph';

import {says} from './graph.mjs';

const QUESTION = {
  actionRequests: [{name: 'delete_file', args: {path: 'old.txt', force: false}}],
  reviewConfigs: [{actionName: 'delete_file', allowedDecisions: ['approve', 'edit', 'reject']}],
};

const modelFor = heard => {
  if (heard.includes('tidy')) {
    const [decision] = interrupt(QUESTION).decisions;
    return says([`Decided: ${decision.type}, `, decision.editedAction?.args.path ?? 'old.txt']);
  }
  if (heard.includes('slowly'))
    return says(Array.from({length: 3000}, (_, n) => `word${n} `), 100);
  return says(['You said: ', heard]);
};

export const talk = new StateGraph(MessagesAnnotation)
  .addNode('model', async (state, config) => {
    const model = modelFor(state.messages.at(-1).text);
    return {messages: [await model.invoke(state.messages, config)]};
  })
  .addEdge(START, 'model')
  .addEdge('model', END)
  .compile();
