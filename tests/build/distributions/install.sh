# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run in a system of its own by tests/distributions.

. build-aux/prepare.sh
. tests/build/distributions/first-programs.sh

# install_to PREFIX
install_to () {
  local folder=build/install$1
  meson setup "$folder" --prefix="$1" -Dbuildtype=release -Dtests=disabled -Dexamples=disabled >/dev/null &&
    ninja -C "$folder" >"$folder/build.log" 2>&1 && meson install -C "$folder" --quiet
}

install_packages "${build_packages[@]}" || exit 1
status=0
for prefix in /usr/local /usr; do
  say "Installing to $prefix"
  install_to "$prefix" && first_programs || status=1
  ninja -C "build/install$prefix" uninstall >/dev/null
done
exit $status
