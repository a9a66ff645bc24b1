#!/bin/sh
# SPDX-License-Identifier: MIT
# The floors' lint itself fails where it must: curses in core/, SQLite in tui/, an include upwards.
. "$(dirname "$0")/lib.sh"
here=$PWD
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
mkdir -p "$dir/build"
cp -r core cli tui "$dir"
mkdir -p "$dir/tests" && cp -r tests/lint "$dir/tests"

# breach NAME SOURCE HEADER: a dependency file that says so must make the lint fail
breach() {
	mkdir -p "$dir/build/$(dirname "$2")/.deps"
	printf 'x.o: %s \\\n %s\n' "$here/$2" "$3" >"$dir/build/$(dirname "$2")/.deps/x.Po"
	out=$(top_srcdir=$dir top_builddir=$dir/build sh "$dir/tests/lint/layers.sh" 2>&1 | grep "includes")
	ok "$1 is caught" "$(printf %s "$out" | grep -q "$2" || echo "not reported: $out")"
	rm -rf "$dir/build/$(dirname "$2")/.deps"
}
breach "curses in core" core/base/str.c /usr/include/curses.h
breach "SQLite in tui" tui/surface.c /usr/include/sqlite3.h
breach "rack in base" core/base/str.c "$here/core/rack/rack.h"
breach "engine in tui" tui/surface.c "$here/core/engine/engine.h"
breach "store in engine" core/engine/docker.c "$here/core/store/db.h"
end
