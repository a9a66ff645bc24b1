#!/bin/sh
# SPDX-License-Identifier: MIT
# Every change as a line of JSON: of the local rack, and of one that is served, also when it goes away. No engine.
. "$(dirname "$0")/lib.sh"
server='' reader=''
cleanup() {
	cd / || exit 1
	[ -z "$server" ] || kill "$server" 2>/dev/null
	[ -z "$reader" ] || kill "$reader" 2>/dev/null
	rm -rf "$tmp"
}
# listen ARGS...: events in the background, into $tmp/lines
listen() {
	: >"$tmp/lines"
	"$rackdeck" events --json "$@" >"$tmp/lines" 2>"$tmp/told" &
	reader=$!
}
stop() {
	kill "$reader"
	status=0
	wait "$reader" || status=$?
	reader=
}
# told FILTER: whether a line passes the filter of jq
told() { jq -es "map(select($1)) | length > 0" "$tmp/lines" >/dev/null 2>&1; }
sees() {
	rd_wait 60 told "$2"
	result "$1" $? "$(cat "$tmp/lines" "$tmp/told")"
}
# pokes until events hears: what was made first may have been there before it listened
probes=0
poked() {
	probes=$((probes + 1))
	"$rackdeck" apps create "probe$probes" >/dev/null 2>&1
	rd_wait 2 told '.id // "" | startswith("probe")'
}
hears() { rd_wait 60 poked; }

mkdir src
printf 'services:\n  web:\n    build: .\n' >src/convox.yml
printf 'FROM local/busybox:1\n' >src/Dockerfile

run rackdeck events
fails "it is JSON or nothing" "ERROR: events are lines of JSON: add --json"
rackdeck apps create shop >/dev/null
listen
hears
is "what is there at the start is not told" "$(jq -r 'select(.id == "shop").type' "$tmp/lines")" ""
build=$(rackdeck build -a shop --detach src | sed -n 's/^Build: *//p')
sees "a build that begins" ".type == \"build\" and .action == \"created\" and .app == \"shop\" and .id == \"$build\""
sees "and ends" ".type == \"build\" and .action == \"updated\" and .id == \"$build\" and .data.status == \"failed\""
sees "with who wished it" ".data.trigger == \"command, $(id -un)\""
rackdeck env set SECRET=hidden22 -a shop >/dev/null
release=$(rackdeck releases -a shop --json | jq -r '.[0].id')
sees "a release" ".type == \"release\" and .action == \"created\" and .id == \"$release\" and .data.description == \"env add:SECRET\""
is "without its environment" "$(grep -c hidden22 "$tmp/lines")" 0
rackdeck apps params set BuildCpu=512 -a shop >/dev/null
sees "a change of an app" '.type == "app" and .action == "updated" and .id == "shop" and .app == "shop"'
rackdeck apps delete shop --yes >/dev/null
sees "an app that goes" '.type == "app" and .action == "removed" and .id == "shop"'
sees "with what was in it" ".type == \"build\" and .action == \"removed\" and .id == \"$build\""
stop
is "it ends well when told to" "$status" 0
is "each line is one object" "$(jq -c type "$tmp/lines" | sort -u)" '"object"'
like "with its time" "$(head -n 1 "$tmp/lines" | jq -r .time)" "20??-??-??T*Z"
# A reader that goes ends it.
(
	"$rackdeck" events --json
	echo $? >"$tmp/ended"
) | true
rd_wait 60 test -s "$tmp/ended"
result "it ends when nobody reads" $?

# ---- a rack that is served ----
"$rackdeck" serve --listen 127.0.0.1:0 >"$tmp/serve.out" 2>"$tmp/serve.log" &
server=$!
rd_wait 60 grep -qs RACK_URL "$tmp/serve.out"
url=$(sed -n 's/.*RACK_URL=//p' "$tmp/serve.out")
port=${url##*:}
: >"$tmp/lines"
RACK_URL=$url "$rackdeck" events --json >"$tmp/lines" 2>"$tmp/told" &
reader=$!
hears
rackdeck apps create far >/dev/null
sees "a change of a rack far away" '.type == "app" and .action == "created" and .id == "far" and .rack != "local"'
build=$(rackdeck build -a far --detach src | sed -n 's/^Build: *//p')
sees "of a build there" ".type == \"build\" and .id == \"$build\" and .data.status == \"failed\""
kill "$server"
wait "$server"
server=
rd_wait 90 told '.type == "rack" and .action == "away"'
result "a rack that is away is told" $? "$(cat "$tmp/lines" "$tmp/told")"
rackdeck apps create meanwhile >/dev/null
"$rackdeck" serve --listen "127.0.0.1:$port" >"$tmp/serve.out" 2>"$tmp/serve.log" &
server=$!
rd_wait 90 told '.type == "rack" and .action == "back"'
result "and that it is back" $? "$(cat "$tmp/lines" "$tmp/told")"
sees "with what happened meanwhile" '.id == "meanwhile" and .action == "created"'
stop
is "it ends well, too" "$status" 0
end
