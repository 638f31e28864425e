# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The type stubs held against the library, name by name: whatever the typelib and the
# overrides have is in the stubs, nothing else is, and calls take the same arguments.

import ast
import inspect
import os
import pathlib
import re

import gi
import gi._gi

gi.require_version("Gstream", "1")
from gi.repository import GObject, Gstream  # noqa: E402

import tap  # noqa: E402

STUBS = pathlib.Path(os.environ["G_TEST_SRCDIR"], "..", "bindings", "python", "gi-stubs", "repository", "Gstream.pyi")
OWN = {"Interleave", "Batches", "Enumeration"}  # what overrides give, and whose classes have no name in Gstream
PYTHONS = {"LocalThread", "join_loop", "new_event_loop", "run", "stream"}  # what is in Python alone
BOXED = {"ref", "unref", "copy", "free"}
REPLACED = {"new_full", "new_for_stream", "new_func"}  # what Python's own initialisers do
HOOKS = {"process", "finish", "fail"}  # to be defined by whoever derives from Transformer

tree = ast.parse(STUBS.read_text())
classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
infos = {info.get_name(): info for info in gi._gi.Repository.get_default().get_infos("Gstream")}


def kind(info):
    return type(info).__name__


def described(name):
    """What the stubs say that a class has, with what it inherits."""
    node = classes[name]
    found = {}
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes:
            found.update(described(base.id))
    for each in node.body:
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[each.name] = each
        elif isinstance(each, ast.AnnAssign):
            found[each.target.id] = None
        elif isinstance(each, ast.Assign):
            found[each.targets[0].id] = None
    return found


def is_property(node):
    return any(isinstance(each, ast.Name) and each.id == "property" for each in node.decorator_list)


def records():
    return [(name, info) for name, info in infos.items()
            if kind(info) in ("ObjectInfo", "InterfaceInfo", "StructInfo") and name in classes]


@tap.test("/python/stubs/names/namespace")
def namespace():
    public = {name for name, info in infos.items() if kind(info) != "CallbackInfo" and not is_class_struct(info)} | PYTHONS
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    constants = {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)}
    said = set(classes) - OWN | functions | constants
    assert said == public, (sorted(public - said), sorted(said - public))


def is_class_struct(info):
    return kind(info) == "StructInfo" and info.is_gtype_struct()


@tap.test("/python/stubs/names/members")
def members():
    """Methods, and accessors as they are or as properties."""
    missing = []
    for name, info in records():
        said = described(name)
        for method in (each.get_name() for each in info.get_methods()):
            verb, _, rest = method.partition("_")
            as_property = verb in ("get", "is", "set") and rest in said
            if method not in said and not as_property and method not in BOXED | REPLACED and not (name, method) in OPTIONAL:
                missing.append((name, method))
    assert not missing, missing


# Typed forms of what has one form in Python, and what is for a class to implement.
OPTIONAL = {(name, method) for name, methods in {
    "Cursor": ("try_next_event", "try_next_object", "try_next_string"),
    "Projection": ("push_event", "push_object", "push_payload", "push_string"),
}.items() for method in methods}


@tap.test("/python/stubs/names/there")
def there():
    """Everything in the stubs is there, and settable where they say so."""
    for name in set(classes) - OWN:
        real = getattr(Gstream, name)
        for member, node in described(name).items():
            if name == "Transformer" and member in HOOKS:
                continue
            assert hasattr(real, member), (name, member)
            if isinstance(node, ast.FunctionDef) and any(isinstance(each, ast.Attribute) for each in node.decorator_list):
                assert inspect.getattr_static(real, member).fset is not None, (name, member)


@tap.test("/python/stubs/names/set")
def settable():
    """What the library lets set is set like any property."""
    for name, info in records():
        said = described(name)
        for method in (each.get_name() for each in info.get_methods()):
            if not method.startswith("set_") or method[4:] not in said:
                continue
            found = inspect.getattr_static(getattr(Gstream, name), method[4:])
            if isinstance(found, property):
                assert found.fset is not None, (name, method)


@tap.test("/python/stubs/names/asynchronous")
def asynchronous():
    """Whatever has a finish is awaited."""
    for name, info in records():
        names = {method.get_name() for method in info.get_methods()}
        for method in names:
            call = next((each for each in (method[:-7], method[:-7] + "_async") if each in names), None)
            if not method.endswith("_finish") or call is None or name == "EventSource":
                continue
            assert inspect.isfunction(getattr(Gstream, name).__dict__.get(call)), (name, call)


def parameters(function):
    """Of an override, or of GIR as its documentation says: names, and whether each may be left out; None: any."""
    if inspect.isfunction(function):
        given = list(inspect.signature(function).parameters.values())
        if any(each.kind is each.VAR_POSITIONAL for each in given):
            return None
        return [(each.name, each.default is not each.empty) for each in given if each.kind is not each.VAR_KEYWORD]
    if not isinstance(function, gi._gi.FunctionInfo):
        return None  # Python's or GObject's own
    inside = re.match(r"\w+\((.*?)\)", function.__doc__)[1]
    given = [each for each in inside.split(", ") if each]
    return [(each.partition(":")[0], None) for each in given if not each.startswith("user_data")]  # the stubs: *user_data


@tap.test("/python/stubs/names/arguments")
def arguments():
    for name in set(classes) - OWN:
        for member, node in described(name).items():
            if not isinstance(node, ast.FunctionDef) or is_property(node) or (name == "Transformer" and member in HOOKS):
                continue
            said = [each.arg for each in node.args.posonlyargs + node.args.args + node.args.kwonlyargs]
            optional = len(node.args.defaults) + sum(each is not None for each in node.args.kw_defaults)
            function = inspect.getattr_static(getattr(Gstream, name), member)
            function = getattr(function, "__func__", function)
            real = parameters(function)
            if real is not None:
                assert [each[0] for each in real] == said, (name, member, real, said)
                assert None in (each[1] for each in real) or sum(each[1] for each in real) == optional, (name, member, real)


@tap.test("/python/stubs/names/enumerations")
def enumerations():
    for name, info in infos.items():
        if kind(info) != "EnumInfo":
            continue
        for value in info.get_values():
            member = getattr(getattr(Gstream, name), value.get_name().upper())
            assert info.is_flags() or member.name == value.get_name().upper(), (name, value)
            assert value.get_name().upper() in described(name), (name, value.get_name())


tap.run()
