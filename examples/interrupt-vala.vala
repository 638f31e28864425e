// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A run that stops to ask: put the question to the user, and go on with the answer.
//
//     echo yes | interrupt-vala
//
// The agent here is a line. One on a server is begun with thread.start () and goes
// on with thread.respond (); the rest is the same.

Gstream.RunStream start (string? answer) throws Error {
    var source = new Gstream.PushSource ();
    var json = answer == null ? """{"text": "Cats."}""" : """{"text": "Cats.", "published": %s}""".printf ((answer == "yes").to_string ());
    var questions = answer == null ? """[{"id": "q1", "value": "Publish it?"}]""" : "[]";

    source.push (new Gstream.Event.full ("values", null, new Gstream.Payload (json), -1, null, null, new Gstream.Payload (questions)));
    source.finish ();
    return new Gstream.RunStream (source);
}

async void converse () throws Error {
    var run = start (null);
    var interrupts = yield run.interrupts ();

    while (interrupts.length > 0) {
        print ("%s\n> ", interrupts[0].get_value ().get_string (""));
        run = start (stdin.read_line () ?? "");
        interrupts = yield run.interrupts ();
    }
    print ("%s\n", (yield run.output ()).get_json ());
}

int main () {
    var loop = new MainLoop ();

    converse.begin ((object, result) => {
        try {
            converse.end (result);
        } catch (Error error) {
            printerr ("%s\n", error.message);
        }
        loop.quit ();
    });
    loop.run ();
    return 0;
}
