# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That gstream.doap describes a project in RDF/XML, with the properties that DOAP has, and this one.

import os
import pathlib
import xml.etree.ElementTree as ElementTree

import tap

TOP = pathlib.Path(os.environ["G_TEST_SRCDIR"]).parent
DOAP = "{http://usefulinc.com/ns/doap#}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LITERALS = {"name", "shortname", "shortdesc", "description", "programming-language", "created", "platform"}
RESOURCES = {"license", "homepage", "bug-database", "download-page", "category", "mailing-list"}
PROJECT = ElementTree.parse(TOP / "gstream.doap").getroot()


@tap.test("/doap/form")
def form():
    assert PROJECT.tag == DOAP + "Project"
    for element in PROJECT:
        name = element.tag.removeprefix(DOAP)
        assert name in LITERALS | RESOURCES, f"DOAP has no {element.tag}, or this test does not know it"
        assert (name in RESOURCES) == (element.get(RDF + "resource") is not None) and (name in LITERALS) == bool(element.text), name


@tap.test("/doap/project")
def project():
    assert [PROJECT.findtext(DOAP + name) for name in ("name", "shortname")] == ["gstream", "gstream"]
    [licence] = [element.get(RDF + "resource") for element in PROJECT.iterfind(DOAP + "license")]
    assert licence == "http://usefulinc.com/doap/licenses/lgpl" and "LESSER" in (TOP / "LICENSE").read_text()
    languages = {element.text for element in PROJECT.iterfind(DOAP + "programming-language")}
    written = {"C": "gstream/**/*.c", "C++": "gstream/**/*.cc", "Python": "bindings/**/*.py", "JavaScript": "bindings/**/*.js",
               "Vala": "examples/*.vala"}
    assert languages == {language for language, files in written.items() if list(TOP.glob(files))}, languages


tap.run()
