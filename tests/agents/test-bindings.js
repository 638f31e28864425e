// SPDX-License-Identifier: LGPL-2.1-or-later
// A thread in a child process, in JavaScript.
import GLib from 'gi://GLib';
import Gstream from 'gi://Gstream';

import * as tap from '../support/tap.js';

const AGENT = ['python3', GLib.build_filenamev([GLib.getenv('G_TEST_SRCDIR'), 'agents', 'fake-agent.py'])];

tap.test('/gjs/H1/run', async () => {
    const thread = new Gstream.Thread({command: [...AGENT, 'echo']});
    tap.assertEqual(thread instanceof Gstream.ProcessThread, true);
    const run = await thread.start({x: 1});
    const seen = [];
    for await (const value of run.values)
        seen.push(value);
    tap.assertEqual(seen, [{x: 1}]);
    tap.assertEqual(thread.thread_id, 'made');
});

tap.test('/gjs/H1/questions', async () => {
    const thread = Gstream.Thread.new_for_command([...AGENT, 'ask']);
    const asked = await (await thread.start({})).interrupts();
    const resumed = await thread.respond(asked[0], {a: 1});
    tap.assertEqual((await resumed.output()).answers, {a: 1});
});

tap.test('/gjs/H3/errors', async () => {
    const error = await tap.assertThrows(() => new Gstream.Thread({command: [...AGENT, 'exit']}).start({}));
    tap.assert(error.matches(Gstream.Error, Gstream.Error.SERVER), error.message);
});

await tap.run();
