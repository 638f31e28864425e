// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What streamEvents makes its runs with; the package does not export it.
import {load} from './packages.mjs';

export const {createGraphRunStream} = await load('@langchain/langgraph', 'stream/run-stream.js');
