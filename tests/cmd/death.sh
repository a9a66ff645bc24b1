#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker that is killed: what it left in the engine goes, whatever builder was at work, and what an
# app that is removed had there.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine
cleanup() {
	cd / || exit 1
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi

local_rack=$XDG_DATA_HOME/rackdeck/racks/local
reason_of() { rackdeck builds info "$1" --json | jq -r '.status + " " + .reason'; }
# The kernel ends a process that is killed a moment after kill has returned.
is_interrupted() { [ "$(reason_of "$1")" = "failed interrupted" ]; }
log_has() { grep -q "$2" "$local_rack/logs/$1.log" 2>/dev/null; }
newest() { rackdeck builds -l 1 2>/dev/null | awk 'NR == 2 { print $1 }'; }
is_newer() { [ -n "$(newest)" ] && [ "$(newest)" != "$1" ]; }
images() { rd_curl "$engine" "http://d/images/json" | jq -r '.[].RepoTags // [] | .[]'; }
untagged() { rd_curl "$engine" "http://d/images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D" | jq length; }
containers() { rd_curl "$engine" "http://d/containers/json?all=1" | jq length; }
# the step's own process; pgrep sees into the engine's namespace
steps() { pgrep -c -f "^sleep 86399$"; }
no_steps() { [ "$(steps)" = 0 ]; }
has_steps() { [ "$(steps)" != 0 ]; }
no_tags() { ! images | grep -q "$1"; }
has_tag() { images | grep -q "$1"; }
is_clean() { [ "$(containers)$(untagged)" = 00 ]; }
no_notes() { ! ls "$local_rack"/run/*.sweep >/dev/null 2>&1; }

mkdir -p shop/slow
cd shop || exit 1
cat >convox.yml <<'YML'
services:
  quick:
    build: .
  slow:
    build: ./slow
  pulled:
    image: local/${NAME}:1
YML
printf 'FROM local/busybox:1\nCOPY convox.yml /\n' >Dockerfile
printf 'FROM local/busybox:1\nRUN echo be""gun && sleep 86399\n' >slow/Dockerfile

# dies [FLAG]: starts a build and kills its worker while one image is there and the other is built
dies() {
	before=$(newest)
	rackdeck build --detach --no-cache --build-args NAME=busybox "$@" >"$tmp/out" 2>&1
	rd_wait 60 is_newer "$before"
	id=$(newest)
	rd_wait 60 log_has "$id" begun
	rd_wait 60 has_tag "quick.$id"
	rd_wait 60 has_tag "pulled.$id"
	rd_wait 60 has_steps
	were=$(steps)
	kill -KILL "$(rackdeck builds info "$id" --json | jq -r .process)"
}

for flag in "" --full-log; do
	# shellcheck disable=SC2086 # none or one
	dies $flag
	is "a step was at work ${flag:-with BuildKit}" "$were" 1
	rd_wait 60 is_interrupted "$id"
	is "the next command says that it was interrupted" "$(reason_of "$id")" "failed interrupted"
	rd_wait 60 no_notes
	rd_wait 60 no_steps
	rd_wait 60 is_clean
	is "its step goes" "$(steps)" 0
	is "its container goes" "$(containers)" 0
	is "its tags go" "$(images | grep "$id")" ""
	is "no untagged image stays" "$(untagged)" 0
	is "no file of it stays in run" "$(ls "$local_rack/run" | grep "$id")" ""
done

# an engine that is away keeps the note until it is back
dies
daemon=$(rd_dockerd_pid "$engine" daemon)
kill -STOP "$daemon"
rd_wait 60 is_interrupted "$id"
is "with an engine that hangs the command answers" "$(reason_of "$id")" "failed interrupted"
is "and what is to be done is noted" "$(cat "$local_rack"/run/*.sweep | jq -r "select(.build == \"$id\") | .build")" "$id"
kill -CONT "$daemon"
rd_wait 120 no_notes
rd_wait 60 no_steps
is "and done when it is back" "$(images | grep "$id")$(steps)" 0

# an app that is removed takes its images with it
rm -rf slow
printf 'services:\n  quick:\n    build: .\n' >convox.yml
run rackdeck build
id=$(newest)
is "a build that goes well" "$(images | grep "$id")" "local/shop:quick.$id"
run rackdeck apps delete shop --yes
rd_wait 60 no_notes
is "its image goes with the app" "$status $(images | grep "$id")" "0 "
is "and its logs and sources" "$(find "$local_rack/logs" "$local_rack/objects" -type f ! -name known)" ""
end
