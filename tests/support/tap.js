// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Tests in JavaScript, told to meson in TAP:
//
//     import {test, run, assert, assertEqual} from '../support/tap.js';
//
//     test('/transformer/M1/js/order', async () => {
//         assertEqual(await something(), 3);
//     });
//
//     await run();

import System from 'system';

const registered = [];

class Skipped extends Error {}

export function test(path, body) {
    registered.push([path, body]);
}

export function skip(reason) {
    throw new Skipped(reason);
}

export function assert(condition, message = 'not so') {
    if (!condition)
        throw new Error(message);
}

// Deep, by what JSON shows of the two.
export function assertEqual(actual, expected) {
    const [a, e] = [actual, expected].map(value => JSON.stringify(value));
    assert(a === e, `${a} where ${e} was expected`);
}

// Gives what was thrown.
export async function assertThrows(body) {
    try {
        await body();
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

async function runOne(number, path, body) {
    try {
        await body();
        print(`ok ${number} ${path}`);
    } catch (error) {
        if (error instanceof Skipped) {
            print(`ok ${number} ${path} # SKIP ${error.message}`);
            return true;
        }
        print(`# ${error}\n${error.stack ?? ''}`.trim().replaceAll('\n', '\n# '));
        print(`not ok ${number} ${path}`);
        return false;
    }
    return true;
}

export async function run() {
    let passed = registered.length > 0;
    print(`1..${registered.length}`);
    for (const [index, [path, body]] of registered.entries())
        passed = await runOne(index + 1, path, body) && passed;
    System.exit(passed ? 0 : 1);
}
