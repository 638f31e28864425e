// SPDX-License-Identifier: LGPL-2.1-or-later
// The graphs of ../python/graphs.py once more, for the other server: each says what a fixed script says.
import {AIMessageChunk} from '@langchain/core/messages';
import {BaseChatModel} from '@langchain/core/language_models/chat_models';
import {ChatGenerationChunk} from '@langchain/core/outputs';
import {tool} from '@langchain/core/tools';
import {Annotation, END, MessagesAnnotation, START, StateGraph, interrupt} from '@langchain/langgraph';
import {ToolNode} from '@langchain/langgraph/prebuilt';
import {z} from 'zod';

/** Streams the chunks it was given, each time the same. */
class ScriptedModel extends BaseChatModel {
  constructor(chunks, pause = 0) {
    super({});
    this.chunks = chunks;
    this.pause = pause;
  }

  _llmType() {
    return 'scripted';
  }

  async _generate(messages, options, runManager) {
    let whole = null;
    for await (const chunk of this._streamResponseChunks(messages, options, runManager))
      whole = whole ? whole.concat(chunk) : chunk;
    return {generations: [whole]};
  }

  async *_streamResponseChunks(_messages, _options, runManager) {
    for (const fields of this.chunks) {
      if (this.pause)
        await new Promise(resolve => setTimeout(resolve, this.pause));
      const message = new AIMessageChunk(fields);
      const text = typeof fields.content === 'string' ? fields.content : '';
      const chunk = new ChatGenerationChunk({message, text});
      yield chunk;
      await runManager?.handleLLMNewToken(text, undefined, undefined, undefined, undefined, {chunk});
    }
  }
}

export const says = (pieces, pause) => new ScriptedModel(pieces.map(content => ({content})), pause);
const speaker = model => async (state, config) => ({messages: [await model.invoke(state.messages, config)]});
const messageGraph = () => new StateGraph(MessagesAnnotation);

const Notes = Annotation.Root({
  topic: Annotation(),
  log: Annotation({reducer: (a, b) => a.concat(b), default: () => []}),
});
const notes = line => state => ({log: [`${line} ${state.topic}`]});

// chat: one model call, its text in four pieces
export const chat = messageGraph()
  .addNode('model', speaker(says(['Hel', 'lo, ', 'wörld', ' ☃'])))
  .addEdge(START, 'model')
  .addEdge('model', END)
  .compile();

// tools: the model calls two tools, one of which fails, then answers
const weather = tool(async ({city}) => `sunny in ${city}`, {
  name: 'weather', description: 'The weather somewhere.', schema: z.object({city: z.string()}),
});
const broken = tool(async ({reason}) => {
  throw new Error(`broken: ${reason}`);
}, {name: 'broken', description: 'A tool that does not work.', schema: z.object({reason: z.string()})});
const chunk = (index, id, name, args) => ({content: '', tool_call_chunks: [{type: 'tool_call_chunk', index, id, name, args}]});
const calls = new ScriptedModel([
  {content: 'Let me look. '},
  chunk(1, 'call-1', 'weather', ''),
  chunk(1, undefined, undefined, '{"city": '),
  chunk(1, undefined, undefined, '"Paris"}'),
  chunk(2, 'call-2', 'broken', '{"reason": "test"}'),
]);
const answer = says(['It is sunny.']);
export const tools = messageGraph()
  .addNode('agent', async (state, config) => {
    const model = state.messages.at(-1).getType() === 'tool' ? answer : calls;
    return {messages: [await model.invoke(state.messages, config)]};
  })
  .addNode('tools', new ToolNode([weather, broken]))
  .addEdge(START, 'agent')
  .addConditionalEdges('agent', state => state.messages.at(-1).tool_calls?.length ? 'tools' : END)
  .addEdge('tools', 'agent')
  .compile();

// subgraphs: a child and, in it, a grandchild with a model call
const leaf = messageGraph()
  .addNode('model', speaker(says(['deep ', 'down'])))
  .addEdge(START, 'model')
  .compile({name: 'leaf'});
const middle = messageGraph()
  .addNode('leaf', leaf)
  .addNode('after', speaker(says(['coming ', 'up'])))
  .addEdge(START, 'leaf')
  .addEdge('leaf', 'after')
  .compile({name: 'middle'});
export const subgraphs = messageGraph()
  .addNode('middle', middle)
  .addNode('last', speaker(says(['on ', 'top'])))
  .addEdge(START, 'middle')
  .addEdge('middle', 'last')
  .compile();

// parallel: three models at once
export const parallel = ['red', 'green', 'blue']
  .reduce((graph, name) => graph
    .addNode(name, speaker(says([`${name} one, `, `${name} two, `, `${name} three`], 2)))
    .addEdge(START, name), messageGraph())
  .compile();

// error, childError: a node of the run, or of its child, throws
const fails = state => {
  throw new Error(`no ${state.topic} today`);
};
export const error = new StateGraph(Notes)
  .addNode('first', notes('began'))
  .addNode('fails', fails)
  .addEdge(START, 'first')
  .addEdge('first', 'fails')
  .compile();
const child = new StateGraph(Notes).addNode('fails', fails).addEdge(START, 'fails').compile({name: 'child'});
export const childError = new StateGraph(Notes).addNode('child', child).addEdge(START, 'child').compile();

// custom: the graph's own events, plain and named
export const custom = new StateGraph(Notes)
  .addNode('work', (_state, config) => {
    for (let step = 1; step < 4; step++)
      config.writer({step});
    config.writer({name: 'sources', payload: {title: 'Ünïcode', url: null}});
    return {log: ['worked']};
  })
  .addEdge(START, 'work')
  .compile();

// questions: two pending at once; nestedQuestion: one asked in a subgraph
const asks = who => state => ({log: [`${who} heard ${interrupt({from: who, topic: state.topic})}`]});
export const questions = new StateGraph(Notes)
  .addNode('left', asks('left'))
  .addNode('right', asks('right'))
  .addNode('end', notes('finished'))
  .addEdge(START, 'left')
  .addEdge(START, 'right')
  .addEdge(['left', 'right'], 'end')
  .compile();
const inner = new StateGraph(Notes)
  .addNode('draft', notes('drafted'))
  .addNode('ask', asks('inner'))
  .addEdge(START, 'draft')
  .addEdge('draft', 'ask')
  .compile({name: 'inner'});
export const nestedQuestion = new StateGraph(Notes)
  .addNode('inner', inner)
  .addNode('end', notes('finished'))
  .addEdge(START, 'inner')
  .addEdge('inner', 'end')
  .compile();

// busyQuestion: one branch asks at once; another, a subgraph, talks on, and then asks too
const busy = new StateGraph(Notes)
  .addNode('talk', async (state, config) => {
    const model = says(Array.from({length: 8}, (_, n) => `word${n} `), 100);
    return {log: [(await model.invoke(state.topic, config)).content]};
  })
  .addNode('ask', asks('busy'))
  .addEdge(START, 'talk')
  .addEdge('talk', 'ask')
  .compile({name: 'busy'});
export const busyQuestion = new StateGraph(Notes)
  .addNode('quick', asks('quick'))
  .addNode('busy', busy)
  .addNode('end', notes('finished'))
  .addEdge(START, 'quick')
  .addEdge(START, 'busy')
  .addEdge(['quick', 'busy'], 'end')
  .compile();

// slow: talks for a minute, a word every twenty milliseconds
export const slow = messageGraph()
  .addNode('model', speaker(says(Array.from({length: 3000}, (_, n) => `word${n} `), 20)))
  .addEdge(START, 'model')
  .compile();
