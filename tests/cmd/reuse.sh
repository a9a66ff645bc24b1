#!/bin/sh
# SPDX-License-Identifier: MIT
# What is built again and what is not, and what a Dockerfile may ask for, against a Docker engine that
# the test starts.
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
db=$XDG_DATA_HOME/rackdeck/racks/local/rack.db

# field LABEL: its value in what the last run printed
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
# image_of BUILD SERVICE: its id in the engine
image_of() { rd_curl "$engine" "http://engine/images/local/app:$2.$1/json" 2>/dev/null | jq -r .Id; }
steps_of() { cat "$XDG_DATA_HOME/rackdeck/racks/local/logs/$1.steps"; }
# reused NAME BUILD: the last run did well and took both images of that build
reused() {
	like "$1" "$status $out" "0 *Unchanged: .: using the image of build $2*"
	is "$1: nothing was built" "$(printf '%s\n' "$out" | grep -c Building)" 0
}
# rebuilt NAME WHAT: the last run did well and built .
rebuilt() {
	like "$1" "$status $out" "0 *Building: .*made here*"
}
# refused NAME PATTERN: the last run failed so and built nothing
refused() {
	like "$1" "$status $err" "1 *ERROR: build failed: $2"
	is "$1: before the build" "$(printf '%s\n' "$out" | grep -c 'made here')" 0
}

mkdir app
cd app || exit 1
printf 'services:\n  web:\n    build: .\n' >convox.yml
cat >Dockerfile <<'DOCKER'
ARG HEAD=1
FROM local/busybox:1 AS base
ARG WHO=nobody
RUN echo "made here for $WHO"; date +%s%N >/made
FROM base AS development
RUN echo "made here to develop"
FROM base
COPY file /file
DOCKER
echo one >file

# ---- the same again ----
run rackdeck build
first=$(field Build)
rebuilt "a first build builds"
run rackdeck build
second=$(field Build)
reused "the same again is not built" "$first"
is "its image is the same" "$(image_of "$second" web)" "$(image_of "$first" web)"
is "the group has one step" "$(steps_of "$second" | jq -r 'select(.t == "step") | .name')" \
	"Unchanged: .: using the image of build $first"
is "and that is cached" "$(steps_of "$second" | jq -c 'select(.t == "done") | .cached')" true
is "the digest of inputs is kept with the image" \
	"$(sqlite3 "$db" "SELECT count(DISTINCT inputs), min(length(inputs)) FROM images")" "1|64"
touch file
run rackdeck build
reused "a new time of a file changes nothing" "$second"
run rackdeck build -a other
like "another app takes it too" "$status $out" "0 *Unchanged: .: using the image of build *"

# ---- what makes it be built ----
run rackdeck build --no-cache
forced=$(field Build)
rebuilt "--no-cache builds"
run rackdeck build
reused "and what it made is used from then on" "$forced"
echo two >file
run rackdeck build
like "a changed file" "$status $out" "0 *Building: .*"
chmod +x file
run rackdeck build
like "a changed mode" "$status $out" "0 *Building: .*"
run rackdeck build --build-args WHO=tester
like "a changed argument" "$status $out" "0 *Building: .*made here for tester*"
with_arg=$(field Build)
run rackdeck env set WHO=tester
run rackdeck build
reused "the same argument, from the environment" "$with_arg"
run rackdeck env set NOBODY=1
run rackdeck build
like "what no Dockerfile declares does not count" "$out" "*Unchanged*"
run rackdeck build --development
like "another target" "$status $out" "0 *Building: .*made here to develop*"
run rackdeck build
like "and back" "$out" "*Unchanged*"
echo '# a comment' >>Dockerfile
run rackdeck build
like "a changed Dockerfile" "$status $out" "0 *Building: .*"
last=$(field Build)
printf 'FROM local/busybox:1\nENV NEW=1\n' >"$tmp/Dockerfile"
tar -C "$tmp" -cf "$tmp/base.tar" Dockerfile
rd_curl "$engine" -X POST -H 'Content-Type: application/x-tar' -T "$tmp/base.tar" \
	'http://engine/build?t=local/busybox:1' >/dev/null
run rackdeck build
rebuilt "a changed base"
changed=$(field Build)
rd_curl "$engine" -X DELETE "http://engine/images/local/app:web.$changed?force=1" >/dev/null
run rackdeck build
like "an image that the engine lost is built again" "$status $out" "0 *Building: .*"

# ---- the classic builder ----
run rackdeck build --no-cache --full-log
like "--no-cache builds with the classic builder" "$status $out" "0 *classic builder*made here*"
run rackdeck build --full-log
like "and what is unchanged is not built there either" "$status $out" "0 *Unchanged*"
count=$(rd_curl "$engine" 'http://engine/images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D' |
	jq '[.[] | select(.Labels["rackdeck.build"])] | length')
is "no image of ours is left without a tag" "$count" 0

# ---- arguments ----
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
ARG LIST
ARG LINES
ARG NPM_TOKEN
ARG TARGETARCH
RUN echo "made here: <$LIST> <$LINES> $TARGETARCH"; echo "$NPM_TOKEN"
DOCKER
run rackdeck build --build-args 'LIST=a,b c,d' --build-args "LINES=x
y" --build-args NPM_TOKEN=abc123secret,LATE=1
like "commas and newlines in values" "$status $out" "0 *made here: <a,b c,d> <x*y> amd64*"
like "what is not declared is told" "$out" "*warning: build argument 'LATE' is declared by no Dockerfile*"
is "that the history keeps secrets is told once" "$(printf '%s\n' "$out" | grep -c 'history of the image')" 1
like "with the name" "$out" "*warning: NPM_TOKEN: *"
like "the secret is not in the log" "$out" "*[*][*][*][*]*"
build=$(field Build)
is "nor in any file of the rack" \
	"$(grep -rl abc123secret "$XDG_DATA_HOME" | wc -l)" 0
is "nor in the steps" "$(steps_of "$build" | grep -c abc123secret)" 0
run rackdeck build --full-log --no-cache
like "the classic builder gets the platform" "$status $out" "0 *made here: <> <> amd64*"

printf 'FROM local/busybox:1\nARG NPM_TOKEN\nRUN echo "made here $NPM_TOKEN"; tail -f /dev/null\n' >Dockerfile
has_begun() { grep -q '^made here' "$tmp/hang.out"; }
"$rackdeck" build --no-cache --build-args "NPM_TOKEN=rdtoken$$" >"$tmp/hang.out" 2>&1 </dev/null &
pid=$!
rd_wait 60 has_begun
like "a secret argument is hidden in the log" "$(tail -n 1 "$tmp/hang.out")" "made here [*][*][*][*]"
is "and in process lists while its build runs" "$(grep -lsz "[r]dtoken$$" /proc/[0-9]*/cmdline)" ""
run rackdeck builds cancel "$(rackdeck builds -l 1 | awk 'NR == 2 { print $1 }')"
wait $pid

# ---- what a Dockerfile asks of the builder ----
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
RUN --mount=type=cache,target=/cache echo "made here $(ls /cache | wc -l)"; date >/cache/seen
DOCKER
run rackdeck build
like "RUN --mount=type=cache" "$status $out" "0 *made here 0*"
sed -i 's/$/ \&\& :/;1s/ .. :$//' Dockerfile
run rackdeck build
like "keeps its cache" "$status $out" "0 *made here 1*"
run rackdeck build --full-log --no-cache
refused "the classic builder has none" "*service 'web': 'Dockerfile' line 2: RUN --mount needs BuildKit*: build without --full-log*"
printf 'FROM local/busybox:1\nRUN --mount=type=secret,id=x echo made here\n' >Dockerfile
run rackdeck build
refused "a secret mount" "*service 'web': *secret*ssh*'Dockerfile' line 2*"
printf 'FROM local/busybox:1\nRUN <<EOF\necho made here\nEOF\n' >Dockerfile
run rackdeck build
case $(rd_curl "$engine" http://engine/version | jq -r .Version) in
1*.* | 20.*) refused "a heredoc" "*service 'web': 'Dockerfile' line 2: Docker Engine * knows no heredocs: begin the file with*" ;;
*) like "a heredoc" "$status $out" "0 *made here*" ;;
esac
run rackdeck build --full-log
refused "a heredoc with the classic builder" "*line 2: a heredoc needs BuildKit*"
printf 'FROM local/busybox:1\nCOPY --link convox.yml /\nRUN echo made here\n' >Dockerfile
run rackdeck build
case $(rd_curl "$engine" http://engine/version | jq -r .Version) in
1*.* | 20.*) refused "COPY --link" "*service 'web': 'Dockerfile' line 2: Docker Engine * knows no '--link': begin the file with*leave it out*" ;;
*) like "COPY --link" "$status $out" "0 *made here*" ;;
esac
cat >Dockerfile <<'DOCKER'
FROM --platform=$BUILDPLATFORM local/busybox:1 AS one-amd64
ARG TARGETARCH
RUN echo "made here $TARGETARCH"
FROM --platform=linux/amd64 one-$TARGETARCH
DOCKER
if [ "$(uname -m)" = x86_64 ]; then
	run rackdeck build
	like "the engine's own platform" "$status $out" "0 *made here amd64*"
	run rackdeck build --full-log --no-cache
	refused "not with the classic builder" "*line 1: FROM --platform with a variable needs BuildKit*"
	printf 'FROM --platform=linux/s390x local/busybox:1\nRUN echo made here\n' >Dockerfile
	run rackdeck build
	refused "another platform" "*Dockerfile: line 1: the engine builds for linux/amd64 and not for linux/s390x: *BuildInstance*"
fi
printf 'FROM local/busybox:1\nADD http://127.0.0.1:1/x /\nRUN echo made here\n' >Dockerfile
run rackdeck build
is "what is fetched is left to the engine" "$status" 1
end
