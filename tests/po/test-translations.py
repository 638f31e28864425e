# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That what people read is marked for translation, that each translation is whole, and that it is what they then read.

import gettext
import os
import pathlib
import re
import shutil
import subprocess
import sys

import gi

gi.require_version("Gstream", "1")
from gi.repository import GLib, Gstream

import tap

TOP = pathlib.Path(os.environ["G_TEST_SRCDIR"]).parent
BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent
RECORDING = TOP / "tests" / "runs" / "python-inprocess" / "subgraphs.jsonl"
STRANGE = TOP / "README.md"
DOMAIN = "gstream-1"
ROOMS = ["gstream", "examples/chat-app"]

STRING = r'"(?:\\.|[^"\\])*"'
MARKED = re.compile(r"\b(?:N?_|n?gettext) ?\(\s*" + STRING + r"|translatable=\"yes\"")
MAKES_AN_ERROR = re.compile(
    r"\b(g_set_error|g_set_error_literal|g_error_new|g_error_new_literal|g_task_return_new_error|g_task_report_new_error"
    r"|g_prefix_error|g_prefix_error_literal|gstream_tool_complain|gstream_tool_tell) \("
)


def languages():
    return [word for line in (TOP / "po" / "LINGUAS").read_text().splitlines() if not line.startswith("#") for word in line.split()]


def listed():
    return {line for line in (TOP / "po" / "POTFILES").read_text().splitlines() if line and not line.startswith("#")}


def sources(*suffixes):
    return sorted(path for room in ROOMS for path in (TOP / room).rglob("*") if path.suffix in suffixes)


def nothing(findings):
    findings = list(findings)
    assert not findings, "\n".join(map(str, findings))


def call_at(text, start):
    """The call whose opening parenthesis is before @start, to the closing one; its strings may have parentheses in them."""
    depth, at = 1, start
    for token in re.finditer(STRING + r"|[()]", text[start:]):
        depth += {"(": 1, ")": -1}.get(token.group(), 0)
        at = start + token.end()
        if depth == 0:
            break
    return text[start:at]


def unmarked(text):
    """(line, words) of what is said to people and not marked."""
    for call in MAKES_AN_ERROR.finditer(text):
        body = call_at(text, call.end())
        bare = re.sub(r"\b(?:N?_|n?gettext) ?\(\s*(?:" + STRING + r"|PRI\w+|\s)*", "", body)
        for words in re.findall(STRING, bare):
            if re.search(r"[a-z]{2,} |: $", re.sub(r"%\w|\[gstream\]", "", words)):
                yield text[: call.start()].count("\n") + 1, words


@tap.test("/po/potfiles")
def potfiles():
    marked = {str(path.relative_to(TOP)) for path in sources(".c", ".ui") if MARKED.search(path.read_text())}
    assert len(marked) > 30
    assert marked == listed(), f"missing: {marked - listed()}, too many: {listed() - marked}"


@tap.test("/po/errors-are-marked")
def errors_are_marked():
    nothing(f"{path.relative_to(TOP)}:{line}: {words}" for path in sources(".c") for line, words in unmarked(path.read_text()))


@tap.test("/po/errors-are-marked/finds")
def finds():
    """What the test before this looks for is found where it is."""
    bad = 'g_set_error (error, D, 1, "The thing (%s) broke", _("it does not (say) why"));'
    assert list(unmarked(bad)) == [(1, '"The thing (%s) broke"')]


def checked(*command):
    process = subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert process.returncode == 0, process.stderr
    return process.stderr


def needs(program):
    if shutil.which(program) is None:
        tap.skip(f"there is no {program}")


@tap.test("/po/check")
def check():
    """What is translated has the form that the code needs, and nothing is a guess."""
    needs("msgfmt")
    for language in languages():
        said = checked("msgfmt", "--check", "--statistics", "-o", "/dev/null", TOP / "po" / f"{language}.po")
        assert "fuzzy" not in said, said


def spoken(*command, language="de", locale="C.UTF-8", **environment):
    preloaded = BUILD / "tests" / "po" / "liblocale-folder.so"
    process = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "LC_ALL": locale, "LANGUAGE": language, "LD_PRELOAD": str(preloaded),
             "LOCALE_FOLDER": str(BUILD / "po"), **environment},
    )
    return process.stdout + process.stderr


@tap.test("/po/command/help")
def command_help():
    assert "Kommandos" in spoken("gstream", "--help")
    assert "Nach den Zeitstempeln der Ereignisse abspielen" in spoken("gstream", "show", "--help")
    assert "es gibt kein Kommando" in spoken("gstream", "frobnicate")


@tap.test("/po/command/run")
def command_run():
    said = spoken("gstream", "show", RECORDING)
    assert "■ abgeschlossen" in said and "· Zustand: messages + human" in said, said


@tap.test("/po/library")
def library():
    """An error of the library, which binds its own translations."""
    said = spoken("gstream", "show", STRANGE)
    assert "Zeile 1: Byte 0: erwartet wird Server-Sent Events" in said and "expected" not in said, said


@tap.test("/po/library/other-languages")
def other_languages():
    """A program in Python, which has called no function of gettext."""
    program = f"""
import locale
locale.setlocale(locale.LC_ALL, "")
import gi
gi.require_version("Gstream", "1")
from gi.repository import Gio, GLib, Gstream
try:
    Gstream.RunStream(Gstream.JsonLinesSource(Gio.File.new_for_path({str(STRANGE)!r}))).output_sync()
except GLib.Error as error:
    print(error.message)
"""
    assert "erwartet wird JSON Lines" in spoken(sys.executable, "-c", program)


@tap.test("/po/no-locale")
def no_locale():
    """In the locale C all is in English, whatever LANGUAGE says."""
    assert "Commands" in spoken("gstream", "--help", locale="C")


@tap.test("/po/status-is-found")
def status_is_found():
    """N11: where a binding keeps an error's message alone, its status and code are found in it, in every language."""
    sentences = {
        "The server refuses it (%s): %s": (["no_such_run", "weg"], 0, "no_such_run"),
        "The server refuses it: HTTP %u (%s): %s": ([409, "unknown_error", "besetzt"], 409, "unknown_error"),
        "WebSocket closed with %u": ([1008], 1008, None),
        "The agent refuses it (%s): %s": (["conflict", "besetzt"], 0, "conflict"),
    }
    for language in ["en", *languages()]:
        translations = gettext.translation(DOMAIN, BUILD / "po", [language], fallback=language == "en")
        for sentence, (values, status, code) in sentences.items():
            message = "POST http://localhost: " + translations.gettext(sentence).replace("%u", "%s") % tuple(values)
            error = GLib.Error.new_literal(Gstream.error_quark(), message, Gstream.Error.CONFLICT)
            assert Gstream.error_get_status(error) == status, message
            assert Gstream.error_dup_protocol_code(error) == code, message


@tap.test("/po/suggestions")
def suggestions():
    """What the chat suggests in another language, its scripted agent understands as it does English."""
    sys.path.insert(0, str(TOP / "examples" / "chat-app"))
    import plans

    code = (TOP / "examples" / "chat-app" / "chat-app.c").read_text()
    [table] = re.findall(r"suggestions\[\] = {(.*?)}", code, re.DOTALL)
    suggested = re.findall(r'N_ \("(.*?)"\)', table)
    assert suggested
    for language in languages():
        translations = gettext.translation(DOMAIN, BUILD / "po", [language])
        nothing(translations.gettext(words) for words in suggested
                if plans.choose(translations.gettext(words)) != plans.choose(words))


tap.run()
