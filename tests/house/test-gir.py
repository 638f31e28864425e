# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the GIR says about everything public: what it is for, and since when it is there.

import os
import pathlib
import re
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


def of_types():
    """Every class, interface and record: (name, element)."""
    return [(name, element) for name, element in public() if element.tag in {CORE + kind for kind in ("class", "interface", "record")}]


def members_of(element, kind):
    return {member.get("name"): member for member in element.iterfind(CORE + kind)}


def is_pointer(method):
    return "*" in (method.find(f"{CORE}return-value/*[@{C}type]").get(C + "type") or "")


def is_given_away(method):
    return method.find(CORE + "return-value").get("transfer-ownership") in ("full", "container")


@tap.test("/gir/accessors")
def accessors():
    """A property has a getter if it can be read, and a setter if it can be set later, whose names say so."""
    found = [
        (f"{name}:{property.get('name')}", property, members_of(element, "method"))
        for name, element in of_types()
        for property in element.iterfind(CORE + "property")
        if property.get("name") != "n-items"  # GListModel has a getter
    ]
    assert len(found) > 150
    none([
        name
        for name, property, methods in found
        for verb, wanted in (
            ("get_", property.get("readable") != "0"),
            ("set_", property.get("writable") == "1" and property.get("construct-only") != "1"),
        )
        if wanted and verb + property.get("name").replace("-", "_") not in methods
        and (verb == "set_" or "dup_" + property.get("name").replace("-", "_") not in methods)
    ])


@tap.test("/gir/ownership")
def ownership():
    """get_ lends what it returns; what is given away is called otherwise (doc/stability.md)."""
    methods = [(f"{name}.{method}", element) for name, type in of_types() for method, element in members_of(type, "method").items()]
    assert len(methods) > 300
    none([name for name, method in methods if name.split(".")[1].startswith("get") and is_given_away(method)])
    none([
        name for name, method in methods
        if name.split(".")[1].startswith(("dup_", "list_", "lookup")) and is_pointer(method) and not is_given_away(method)
    ])


@tap.test("/gir/asynchronous")
def asynchronous():
    """What takes a callback is ended by its name and _finish, and waited for by its name and _sync, which may be missing."""
    for name, element in of_types():
        methods = members_of(element, "method")
        starts = {
            method for method, found in methods.items()
            if any(parameter.find(f"{CORE}type[@name='Gio.AsyncReadyCallback']") is not None for parameter in found.iterfind(f"{CORE}parameters/{CORE}parameter"))
        }
        none([f"{name}.{method}" for method in starts if method.removesuffix("_async") + "_finish" not in methods])
        none([f"{name}.{method}" for method in methods if method.endswith("_sync") and not {method[:-5], method[:-5] + "_async"} & starts])
        none([f"{name}.{method}" for method in methods if method.endswith("_finish") and not {method[:-7], method[:-7] + "_async"} & starts])


def type_of(element):
    """A type with what is in it, as text, without the scanner's white space."""
    found = element.find(CORE + "type")
    found = found if found is not None else element.find(CORE + "array")
    return None if found is None else " ".join(ElementTree.tostring(found, encoding="unicode").split())


def contract(element):
    """What a parameter or a return value is, and whose."""
    return type_of(element), element.get("nullable"), element.get("transfer-ownership"), element.get("direction", "in")


def parameters(method):
    return {parameter.get("name"): contract(parameter) for parameter in method.iterfind(f"{CORE}parameters/{CORE}parameter")}


def returned(method):
    return contract(method.find(CORE + "return-value"))


def differences(one, other):
    return [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]


@tap.test("/gir/virtual-functions")
def virtual_functions():
    """A virtual function takes and gives what the method that calls it does."""
    found = [
        (f"{name}.{virtual}", element, members_of(type, "method").get(element.get("invoker", virtual)))
        for name, type in of_types()
        for virtual, element in members_of(type, "virtual-method").items()
    ]
    assert any(method is not None for _, _, method in found)
    none([
        f"{name}: {differences(parameters(virtual), parameters(method)) or 'return value'}"
        for name, virtual, method in found
        if method is not None and (parameters(virtual), returned(virtual)) != (parameters(method), returned(method))
    ])


@tap.test("/gir/forms")
def forms():
    """The asynchronous form of a call takes what the synchronous one takes, and gives what that gives."""
    found = [(f"{name}.{method[:-5]}", members_of(type, "method"), method) for name, type in of_types()
             for method in members_of(type, "method") if method.endswith("_sync")]
    assert len(found) > 20
    for name, methods, method in found:
        waits, base = methods[method], method[:-5]
        start = {key: value for key, value in parameters(methods.get(base + "_async") or methods[base]).items()
                 if key not in ("callback", "user_data")}
        start.setdefault("cancellable", parameters(waits)["cancellable"])  # where the form without _async needs none
        given = {key: value for key, value in parameters(waits).items() if value[3] == "in"}
        assert start == given, f"{name}: {differences(start, given)}"
        finish = methods.get(base + "_finish")
        assert finish is None or returned(finish) == returned(waits), f"{name}: {returned(finish)}, and {returned(waits)}"


@tap.test("/gir/elements")
def elements():
    """What an array holds is said, and how long it is."""
    for name, element in public():
        for part in [*element.iterfind(f"{CORE}parameters/{CORE}parameter"), *element.iterfind(CORE + "return-value"), element]:
            array = part.find(CORE + "array")
            if array is None:
                continue
            held = array.find(CORE + "type")
            assert held is not None and held.get("name") != "gpointer", f"{name}: {part.get('name')}"
            # One that is not ended by NULL, as it is by default, says how long it is; a GPtrArray knows.
            assert array.get("name") or array.get("zero-terminated") != "0" or array.get("length"), f"{name}: {part.get('name')}"


FAILURE = re.compile(r"%G\w*_ERROR_[A-Z_]+|#GSpawnError")
LIKE = re.compile(r"(?:\b(?:like|as|as\s+for)\s+|^)\[method@([\w.]+)\]")


@tap.test("/gir/errors-by-code")
def errors_by_code():
    """What fails says with which codes: itself, in the words of its other forms, or by a link to what fails alike."""
    functions = {
        f"{name}.{member.get('name')}": member
        for name, element in of_types()
        for kind in ("constructor", "method", "function")
        for member in element.iterfind(CORE + kind)
    }

    def says(name, seen):
        base = re.sub("_(finish|sync|async)$", "", name)
        forms = {form for form in (name, base, base + "_async", base + "_finish") if form in functions} - seen
        words = [functions[form].findtext(CORE + "doc") or "" for form in forms]
        words += [functions[form].findtext(f"{CORE}return-value/{CORE}doc") or "" for form in forms]
        alike = {link for text in words for link in LIKE.findall(text)}
        return any(FAILURE.search(text) for text in words) or any(says(link, seen | forms) for link in alike)

    failing = [name for name, member in functions.items() if member.get("throws") == "1"]
    assert len(failing) > 80
    none([name for name in failing if not says(name, set())])


@tap.test("/gir/values-named")
def values_named():
    """A value's name begins with its type's; of flags, without the word."""
    def words(name):
        return "".join("_" + letter if letter.isupper() else letter.upper() for letter in name)

    none([
        value.get(C + "identifier")
        for name, element in public()
        if element.tag in (CORE + "enumeration", CORE + "bitfield")
        for value in element.iterfind(CORE + "member")
        if not value.get(C + "identifier").startswith("GSTREAM" + words(name).removesuffix("_FLAGS") + "_")
    ])


@tap.test("/gir/reserved")
def reserved():
    """A class that can be derived from has room for more virtual functions."""
    namespace = ElementTree.parse(GIR).getroot().find(CORE + "namespace")
    structs = {record.get("name"): record for record in namespace.iterfind(CORE + "record")}
    derivable = [element for name, element in of_types() if element.tag == CORE + "class" and element.get("final") != "1"]
    assert len(derivable) >= 4
    none([
        element.get("name") for element in derivable
        if structs[element.get(GLIB + "type-struct")].find(f"{CORE}field[@name='reserved']") is None
    ])


@tap.test("/gir/notify")
def notify():
    """What changes tells its watchers when it has changed, and only then."""
    gi.require_version("Gstream", "1")
    from gi.repository import GObject, Gstream

    classes = [getattr(Gstream, name).__gtype__ for name, element in public() if element.tag == CORE + "class"]
    assert len(classes) > 10
    none(sorted({
        f"{spec.owner_type.name}:{spec.name}"
        for gtype in classes
        for spec in GObject.list_properties(gtype)
        if spec.owner_type.name.startswith("Gstream") and not spec.flags & GObject.ParamFlags.CONSTRUCT_ONLY
        and not spec.flags & GObject.ParamFlags.EXPLICIT_NOTIFY
    }))


@tap.test("/gir/no-macros")
def no_macros():
    """The macros of C that say what is in which version mean nothing to other languages."""
    none([name for name, element in public() if name.startswith(("VERSION_1", "AVAILABLE", "DEPRECATED", "EXPORT", "VISIBLE"))])


tap.run()
