// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The SDK's client.
import {load} from './packages.mjs';

export const {Client} = await load('@langchain/langgraph-sdk', 'index.js');
