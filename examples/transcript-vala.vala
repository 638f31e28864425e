// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Prints what was said and done in a recorded run, and its final state:
//
//     transcript-vala FILE

using Gstream;

string quoted (string text) {
    return new Payload.string (text).get_json ();
}

string sorted_json (Payload? payload) {
    if (payload == null)
        return "null";
    switch (payload.get_kind ()) {
    case PayloadKind.OBJECT:
        return "{" + string.joinv (", ", members (payload)) + "}";
    case PayloadKind.ARRAY:
        return "[" + string.joinv (", ", items (payload)) + "]";
    case PayloadKind.STRING:
        return quoted (payload.get_string (""));
    default:
        return payload.get_json ();
    }
}

string[] members (Payload object) {
    string[] members = {};
    var keys = new GenericArray<string> ();
    var values = new HashTable<string, Payload> (str_hash, str_equal);
    unowned string? name;
    Payload? value;

    for (var iter = object.iterator (); iter.next (out name, out value);) {
        keys.add (name);
        values[name] = value;
    }
    keys.sort (strcmp);
    foreach (unowned var key in keys)
        members += quoted (key) + ": " + sorted_json (values[key]);
    return members;
}

string[] items (Payload array) {
    string[] items = {};

    foreach (var item in array)
        items += sorted_json (item);
    return items;
}

// A run, or that of a subgraph, and what is read of it.
class Scope {
    public RunStream run;
    public string path;
    public Cursor messages;
    public Cursor tool_calls;
    public Cursor subgraphs;

    public Scope (RunStream run) throws GLib.Error {
        this.run = run;
        path = (run is SubgraphRunStream) ? string.joinv ("/", ((SubgraphRunStream) run).path) : "";
        messages = run.messages.subscribe ();
        tool_calls = run.tool_calls.subscribe ();
        subgraphs = run.subgraphs.subscribe ();
    }
}

// What has begun; asks the source for nothing.
Object? take (Projection projection, Cursor cursor) throws GLib.Error {
    Object? item = null;

    if (projection.get_n_buffered () > 0)
        cursor.try_next_object (out item);
    return item;
}

string line (string path, Object part) {
    unowned var message = part as Message;
    unowned var call = part as ToolCall;

    if (message != null)
        return "%s/%s: %s".printf (path, message.node ?? "", message.text);
    var result = call.error != null ? call.error.message : sorted_json (call.output);
    return "%s tool %s(%s) -> %s".printf (path, call.name, sorted_json (call.input), result);
}

class Transcript {
    GenericArray<Scope> scopes = new GenericArray<Scope> ();
    GenericArray<Object> parts = new GenericArray<Object> ();
    GenericArray<string> paths = new GenericArray<string> ();

    void take_parts (Scope scope, Projection projection, Cursor cursor) throws GLib.Error {
        Object? part;

        while ((part = take (projection, cursor)) != null) {
            parts.add (part);
            paths.add (scope.path);
        }
    }

    void take_all () throws GLib.Error {
        Object? child;

        for (var i = 0; i < scopes.length; i++) {
            var scope = scopes[i];

            take_parts (scope, scope.run.messages, scope.messages);
            take_parts (scope, scope.run.tool_calls, scope.tool_calls);
            while ((child = take (scope.run.subgraphs, scope.subgraphs)) != null)
                scopes.add (new Scope ((RunStream) child));
        }
    }

    // Event by event, so that what begins is found in order, in whatever scope.
    public void read (RunStream run) throws GLib.Error {
        Value event;

        scopes.add (new Scope (run));
        var log = run.log.subscribe ();
        while (log.next_sync (out event))
            take_all ();
    }

    public void show () {
        for (var i = 0; i < parts.length; i++)
            print ("%s\n", line (paths[i], parts[i]));
    }
}

int main (string[] args) {
    var file = File.new_for_commandline_arg (args[1]);
    EventSource source = args[1].has_suffix (".sse") ? (EventSource) new SseSource (file) : (EventSource) new JsonLinesSource (file);
    var run = new RunStream (source);
    var transcript = new Transcript ();

    Intl.setlocale ();
    try {
        transcript.read (run);
    } catch (GLib.Error error) {
        // which the output says, too
    }
    transcript.show ();
    try {
        print ("%s\n", sorted_json (run.output_sync ()));
    } catch (GLib.Error error) {
        print ("%s\n", error.message);
        return 1;
    }
    return 0;
}
