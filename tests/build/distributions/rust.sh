# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run in a system of its own by tests/distributions. The program gir is not on crates.io; Debian 13 has it, and the crates
# of gtk-rs that belong to it, which cargo takes from a folder.

. build-aux/prepare.sh

build=build/rust
recording=tests/runs/python-inprocess/subgraphs
top=$PWD

build_library () {
  configure "$build" -Dwerror=true -Dtests=disabled -Dexamples=disabled -Dtool=disabled -Dvapi=disabled -Dintrospection=enabled &&
    compile "$build"
}

# use_packaged_crates: cargo looks for crates where Debian has them, and nowhere else.
use_packaged_crates () {
  mkdir -p "$build/bindings/.cargo"
  cat >"$build/bindings/.cargo/config.toml" <<'END'
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "/usr/share/cargo/registry"
END
}

# generate CRATE: gir says what it cannot bind, and what is wrong with its configuration, and ends well all the same.
generate () {
  local said
  said=$(cd "$build/bindings/$1" && gir -c Gir.toml -d /usr/share/gir-1.0 -d "$top/$build/gstream" -o . 2>&1) || { say "$said"; return 1; }
  say "$said" >"$build/bindings/$1.log"
  ! grep -E "ERROR|WARN|panicked" <<<"$said"
}

# What C's headers say of each constant, and of each type's size, is what the bindings say.
compares_with_c () {
  (cd "$build/bindings/gstream-sys" && cargo test --quiet)
}

# What the example prints is the run's output.
says_output () {
  (cd "$build/bindings/gstream" && cargo run --quiet --example first "$top/$recording.jsonl") |
    python3 -c 'import json, sys; assert json.load(sys.stdin) == json.load(open(sys.argv[1]))["output"]' "$recording.expected.json"
}

build_library || exit 1
rm -rf "$build/bindings"
cp -r bindings/rust "$build/bindings"
use_packaged_crates
generate gstream-sys && generate gstream && say "ok: the GIR has its bindings" || exit 1
export PKG_CONFIG_PATH=$top/$build/meson-uninstalled LD_LIBRARY_PATH=$top/$build/gstream CARGO_TARGET_DIR=$top/$build/target
compares_with_c && say "ok: the bindings are what the headers say" || exit 1
says_output && say "ok: first.rs"
