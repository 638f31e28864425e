# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the GIR says about everything public: what it is for, and since when it is there.

import os
import pathlib
import xml.etree.ElementTree as ElementTree

import gi

import tap

GIR = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "gstream" / "Gstream-1.gir"
CORE = "{http://www.gtk.org/introspection/core/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"
TYPES = {CORE + name for name in ("class", "interface", "record", "enumeration", "bitfield", "callback")}
MEMBERS = {CORE + name for name in ("constructor", "method", "function", "virtual-method", "property", "constant")}
MEMBERS.add(GLIB + "signal")


def is_of_a_type(element):
    """What the scanner makes of a type's own structs: GObject's business, not documented anywhere."""
    name = element.get("name")
    return element.get(GLIB + "is-gtype-struct-for") is not None or element.get("disguised") == "1" or name.endswith("_autoptr")


def public():
    """Everything with a name: (name, element)."""
    namespace = ElementTree.parse(GIR).getroot().find(CORE + "namespace")
    for element in namespace:
        if element.tag in TYPES and is_of_a_type(element):
            continue
        if element.tag in TYPES | MEMBERS:
            yield element.get("name"), element
        for member in element:
            if element.tag in TYPES and member.tag in MEMBERS:
                yield f"{element.get('name')}.{member.tag.split('}')[1]} {member.get('name')}", member


def has_own_words(element):
    return element.find(CORE + "doc") is not None


def none(names):
    assert not names, ", ".join(names)


@tap.test("/gir/documented")
def documented():
    found = dict(public())
    assert len(found) > 300
    none([name for name, element in found.items() if not has_own_words(element)])


@tap.test("/gir/parameters-documented")
def parameters_documented():
    none([
        f"{name}: {parameter.get('name')}"
        for name, element in public()
        for parameter in element.iterfind(f"{CORE}parameters/{CORE}parameter")
        if not has_own_words(parameter)
    ])


@tap.test("/gir/values-documented")
def values_documented():
    none([
        f"{name}: {value.get('name')}"
        for name, element in public()
        if element.tag in (CORE + "enumeration", CORE + "bitfield")
        for value in element.iterfind(CORE + "member")
        if not has_own_words(value)
    ])


@tap.test("/gir/since")
def since():
    none([name for name, element in public() if element.get("version") is None])


@tap.test("/gir/notify")
def notify():
    """What can be read and set tells its watchers when it has changed, and only then."""
    gi.require_version("Gstream", "1")
    from gi.repository import GObject, Gstream

    classes = [getattr(Gstream, name).__gtype__ for name, element in public() if element.tag == CORE + "class"]
    assert len(classes) > 10
    wanted = GObject.ParamFlags.READWRITE | GObject.ParamFlags.EXPLICIT_NOTIFY
    none(sorted({
        f"{spec.owner_type.name}:{spec.name}"
        for gtype in classes
        for spec in GObject.list_properties(gtype)
        if spec.owner_type.name.startswith("Gstream") and not spec.flags & GObject.ParamFlags.CONSTRUCT_ONLY
        and spec.flags & GObject.ParamFlags.READWRITE == GObject.ParamFlags.READWRITE
        and spec.flags & wanted != wanted
    }))


@tap.test("/gir/no-macros")
def no_macros():
    """The macros of C that say what is in which version mean nothing to other languages."""
    none([name for name, element in public() if name.startswith(("VERSION_1", "AVAILABLE", "DEPRECATED", "EXPORT", "VISIBLE"))])


tap.run()
