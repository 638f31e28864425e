// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A chat with a tool, at any endpoint that speaks the OpenAI chat-completions
// protocol: ask, run the tools that the model calls, ask again.
//
//     chat-tool-vala http://localhost:11434/v1 qwen3 "What is 17 times 23?"

const string TOOLS = """[{"type": "function", "function": {
    "name": "multiply", "description": "Multiplies two numbers.",
    "parameters": {"type": "object", "required": ["a", "b"],
                   "properties": {"a": {"type": "number"}, "b": {"type": "number"}}}}}]""";

/* Shows the answer as it comes; gives the calls that are in it. */
async Gstream.Payload show (Gstream.RunStream run) throws Error {
    var messages = run.messages.subscribe ();
    Gstream.Payload calls = null;
    Value item;

    while (yield messages.next (null, out item)) {
        unowned var message = (Gstream.Message) item.get_object ();
        var deltas = message.text_deltas.subscribe ();
        Value delta;

        while (yield deltas.next (null, out delta))
            print ("%s", (string) delta);
        calls = message.get_tool_calls ();
    }
    return calls;
}

/* Runs each tool; gives a message with its result for each, in an array behind @messages. */
Gstream.Payload run_tools (Gstream.Payload calls, Gstream.Payload messages) throws Error {
    var json = new StringBuilder (messages.get_json ());

    json.truncate (json.len - 1);
    for (var i = 0; i < calls.get_size (""); i++) {
        var a = calls.get_double (@"/$i/args/a");
        var b = calls.get_double (@"/$i/args/b");
        var id = calls.lookup (@"/$i/id").get_json ();

        print ("%s %g, %g = %g\n", calls.get_string (@"/$i/name"), a, b, a * b);
        json.append (""",{"role":"tool","tool_call_id":%s,"content":"%g"}""".printf (id, a * b));
    }
    return new Gstream.Payload (json.append_c (']').str, -1);
}

async void chat (string url, string model, string question) throws Error {
    var user = new Gstream.Payload.variant (question);
    var messages = new Gstream.Payload (@"[{\"role\":\"user\",\"content\":$(user.get_json ())}]", -1);
    Gstream.Payload calls = null;

    do {
        var source = new Gstream.ChatSource (url, model, messages) {
            tools = new Gstream.Payload (TOOLS, -1), api_key = Environment.get_variable ("API_KEY")
        };
        var run = new Gstream.RunStream (source);

        calls = yield show (run);
        messages = (yield run.output ()).lookup ("/messages");
        messages = run_tools (calls, messages);
    } while (calls.get_size ("") > 0);
    print ("\n");
}

int main (string[] args) {
    var loop = new MainLoop ();

    chat.begin (args[1], args[2], args[3], (object, result) => {
        try {
            chat.end (result);
        } catch (Error error) {
            printerr ("%s\n", error.message);
        }
        loop.quit ();
    });
    loop.run ();
    return 0;
}
