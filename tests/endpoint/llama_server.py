#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""llama.cpp's own server, with a model of random weights. Prints its URL.

The model is made at FOLDER/random.gguf: one layer, and a token for each byte. It
says nothing that has a meaning, but in the server's own words: what is asked for
with a grammar, as calls of tools are, comes out well-formed.
"""

import pathlib
import sys
import time

import gguf
import numpy
import xllamacpp

WIDTH, HEADS, FEED_FORWARD, CONTEXT = 64, 2, 128, 4096
SPECIAL = ["<unk>", "<s>", "</s>"]
CALL = "<tool_call>\n"  # a token of its own: a bias for it makes a call of a tool sure
# The form of calls that several models have, which the server knows by its words.
TEMPLATE = """{%- if tools -%}
system: # Tools
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>
For each function call, return a json object within <tool_call></tool_call> tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>

{%- endif -%}
{%- for message in messages -%}
{%- if message.tool_calls -%}
assistant:
{%- for call in message.tool_calls %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor -%}


{%- elif message.role == "tool" -%}
user: <tool_response>
{{ message.content }}
</tool_response>

{%- else -%}
{{ message.role }}: {{ message.content }}

{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}assistant:{%- endif -%}"""


def add_tokens(writer):
    words = [CALL, "\u2581"] + [chr(byte) for byte in range(33, 127)]
    tokens = SPECIAL + [f"<0x{byte:02X}>" for byte in range(256)] + words
    kinds = ([gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL] +
             [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.NORMAL] * len(words))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(number) for number in range(len(tokens))])
    writer.add_token_types(kinds)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    return len(tokens)


def add_settings(writer):
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def add_weights(writer, n_tokens):
    random = numpy.random.default_rng(7)

    def add(name, *shape):
        writer.add_tensor(name, random.normal(0, 0.2, shape).astype(numpy.float32))

    add("token_embd.weight", n_tokens, WIDTH)
    add("output.weight", n_tokens, WIDTH)
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", numpy.ones(WIDTH, numpy.float32))
    for name in "qkv":
        add(f"blk.0.attn_{name}.weight", WIDTH, WIDTH)
    add("blk.0.attn_output.weight", WIDTH, WIDTH)
    add("blk.0.ffn_gate.weight", FEED_FORWARD, WIDTH)
    add("blk.0.ffn_up.weight", FEED_FORWARD, WIDTH)
    add("blk.0.ffn_down.weight", WIDTH, FEED_FORWARD)


def make_model(path):
    writer = gguf.GGUFWriter(path, "llama")
    add_settings(writer)
    add_weights(writer, add_tokens(writer))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(folder, api_key):
    path = pathlib.Path(folder) / "random.gguf"
    make_model(path)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = CONTEXT
    params.n_gpu_layers = 0
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.warmup = False
    params.port = 0
    params.hostnames = ["127.0.0.1"]
    params.api_keys = [api_key]
    params.verbosity = 0
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()  # until the test is done


if __name__ == "__main__":
    main(*sys.argv[1:])
