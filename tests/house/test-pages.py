# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That README's programs run and agree, and that what the guide shows in C compiles.

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import tap

TOP = pathlib.Path(os.environ["G_TEST_SRCDIR"]).parent
BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent
RECORDING = TOP / "tests" / "runs" / "python-inprocess" / "chat.jsonl"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# What a snippet of the guide may take for granted.
PREAMBLE = """
#include <gstream.h>
G_GNUC_UNUSED static void on_output (GObject *object, GAsyncResult *result, gpointer user_data) {}
"""
SURROUNDINGS = """
G_GNUC_UNUSED static void
snippet (GFile *a_file, GstreamRunStream *a_run, GstreamEvent *an_event, GstreamProjection *a_projection)
{
  G_GNUC_UNUSED GError *error = NULL;
  G_GNUC_UNUSED GCancellable *cancellable = NULL;
  G_GNUC_UNUSED gpointer window = NULL;
  G_GNUC_UNUSED GFile *file = a_file;
  G_GNUC_UNUSED GstreamRunStream *run = a_run;
  G_GNUC_UNUSED GstreamEvent *event = an_event;
  G_GNUC_UNUSED GstreamEventSource *source = NULL;
  G_GNUC_UNUSED GstreamProjection *projection = a_projection, *percent = NULL;
  G_GNUC_UNUSED GPtrArray *cursors = NULL;
  {
%s
  }
}
"""

work = tempfile.TemporaryDirectory()


def blocks(page, language):
    return [body for tag, body in FENCE.findall((TOP / page).read_text()) if tag == language]


def output_of(*command):
    process = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert process.returncode == 0, f"{shlex.join(process.args)}\n{process.stdout}{process.stderr}"
    return process.stdout


def flags():
    os.environ["PKG_CONFIG_PATH"] = str(BUILD / "meson-uninstalled")
    return shlex.split(output_of("pkg-config", "--cflags", "--libs", "gstream-1"))


def program(language, suffix):
    """README's one program in that language, as a file."""
    [body] = blocks("README.md", language)
    path = pathlib.Path(work.name, "first" + suffix)
    path.write_text(body)
    return path


def c_program():
    binary = pathlib.Path(work.name, "first-c")
    output_of("cc", "-Wall", "-Wextra", "-Werror", program("c", ".c"), "-o", binary, *flags())
    return [binary]


def vala_program():
    binary = pathlib.Path(work.name, "first-vala")
    flags()
    output_of("valac", "--fatal-warnings", "-X", "-w", "--vapidir", BUILD / "gstream", "--pkg", "gstream-1",
              program("vala", ".vala"), "-o", binary)
    return [binary]


def expected():
    return output_of(*c_program(), RECORDING)


@tap.test("/pages/readme/c")
def readme_c():
    messages = json.loads(RECORDING.with_suffix(".expected.json").read_text())["messages"]
    assert expected() == "".join(f"{message['node']}: {message['text']}\n" for message in messages)


@tap.test("/pages/readme/vala")
def readme_vala():
    assert output_of(*vala_program(), RECORDING) == expected()


@tap.test("/pages/readme/python")
def readme_python():
    assert output_of(sys.executable, program("python", ".py"), RECORDING) == expected()


@tap.test("/pages/readme/js")
def readme_js():
    assert output_of("gjs", "-m", program("js", ".js"), RECORDING) == expected()


def as_file(snippets):
    """Declarations stand as they are, for those after them too; statements go into a function."""
    *before, snippet = snippets
    declarations = [PREAMBLE, *filter(is_declaration, before)]
    return "".join([*declarations, snippet if is_declaration(snippet) else SURROUNDINGS % snippet])


def is_declaration(snippet):
    return re.match(r"(#include|struct|static|G_D)", snippet)


def compiles(snippets):
    path = pathlib.Path(work.name, "snippet.c")
    path.write_text(as_file(snippets))
    output_of("cc", "-fsyntax-only", "-Wall", "-Werror", "-Wno-unused-variable", "-Wno-unused-function",
              "-Wno-unused-but-set-variable", path, *flags())


def register_guide():
    for page in sorted((TOP / "doc").glob("*.md")):
        snippets = blocks(page, "c")
        for number in range(1, len(snippets) + 1):
            tap.test(f"/pages/guide/{page.stem}/{number}")(lambda shown=snippets[:number]: compiles(shown))


register_guide()
tap.run()
