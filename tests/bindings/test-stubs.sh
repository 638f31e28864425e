# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That the type stubs fit the examples. test-stubs.py holds them against the library.

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

"$G_TEST_SRCDIR/peers" pygobject >&2
if [ $? = 77 ] && [ -z "${CI:-}" ]; then
  echo "ok $((++tap_count)) /python/stubs/examples # SKIP the package registries cannot be reached"
  plan
fi
for example in transcript transformer agent interrupt; do
  check "/python/stubs/$example" check_types "$top/examples/$example-python"
done
plan
