// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An agent of the application's own, which pushes what it does into a source.
//
//     agent-vala "Where is the station?"

const string[] ANSWER = { "Down", " the", " road,", " then", " left." };

async void work (string question, Gstream.PushSource source) throws Error {
    var message = new Gstream.MessageWriter (null, "guide");
    var state = new VariantDict ();

    source.push (message.start ());
    foreach (unowned var word in ANSWER) {
        Timeout.add (40, () => { work.callback (); return Source.REMOVE; });
        yield;
        source.push (message.text (word));
    }
    source.push (message.finish (null, "stop"));
    state.insert_value ("question", question);
    state.insert_value ("words", (int64) ANSWER.length);
    source.push (new Gstream.Event.variant ("values", null, state.end ()));
    source.finish ();
}

async void show (Gstream.RunStream run) throws Error {
    var messages = run.messages.subscribe ();
    Value item;

    while (yield messages.next (null, out item)) {
        unowned var message = (Gstream.Message) item.get_object ();
        var deltas = message.text_deltas.subscribe ();
        Value delta;

        print ("%s: ", message.node);
        while (yield deltas.next (null, out delta))
            print ("%s", (string) delta);
        print ("\n");
    }
    print ("%s\n", (yield run.output ()).get_json ());
}

int main (string[] args) {
    var loop = new MainLoop ();
    var source = new Gstream.PushSource ();
    var run = new Gstream.RunStream (source);

    work.begin (args[1], source);
    show.begin (run, (object, result) => {
        try {
            show.end (result);
        } catch (Error error) {
            printerr ("%s\n", error.message);
        }
        loop.quit ();
    });
    loop.run ();
    return 0;
}
