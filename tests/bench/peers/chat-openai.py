# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every delta of an endpoint's answer, by OpenAI's client."""

import sys

from bench import cpu_seconds, measure
from openai import OpenAI

client = OpenAI(base_url=sys.argv.pop(1) + "/v1", api_key="none")


def read(model):
    items = total = 0
    stream = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Go."}], stream=True,
                                            stream_options={"include_usage": True})
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            items += 1
            total += len(chunk.choices[0].delta.content)
    return items, total


measure(read, clock=cpu_seconds)
