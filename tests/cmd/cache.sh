#!/bin/sh
# SPDX-License-Identifier: MIT
# What a build leaves in /var/cache/build comes back in the next one, against a Docker engine that the test
# starts.
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
# in_image BUILD SERVICE COMMAND: what a command prints in the image of a build
in_image() {
	DOCKER_HOST=unix://$engine/docker.sock docker run --rm --network none "local/app:$2.$1" sh -c "$3" 2>&1
}
containers() { rd_curl "$engine" "http://engine/containers/json?all=1" | jq length; }
# is_reading BUILD: a container of that build is there that was never started
is_reading() {
	[ "$(rd_curl "$engine" -G "http://engine/containers/json" -d all=1 --data-urlencode \
		"filters={\"status\":[\"created\"],\"label\":[\"rackdeck.build=$1\"]}" | jq length)" != 0 ]
}
no_containers() { [ "$(containers)" = 0 ]; }
# build N [FLAGS...]: a build of a changed tree; its id is in $b
build() {
	echo "$1" >Gemfile
	shift
	run rackdeck build "$@"
	b=$(field Build)
}

mkdir app
cd app || exit 1
printf 'services:\n  web:\n    build: .\n' >convox.yml
printf '.cache\nnothing\n' >.dockerignore
# The example of Convox's page, with an installer that adds what is new to what is there.
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
COPY Gemfile /app/Gemfile
COPY .cache/build/gems /var/cache/build/gems
RUN cd /var/cache/build/gems && echo "found: $(ls | tr '\n' ' ')" && \
	name=gem-$(cat /app/Gemfile) && echo "content of $name" >$name && chmod 640 $name && \
	touch -d '2001-02-03 04:05:06' $name && ln -sf $name latest && ln -f $name hard-$name && mkdir -p empty
DOCKER

# ---- the way round ----
build 1
like "a first build finds an empty folder" "$status $out" "0 *found: *Cache: saved 3 files, *"
run rackdeck cache
like "it is listed" "$status $out" "0 APP *SERVICE*app *web *3 *0.0 MB*0 *now"
build 2
like "the next one finds what the first left" "$status $out" "0 *found: empty gem-1 hard-gem-1 latest *Cache: restored 3 files, *; saved 5 files, *"
is "with modes, times and links as they were" "$(in_image "$b" web 'cd /var/cache/build/gems
	stat -c "%a %Y %h" gem-1; readlink latest; cat hard-gem-1; test gem-1 -ef hard-gem-1 && echo same; stat -c %F empty' | tr '\n' '|')" \
	"640 981173106 2|gem-2|content of gem-1|same|directory|"
run rackdeck cache --json
is "a hit is counted" "$(printf '%s' "$out" | jq -c '.[0] | [.app, .service, .hits, .files]')" '["app","web",1,5]'
is "no container is left" "$(containers)" 0

# ---- what is unchanged ----
run rackdeck build
like "an unchanged build takes its image and reads nothing" "$status $out" "0 *Unchanged: *"
is "and says nothing of the cache" "$(printf '%s\n' "$out" | grep -c '^Cache:')" 0

# ---- --no-cache ----
build 3 --no-cache
like "--no-cache finds nothing" "$status $out" "0 *found: *Cache: saved 3 files*"
is "really" "$(printf '%s\n' "$out" | grep -c '^found: .*gem')" 0
build 4
like "and what it left comes next" "$status $out" "0 *found: empty gem-3 hard-gem-3 latest *"

# ---- a build path below, two services of one image, a tree with a .cache of its own ----
mkdir -p api/.cache/build/gems
echo mine >api/.cache/build/gems/mine
cp Dockerfile api/Dockerfile
echo 1 >api/Gemfile
printf 'services:\n  one:\n    build: ./api\n  two:\n    build: ./api\n' >convox.yml
build x
like "in a folder: a first build" "$status $out" "0 *found: *Cache: saved 3 files*"
is "the place of the cache is the cache's" "$(printf '%s\n' "$out" | grep -c '^found: .*mine')" 0
run rackdeck cache
like "both services have it" "$out" "*app *one *3 *app *two *3 *"
echo 2b >api/Gemfile
printf 'services:\n  two:\n    build: ./api\n' >convox.yml
build y
like "the one that stays finds it" "$status $out" "0 *found: empty gem-1 hard-gem-1 latest *"

# ---- what an image does not have ----
printf 'services:\n  web:\n    build: .\n' >convox.yml
cp Dockerfile Dockerfile.kept
printf 'FROM local/busybox:1\nCOPY Gemfile /Gemfile\n' >Dockerfile
build 5
like "an image without the folder is built" "$status $out" "0 *"
mv Dockerfile.kept Dockerfile
build 6
like "and keeps what was kept before" "$status $out" "0 *found: empty gem-3 *gem-4 *"
printf 'FROM local/busybox:1\nCOPY .cache/build/*.tgz .cache/build/a/b /x/\nADD [".cache/build/c", "/y/"]\nRUN find /x /y\n' >Dockerfile
build 7
like "places for all forms of COPY" "$status $out" "0 *"
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
COPY . /src
RUN ls /src/.cache/build/gems; mkdir -p /var/cache/build && cp -a /src/.cache/build/. /var/cache/build/
DOCKER
build 8
like "COPY . has it, too" "$status $out" "0 *gem-3*Cache: restored*"

# ---- damage ----
find "$rack/cache" -type f -path '*packs*' | while read -r file; do
	printf 'XXXXXXXX' | dd of="$file" bs=1 seek=40 conv=notrunc status=none
done
build 9
like "a damaged cache is a warning" "$status $out" "0 *warning: building without what the build before left: *"
like "and is filled again" "$out" "*Cache: saved *"
run rackdeck cache verify
like "verify reads it" "$status $out" "0 ok * cache *"

# ---- clear, off, wrong input ----
run rackdeck cache clear -a app
like "clear says what it freed" "$status $out" "0 Clearing cache of app... OK, * MB"
run rackdeck cache clear -a app
succeeds "again there is nothing to free" "Clearing cache of app... OK, 0.0 MB"
run rackdeck cache clear -a nope
like "an app that is not there is told" "$status $err" "1 *ERROR: no such app 'nope'*"
run rackdeck cache
is "nothing is left" "$(printf '%s\n' "$out" | wc -l)" 1
run rackdeck rack params set Cache=here
fails "a wrong place is refused" \
	"ERROR: parameter Cache is 'here': s3://BUCKET/PREFIX, an absolute folder or 'off' is expected"
run rackdeck rack params set Cache=off
build 10
is "off is off" "$status $(printf '%s\n' "$out" | grep -c '^Cache:') $(find "$rack/cache" -name '*.snap*' | wc -l)" "0 0 0"
run rackdeck rack params set "Cache=$tmp/elsewhere"
build 11
like "a folder of one's own" "$status $out" "0 *Cache: saved*"
is "is used" "$(test -d "$tmp/elsewhere/packs" && echo there)" there
AWS_ACCESS_KEY_ID='' AWS_SECRET_ACCESS_KEY='' run rackdeck rack params set Cache=s3://bucket/prefix
succeeds "S3 can be set" "Updating parameters... OK"
build 12
like "without credentials the build does without" "$status $out" "0 *warning: no cache: *"
run rackdeck rack params set Cache=

# ---- kill -9 while it is saved ----
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
COPY Gemfile /Gemfile
RUN mkdir -p /var/cache/build && dd if=/dev/urandom of=/var/cache/build/blob bs=1M count=200 2>/dev/null
DOCKER
status_of() { rackdeck builds info "$1" --json | jq -r .status; }
has_ended() { case $(status_of "$1") in created | running) return 1 ;; esac; }
ends=
for i in 1 2 3; do
	# One that had ended before it was killed is done again.
	for try in 1 2 3 4 5; do
		echo "kill $i $try" >Gemfile
		rackdeck build --detach >/dev/null 2>&1
		b=$(rackdeck builds | awk 'NR == 2 { print $1 }')
		rd_wait 60 is_reading "$b"
		pid=$(rackdeck builds info "$b" --json | jq -r '.process // ""')
		[ -z "$pid" ] || kill -9 "$pid"
		# A worker that waits for the disk dies when that answers.
		rd_wait 60 has_ended "$b"
		[ "$(status_of "$b")" = complete ] || break
	done
	ends="$ends$(status_of "$b") "
done
is "killed builds have failed" "$ends" "failed failed failed "
rd_wait 60 no_containers
is "its container goes" "$(containers)" 0
run rackdeck cache verify
like "the cache is whole" "$status $out" "0 ok  cache *"
build 13
like "and goes on" "$status $out" "0 *Cache: *saved 1 files, 209.7 MB*"
end
