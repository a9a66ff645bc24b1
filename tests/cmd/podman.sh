#!/bin/sh
# SPDX-License-Identifier: MIT
# The whole way with Podman, which the test starts: artifact cache, export and import, a registry, fsck, prune and
# killed workers.
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$src/tests/engine/podman.sh"
engine=$tmp/engine
cleanup() {
	cd / || exit 1
	rd_podman_stop "$engine"
	rm -rf "$tmp"
}
registry=127.0.0.1:5000
printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' $registry >"$tmp/registries.conf"
CONTAINERS_REGISTRIES_CONF=$tmp/registries.conf
export CONTAINERS_REGISTRIES_CONF
if ! rd_podman_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi
rack=$XDG_DATA_HOME/rackdeck/racks/local
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
sql() { sqlite3 "$rack/rack.db" "$1"; }
build_of() { sql "SELECT build FROM releases WHERE id = '$1'"; }
tags() { rd_curl "$engine" http://engine/images/json | jq -r '.[] | .RepoTags // [] | .[]' | grep -v busybox | sort; }
images() { rd_curl "$engine" "http://engine/images/json?all=1" | jq -r '.[].Id' | sort; }
containers() { rd_curl "$engine" "http://engine/containers/json?all=1" | jq length; }
wipe() { for one in $(tags); do rd_curl "$engine" -X DELETE "http://engine/images/$one?force=1" >/dev/null; done; }
has_no_tags_of() { ! tags | grep -q "$1"; }
no_containers() { [ "$(containers)" = 0 ]; }

mkdir -p app/other
cd app || exit 1
printf 'services:\n  web:\n    build: .\n  worker:\n    build: .\n  other:\n    build: other\n' >convox.yml
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
COPY file /file
COPY .cache/build/g /var/cache/build/g
RUN cd /var/cache/build/g && echo "found: $(ls | tr '\n' ' ')" && echo x >gem-$(cat /file) && ln -s gem-$(cat /file) link-$(cat /file)
DOCKER
printf 'FROM local/busybox:1\nRUN head -c 2000000 /dev/urandom >/other\n' >other/Dockerfile

# ---- artifact cache ----
echo 1 >file
run rackdeck build
like "a build" "$status $out" "0 *found: *Cache: saved 2 files*"
first=$(field Build)
echo 2 >file
run rackdeck build
like "the next one has its cache" "$status $out" "0 *found: gem-1 link-1 *Cache: restored 2 files*"
is "no container is left" "$(containers)" 0

# ---- export and import ----
run rackdeck builds export "$first" -f "$tmp/a.tgz"
succeeds "export" "Exporting build... OK"
rackdeck apps create target >/dev/null
run rackdeck builds import -a target -f "$tmp/a.tgz" --id
like "import of images that are there" "$status $out" "0 R*"
wipe
run rackdeck builds import -a target -f "$tmp/a.tgz" --id
like "import of new ones" "$status $out" "0 R*"
new=$(build_of "$out")
is "tags" "$(tags | tr '\n' ' ')" \
	"docker.io/local/target:other.$new docker.io/local/target:web.$new docker.io/local/target:worker.$new "
run rackdeck fsck
is "fsck finds them" "$(printf '%s\n' "$out" | grep -c "target:.*$new")" 0
wipe
before=$(images)
size=$(stat -c %s "$tmp/a.tgz")
for part in 10 50 90 99; do
	head -c $((size * part / 100)) "$tmp/a.tgz" >"$tmp/cut.tgz"
	run rackdeck builds import -a target -f "$tmp/cut.tgz"
	is "cut at $part%: nothing is left" "$status $(tags) $(images)" "1  $before"
done
# What follows the images is damaged: they are there by then.
mkdir "$tmp/x"
tar xzf "$tmp/a.tgz" -C "$tmp/x"
(cd "$tmp/x" && echo x >>logs.txt && tar cf - build.json logs.txt steps.jsonl app.*.tar rackdeck.json rackdeck.sums) | gzip -1 >"$tmp/cut.tgz"
run rackdeck builds import -a target -f "$tmp/cut.tgz"
like "a changed log" "$status $err" "1 *'logs.txt' is missing or was changed*"
is "no tag is left" "$(tags)" ""

# ---- registry ----
rd_registry_start "$engine" || echo "Bail out! no registry"
run rackdeck rack params set Registry=$registry/team
echo 3 >file
run rackdeck build
like "a build that is pushed" "$status $err" "0 *"
third=$(field Build)
is "digests are kept" "$(sql "SELECT count(*) FROM images WHERE build = '$third' AND digest LIKE 'sha256:%' AND remote = '$registry/team/app:' || service || '.$third'")" 3
wipe
run rackdeck builds export "$third" -f "$tmp/b.tgz"
succeeds "an export pulls what the engine lost" "Exporting build... OK"
run rackdeck builds import -a target -f "$tmp/b.tgz" --id
like "an import is pushed" "$status $out" "0 R*"
is "it is there" "$(sql "SELECT count(*) FROM images WHERE build = '$(build_of "$out")' AND digest LIKE 'sha256:%'")" 3
run rackdeck rack params set Registry=

# ---- prune ----
run rackdeck prune --keep-builds 1 --yes
rd_wait 60 has_no_tags_of "$first"
is "prune removes tags" "$(tags | grep -c "$first")" 0

# ---- killed ----
printf 'FROM local/busybox:1\nRUN echo begun && sleep 300\n' >other/Dockerfile
echo 4 >file
"$rackdeck" build --detach >/dev/null 2>&1
is_begun() { cat "$rack"/logs/*.log | grep -q '^other.* begun'; }
rd_wait 60 is_begun
victim=$(rackdeck builds | awk 'NR == 2 { print $1 }')
for one in /proc/[0-9]*; do
	if grep -zqx worker "$one/cmdline" 2>/dev/null && grep -zqx "HOME=$HOME" "$one/environ" 2>/dev/null; then
		kill -9 "${one#/proc/}"
	fi
done
has_failed() { rackdeck builds | grep -q "^$victim *failed"; }
rd_wait 60 has_failed
run rackdeck builds info "$victim"
like "a build whose worker was killed has failed" "$out" "*failed*interrupted*"
rd_wait 60 no_containers
is "no container of it is left" "$(containers)" 0
rd_wait 60 has_no_tags_of "$victim"
is "and no tag" "$(tags | grep -c "$victim")" 0
end
