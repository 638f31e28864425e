// SPDX-License-Identifier: LGPL-2.1-or-later
// A thread in a child process, in Vala.

string[] agent (string behaviour) {
    return { "python3", Test.build_filename (Test.FileType.DIST, "agents", "fake-agent.py"), behaviour };
}

async string run () throws Error {
    var thread = new Gstream.Thread.for_command (agent ("ask"));
    var first = yield thread.start (new Gstream.Payload ("{}"));
    var asked = yield first.interrupts ();
    var resumed = yield thread.respond (asked[0], new Gstream.Payload.string ("yes"));
    var state = yield resumed.output ();

    return state.get_string ("/answers");
}

void test_run () {
    var loop = new MainLoop ();

    run.begin ((object, result) => {
        try {
            assert (run.end (result) == "yes");
        } catch (Error error) {
            assert_no_error (error);
        }
        loop.quit ();
    });
    loop.run ();
}

void test_conversation () {
    try {
        var conversation = new Gstream.Conversation (new Gstream.Thread.for_command (agent ("ask")));

        conversation.open_sync ();
        conversation.send ("hello");
        conversation.wait_sync ();
        assert (conversation.questions.get_n_items () == 2);
        var questions = new GenericArray<Gstream.Question> ();
        var responses = new GenericArray<Gstream.Payload> ();
        for (var i = 0; i < 2; i++) {
            questions.add ((Gstream.Question) conversation.questions.get_item (i));
            responses.add (new Gstream.Payload.string ("yes"));
        }
        conversation.respond_all_sync (questions, responses);
        conversation.wait_sync ();
        assert (conversation.questions.get_n_items () == 0);
        try {
            conversation.respond_json_sync (new Gstream.Payload ("[{\"interrupt_id\":\"1\",\"response\":2}]"));
            assert_not_reached ();
        } catch (Error error) {
            assert (error is Gstream.Error.NOT_FOUND);
        }
    } catch (Error error) {
        assert_no_error (error);
    }
}

void test_missing () {
    try {
        new Gstream.Thread.for_command ({ "gstream-no-such-agent" });
        assert_not_reached ();
    } catch (Error error) {
        assert (error is SpawnError.NOENT);
    }
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/H1/run", test_run);
    Test.add_func ("/vala/H3/missing", test_missing);
    Test.add_func ("/vala/R9/conversation", test_conversation);

    return Test.run ();
}
