// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sources from Vala: made, pushed to, derived from.

Gstream.Event event (int number) throws Error {
    return new Gstream.Event ("custom", null, new Gstream.Payload (number.to_string ()));
}

// Runs the source, and gives what its events hold, joined by commas.
string numbers (Gstream.EventSource source) throws Error {
    var run = new Gstream.RunStream (source, null); // dropping it would abort it
    var log = run.log.subscribe ();
    var got = new StringBuilder ();
    Value item;
    while (log.next_sync (out item)) {
        unowned var event = (Gstream.Event) item.get_boxed ();
        got.append_printf ("%s,", event.get_data ().get_integer ("").to_string ());
    }
    return got.str;
}

// Makes an event when one is wanted.
class Countdown : Gstream.PushSource {
    private int left;

    public Countdown (int left) {
        Object ();
        this.left = left;
    }

    public override void wanted () {
        try {
            if (left == 0)
                finish ();
            else
                push (event (--left));
        } catch (Error error) {
            assert_not_reached ();
        }
    }
}

// All a source's own.
class Own : Object, Gstream.EventSource {
    private int left = 3;
    public int closed = 0;

    public Gstream.Try try_next (out Gstream.Event? next) throws Error {
        next = null;
        if (left == 0)
            return Gstream.Try.ENDED;
        next = event (--left);
        return Gstream.Try.ITEM;
    }

    public void close () {
        closed++;
    }
}

void test_memory () {
    try {
        assert (numbers (new Gstream.MemorySource ({ event (1), event (2) })) == "1,2,");
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_json_lines () {
    try {
        var stream = new MemoryInputStream.from_data (event (5).to_json ().data);
        assert (numbers (new Gstream.JsonLinesSource.for_stream (stream)) == "5,");
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_derived () {
    try {
        assert (numbers (new Countdown (3)) == "2,1,0,");
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_thread () {
    try {
        var source = new Gstream.PushSource ();
        var thread = new Thread<bool> ("pusher", () => {
            try {
                for (int i = 0; i < 5; i++)
                    source.push (event (i));
            } catch (Error error) {
                assert_not_reached ();
            }
            source.finish ();
            return true;
        });
        assert (numbers (source) == "0,1,2,3,4,");
        thread.join ();
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_closed () {
    var source = new Gstream.PushSource ();
    var run = new Gstream.RunStream (source, null);
    run.abort ();
    assert (source.closed);
    try {
        source.push (event (1));
        assert_not_reached ();
    } catch (Error error) {
        assert (error is Gstream.Error.CLOSED);
    }
}

void test_own () {
    try {
        var source = new Own ();
        assert (numbers (source) == "2,1,0,");
        assert (source.closed == 1);
    } catch (Error error) {
        assert_not_reached ();
    }
}

void main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/sources/memory/vala", test_memory);
    Test.add_func ("/sources/json-lines/vala", test_json_lines);
    Test.add_func ("/sources/push/vala/derived", test_derived);
    Test.add_func ("/sources/push/vala/thread", test_thread);
    Test.add_func ("/run/R6/push/vala/closed", test_closed);
    Test.add_func ("/run/R1/own-source/vala", test_own);
    Test.run ();
}
