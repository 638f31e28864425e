# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That README's programs run and agree, that what the guide shows in C and Vala compiles, what it shows in JavaScript runs,
# and that everything that a page shows is shown so that one of these tests finds it. (What it shows in Python runs in
# tests/bindings/test-guide.py and test-recipes.py, and of graphs in tests/langgraph/test-guide.py.)

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import endpoint
import guide
import tap

sys.path.append(os.path.join(os.environ["G_TEST_SRCDIR"], "remote"))
import recorded_server

TOP = pathlib.Path(os.environ["G_TEST_SRCDIR"]).parent
BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent
SERVED = ["python-server/interrupt", "python-server/interrupt-resume", "python-server/chat"]  # asks two questions
RECORDING = TOP / "tests" / "runs" / "python-inprocess" / "chat.jsonl"
LANGUAGES = {"c", "vala", "python", "js", "json", "xml", "sh", "console", "text"}
WRITTEN = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "bindings/rust/README.md", *(f"doc/{page.name}" for page in guide.PAGES)]
ELSEWHERE = {"valac", "cc", "cargo", "cd", "for", "done", "meson", "ninja", "npm", "pip", "gstream-agent"}  # what a command may begin with

# What a snippet of the guide may take for granted.
PREAMBLE = """
#include <gstream.h>
G_GNUC_UNUSED static void on_output (GObject *object, GAsyncResult *result, gpointer user_data) {}
G_GNUC_UNUSED static void on_opened (GObject *object, GAsyncResult *result, gpointer user_data) {}
G_GNUC_UNUSED static void on_done (GObject *object, GAsyncResult *result, gpointer user_data) {}
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
  G_GNUC_UNUSED GstreamPayload *messages = NULL, *answer = NULL;
  G_GNUC_UNUSED GstreamConversation *conversation = NULL;
  G_GNUC_UNUSED GstreamConversationRow *row = NULL;
  G_GNUC_UNUSED GstreamQuestion *question = NULL;
  G_GNUC_UNUSED GstreamThread *thread = NULL;
  G_GNUC_UNUSED gpointer message = NULL, label = NULL, model = NULL, view = NULL, selection = NULL, tree = NULL;
  {
%s
  }
}
"""

# In JavaScript, and a run, unless the snippet makes its own; that is then read to its end.
JS_SURROUNDINGS = """
import GObject from 'gi://GObject';
import Gio from 'gi://Gio';
import Gstream from 'gi://Gstream?version=1';

const source = Gstream.JsonLinesSource.new(Gio.File.new_for_path('chat.jsonl'));
const thread = new Gstream.Thread({url: 'http://localhost:2024', assistant: 'agent'});
const tools = [];
%s
{
%s
await run.output();
}
"""
JS_RUN = "const run = new Gstream.RunStream({source});"

VALA_SURROUNDINGS = """
void snippet (Gstream.RunStream run, Gstream.Cursor cursor, Gstream.StreamMux mux) throws Error {
%s
}
"""

# A program of all that the page about Vala shows, and what of it is to be called.
VALA_MAIN = """
int main (string[] args) {
    Intl.setlocale ();
    var loop = new MainLoop ();
    var mux = new Gstream.StreamMux (null);

    try {
        mux.add_type (typeof (Progress));
        var source = new Gstream.JsonLinesSource (File.new_for_path (args[1]));
        var run = new Gstream.RunStream (source, mux);
        show.begin (run, (object, result) => {
            try {
                show.end (result);
            } catch (Error e) {
                error ("%s", e.message);
            }
            loop.quit ();
        });
        loop.run ();
    } catch (Error e) {
        error ("%s", e.message);
    }
    return 0;
}
"""

os.environ["LC_ALL"] = "C.UTF-8"
work = tempfile.TemporaryDirectory()


blocks = guide.snippets


def outcome_of(*command):
    process = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=work.name)
    assert process.returncode == 0, f"{shlex.join(process.args)}\n{process.stdout}{process.stderr}"
    return process


def output_of(*command):
    return outcome_of(*command).stdout


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


def valac(*arguments):
    flags()
    output_of("valac", "--vapidir", BUILD / "gstream", "--pkg", "gstream-1", *arguments)


def vala_binary(source):
    binary = source.with_name(source.stem + "-vala")
    valac("--fatal-warnings", "-X", "-w", source, "-o", binary)
    return binary


def vala_program():
    return [vala_binary(program("vala", ".vala"))]


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
    if "#include <gstream.h>" in snippet:
        return snippet
    declarations = [PREAMBLE, *filter(is_declaration, before)]
    return "".join([*declarations, snippet if is_declaration(snippet) else SURROUNDINGS % snippet])


def is_declaration(snippet):
    return re.match(r"(#include|struct|static|G_D)", snippet)


def compiles(snippets):
    path = pathlib.Path(work.name, "snippet.c")
    path.write_text(as_file(snippets))
    output_of("cc", "-fsyntax-only", "-Wall", "-Werror", "-Wno-unused-variable", "-Wno-unused-function",
              "-Wno-unused-but-set-variable", path, *flags(), *toolkit(snippets[-1]))


def toolkit(snippet):
    """Where it uses GTK."""
    return [*shlex.split(output_of("pkg-config", "--cflags", "gtk4")), "-include", "gtk/gtk.h"] if "gtk_" in snippet else []


def is_vala_declaration(snippet):
    return re.match(r"(async|class|public|void)\b", snippet)


def compiles_in_vala(snippets):
    path = pathlib.Path(work.name, "snippet.vala")
    snippet = snippets[-1]
    path.write_text("\n".join([*filter(is_vala_declaration, snippets[:-1]),
                               snippet if is_vala_declaration(snippet) else VALA_SURROUNDINGS % snippet]))
    valac("-C", "-d", work.name, path)


@tap.test("/pages/guide/vala/runs")
def vala_runs():
    path = pathlib.Path(work.name, "page.vala")
    path.write_text("\n".join([*filter(is_vala_declaration, blocks("doc/vala.md", "vala")), VALA_MAIN]))
    [message] = json.loads(RECORDING.with_suffix(".expected.json").read_text())["messages"]
    assert output_of(vala_binary(path), RECORDING).startswith(message["text"])


def js_module(snippet):
    """One that imports is a program; others stand in a block, where they may declare what they like."""
    if snippet.startswith("import "):
        return snippet
    return JS_SURROUNDINGS % ("" if re.search(r"\b(const|let) run\b", snippet) else JS_RUN, snippet)


def runs_in_js(snippets):
    path = pathlib.Path(work.name, "snippet.js")
    custom = {"type": "event", "method": "custom", "params": {"namespace": [], "timestamp": 0, "data": {"step": 2}}}
    pathlib.Path(work.name, "chat.jsonl").write_text(json.dumps(custom) + "\n" + RECORDING.read_text())
    with recorded_server.Server(*SERVED) as server, endpoint.Endpoint() as model:
        path.write_text(js_module(snippets[-1]).replace(guide.SERVER, server.url).replace(guide.ENDPOINT, model.url))
        process = outcome_of("gjs", "-m", path)
    assert process.stdout + process.stderr or not re.search(r"\b(print|console\.log) *\(", snippets[-1])


def register_guide(prefix, language, check):
    for page in guide.PAGES:
        snippets = blocks(page, language)
        for number in range(1, len(snippets) + 1):
            tap.test(f"/pages/guide/{page.stem}/{prefix}{number}")(lambda shown=snippets[:number]: check(shown))


def parses(snippets):
    """One document, or one a line; a placeholder in a name is one."""
    try:
        json.loads(snippets[-1])
    except ValueError:
        for line in snippets[-1].splitlines():
            json.loads(line)


def is_well_formed(snippets):
    ElementTree.fromstring(snippets[-1])


def commands(snippets):
    """That the shell would read it, and that what it calls is there: in the tree, where it was built, or somebody else's."""
    output_of("bash", "-n", "-c", snippets[-1])
    for line in snippets[-1].splitlines():
        called = re.match(r"\s*\(?(?:[A-Z_]+=\S+ )*([\w./-]+)", line)
        name = called[1] if called else ""
        known = name in ELSEWHERE or (TOP / name).is_file() or (BUILD / name).is_file() or (BUILD / "gstream/tool" / name).is_file()
        assert not name or known, f"there is no {name}"


@tap.test("/pages/fenced")
def fenced():
    """What is shown stands between fences, which say in what language it is."""
    for page in WRITTEN:
        outside = guide.FENCE.sub("", (TOP / page).read_text())
        assert "```" not in outside, f"{page}: a fence without its end"
        indented = re.search(r"^\n {4,}\S.*$", outside, re.MULTILINE)
        assert indented is None, f"{page}: {indented.group().strip()}"
        languages = {language for language, _ in guide.fenced(page)}
        assert languages <= LANGUAGES, f"{page}: {languages - LANGUAGES}"


@tap.test("/pages/links")
def links():
    """A link between pages leads to a file, and its part of a page to a heading of that."""
    for page in WRITTEN:
        for link in re.findall(r"\]\(([^)\s]+)\)", guide.FENCE.sub("", (TOP / page).read_text())):
            target, _, part = link.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            file = (TOP / page).parent / target if target else TOP / page
            assert file.exists(), f"{page}: there is no {link}"
            headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE) if part else []
            assert not part or part in [re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-") for heading in headings], f"{page}: no {link}"


register_guide("", "c", compiles)
register_guide("json/", "json", parses)
register_guide("xml/", "xml", is_well_formed)
register_guide("sh/", "sh", commands)
register_guide("vala/", "vala", compiles_in_vala)
register_guide("js/", "js", runs_in_js)
tap.run()
