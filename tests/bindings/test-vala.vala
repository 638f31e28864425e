/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * gstream at home in Vala: yield, typed properties, classes of one's own.
 */

Gstream.EventSource values (string[] states) {
    var source = new Gstream.PushSource ();

    try {
        foreach (unowned var state in states)
            source.push (new Gstream.Event ("values", null, new Gstream.Payload (state)));
    } catch (Error error) {
        assert_not_reached ();
    }
    source.finish ();
    return source;
}

Gstream.RunStream recorded (string name) {
    var path = Test.build_filename (Test.FileType.DIST, "runs", "python-inprocess", name);
    return new Gstream.RunStream (new Gstream.JsonLinesSource (File.new_for_path (path)));
}

delegate void Asynchronous (AsyncReadyCallback done);

/* Runs what ends by its callback; gives its result. */
AsyncResult wait_for (Asynchronous start) {
    var loop = new MainLoop ();
    AsyncResult? result = null;

    start ((object, given) => {
        result = given;
        loop.quit ();
    });
    loop.run ();
    return result;
}

/* --- yield --- */

async string say (Gstream.RunStream run) throws Error {
    var text = new StringBuilder ();
    var messages = run.messages.subscribe ();
    Value item;

    while (yield messages.next (null, out item)) {
        unowned var message = (Gstream.Message) item.get_object ();
        var deltas = message.text_deltas.subscribe ();
        Value delta;

        while (yield deltas.next (null, out delta))
            text.append ((string) delta);
        assert_cmpstr ((yield message.wait ()).text, CompareOperator.EQ, text.str);
    }
    assert_cmpstr ((yield run.output ()).get_string ("/messages/1/content/0/text"), CompareOperator.EQ, text.str);
    assert_false (yield run.interrupted ());
    return text.str;
}

void test_messages () {
    var run = recorded ("chat.jsonl");

    try {
        var text = say.end (wait_for (done => say.begin (run, done)));
        assert_cmpstr (text, CompareOperator.EQ, "The quick brown fox jumps over the lazy dog — naïve façade, 日本語 too 🦊.");
    } catch (Error error) {
        assert_no_error (error);
    }
}

/* --- without waiting on the main loop --- */

void test_sync () {
    try {
        var run = new Gstream.RunStream (values ({ "1", "2" }));
        var one = run.values.tee (2);
        var sum = 0;
        Gstream.Payload? state;

        foreach (unowned var cursor in one)
            while (cursor.wait_sync ())
                if (cursor.try_next_payload (out state) == Gstream.Try.ITEM)
                    sum += (int) state.get_integer ("");
        assert_cmpint (sum, CompareOperator.EQ, 6);
        assert_cmpint ((int) run.output_sync ().get_integer (""), CompareOperator.EQ, 2);
    } catch (Error error) {
        assert_no_error (error);
    }
}

void test_interleave () {
    try {
        var run = recorded ("tools.jsonl");
        var cursor = run.interleave ({ "messages", "tool_calls" });
        var names = new StringBuilder ();
        Value item;

        while (cursor.next_sync (out item))
            names.append_printf ("%s ", cursor.item_name);
        assert_cmpstr (names.str, CompareOperator.EQ, "messages tool_calls tool_calls messages ");
    } catch (Error error) {
        assert_no_error (error);
    }
}

/* --- batches --- */

class Words : Gstream.Transformer {
    unowned Gstream.Projection words;

    construct {
        set_wants ({ "values" });
        words = add_projection ("words", typeof (string));
    }

    public override bool process (Gstream.Event event) throws Error {
        return words.push (event.get_data ().get_json ());
    }
}

void test_batches () {
    try {
        var mux = new Gstream.StreamMux ();
        string[] texts;
        unowned string? name;

        mux.add_type (typeof (Words));
        var run = new Gstream.RunStream (values ({ "1", "2", "3" }), mux);
        run.set_turn_budget (0);
        var cursor = run.get_projection ("words").subscribe ();
        assert_true (cursor.get_item_type () == typeof (string));
        assert_true (cursor.peek (out name) == Gstream.Try.ITEM);
        assert_cmpstr (name, CompareOperator.EQ, "words");
        assert_true (cursor.peek_texts (2, out texts) == Gstream.Try.ITEM);
        assert_cmpstr (string.joinv (" ", texts), CompareOperator.EQ, "1 2");
        cursor.skip (1);
        assert_true (cursor.take_texts (64, out texts) == Gstream.Try.ITEM);
        assert_cmpstr (string.joinv (" ", texts), CompareOperator.EQ, "2 3");
        assert_true (cursor.peek_texts (64, out texts) == Gstream.Try.ENDED);
        assert_false (cursor.wait_sync ());
    } catch (Error error) {
        assert_no_error (error);
    }
}

/* --- wrong uses --- */

void test_second () {
    try {
        var run = new Gstream.RunStream (values ({ "1" }));
        var cursor = run.values.subscribe ();

        assert_false (cursor.closed);
        run.values.subscribe ();
        assert_not_reached ();
    } catch (Gstream.Error.ALREADY_SUBSCRIBED error) {
        assert_true ("tee" in error.message);
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_cancel () {
    var source = new Gstream.PushSource ();
    var run = new Gstream.RunStream (source);
    var cancellable = new Cancellable ();

    try {
        var cursor = run.values.subscribe ();
        var result = wait_for (done => {
            cursor.wait.begin (cancellable, done);
            cancellable.cancel ();
        });
        cursor.wait.end (result);
        assert_not_reached ();
    } catch (IOError.CANCELLED error) {
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_iteration () {
    try {
        var payload = new Gstream.Payload ("{\"list\": [1, 2, 3], \"a\": 4, \"a\": 5}");
        var sum = 0;
        var said = "";
        unowned string? key;
        Gstream.Payload? value;

        foreach (var element in payload.lookup ("/list"))
            sum += (int) element.get_integer ("");
        assert_cmpint (sum, EQ, 6);
        for (var iter = payload.iterator (); iter.next (out key, out value);)
            said += @"$key=$(value.dup_json ());";
        assert_cmpstr (said, EQ, "list=[1, 2, 3];a=5;");
    } catch (Error error) {
        assert_not_reached ();
    }
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/message/T3/yield", test_messages);
    Test.add_func ("/vala/tee/P8/sync", test_sync);
    Test.add_func ("/vala/interleave/P10", test_interleave);
    Test.add_func ("/vala/cursor/P3/batches", test_batches);
    Test.add_func ("/vala/wrong/P1/second", test_second);
    Test.add_func ("/vala/cursor/R3/cancel", test_cancel);
    Test.add_func ("/vala/payload/E2/iteration", test_iteration);
    return Test.run ();
}
