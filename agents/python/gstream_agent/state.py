# SPDX-License-Identifier: LGPL-2.1-or-later
"""Converts the messages of a graph's state to the format of the Agent Server: only the members of the protocol."""

import json

_TYPES = {
    "human": "human",
    "user": "human",
    "ai": "ai",
    "assistant": "ai",
    "system": "system",
    "tool": "tool",
    "function": "function",
    "remove": "remove",
}
_BLOCK_TYPES = {
    "text",
    "reasoning",
    "tool_call",
    "tool_call_chunk",
    "invalid_tool_call",
    "server_tool_call",
    "server_tool_call_chunk",
    "server_tool_call_result",
    "image",
    "audio",
    "video",
    "file",
    "non_standard",
}
_AUDIO_MIME_TYPES = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "pcm16": "audio/wav",
    "pcm": "audio/wav",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
}


def state(value):
    """Converts a state or an update (plain JSON): its messages are in the protocol's format, and `__interrupt__` is
    removed."""
    if isinstance(value, list):
        return [_message(entry) if _is_message(entry) else state(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {key: _entry(key, entry) for key, entry in value.items() if key != "__interrupt__"}


def _entry(key, value):
    if key == "messages" and isinstance(value, list):
        return [_message(entry) if _is_message(entry) else entry for entry in value]
    return state(value)


def _is_message(value):
    return isinstance(value, dict) and isinstance(value.get("type"), str) and value["type"] in _TYPES


def _message(value):
    kind = _TYPES[value["type"]]
    extra = value.get("additional_kwargs")
    extra = extra if isinstance(extra, dict) else {}
    message = {"type": kind, "content": _content(value.get("content", ""), extra if kind == "ai" else {})}
    for name in ("id", "name"):
        if isinstance(value.get(name), str):
            message[name] = value[name]
    if kind in ("ai", "human") and isinstance(value.get("example"), bool):
        message["example"] = value["example"]
    if isinstance(value.get("response_metadata"), dict) and value["response_metadata"]:
        message["response_metadata"] = value["response_metadata"]
    if kind == "tool":
        message |= _tool_result(value)
    if kind == "ai":
        message |= _calls(value, extra)
    return message


def _tool_result(value):
    result = {}
    if isinstance(value.get("tool_call_id"), str):
        result["tool_call_id"] = value["tool_call_id"]
    if value.get("status") in ("success", "error"):
        result["status"] = value["status"]
    if "artifact" in value:
        result["artifact"] = value["artifact"]
    return result


def _content(content, extra):
    audio = _audio(extra.get("audio"))
    if isinstance(content, list):
        blocks = [block for block in map(_block, content) if block is not None]
        if audio and not any(block.get("type") == "audio" for block in blocks):
            blocks.append(audio)
        return blocks or content
    if audio is None:
        return content
    text = [{"type": "text", "text": content}] if isinstance(content, str) and content else []
    return [*text, audio]


def _block(value):
    if isinstance(value, str):
        return {"type": "text", "text": value}
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return None
    if value["type"] in _BLOCK_TYPES:
        return value
    if value["type"] == "image_url":
        image = value.get("image_url")
        url = image.get("url") if isinstance(image, dict) else image
        return {"type": "image", "url": url} if isinstance(url, str) else None
    if value["type"] == "input_audio":
        audio = value.get("input_audio")
        if not isinstance(audio, dict):
            return None
        return {"type": "audio"} | {key: audio[key] for key in ("data", "mime_type") if isinstance(audio.get(key), str)}
    return {"type": "non_standard", "value": value}


def _audio(value):
    """Returns the audio in answers of OpenAI's models, which LangChain stores beside the content."""
    if not isinstance(value, dict) or not any(isinstance(value.get(key), str) for key in ("data", "url")):
        return None
    block = {"type": "audio"} | {key: value[key] for key in ("id", "url", "data") if isinstance(value.get(key), str)}
    if isinstance(value.get("mime_type"), str):
        block["mime_type"] = value["mime_type"]
    else:
        form = value["format"].lower() if isinstance(value.get("format"), str) else "wav"
        if form in _AUDIO_MIME_TYPES:
            block["mime_type"] = _AUDIO_MIME_TYPES[form]
    if isinstance(value.get("transcript"), str):
        block["transcript"] = value["transcript"]
    return block


def _calls(value, extra):
    """Returns the tool calls of an AI message, and the invalid ones."""
    raw = value.get("tool_calls")
    if not isinstance(raw, list) or not raw:
        raw = extra.get("tool_calls")
    made = [_call(entry) for entry in raw if isinstance(entry, dict)] if isinstance(raw, list) else []
    calls = [call for call in made if call["type"] == "tool_call"]
    invalid = value.get("invalid_tool_calls")
    if isinstance(invalid, list) and invalid:
        invalid = [_invalid_call(entry) for entry in invalid if isinstance(entry, dict)]
    else:
        invalid = [call for call in made if call["type"] == "invalid_tool_call"]
    return ({"tool_calls": calls} if calls else {}) | ({"invalid_tool_calls": invalid} if invalid else {})


def _identity(value):
    function = value.get("function") if isinstance(value.get("function"), dict) else {}
    found = {"id": value.get("id"), "name": value.get("name")}
    if not isinstance(found["name"], str):
        found["name"] = function.get("name")
    return {key: entry for key, entry in found.items() if isinstance(entry, str)}


def _call(value):
    identity = _identity(value)
    function = value.get("function") if isinstance(value.get("function"), dict) else {}
    args = value["args"] if "args" in value else function.get("arguments")
    text = {"args": args} if isinstance(args, str) else {}
    if "name" not in identity:
        return {"type": "invalid_tool_call", "error": "Incomplete tool call."} | identity | text
    try:
        args = {} if args is None or args == "" else json.loads(args) if isinstance(args, str) else args
    except ValueError:
        return {"type": "invalid_tool_call", "error": "Malformed args."} | identity | text
    return {"type": "tool_call", "args": args} | identity


def _invalid_call(value):
    call = {"type": "invalid_tool_call"} | _identity(value)
    if isinstance(value.get("args"), str):
        call["args"] = value["args"]
    call["error"] = value["error"] if isinstance(value.get("error"), str) else "Malformed args."
    return call
