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

tap.test('/gjs/C8/respond-all', async () => {
    const conversation = new Gstream.Conversation({thread: new Gstream.Thread({command: [...AGENT, 'ask']})});
    conversation.send('hello');
    await conversation.wait();
    const questions = [0, 1].map(at => conversation.questions.get_item(at));
    tap.assertEqual(questions.map(question => question.value), ['question 1', 'question 2']);
    try {
        conversation.respond_all(questions, ['one']);
        tap.assert(false);
    } catch (error) {
        tap.assertEqual(error.message, '2 interrupts have 1 responses');
    }
    await conversation.respond_all(questions, [{a: 1}, 'two']);
    tap.assertEqual(conversation.questions.get_n_items(), 0);
    await conversation.wait();
    const answers = conversation.values;
    tap.assert(answers !== null);
});

tap.test('/gjs/R9/sync', () => {
    const conversation = new Gstream.Conversation({thread: new Gstream.Thread({command: [...AGENT, 'ask']})});
    tap.assert(conversation.open_sync());
    conversation.send('hello');
    tap.assert(conversation.wait_sync());
    const questions = [0, 1].map(at => conversation.questions.get_item(at));
    tap.assert(conversation.respond_all_sync(questions, [1, 2]));
    tap.assert(conversation.wait_sync());
    tap.assertEqual(conversation.questions.get_n_items(), 0);
    try {
        conversation.respond_sync(questions[0], 'late');
        tap.assert(false);
    } catch (error) {
        tap.assert(error.matches(Gstream.error_quark(), Gstream.Error.NOT_FOUND));
    }
});

await tap.run();
