# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That the type stubs fit the examples. test-stubs.py holds them against the library.

. "$G_TEST_SRCDIR/support/tap.sh"

top=$G_TEST_SRCDIR/..
venv=$tap_folder/venv

# As they are installed: a folder of stubs beside the packages of a Python.
/usr/bin/python3 -m venv --without-pip "$venv"
packages=$(echo "$venv"/lib/python3*/site-packages)
cp -r "$top/bindings/python/gi-stubs" "$packages/"

check_types () {
  (cd "$tap_folder" && cp "$1" example.py &&
    "$top/build/peers/pygobject/bin/mypy" --python-executable "$venv/bin/python3" --check-untyped-defs example.py)
}

# reveals TYPE EXPRESSION
reveals () {
  printf '%s\n' 'from gi.repository import Gio, Gstream' "reveal_type($2)" >"$tap_folder/reveal.py"
  check_types "$tap_folder/reveal.py" | tee /dev/stderr | grep -qF "Revealed type is \"$1\""
}

# Other stubs of gi in the same folder, as pygobject-stubs puts its own there.
add_others () {
  printf 'class File:\n    @staticmethod\n    def new_for_path(path: str) -> File: ...\n' >"$packages/gi-stubs/repository/Gio.pyi"
}

"$G_TEST_SRCDIR/peers" pygobject >&2
if [ $? = 77 ] && [ -z "${CI:-}" ]; then
  echo "ok $((++tap_count)) /python/stubs/examples # SKIP the package registries cannot be reached"
  plan
fi
for example in transcript transformer agent interrupt; do
  check "/python/stubs/$example" check_types "$top/examples/$example-python"
done
check /python/stubs/alone/own reveals gi.repository.Gstream.RunStatus 'Gstream.RunStream([]).status'
check /python/stubs/alone/others reveals Any 'Gio.File.new_for_path("x")'
add_others
check /python/stubs/beside/own reveals gi.repository.Gstream.RunStatus 'Gstream.RunStream([]).status'
check /python/stubs/beside/others reveals gi.repository.Gio.File 'Gio.File.new_for_path("x")'
plan
