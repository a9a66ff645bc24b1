#!/bin/sh
# SPDX-License-Identifier: MIT
# A watch that promotes what it built, against a Docker engine that the test starts.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine watcher=
cleanup() {
	cd / || exit 1
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi
counts() { [ "$(grep -c "^$1: " "$tmp/said")" -ge "$2" ]; }
active() { rackdeck apps info shop --json | jq -r .release; }

mkdir shop
printf 'services:\n  web:\n    build: .\n' >shop/convox.yml
printf 'FROM local/busybox:1\nCOPY a /a\n' >shop/Dockerfile
echo 1 >shop/a
"$rackdeck" watch shop -a shop --deploy --now >"$tmp/said" 2>"$tmp/told" &
watcher=$!
rd_wait 60 counts Promoted 1
is "what was built is promoted" "$(active)" "$(sed -n 's/^Promoted: [A-Z]* //p' "$tmp/said")"
first=$(active)
echo 2 >shop/a
rd_wait 60 counts Promoted 2
is "so is the next" "$(active)" "$(sed -n 's/^Promoted: [A-Z]* //p' "$tmp/said" | tail -n 1)"
is "which is another" "$([ "$(active)" != "$first" ] && echo yes)" yes
printf 'FROM local/busybox:1\nRUN false\n' >shop/Dockerfile
rd_wait 60 counts Ended 3
like "a build that fails says why" "$(grep '^Ended' "$tmp/said" | tail -n 1)" "Ended:    B* *exit*"
rackdeck builds -a shop >/dev/null
is "and promotes nothing" "$(grep -c '^Promoted' "$tmp/said")" 2
is "without a problem" "$(cat "$tmp/told")" ""
kill "$watcher"
wait "$watcher"
is "it ends well" "$?" 0
watcher=
end
