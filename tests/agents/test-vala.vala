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

    return Test.run ();
}
