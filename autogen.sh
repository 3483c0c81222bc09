#!/bin/sh
# Makes ./configure from configure.ac and Makefile.am. Needed once after a clone; `make` repeats it by itself when they change.
set -eu
cd "$(dirname "$0")"

missing=
need() {
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need autoreconf autoconf
need automake automake
need pkg-config pkg-config
if [ -n "$missing" ]; then
    echo "autogen.sh: missing Debian packages:$missing (apt install$missing)" >&2
    exit 1
fi

autoreconf --install --warnings=all "$@"
echo "autogen.sh: done; now in a build folder: ../configure && make && make check"
