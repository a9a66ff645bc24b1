#!/bin/sh
# SPDX-License-Identifier: MIT
# Retention, prune and fsck, against a Docker engine that the test starts.
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
rack=$XDG_DATA_HOME/rackdeck/racks/local
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
sql() { sqlite3 "$rack/rack.db" "$1"; }
builds() { rackdeck builds "$@" | awk 'NR > 1 { printf "%s ", $1 }'; }
has_tag() { rd_curl "$engine" "http://engine/images/$1/json" >/dev/null 2>&1; }
no_tag() { ! has_tag "$1"; }
sources() { find "$rack/objects" -name '*.src' | wc -l; }
# build N: a build of a tree of its own; its id is in $b
build() {
	echo "$1" >file
	run rackdeck build
	b=$(field Build)
	r=$(field Release)
}

mkdir app
cd app || exit 1
printf 'services:\n  web:\n    build: .\n' >convox.yml
printf 'FROM local/busybox:1\nCOPY file /file\n' >Dockerfile

build 1
b1=$b r1=$r
build 2
b2=$b
build 3
b3=$b
is "three builds of three sources" "$(builds) $(sources)" "$b3 $b2 $b1  3"
run rackdeck releases promote "$r1"

# ---- nothing to do ----
run rackdeck prune
succeeds "without a rule and without rests nothing goes" "Nothing to remove."
run rackdeck prune --json --yes
succeeds "nothing as JSON" "[]"

# ---- a dry run tells and does nothing ----
run rackdeck prune --keep-builds 1 --dry-run
like "a dry run names what goes" "$status $out" "0 WHAT *build * $b2 * app *1 * older than the newest 1*source*nothing refers to it*"
is "it names no other build" "$(printf '%s\n' "$out" | grep -c '^build')" 1
is "it removes nothing" "$(builds) $(sources)" "$b3 $b2 $b1  3"
run rackdeck prune --keep-builds 1
fails "without a terminal it has to be confirmed" \
	"ERROR: removing builds has to be confirmed: add --yes where there is no terminal"
is "and removes nothing" "$(builds)" "$b3 $b2 $b1 "

# ---- a real one ----
# A release made active by a rackdeck that did not note when.
times=$(sql "SELECT promoted_us FROM releases WHERE id = '$r1'")
sql "UPDATE releases SET promoted_us = 0"
run rackdeck prune --keep-builds 1 --dry-run
is "the active one's build stays whenever it became so" "$(printf '%s\n' "$out" | grep -c "$b1")" 0
sql "UPDATE releases SET promoted_us = $times WHERE id = '$r1'"
run rackdeck prune --keep-builds 1 --yes
like "prune says what it removed" "$status $out" "0 *Pruning... OK, 1 build with 1 image, *MB"
is "the builds of the newest and of the active release stay" "$(builds) $(sources)" "$b3 $b1  2"
rd_wait 60 no_tag "local/app:web.$b2"
is "the image of the removed build is gone" "$(has_tag "local/app:web.$b2" && echo there)" ""
is "the others are there" "$(has_tag "local/app:web.$b1" && has_tag "local/app:web.$b3" && echo there)" there
is "its log is gone" "$(ls "$rack/logs" | grep -c "$b2")" 0
run rackdeck releases
is "its release is gone" "$(printf '%s\n' "$out" | grep -c "$b2")" 0

# ---- wrong input ----
run rackdeck prune --keep-builds 0
fails "a number that makes no sense" "ERROR: --keep-builds is '0': a number from 1 to 1000000 is expected"
run rackdeck prune -a nope
fails "an app that is not there" "ERROR: no such app 'nope': create it with 'rackdeck apps create nope'"
run rackdeck apps params set KeepBuilds=x
fails "a parameter that is no number" \
	"ERROR: parameter KeepBuilds is 'x': a number from 1 to 1000000 is expected"

# ---- by age ----
run rackdeck prune --keep-days 7 --dry-run
succeeds "young builds stay" "Nothing to remove."
build 4
b4=$b
sql "UPDATE builds SET created_us = created_us - 8 * 86400000000, ended_us = ended_us - 8 * 86400000000 WHERE id = '$b3'"
run rackdeck prune --keep-days 7 --keep-builds 9 --dry-run
succeeds "with both rules a build stays if one keeps it" "Nothing to remove."
run rackdeck prune --keep-days 7 --json --yes
is "an old build goes, as JSON" "$(printf '%s' "$out" | jq -r '.[] | select(.kind == "build") | .name + " " + .why')" \
	"$b3 older than 7 days"
is "it went" "$(builds)" "$b4 $b1 "

# ---- after each build ----
run rackdeck apps params set KeepBuilds=1
succeeds "the parameter is set" "Updating parameters... OK"
run rackdeck apps params
succeeds "and shown" "KeepBuilds  1"
build 5
b5=$b
# The worker does it when the build is complete.
has_builds() { [ "$(builds)" = "$1" ]; }
rd_wait 60 has_builds "$b5 $b1 "
is "a new build removes what is no longer kept" "$(builds)" "$b5 $b1 "
printf 'FROM local/busybox:1\nRUN false\n' >Dockerfile
build 6
is "a failed build is shown and removes nothing" "$(builds | wc -w)" 3
printf 'FROM local/busybox:1\nCOPY file /file\n' >Dockerfile
build 7
b7=$b
rd_wait 60 has_builds "$b7 $b1 "
is "the next good one removes it" "$(builds)" "$b7 $b1 "

# ---- what a rollback goes to ----
r7=$r
run rackdeck releases promote "$r7"
is "a release tells when it became active" \
	"$(rackdeck releases --json | jq -r '.[] | select(has("promoted")) | .id' | tr '\n' ' ')" "$r7 $r1 "
build 8
b8=$b
# Whoever prunes first, the worker or this one.
run rackdeck prune --yes
is "the build that was active before stays, beside the active and the newest" "$(builds)" "$b8 $b7 $b1 "

# ---- what nothing refers to ----
run rackdeck prune --yes
mkdir -p "$rack/objects/ab"
young=$rack/objects/ab/$(printf '0%.0s' $(seq 62)).src
old=$rack/objects/ab/$(printf '1%.0s' $(seq 62)).src
echo x >"$young"
echo x >"$old"
touch -d '2 hours ago' "$old"
echo x >"$rack/logs/BAAAAAAAAAA.log"
touch -d '2 hours ago' "$rack/logs/BAAAAAAAAAA.log"
run rackdeck prune --yes
like "rests are removed" "$status $out" "0 *source *ab1111111111 *log *BAAAAAAAAAA *Pruning... OK*"
is "but not while they are young" "$(test -e "$young" && echo there) $(test -e "$old" && echo there)" "there "
rm "$young"

# ---- fsck ----
run rackdeck fsck --deep
is "a good rack is good" "$status $(printf '%s\n' "$out" | grep -vc '^ok')" "0 0"
sql "UPDATE apps SET release = 'RNOTTHERE'"
run rackdeck fsck --dry-run
like "a dry run says what it would do" "$status $out" "0 *app: its active release is not there*the reference would be cleared*"
is "and does nothing" "$(sql 'SELECT release FROM apps')" RNOTTHERE
run rackdeck fsck
like "the reference is cleared" "$status $out" "0 *the reference was cleared*"
is "it is" "$(sql 'SELECT release FROM apps')" ""
chmod 755 "$rack" && chmod 644 "$rack/rack.db"
run rackdeck fsck
is "modes are mended" "$(stat -c %a "$rack" "$rack/rack.db" | tr '\n' ' ')" "700 600 "
rd_curl "$engine" -X DELETE "http://engine/images/local/app:web.$b7" >/dev/null 2>&1
rd_curl "$engine" -X POST "http://engine/images/local/app:web.$b1/tag?repo=other&tag=1" >/dev/null
rd_curl "$engine" -X DELETE "http://engine/images/local/app:web.$b1" >/dev/null
run rackdeck fsck
like "an image that is gone is named" "$status $out" "0 *local/app:web.$b7 is not in the engine*"
is "once" "$(printf '%s\n' "$out" | grep -c "^warn.*image")" 2
like "and others are looked at" "$out" "*local/app:web.$b1 has lost its tag*it was tagged again*"
digest=$(sql "SELECT source FROM builds WHERE id = '$b7'")
file=$rack/objects/$(printf %.2s "$digest")/$(printf %s "$digest" | cut -c3-).src
size=$(stat -c %s "$file")
printf 'XXXX' | dd of="$file" bs=1 seek=$((size / 3)) conv=notrunc status=none
run rackdeck fsck --deep --dry-run
like "a damaged source is found" "$status $out" "0 *source $(printf %.12s "$digest"): *it would be removed*"
run rackdeck fsck --deep
is "and removed, so that it can be stored again" "$(test -e "$file" && echo there)" ""
build 7
is "it is stored again" "$status $(test -e "$file" && echo there)" "0 there"

# ---- the artifact cache ----
printf 'FROM local/busybox:1\nCOPY file /file\nRUN mkdir -p /var/cache/build && head -c 300000 /dev/urandom >/var/cache/build/x\n' >Dockerfile
cache_bytes() { find "$rack/cache" -type f -path "*$1*" -exec cat {} + | wc -c; }
build 8
like "a build leaves a cache" "$status $out" "0 *Cache: saved 1 files*"
# Of what the build made old, whoever prunes first.
rackdeck prune --yes >/dev/null
run rackdeck prune --yes
succeeds "what is used stays" "Nothing to remove."
kept=$(cache_bytes packs)
head -c 200000 /dev/urandom >"$rack/cache/packs/$(printf 'ab%.0s' $(seq 32))"
head -c 100000 /dev/urandom >"$rack/cache/packs/.put-0123456789abcdef"
before=$(cache_bytes packs)
run rackdeck prune --dry-run
like "a dry run tells what goes of it" "$status $out" "0 *cache *chunks *0.3 MB *nothing refers to them*"
is "and removes nothing" "$(cache_bytes packs)" "$before"
run rackdeck prune --yes
like "chunks that nothing refers to go" "$status $out" "0 *Pruning... OK, 0.3 MB"
is "with what a killed save left" "$(cache_bytes packs)" "$kept"
pack=$(find "$rack/cache/packs" -type f -size +200k)
printf 'XXXX' | dd of="$pack" bs=1 seek=1000 conv=notrunc status=none
run rackdeck fsck
is "fsck does not read it" "$status $(printf '%s\n' "$out" | grep -c cache)" "0 0"
run rackdeck fsck --deep --dry-run
like "fsck --deep does" "$status $out" "0 *app:web: pack *damaged*it would be dropped*"
is "a dry run drops nothing" "$(find "$rack/cache/packs" -type f -size +200k)" "$pack"
run rackdeck fsck --deep
like "a damaged cache is dropped" "$status $out" "0 *app:web: pack *damaged*it was dropped*"
is "it went" "$(cache_bytes packs) $(cache_bytes snapshots)" "0 0"
end
