# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That the module for Flatpak is one: what it fetches is pinned, and what it asks of the build is known to it. Nothing is
# built: that takes a runtime and flatpak-builder.

import configparser
import json
import os
import pathlib
import re

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
