# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run by tests/distributions, from the top of the project, on this system: Debian's cargo is older than gtk-rs wants.
# The folder that it works in is the first argument.

. build-aux/prepare.sh

folder=$1
gir_commit=40843ce0ed2cec7c026ae334db9d5639d9cd07ae
recording=tests/runs/python-inprocess/subgraphs
top=$PWD

# without WHAT: it cannot be tested here.
without () {
  say "skipped: $1"
  [ -z "${CI:-}" ] && exit 77 || exit 1
}

# find_gir: the program that makes bindings, given as GIR or built.
find_gir () {
  [ -z "${GIR:-}" ] || return 0
  GIR=$folder/gir/target/release/gir
  [ ! -x "$GIR" ] || return 0
  rm -rf "$folder/gir"
  git init -q "$folder/gir" && git -C "$folder/gir" fetch -q --depth 1 https://github.com/gtk-rs/gir "$gir_commit" &&
    git -C "$folder/gir" checkout -q FETCH_HEAD || without "gir's repository cannot be reached"
  say "Building gir"
  (cd "$folder/gir" && cargo build --quiet --release)
}

# generate CRATE
generate () {
  local said
  said=$(cd "$folder/bindings/$1" && "$GIR" -c Gir.toml -d /usr/share/gir-1.0 -d "$top/build/rust/gstream" -o . 2>&1) || { say "$said"; return 1; }
  ! grep -E "ERROR|panicked" <<<"$said"
}

# says_output: what the example prints is the run's output.
says_output () {
  (cd "$folder/bindings/gstream" && LD_LIBRARY_PATH=$top/build/rust/gstream cargo run --quiet --example first "$top/$recording.jsonl") |
    python3 -c 'import json, sys; assert json.load(sys.stdin) == json.load(open(sys.argv[1]))["output"]' "$recording.expected.json"
}

command -v cargo >/dev/null || without "there is no cargo"
[ -d build/rust ] || meson setup build/rust -Dtests=disabled -Dexamples=disabled -Dtool=disabled -Dintrospection=enabled >/dev/null || exit 1
ninja -C build/rust >/dev/null || exit 1
find_gir || exit 1
rm -rf "$folder/bindings"
cp -r bindings/rust "$folder/bindings"
generate gstream-sys && generate gstream || exit 1
say "Building the bindings, and the example"
export PKG_CONFIG_PATH=$top/build/rust/meson-uninstalled CARGO_TARGET_DIR=$folder/target
says_output && say "ok: first.rs"
