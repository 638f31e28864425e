# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That the module for Flatpak is one: what it fetches is pinned, what it asks of the build is known to it, and flatpak-builder
# knows all that it says. Nothing is built: that takes GNOME's runtime.

import configparser
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import tap

TOP = pathlib.Path(os.environ["G_TEST_SRCDIR"]).parent
BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent
MODULE = json.loads((TOP / "data" / "gstream.flatpak.json").read_text())
# What flatpak-builder's manual allows in a module, of what is in use here, and the build systems that it knows.
MEMBERS = {"name", "buildsystem", "builddir", "config-opts", "cleanup", "sources", "modules"}
SYSTEMS = {"meson", "cmake-ninja"}


def modules(module):
    yield module
    for inner in module.get("modules", []):
        yield from modules(inner)


@tap.test("/flatpak/form")
def form():
    for module in modules(MODULE):
        assert set(module) <= MEMBERS, set(module) - MEMBERS
        assert module["buildsystem"] in SYSTEMS and module["sources"]
        assert all(path.startswith("/") for path in module["cleanup"])


@tap.test("/flatpak/pinned")
def pinned():
    """What is fetched is an archive with its checksum; the module's own source is this tree."""
    for module in modules(MODULE):
        for source in module["sources"]:
            if module is MODULE:
                assert (TOP / "data" / source["path"]).resolve() == TOP.resolve(), source
            else:
                assert re.fullmatch("[0-9a-f]{64}", source["sha256"]) and source["url"].startswith("https://"), source


@tap.test("/flatpak/read")
def is_read():
    """An application's manifest with this module, as flatpak-builder reads it."""
    if shutil.which("flatpak-builder") is None:
        tap.skip("there is no flatpak-builder")
    application = {"id": "org.example.Application", "runtime": "org.gnome.Platform", "runtime-version": "47",
                   "sdk": "org.gnome.Sdk", "command": "gstream", "modules": [str(TOP / "data" / "gstream.flatpak.json")]}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as manifest:
        json.dump(application, manifest)
        manifest.flush()
        environment = {**os.environ, "G_DEBUG": "", "LD_LIBRARY_PATH": ""}
        done = subprocess.run(["flatpak-builder", "--show-manifest", manifest.name], capture_output=True, text=True, env=environment)
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stderr
    [read] = json.loads(done.stdout)["modules"]
    assert read["config-opts"] == MODULE["config-opts"] and [inner["name"] for inner in read["modules"]] == ["simdjson"], read


@tap.test("/flatpak/same-simdjson")
def same_simdjson():
    """It is built of the simdjson that meson would fetch, too."""
    wrap = configparser.ConfigParser(interpolation=None)
    wrap.read(TOP / "subprojects" / "simdjson.wrap")
    [source] = MODULE["modules"][0]["sources"]
    assert source["sha256"] == wrap["wrap-file"]["source_hash"], wrap["wrap-file"]["source_url"]


@tap.test("/flatpak/options")
def options():
    """Its options are options of this build, with values that they have."""
    known = {option["name"]: option for option in json.loads((BUILD / "meson-info" / "intro-buildoptions.json").read_text())}
    for option in MODULE["config-opts"]:
        name, value = re.fullmatch("(?:--|-D)([a-z_]+)=(.*)", option).groups()
        assert value in known[name]["choices"], option


tap.run()
