// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A projection of one's own: how far a recorded run has come.
//
//     transformer-vala FILE

class Progress : Gstream.Transformer {
    unowned Gstream.Projection percent;

    construct {
        set_wants ({ "custom" });
        percent = add_projection ("percent", typeof (int));
    }

    public override bool process (Gstream.Event event) throws Error {
        unowned var data = event.get_data ();

        if (data.has ("/ratio"))
            percent.push ((int) (100 * data.get_double ("/ratio")));
        return true;
    }
}

int main (string[] args) {
    var mux = new Gstream.StreamMux ();
    var run = new Gstream.RunStream (new Gstream.JsonLinesSource (File.new_for_commandline_arg (args[1])), mux);
    Value percent;

    try {
        mux.add_type (typeof (Progress));
        var cursor = run.get_projection ("percent").subscribe ();
        while (cursor.next_sync (out percent))
            print ("%d %%\n", (int) percent);
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }
    return 0;
}
