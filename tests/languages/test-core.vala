/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sources and transformers written in Vala.
 */

Gstream.Event make_event (string method, string data) {
    try {
        return new Gstream.Event (method, null, new Gstream.Payload (data));
    } catch (Error error) {
        assert_not_reached ();
    }
}

int64 number_of (Value item) {
    unowned var event = (Gstream.Event) item.get_boxed ();
    return event.get_data ().get_integer ("");
}

/* Always ready: only try_next. */
class Countdown : Object, Gstream.EventSource {
    public int left;
    public Error? fail_with;
    public int n_closed;
    public string[] channels;

    public Countdown (int left) {
        this.left = left;
    }

    public Gstream.Try try_next (out Gstream.Event? event) throws Error {
        event = null;
        if (left == 0) {
            if (fail_with != null)
                throw fail_with;
            return ENDED;
        }
        left--;
        event = make_event ("custom", left.to_string ());
        return ITEM;
    }

    public void close () {
        n_closed++;
    }

    public void set_channels (string[] channels) {
        this.channels = channels;
    }
}

/* Never ready: only next. */
class Ticker : Object, Gstream.EventSource {
    int left;

    public Ticker (int left) {
        this.left = left;
    }

    public async Gstream.Event? next (Cancellable? cancellable) throws Error {
        Idle.add (next.callback);
        yield;
        left--;
        return left >= 0 ? make_event ("custom", left.to_string ()) : null;
    }
}

class Doubler : Gstream.Transformer {
    public unowned Gstream.Projection doubled;
    public string story = "";
    public int64 fail_at = -1;

    construct {
        wants = { "custom" };
        doubled = add_projection ("doubled", typeof (int64));
    }

    public override bool process (Gstream.Event event) throws Error {
        int64 number = event.get_data ().get_integer ("");
        story += @"$number ";
        if (number == fail_at)
            throw new IOError.NO_SPACE ("from Vala");
        doubled.push (2 * number);
        return number != 1; /* which is kept out of the main log */
    }

    public override bool finish () throws Error {
        story += "finish";
        return true;
    }

    public override void fail (Error? error) {
        story += error != null ? error.message : "abort";
    }
}

class Waiting : Gstream.Transformer {
    public override async bool process_async (Gstream.Event event, Cancellable? cancellable) throws Error {
        Idle.add (process_async.callback);
        yield;
        replace (make_event ("custom", (100 + event.get_data ().get_integer ("")).to_string ()));
        return true;
    }
}

Gstream.RunStream make_run (Gstream.EventSource source, Gstream.Transformer? transformer) {
    try {
        var mux = new Gstream.StreamMux ({});
        if (transformer != null)
            mux.add_transformer (transformer);
        return new Gstream.RunStream (source, mux);
    } catch (Error error) {
        assert_not_reached ();
    }
}

async string drain (Gstream.Cursor cursor) {
    var story = "";
    Value item;

    try {
        while (yield cursor.next (null, out item))
            story += (item.holds (typeof (int64)) ? item.get_int64 () : number_of (item)).to_string () + " ";
        return story + "ended";
    } catch (Error error) {
        return story + error.message;
    }
}

string drain_sync (Gstream.Cursor cursor) {
    var loop = new MainLoop ();
    var story = "";

    drain.begin (cursor, (_, result) => {
        story = drain.end (result);
        loop.quit ();
    });
    loop.run ();
    return story;
}

Gstream.Cursor subscribe (Gstream.Projection projection) {
    try {
        return projection.subscribe ();
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_try_next () {
    var source = new Countdown (3);
    var run = make_run (source, null);

    assert_cmpstr (drain_sync (subscribe (run.log)), EQ, "2 1 0 ended");
    assert_true (run.status == COMPLETED);
    assert_cmpint (source.n_closed, EQ, 1);
}

void test_next () {
    var run = make_run (new Ticker (3), null);

    assert_cmpstr (drain_sync (subscribe (run.log)), EQ, "2 1 0 ended");
}

void test_error_of_source () {
    var source = new Countdown (1);

    source.fail_with = new IOError.BROKEN_PIPE ("no more");
    var run = make_run (source, null);
    assert_cmpstr (drain_sync (subscribe (run.log)), EQ, "0 no more");
    assert_true (run.error is IOError.BROKEN_PIPE);
}

void test_process () {
    var doubler = new Doubler ();
    var run = make_run (new Countdown (3), doubler);
    var cursor = subscribe (doubler.doubled);
    var log = subscribe (run.log);

    doubler.doubled.forward = false;
    assert_cmpstr (drain_sync (cursor), EQ, "4 2 0 ended");
    assert_cmpstr (drain_sync (log), EQ, "2 0 ended");
    assert_cmpstr (doubler.story, EQ, "2 1 0 finish");
}

void test_error_in_process () {
    var doubler = new Doubler ();
    var run = make_run (new Countdown (3), doubler);

    doubler.fail_at = 1;
    doubler.doubled.forward = false;
    assert_cmpstr (drain_sync (subscribe (run.log)), EQ, "2 from Vala");
    assert_true (run.error is IOError.NO_SPACE);
    assert_cmpstr (doubler.story, EQ, "2 1 from Vala");
}

void test_abort () {
    var doubler = new Doubler ();

    make_run (new Countdown (3), doubler).abort ();
    assert_cmpstr (doubler.story, EQ, "abort");
}

class Never : Object, Gstream.EventSource {
    public async Gstream.Event? next (Cancellable? cancellable) throws Error {
        ulong handler = cancellable.cancelled.connect (() => Idle.add (next.callback));
        yield;
        cancellable.disconnect (handler);
        throw new IOError.CANCELLED ("Cancelled");
    }
}

async void read_dropped (owned Gstream.RunStream? run, out Error? error) {
    var cursor = subscribe (run.log);

    error = null;
    Idle.add (() => {
        run = null;
        return Source.REMOVE;
    });
    try {
        Value item = Value (typeof (Gstream.Event));
        yield cursor.next (null, out item);
    } catch (Error caught) {
        error = caught;
    }
}

void test_dropped () {
    var loop = new MainLoop ();
    Error? error = null;
    Gstream.RunStream? run = make_run (new Never (), new Doubler ());

    read_dropped.begin ((owned) run, (object, result) => {
        read_dropped.end (result, out error);
        loop.quit ();
    });
    loop.run ();
    assert_true (error is Gstream.Error.CLOSED);
}

void test_process_async () {
    var run = make_run (new Countdown (3), new Waiting ());

    assert_cmpstr (drain_sync (subscribe (run.log)), EQ, "102 101 100 ended");
}

void test_type () {
    try {
        var mux = new Gstream.StreamMux ({});
        mux.add_type (typeof (Doubler));
        var run = new Gstream.RunStream (new Countdown (2), mux);
        assert_cmpstr (drain_sync (run.get_projection ("doubled").subscribe ()), EQ, "2 0 ended");
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_channels () {
    var source = new Countdown (0);

    make_run (source, new Doubler ()).abort ();
    assert_cmpstr (string.joinv (" ", source.channels), EQ, "custom");
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/run/R1/vala/try-next", test_try_next);
    Test.add_func ("/run/R1/vala/next", test_next);
    Test.add_func ("/run/R5/vala/error-of-source", test_error_of_source);
    Test.add_func ("/mux/M1/vala/process", test_process);
    Test.add_func ("/mux/M5/vala/error-in-process", test_error_in_process);
    Test.add_func ("/mux/M5/vala/abort", test_abort);
    Test.add_func ("/run/R6/vala/dropped-waiting", test_dropped);
    Test.add_func ("/mux/M3/vala/process-async", test_process_async);
    Test.add_func ("/mux/M7/vala/type", test_type);
    Test.add_func ("/mux/M8/vala/channels", test_channels);
    return Test.run ();
}
