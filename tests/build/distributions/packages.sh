# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run in a system of its own by tests/distributions.

. build-aux/prepare.sh
. tests/build/distributions/first-programs.sh

version=$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)

install_packages build-essential devscripts equivs gcc lintian || exit 1
DEBIAN_FRONTEND=noninteractive mk-build-deps --install --remove --tool 'apt-get -y -qq --no-install-recommends' debian/control \
  >/tmp/build-deps.log 2>&1 || { tail -5 /tmp/build-deps.log; exit 1; }
# The source package is of what is here.
tar -c -J --exclude ./build --exclude ./debian --transform "s,^\.,gstream-${version%-*}," -f "../gstream_${version%-*}.orig.tar.xz" .
say "Building gstream $version"
dpkg-buildpackage -us -uc >/tmp/build.log 2>&1 || { tail -40 /tmp/build.log; exit 1; }
say "Checking"
# That the first upload closes no bug is for whoever uploads: there is no request yet.
lintian --allow-root --suppress-tags initial-upload-closes-no-bugs --tag-display-limit 0 --fail-on error,warning ../gstream_*.changes || exit 1
say "Installing"
fetch_packages $(ls ../*"_${version}_"*.deb | grep -v dbgsym) || exit 1
install_packages gjs python3-gi valac gcc pkg-config libc6-dev || exit 1
first_programs
