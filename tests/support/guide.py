# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the pages of the guide show, as it is written, and what a piece of Python in it may take for granted."""

import ast
import asyncio
import os
import pathlib
import re
import sys

TOP = pathlib.Path(os.environ["G_TEST_SRCDIR"]).parent
PAGES = sorted((TOP / "doc").glob("*.md"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SERVER = "http://localhost:2024"  # what the pages call an Agent Server,
ENDPOINT = "http://localhost:11434/v1"  # and a model's endpoint


def fenced(page):
    """Every piece of a page, with its language."""
    return FENCE.findall((TOP / page).read_text())


def snippets(page, language):
    return [body for tag, body in fenced(page) if tag == language]


def needs_graph(snippet):
    """Whether it is about a LangGraph graph in the same program."""
    return re.search(r"(?<!:)\bgraph\b", snippet) is not None


def quiet(*words, **options):
    print(*words, **{"file": sys.stderr, **options})


async def perform(snippet, title, names):
    """Runs a piece of Python that may await what it likes."""
    coroutine = eval(compile(snippet, title, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
    if coroutine is not None:
        await asyncio.wait_for(coroutine, 60)
