#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// The command `gstream-agent`: a LangGraph graph on standard input and output, one JSON document a line. The lines are
// specified in gstream's documentation, "An agent in a child process".
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {pathToFileURL} from 'node:url';
import {Worker} from 'node:worker_threads';

import {Agent} from './agent.mjs';

const EXIT_USAGE = 2;
const EXIT_NO_GRAPH = 3;
const HELP = `Usage: gstream-agent [--thread ID] [--checkpoints FILE] FILE.mjs:GRAPH

Serves a LangGraph graph on standard input and output, one JSON document a line, to the program that started it.
GRAPH is a graph, compiled or not, or a function that makes one.

  --thread ID         the thread whose checkpoints are gone on with; without, what the environment's
                      GSTREAM_THREAD_ID says, or a new one
  --checkpoints FILE  keep checkpoints in this SQLite file; without, in memory, or where the graph itself keeps them
  --help, --version`;

/** The graph cannot be loaded; the message says why, and what to do. */
class NoGraph extends Error {}

const log = text => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);

function usage(message) {
  log(`gstream-agent: ${message}\n${HELP}`);
  process.exit(EXIT_USAGE);
}

function parse() {
  const options = {thread: {type: 'string'}, checkpoints: {type: 'string'}, help: {type: 'boolean'}, version: {type: 'boolean'}};
  let parsed;
  try {
    parsed = parseArgs({options, allowPositionals: true});
  } catch (error) {
    usage(error.message);
  }
  const {values, positionals} = parsed;
  if (values.help || values.version) {
    console.log(values.help ? HELP : `gstream-agent ${createRequire(import.meta.url)('./package.json').version}`);
    process.exit(0);
  }
  const at = positionals.length === 1 ? positionals[0].lastIndexOf(':') : -1;
  if (at < 1)
    usage(`expected FILE.mjs:GRAPH, such as agent.mjs:graph`);
  return {...values, file: positionals[0].slice(0, at), name: positionals[0].slice(at + 1)};
}

/** Redirects the console to standard error. Returns a function that writes a line, and resolves when it is written. */
function claimStandardOutput() {
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return line => {
    const bytes = Buffer.from(`${line}\n`);
    for (let done = 0; done < bytes.length;) {
      try {
        done += fs.writeSync(1, bytes, done);
      } catch (error) {
        if (error.code !== 'EAGAIN')
          process.exit(0); // the client has gone
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
  };
}

/** Imports a package as the graph's file would. */
async function importBeside(file, name) {
  return import(pathToFileURL(createRequire(file).resolve(name)).href);
}

async function importLangGraph(file) {
  try {
    return await importBeside(file, '@langchain/langgraph');
  } catch (error) {
    throw new NoGraph(`@langchain/langgraph is not found from ${file} (${error.code ?? error.message}): npm install @langchain/langgraph`);
  }
}

const isGraph = value => typeof value?.streamEvents === 'function' || typeof value?.compile === 'function';

async function importGraph(options, file) {
  let module;
  if (!fs.existsSync(file))
    throw new NoGraph(`${options.file}: there is no such file`);
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    log(error.stack ?? String(error));
    throw new NoGraph(`${options.file} could not be imported: ${error.name}: ${error.message}`);
  }
  const graph = module[options.name];
  if (graph === undefined) {
    const names = Object.keys(module).filter(name => isGraph(module[name]));
    throw new NoGraph(`${options.file} has no ${options.name}; ${names.length ? `there are ${names.join(', ')}` : 'there is no graph in it'}`);
  }
  return graph;
}

async function compiled(graph) {
  const made = !isGraph(graph) && typeof graph === 'function' ? await graph() : graph;
  if (!isGraph(made))
    throw new NoGraph('what was named is no graph, and no function that makes one');
  return typeof made.streamEvents === 'function' ? made : made.compile();
}

async function openSaver(options, file, {MemorySaver}) {
  if (options.checkpoints === undefined)
    return new MemorySaver();
  try {
    const {SqliteSaver} = await importBeside(file, '@langchain/langgraph-checkpoint-sqlite');
    return SqliteSaver.fromConnString(options.checkpoints);
  } catch (error) {
    throw new NoGraph(`--checkpoints needs another package (${error.message}): npm install @langchain/langgraph-checkpoint-sqlite`);
  }
}

async function load(options) {
  const file = path.resolve(options.file);
  const langgraph = await importLangGraph(file);
  const graph = await compiled(await importGraph(options, file));
  if (options.checkpoints !== undefined || !graph.checkpointer)
    graph.checkpointer = await openSaver(options, file, langgraph);
  return {graph, langgraph};
}

const options = parse();
const write = claimStandardOutput();
process.on('unhandledRejection', error => log(error?.stack ?? String(error))); // an error of a node
try {
  const {graph, langgraph} = await load(options);
  const agent = new Agent({
    graph, langgraph, write, log, name: options.name,
    thread: options.thread ?? (process.env.GSTREAM_THREAD_ID || crypto.randomUUID()),
  });
  // Runs in a separate thread, so that the end of standard input is noticed even while a node blocks the loop.
  const input = new Worker(new URL('./input.mjs', import.meta.url));
  input.on('message', async line => {
    if (line !== null)
      return void agent.handle(line);
    await agent.close();
    process.exit(0);
  });
} catch (error) {
  if (!(error instanceof NoGraph))
    throw error;
  log(`gstream-agent: ${error.message}`);
  process.exit(EXIT_NO_GRAPH);
}
