#!/bin/sh
# SPDX-License-Identifier: MIT
# A disk that is full at any stage of builds, imports and fetches: told in one line, and nothing half-written stays.
# With an engine that the test starts, on a small disk that it mounts in a mount namespace of its own.
if [ "${RACKDECK_UNSHARED:-}" != yes ]; then
	RACKDECK_UNSHARED=yes exec unshare --mount --propagation private "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine
disk=$tmp/disk
cleanup() {
	cd / || exit 1
	rd_dockerd_stop "$engine"
	umount --lazy "$disk"
	rm -rf "$tmp"
}
mkdir "$disk"
mount -t tmpfs -o size=40m tmpfs "$disk"
if ! mountpoint -q "$disk" || ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine, or no disk"
	exit 1
fi
XDG_DATA_HOME=$disk/data XDG_CACHE_HOME=$disk/cache
export XDG_DATA_HOME XDG_CACHE_HOME
rack=$XDG_DATA_HOME/rackdeck/racks/local
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
tags() { rd_curl "$engine" http://engine/images/json | jq -r '.[].RepoTags[]?' | sort; }
containers() { rd_curl "$engine" 'http://engine/containers/json?all=1' | jq length; }
free() { rm -f "$disk/ballast"; }
# The worker lives on a little when its build has ended, and has something on the disk.
no_rests() { [ -z "$(find "$rack/run" -name 'B*')" ]; }
# fill KB: that much is free
fill() {
	free
	head -c "$(($(df --output=avail -k "$disk" | tail -1) - $1))k" /dev/zero >"$disk/ballast"
}
leave() {
	rd_wait 60 no_rests
	fill "$1"
}
# All of the rack and the caches but the database, and what is there of what was, without times.
files() { find "$disk" -type f ! -name ballast ! -name 'rack.db*' ! -path '*/objects/*' -printf '%P\n' | sort; }
# told NAME: the last run went well, or said in one line that there is no room
told() {
	seen=$seen$err$out
	case "$status $err" in
	0\ * | 1\ *ERROR:*[Nn]o\ room* | 1\ *ERROR:*No\ space\ left* | 1\ *ERROR:*is\ full*)
		is "$1" "$(printf '%s\n' "$err" | grep -c ERROR)" "$status"
		;;
	*) result "$1" 1 "status $status: $err" ;;
	esac
}

mkdir app
cd app || exit 1
printf 'services:\n  web:\n    build: .\n' >convox.yml
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
COPY file /file
COPY .cache/build/g /var/cache/build/g
RUN cd /var/cache/build/g && head -c 300000 /dev/urandom >gem-$(cat /file)
RUN i=0; while [ $i -lt 3000 ]; do echo "line $i of a long log, of which the disk becomes full"; i=$((i + 1)); done
DOCKER
head -c 100000 /dev/urandom >noise
echo first >file
run rackdeck build
is "a build with room" "$status" 0
first=$(field Build)
rackdeck builds export "$first" -f "$tmp/a.tgz" >/dev/null 2>&1

# ---- builds ----
seen=
for kb in 0 60 300 420 500 560 620 700 800 1000; do
	echo "$kb" >file
	leave $kb
	run timeout 300 "$rackdeck" build
	told "a build with $kb KB"
	free
	run rackdeck builds
	is "none is left running" "$(printf '%s\n' "$out" | grep -c running)" 0
done
like "sources are told" "$seen" "*storing the source in '$rack/objects': *"
like "a build that cannot be recorded does not begin" "$seen" "*no room for a build in '$rack'*"
like "logs" "$seen" "*writing the log of the build: *make room in '$rack'*"
like "a cache is a warning" "$seen" "*warning: what this build left in /var/cache/build is not kept: *No space left*"
rd_wait 60 no_rests
is "run/ is empty" "$(find "$rack/run" -name 'B*')" ""
is "the cache has nothing half-written" "$(find "$rack/cache" -name '.put*')" ""
is "nor have the sources" "$(find "$rack/objects" -type f ! -name '*.src' ! -name known)" ""
is "no container is left" "$(containers)" 0
run rackdeck cache verify
like "the cache is whole" "$status $out" "0 ok *"
run rackdeck fsck
like "the rack too" "$status $out" "0 *integrity check is good*"
echo last >file
run rackdeck build
like "and builds" "$status $out" "0 *Cache: restored *"

leave 0
run rackdeck builds
is "a rack on a full disk can be looked at" "$status" 0
run rackdeck prune --keep-builds 1 --yes
like "and pruned" "$status $out" "0 *"
free

# ---- imports ----
for tag in $(tags | grep -v busybox); do rd_curl "$engine" -X DELETE "http://engine/images/$tag?force=1" >/dev/null; done
seen=
for kb in 0 40 150 180 200 240; do
	files >"$tmp/before"
	images=$(tags)
	leave $kb
	run timeout 300 "$rackdeck" builds import -f "$tmp/a.tgz"
	told "an import with $kb KB"
	free
	[ "$status" = 0 ] || is "nothing is left" "$(files | diff "$tmp/before" -)$(tags)" "$images"
done
like "logs are told" "$seen" "*'$rack/run/B*.log': *No space left*"
run rackdeck builds import -f "$tmp/a.tgz"
is "with room it goes well" "$status" 0

# ---- git ----
mkdir "$tmp/repo"
cp Dockerfile convox.yml file "$tmp/repo"
head -c 500000 /dev/urandom >"$tmp/repo/big"
git -C "$tmp/repo" init -q && git -C "$tmp/repo" add -A &&
	git -C "$tmp/repo" -c user.name=x -c user.email=x commit -qm x
seen=
for kb in 100 350 700; do
	leave $kb
	run timeout 300 "$rackdeck" build "file://$tmp/repo" --allow-file -a app
	told "a fetch with $kb KB"
	free
done
like "is told" "$seen" "*there is no room to fetch 'file://$tmp/repo': make some on the disk of '$disk/cache/*"
is "nothing half-fetched is left" "$(find "$disk/cache" -name 'tmp_*')" ""
run rackdeck build "file://$tmp/repo" --allow-file -a app
is "with room it goes well" "$status" 0

# ---- a worker that dies ----
printf 'FROM local/busybox:1\nRUN echo begun && sleep 300\n' >Dockerfile
run rackdeck build --detach
victim=$(rackdeck builds | awk 'NR == 2 { print $1 }')
is_begun() { grep -q ' begun' "$rack/logs/$victim.log"; }
rd_wait 60 is_begun
"$rackdeck" builds logs "$victim" >"$tmp/followed" 2>&1 &
follower=$!
rd_wait 60 test -s "$tmp/followed"
fill 0
for one in /proc/[0-9]*; do
	if grep -zqx worker "$one/cmdline" 2>/dev/null && grep -zqx "HOME=$HOME" "$one/environ" 2>/dev/null; then
		kill -9 "${one#/proc/}"
	fi
done
rd_wait 60 rd_pid_gone $follower
is "who follows it is not left waiting" "$(rd_pid_gone $follower && echo gone)" gone
kill $follower 2>/dev/null
free
run rackdeck builds info "$victim"
like "it was interrupted" "$status $out" "0 *failed*interrupted*"
no_containers() { [ "$(containers)" = 0 ]; }
rd_wait 60 no_containers
is "nothing of it is left" "$(containers)" 0
end
