#!/bin/sh
# SPDX-License-Identifier: MIT
# Build, deploy, logs, cancel, promote and roll back against a Docker engine that the test starts.
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


# field LABEL: its value in what the last run printed
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
status_of() { rackdeck builds -a "$1" -l 0 | awk -v id="$2" '$1 == id { print $2 }'; }
has_status() { [ "$(status_of "$1" "$2")" = "$3" ]; }
log_of() { cat "$XDG_DATA_HOME/rackdeck/racks/local/logs/$1.log" 2>/dev/null; }
log_has() { log_of "$1" | grep -q "$2"; }
newest() { rackdeck builds -a "$1" -l 1 2>/dev/null | awk 'NR == 2 { print $1 }'; }
is_newer() { [ -n "$(newest "$1")" ] && [ "$(newest "$1")" != "$2" ]; }
gone() { ! kill -0 "$1" 2>/dev/null; }

# ends NAME PID WANTED-STATUS: the process ends in time
ends() {
	ends_status=timeout
	if rd_wait 60 gone "$2"; then
		ends_status=0
		wait "$2" || ends_status=$?
	fi
	is "$1" "$ends_status" "$3"
}


mkdir -p shop/api
cd shop || exit 1
cat >convox.yml <<'YML'
environment:
  - CURRENCY=EUR
services:
  web:
    build: .
  api:
    build: ./api
YML
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
ARG WHO=nobody
RUN echo "hello from $WHO"; printf 'esc \033]0;title\007\033[31mred\033[0m\n'
DOCKER
cat >api/Dockerfile <<'DOCKER'
FROM local/busybox:1
RUN echo "the api"
DOCKER

# ---- build ----
run rackdeck build --build-args WHO=tester -d 'first build'
first=$(field Build) first_release=$(field Release)
is "build ends well" "$status" 0
is "an unknown app is made, and that is said" "$err" "Creating app shop... OK"
rackdeck builds logs "$first" >"$tmp/log"
{
	printf 'Packaging source... OK\nUploading source... OK\nStarting build... OK\n'
	cat "$tmp/log"
	printf 'Build:   %s\nRelease: %s\n' "$first" "$first_release"
} >"$tmp/wanted"
is "stdout: the stages, the log, build and release" "$(cmp "$tmp/out" "$tmp/wanted" 2>&1)" ""
is "builds logs prints the bytes of the log" \
	"$(cmp "$tmp/log" "$XDG_DATA_HOME/rackdeck/racks/local/logs/$first.log" 2>&1)" ""
like "the log has the output of one service" "$(cat "$tmp/log")" "*hello from tester*"
like "and that of the other" "$(cat "$tmp/log")" "*the api*"
on_terminal "" "$rackdeck" builds logs "$first"
like "a terminal gets colours" "$out" "*$(printf '\033')*red*"
case $out in *"$(printf '\033]')"* | *"$(printf '\007')"*) status=1 ;; esac
is "but no other escapes" "$status" 0
NO_COLOR=1 on_terminal "" "$rackdeck" builds logs "$first"
is "with NO_COLOR no escape at all" "$(printf %s "$out" | tr -cd '\033' | wc -c)" 0

run rackdeck builds
like "builds lists it" "$out" "ID           STATUS    RELEASE      STARTED*ELAPSED*DESCRIPTION
$first  complete  $first_release  *first build"
run rackdeck builds --json
is "builds --json" "$(jq -r '.[0] | .id + .status + .release + .app' "$tmp/out")" \
	"${first}complete${first_release}shop"
run rackdeck builds info "$first"
like "builds info" "$out" "Id           $first
Status       complete
Release      $first_release
Description  first build
Started      *
Elapsed      *s"
run rackdeck builds info "$first" --json
is "builds info --json has the manifest" "$(jq -r .manifest "$tmp/out")" "$(cat convox.yml)"
run rackdeck builds cancel "$first"
like "a build that is over is not canceled" "$status $err" \
	"1 *ERROR: build $first is not running: it is complete"

# ---- promote, deploy, roll back ----
run rackdeck releases promote
succeeds "releases promote takes the newest" "Promoting $first_release... OK"
run rackdeck releases
like "it is active" "$out" "ID           STATUS  BUILD        CREATED*DESCRIPTION
$first_release  active  $first  *first build"
run rackdeck apps
succeeds "apps shows it" "APP   STATUS   RELEASE
shop  running  $first_release"
run rackdeck releases manifest "$first_release"
succeeds "releases manifest" "$(cat convox.yml)"
run rackdeck env set CURRENCY=CHF
run rackdeck deploy --build-args WHO=again,X=1 -d second
second_release=$(printf '%s\n' "$out" | sed -n 's/^Promoting \(R[A-Z]*\)\.\.\. OK$/\1/p')
like "deploy builds and promotes" "$status $out" "0 Packaging source... OK
Uploading source... OK
Starting build... OK
*Promoting R*... OK"
is "and that is its last line" "$(printf '%s\n' "$out" | tail -n 1)" "Promoting $second_release... OK"
run rackdeck releases info "$second_release"
like "its release has the environment" "$out" "*Description  second
Env          CURRENCY=CHF"
run rackdeck releases promote "$first_release"
fails "an older release is not promoted" \
	"ERROR: can not promote an older release, try rollback"
run rackdeck releases rollback "$first_release"
copy=$(printf '%s\n' "$out" | sed -n 's/^Promoting \(R[A-Z]*\)\.\.\. OK$/\1/p')
succeeds "releases rollback" "Rolling back to $first_release... OK, $copy
Promoting $copy... OK"
run rackdeck releases info "$copy" --json
is "the copy has build and environment of the old one" \
	"$(jq -r '.build + .env' "$tmp/out")" "$first"
run rackdeck deploy --id
is "deploy --id prints the release alone" "$status ${#out} $(rackdeck apps info --json | jq -r .release)" "0 11 $out"
like "the rest is on stderr" "$err" "Packaging source... OK*Promoting $out... OK"

# ---- what git says ----
git init -q . && git add . && git -c user.name=t -c user.email=t@t commit -qm 'fix the cart'
run rackdeck build --id
run rackdeck builds -l 1
like "a clean git tree gives the description" "$out" \
	"*build $(git rev-parse --short=10 HEAD) fix the cart"
is "and its commit" "$(rackdeck builds -l 1 --json | jq -r '.[0]["git-sha"]')" \
	"$(git rev-parse HEAD)"
rm -rf .git

# ---- a frontend that cannot be had ----
mkdir ../front
printf 'services:\n  web:\n    build: .\n' >../front/convox.yml
printf '# syntax=nowhere/dockerfile:1\nFROM local/busybox:1\nRUN echo made here\n' >../front/Dockerfile
run rackdeck build ../front
like "a frontend that cannot be pulled is done without" "$status $out" \
	"0 *no frontend 'nowhere/dockerfile:1'*engine's own*made here*Release: *"
rm -r ../front

# ---- what goes wrong in a build ----
echo 'RUN echo about to fail; exit 3' >>api/Dockerfile
run rackdeck build -d broken
like "a failing RUN" "$status $err" "1 ERROR: build failed: *"
is "is told in one line" "$(printf '%s\n' "$err" | wc -l)" 1
broken=$(newest shop)
like "its log was printed" "$out" "*about to fail*"
run rackdeck builds info "$broken"
like "its reason is kept" "$out" "*Status       failed
*Reason  *" || true
reason=$(printf '%s\n' "$out" | sed -n 's/^Reason *//p')
is "and is what was told" "$err$reason" "$reason"
rm api/Dockerfile
run rackdeck build
like "a Dockerfile that is not there is named" "$status $err" "1 ERROR: build failed: *api/Dockerfile*"
mkdir -p sub && printf 'environment:\n  - NEEDED\nservices:\n  web:\n    build: .\n' >sub/convox.yml
cp Dockerfile sub
run rackdeck build sub
like "an environment that is missing is named" "$status $err" \
	"1 ERROR: build failed: *required env: NEEDED*"

# ---- running builds ----
cat >api/Dockerfile <<'DOCKER'
FROM local/busybox:1
RUN echo begun; tail -f /dev/null
DOCKER
# A build that hangs: $id, once it says so.
hang() {
	before=$(newest shop)
	env --default-signal=INT "$rackdeck" build --no-cache >"$tmp/hang.out" 2>"$tmp/hang.err" </dev/null &
	pid=$!
	rd_wait 60 is_newer shop "$before"
	id=$(newest shop)
	rd_wait 60 log_has "$id" begun
}

hang
is "a build under way is listed so" "$(status_of shop "$id")" running
rackdeck builds logs "$id" >"$tmp/followed" &
follower=$!
run rackdeck apps delete shop --yes
like "its app cannot be deleted" "$status $err" "1 *ERROR: *"
run rackdeck builds cancel "$id"
succeeds "builds cancel" "Canceling $id... OK"
ends "the build's command ends" $pid 1
is "with the reason" "$(cat "$tmp/hang.err")" "ERROR: build failed: canceled"
ends "who follows its log ends" $follower 0
is "with the whole log" "$(cmp "$tmp/followed" "$XDG_DATA_HOME/rackdeck/racks/local/logs/$id.log" 2>&1)" ""

hang
kill -INT $pid
ends "Ctrl-C cancels the build" $pid 1
is "and waits for its end" "$(cat "$tmp/hang.err")" "Canceling (Ctrl-C again leaves it running): $id
ERROR: build failed: canceled"
is "the build failed" "$(status_of shop "$id")" failed

hang
worker=$(rackdeck builds info "$id" --json | jq -r .process)
kill -STOP "$worker"
kill -INT $pid
rd_wait 60 grep -q Canceling "$tmp/hang.err"
kill -INT $pid
ends "a second Ctrl-C leaves it" $pid 1
is "and says how to follow it" "$(tail -n 1 "$tmp/hang.err")" \
	"ERROR: build $id may still run: follow it with 'rackdeck builds logs $id -a shop'"
is "it is still there" "$(status_of shop "$id")" running
kill -CONT "$worker"
rackdeck builds logs "$id" >/dev/null
is "until it ends" "$(status_of shop "$id")" failed

hang
kill -KILL $pid
ends "a command that is killed" $pid 137
is "leaves its build running" "$(status_of shop "$id")" running
kill -KILL "$(rackdeck builds info "$id" --json | jq -r .process)"
rd_wait 60 has_status shop "$id" failed
run rackdeck builds info "$id"
like "a worker that is killed is seen by the next command" "$out" "*Status       failed*Reason       interrupted"

run rackdeck rack params set BuildConcurrency=1
run rackdeck build --detach
one=$(field Build)
succeeds "--detach returns with the build's id" "Packaging source... OK
Uploading source... OK
Starting build... OK
Build:   $one"
rd_wait 60 has_status shop "$one" running
run rackdeck build --detach
two=$(field Build)
is "a build beyond the slots is queued" "$(status_of shop "$two")" created
run rackdeck builds cancel "$two"
rd_wait 60 has_status shop "$two" failed
env --default-signal=INT "$rackdeck" build >"$tmp/hang.out" 2>"$tmp/hang.err" </dev/null &
pid=$!
rd_wait 60 is_newer shop "$two"
rd_wait 60 grep -q 'Starting build... OK' "$tmp/hang.out"
kill -INT $pid
ends "Ctrl-C cancels a queued build" $pid 1
like "and says so" "$(cat "$tmp/hang.err")" "Canceling *ERROR: build failed: canceled"
run rackdeck builds cancel "$one"
run rackdeck builds logs "$one"
is "both end" "$(status_of shop "$one") $(status_of shop "$two")" "failed failed"

# ---- secrets ----
mkdir ../hush
cd ../hush || exit 1
printf 'services: {web: {build: .}}\n' >convox.yml
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
ARG DB_URL
ARG PHRASE
ARG NPM_TOKEN
ARG KEY_FILE
RUN echo "env $DB_URL, $PHRASE"
RUN echo "args $NPM_TOKEN"; echo "$KEY_FILE"
RUN printf '%s' "${PHRASE%battery}"; sleep 1; echo battery
RUN false "$NPM_TOKEN" "$PHRASE" && echo "$DB_URL"
DOCKER
run rackdeck apps create hush
printf 'DB_URL=amqp://u:pw@mq/x\nPHRASE=correct horse battery\n' >"$tmp/hush.env"
run_stdin "$tmp/hush.env" rackdeck env set -a hush
for builder in --no-cache --full-log; do
	run rackdeck build -a hush $builder --build-args NPM_TOKEN=npm_s3cr3t \
		--build-args "KEY_FILE=$(printf 'first-line\nsecond-line')"
	id=$(newest hush)
	like "secrets are stars in the log ($builder)" "$status $out" "1 *env \*\*\*\*, \*\*\*\**args \*\*\*\**"
	like "also if they come in pieces" "$out" "*
\*\*\*\*
*"
	is "and are nowhere in log, steps, reason and output" "$(rackdeck builds info "$id" -a hush | cat - "$tmp/out" \
		"$tmp/err" "$XDG_DATA_HOME/rackdeck/racks/local/logs/$id".* |
		grep -cE 'u:pw@mq|horse|npm_s3cr3t|first-line|second-line')" 0
done
cd ../shop || exit 1

# ---- an engine that dies ----
run rackdeck doctor
like "doctor is content" "$status $out" "0 *ok *engine *"
hang
rd_dockerd_stop "$engine"
ends "the engine goes in the middle" $pid 1
like "the error says so" "$(cat "$tmp/hang.err")" "ERROR: build failed: *"
is "the build failed" "$(status_of shop "$id")" failed
run rackdeck apps delete shop --yes
is "the rack is usable" "$status" 0
end
