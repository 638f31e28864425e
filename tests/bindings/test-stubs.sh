# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That the type stubs fit the examples, and say of nothing that it is there which is not.

. "$G_TEST_SRCDIR/support/tap.sh"

top=$G_TEST_SRCDIR/..
stubs=$tap_folder/stubs

# Of GObject itself, no more than the examples need.
mkdir -p "$stubs/gi/repository"
echo 'def require_version(namespace: str, version: str) -> None: ...' > "$stubs/gi/__init__.pyi"
printf 'from typing import Any\nGLib: Any\nGio: Any\nGObject: Any\n' > "$stubs/gi/repository/__init__.pyi"
cp "$top/bindings/python/gi-stubs/repository/Gstream.pyi" "$stubs/gi/repository/"

check_types () {
  (cd "$tap_folder" && cp "$1" example.py && MYPYPATH=$stubs "$top/build/peers/pygobject/bin/mypy" --check-untyped-defs example.py)
}

# Every class and method of the stubs is there.
check_names () {
  /usr/bin/python3 - "$stubs/gi/repository/Gstream.pyi" <<'END'
import ast
import sys

import gi

gi.require_version("Gstream", "1")
from gi.repository import Gstream

for node in ast.parse(open(sys.argv[1]).read()).body:
    if isinstance(node, ast.ClassDef) and node.name not in ("Interleave", "Batches"):
        names = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
        names += [each.targets[0].id for each in node.body if isinstance(each, ast.Assign)]
        missing = [name for name in names if not hasattr(getattr(Gstream, node.name), name)]
        missing = [name for name in missing if (node.name, name) not in {("Transformer", name) for name in ("process", "finish", "fail")}]
        assert not missing, (node.name, missing)
END
}

check /python/stubs/names check_names
"$G_TEST_SRCDIR/peers" pygobject >&2
if [ $? = 77 ] && [ -z "${CI:-}" ]; then
  echo "ok $((++tap_count)) /python/stubs/examples # SKIP the package registries cannot be reached"
  plan
fi
for example in transcript transformer agent interrupt; do
  check "/python/stubs/$example" check_types "$top/examples/$example-python"
done
plan
