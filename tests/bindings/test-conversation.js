// SPDX-License-Identifier: LGPL-2.1-or-later
// A conversation in JavaScript, over an agent that says what it was told.
import GLib from 'gi://GLib';
import Gstream from 'gi://Gstream';

import * as tap from '../support/tap.js';

const AGENT = ['python3', GLib.build_filenamev([GLib.getenv('G_TEST_SRCDIR'), 'agents', 'fake-agent.py'])];

tap.test('/gjs/C1/send', async () => {
    const conversation = new Gstream.Conversation({thread: new Gstream.Thread({command: [...AGENT, 'echo']})});
    await conversation.open();
    const row = conversation.send('hello', {metadata: {a: 1}});
    const other = conversation.send({content: [{type: 'text', text: 'more'}]});
    tap.assertEqual(row.text, 'hello');
    tap.assertEqual(other.status, Gstream.ConversationRowStatus.QUEUED);
    tap.assertEqual(other.content, [{type: 'text', text: 'more'}]);
    tap.assertEqual(row.payload.type, 'human');
    tap.assert(conversation.take_back(other));
    await conversation.wait();
    tap.assertEqual(conversation.get_item(0), row);
    tap.assertEqual(row.role, Gstream.ConversationRole.HUMAN);
});

await tap.run();
