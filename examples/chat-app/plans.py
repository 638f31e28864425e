# SPDX-License-Identifier: LGPL-2.1-or-later
"""What agent.py says: for each plan the steps that it takes, one after the other.

A step speaks a message (`think`, `say`: a text of several, the next one each time that it is asked for again; `calls`, `show`),
performs the `tools` that were called, `ask`s before that, or `fail`s. `review` asks before that about the calls, as LangChain's
human-in-the-loop middleware does: about all of them together, or where it says `each`, about each by itself.
"""

import base64
import json
import struct
import zlib


class Failure(Exception):
    pass


def result(answers, answer):
    return answers.get(json.dumps(answer), answers["else"]).replace("{answer}", str(answer))


def fill(text, args):
    for name, value in args.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def review_one(call, allowed):
    return {"value": {"type": "tool_approval", "tool_call_id": call["id"], "name": call["name"], "args": call["args"],
                      "description": f"May I use {call['name']}?"},
            "response_schema": {"oneOf": [{"type": "object", "properties": {"type": {"const": name}}} for name in allowed],
                                "discriminator": {"propertyName": "type", "mapping": {name: "#" for name in allowed}}}}


def questions(step, messages):
    """What is asked before a step is taken."""
    if "ask" in step:
        return [{"value": {"question": step["ask"]["question"]}, "response_schema": step["ask"]["schema"]}]
    if "review" not in step:
        return []
    calls, allowed = messages[-1]["tool_calls"], step["review"]["allowed"]
    if step["review"].get("each"):
        return [review_one(call, allowed[call["name"]]) for call in calls]
    return [{"value": {"action_requests": [{"name": call["name"], "args": call["args"]} for call in calls],
                       "review_configs": [{"action_name": name, "allowed_decisions": names} for name, names in allowed.items()]}}]


def decisions(step, answers):
    """One for each call; None where nothing was to be decided."""
    if "review" not in step:
        return None
    return answers if step["review"].get("each") else answers[0]["decisions"]


def call(tool, **args):
    return {"id": f"call_{tool}", "name": tool, "args": args}


def picture(width, height):
    """A PNG of a sea at dusk."""
    def pixel(x, y):
        sky = y < height * 0.6
        sun = (x - width * 0.62) ** 2 + (y - height * 0.52) ** 2 < (height * 0.16) ** 2
        if sky and sun:
            return 255, 226, 150
        if sky:
            return 70 + 170 * y // height, 60 + 120 * y // height, 130 + 20 * y // height
        glitter = abs(x - width * 0.62) < width * 0.05 + (y - height * 0.6) * 0.5 and (y // 3) % 2
        return (214, 150, 120) if glitter else (38, 52 + (y // 4) % 2 * 8, 96)

    rows = b"".join(b"\0" + bytes(value for x in range(width) for value in pixel(x, y)) for y in range(height))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    png = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
           chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return base64.b64encode(png).decode()


HELLO = """Hello! I am a *scripted* agent: I live in a child process of this window, and need neither a model nor a network.

Ask me for

1. **the weather**, and I use tools;
2. **a trip**, and other agents work for me;
3. **a hotel**, and I ask you back;
4. **to tidy up**, and I ask before I touch anything;
5. **a long story**, and you can stop me;
6. **code**, or **a picture**."""

CODE = """This is all that a window needs to show a conversation:

```c
conversation = gstream_conversation_new (thread);
model = gtk_no_selection_new (g_object_ref (conversation));
gtk_list_view_set_model (view, GTK_SELECTION_MODEL (model));

gstream_conversation_open (conversation, NULL, on_opened, window);
```

The list's rows are `GstreamConversationRow` objects.

> What the user sends is a row at once: *sending*, then *sent* when the thread has it.

See [the CommonMark page](https://commonmark.org) for how this text is written."""

STORY = "\n\n".join(
    f"Chapter {number}. The ferry left the harbour before the sun had risen, and nobody on board spoke of the night. "
    "The captain counted the lights along the shore, as she had done every morning for thirty years, and wrote their "
    "number into a book that nobody but her would ever read. There were forty-one. Yesterday there had been forty-two."
    for number in range(1, 13))

PLANS = {
    "hello": [{"say": [HELLO, "Hello again! Ask me for the weather, a trip, a hotel, a long story, code or a picture."]}],
    "weather": [
        {"think": "The user wants to know about Sunday. There is a station in Paris; I ask that one first.",
         "say": ["Let me look that up."], "calls": [call("weather", city="Paris", day="Sunday", units="celsius")]},
        {"tools": {"weather": {"progress": "Asking the station in Paris … answered.",
                               "output": "14 °C, light rain until noon, then sun"}}},
        {"say": ["On Sunday it **rains in Paris until noon**; then the sun comes out, at 14 °C. Take an umbrella to breakfast.",
                 "Sunday in Paris: **rain in the morning**, sun from noon on, 14 °C."]},
    ],
    "trip": [
        {"think": "A trip needs a train, a place to sleep and the weather. Two agents can look at the same time.",
         "say": ["I ask two agents, who know more of it."],
         "calls": [call("research", description="Find trains from Lyon to Paris on Sunday morning", max_results=3),
                   call("weather", city="Paris", day="Sunday")]},
        {"tools": {
            "research": {
                "agent": "scout", "output": "08:12 direct, 2 h 46 min, 54 €; 09:40 direct, 2 h 02 min, 64 €",
                "steps": [{"say": ["I look at the timetable first."], "calls": [call("timetable", origin="Lyon", to="Paris")]},
                          {"tools": {"timetable": {"output": "08:12, 09:40, 11:04"}}},
                          {"say": ["There are two good trains: **08:12**, 54 €, and **09:40**, 64 €."]}]},
            "weather": {"error": "The station in Paris does not answer"}}},
        {"say": ["Take the **09:40 from Lyon**, which is in Paris at 11:42:\n\n- it is direct, and takes 2 h 02 min\n"
                 "- it costs 64 €, ten more than the one at 08:12\n\nThe weather I could not find out."]},
    ],
    "hotel": [
        {"say": ["There is one that you will like. Before I book it, I ask."],
         "calls": [call("book_hotel", name="Hôtel des Arts", nights=2, price="118 €")]},
        {"ask": {"question": "Shall I book two nights at the Hôtel des Arts for 118 €?",
                 "schema": {"type": "string", "enum": ["Book it", "Look for a cheaper one", "Leave it"]}},
         "tools": {"book_hotel": {"answers": {'"Book it"': "Booked, number 4711", "else": "Not booked: {answer}"}}}},
        {"say": ["That is done. *{result}.*"]},
    ],
    "tidy": [
        {"say": ["Two files are in the way. Before I touch them, I ask."],
         "calls": [call("delete_file", path="notes-2019.txt"),
                   call("move_file", path="boat.txt", to="archive/boat.txt", overwrite=False)]},
        {"review": {"allowed": {"delete_file": ["approve", "reject"], "move_file": ["approve", "edit", "reject"]}},
         "tools": {"delete_file": {"output": "Deleted {path}"}, "move_file": {"output": "Moved {path} to {to}"}}},
        {"say": ["That is all. *{result}.*"]},
    ],
    "mail": [
        {"say": ["I have written to both of them."],
         "calls": [{**call("send_mail", to="Ada", text="See you on Sunday."), "id": "call_ada"},
                   {**call("send_mail", to="Ben", text="See you on Sunday."), "id": "call_ben"}]},
        {"review": {"each": True, "allowed": {"send_mail": ["approve", "edit", "reject", "respond"]}},
         "tools": {"send_mail": {"output": "Sent to {to}: {text}"}}},
        {"say": ["The last one: *{result}.*"]},
    ],
    "yes": [
        {"ask": {"question": "Are you sure?", "schema": {"type": "boolean"}}, "tools": {}},
        {"say": ["Then let us go on."]},
    ],
    "name": [
        {"ask": {"question": "What is your name?", "schema": {"type": "string"}}, "tools": {}},
        {"say": ["I shall remember it as long as this conversation is there."]},
    ],
    "story": [{"say": [STORY]}],
    "code": [{"say": [CODE]}],
    "picture": [{"say": ["A sea at dusk:"],
                 "show": [{"type": "image", "base64": picture(240, 135), "mime_type": "image/png", "alt": "A sea at dusk"}]}],
    "arabic": [{"say": ["مرحبا! أنا وكيل يعمل في عملية فرعية، وأتكلم **من اليمين إلى اليسار**.\n\n- أولا\n- ثانيا"]}],
    "fail": [{"say": ["I try."]}, {"fail": "RateLimitError: The model is overloaded. Please try again in a minute."}],
}

# In the languages, too, in which the window suggests something to say.
WORDS = {"weather": "weather", "wetter": "weather", "trip": "trip", "reise": "trip", "train": "trip", "hotel": "hotel",
         "story": "story", "code": "code", "picture": "picture", "مرحبا": "arabic", "arabic": "arabic", "fail": "fail",
         "sure": "yes", "name": "name", "tidy": "tidy", "mail": "mail"}


def choose(text):
    """The plan for what the user says."""
    return next((plan for word, plan in WORDS.items() if word in text.lower()), "hello")
