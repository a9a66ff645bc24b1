# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The whole story of an app on a rack that rackdeck did not make, in the manner of the generation of Convox that the
# script which reads this is named after. No engine.
. "$(dirname "$0")/lib.sh"
name=$(basename "$0" .sh)
name=${name#convox_}
pids=
cleanup() {
	cd / || exit 1
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	rm -rf "$tmp"
}
export NO_PROXY='*' no_proxy='*' XDG_CACHE_HOME="$tmp/cache"
printf 'services:\n  web:\n    build: .\n' >convox.yml
echo 'FROM alpine:3.18' >Dockerfile
ln Dockerfile again
ln -s Dockerfile link
echo no >ignored
echo ignored >.dockerignore
rack=$tmp/rack
mkdir "$rack"
"$src/tests/cmd/convox_rack.py" "$name" "$rack/port" "$rack" 2>"$rack/err" &
pids="$pids $!"
rd_wait 60 test -s "$rack/port"
host=127.0.0.1:$(cat "$rack/port")
RACK_URL=http://convox:pass@$host
export RACK_URL
# refuse "REGEX-OF-PATHS STATUS WORDS"
refuse() { printf '%s\n' "$1" >"$rack/new" && mv "$rack/new" "$rack/refuse"; }
accept() { rm "$rack/refuse"; }
id_of() { sed -n "s/^$1: *//p" "$tmp/out"; }

# ---- what has to be waited for takes seconds: beside the rest ----
run rackdeck apps create live
rackdeck deploy -a live -d first >"$rack/deployed" 2>&1 &
deploy=$!
rackdeck apps create slow >"$rack/slow" 2>&1 &
slow=$!

rd_wait 60 grep -qs '^live ' "$rack/sources"

log=$rack/log
run rackdeck apps create shop
succeeds "an app" "Creating shop... OK"
run rackdeck apps create shop
fails "twice" "ERROR: app already exists: shop"
run rackdeck apps info none
fails "one that is not there" "ERROR: no such app 'none' on rack '$host': see 'rackdeck apps'"
run rackdeck build -a none .
like "no source is sent for it" "$status $err $(cat "$rack/sources" 2>/dev/null | grep none)" \
	"1 *ERROR: *none* "

run rackdeck apps info shop -r "$host"
like "the rack can be named as it is shown" "$status $out" "0 Name *shop*"

# ---- a build ----
run rackdeck build -a shop -d first --build-args A=1,B=2 --build-args C=3 --no-cache --development -m convox.yml .
sed '1,/^Starting build/d; /^Build: /,$d' "$tmp/out" >"$log.shown"
"$src/tests/cmd/convox_rack.py" "$name" log >"$log"
is "a build shows its log, and nothing twice" "$status $(sha256sum <"$log.shown")" "0 $(sha256sum <"$log")"
is "what gets lost of the source is told" "$err" "warning: 'link' is a symlink, which the rack leaves out"
build=$(id_of Build)
release=$(id_of Release)
is "its source" "$(tail -n 1 "$rack/sources")" "shop .dockerignore Dockerfile again convox.yml"
like "its wishes" "$(grep '"first"' "$rack/requests" | grep build-args)" \
	'build {"build-args": "A=1,B=2,C=3", "description": "first", "development": "true", "manifest": "convox.yml", "no-cache": "true", "url": "object://shop/tmp/*.tgz"}'
run rackdeck builds logs "$build" -a shop
is "the log later" "$status $(sha256sum <"$tmp/out")" "0 $(sha256sum <"$log")"
run rackdeck builds info "$build" -a shop
like "its record" "$status $out" "0 Id           $build
Status       complete
Release      $release
Description  first*"
: >"$rack/cut"
run rackdeck build -a shop -d fail .
is "an upload that is cut is sent again" "$(find "$rack" -name cut) $(grep -c 'POST /apps/shop/objects' "$rack/requests")" " 3"
like "one that fails" "$status $(tail -n 1 "$tmp/out") $err" "1 ERROR: exit status 1 *ERROR: build failed"
run rackdeck builds -a shop
like "the list" "$status $out" "0 ID *
B?????????? *failed * fail
$build *complete *$release *first"
run rackdeck builds -a shop --limit 1 --json
is "at most one" "$(printf '%s' "$out" | jq length)" 1

for wish in '--build-args A=1,B' --full-log '--build-rack far'; do
	seen=$(wc -l <"$rack/requests")
	# shellcheck disable=SC2086 # a flag and its value
	run rackdeck build -a shop $wish .
	like "a wish that the rack cannot fulfil is told before anything is sent: $wish" \
		"$status $out$err $(tail -n "+$((seen + 1))" "$rack/requests" | grep /shop)" "1 ERROR: * "
done

# ---- a log that is not to be had ----
run rackdeck build -a shop --detach .
gone=$(id_of Build)
rd_wait 60 sh -c "'$rackdeck' builds info $gone -a shop | grep -q complete"
refuse "shop/.*/logs 500 it is lost: 100%s"
run rackdeck builds logs "$gone" -a shop
like "a log that is refused says why" "$status $(cat "$tmp/out") $err" \
	"1  ERROR: the log of build '$gone' did not come whole: *it is lost: 100%s"
run rackdeck build -a shop .
like "a build without it is none the worse" "$status $(id_of Release) $(printf '%s\n' "$err" | tail -n 1)" \
	"0 R?????????? WARNING: the log of build 'B*' did not come whole: *it is lost: 100%s"
accept
run rackdeck builds logs "$gone" -a shop
is "and comes when it is there again" "$status $(sha256sum <"$tmp/out")" "0 $(sha256sum <"$log")"

# ---- a rack that goes away while a build runs ----
rd_wait 60 grep -q 'POST /apps/live/releases/.*/promote' "$rack/requests"
: >"$rack/hold"
: >"$tmp/away.out"
rackdeck build -a shop -d away . >"$tmp/away.out" 2>"$tmp/away.err" &
away=$!
rd_wait 60 grep -q 'line' "$tmp/away.out"
refuse "shop/builds 503 be back soon"
rd_wait 60 sh -c "[ \$(grep -c 'GET /apps/shop/builds/B[A-Z]* ' $rack/refused) -gt 1 ]"
accept
rm "$rack/hold"
status=0
wait $away || status=$?
sed '1,/^Starting build/d; /^Build: /,$d' "$tmp/away.out" >"$log.shown"
is "a rack that is away for a while is waited for" "$status $(sha256sum <"$log.shown")" \
	"0 $(sha256sum <"$log")"

# ---- archives ----
run rackdeck builds export "$build" -a shop -f "$rack/archive"
succeeds "an archive" "Exporting build... OK"
run rackdeck builds import -a shop -f "$rack/archive"
like "is a build again" "$status $out" "0 Importing build... OK, R??????????"
status=0
rackdeck builds export "$build" -a shop 2>"$tmp/err" | rackdeck builds import -a shop --id >"$tmp/out" 2>&1 ||
	status=$?
like "also through a pipe" "$status $(tail -n 1 "$tmp/out")" "0 R??????????"
run rackdeck builds export BNONE -a shop -f "$tmp/none"
like "of no build there is none" "$status $err $(find "$tmp" -name 'none*')" "1 *ERROR: *BNONE* "

# ---- environment and parameters ----
run rackdeck env set A=1 'B=x  y=ä&%' -a shop
like "variables" "$status $out" "0 Setting A, B... OK
Release: R??????????"
run rackdeck env -a shop
succeeds "as they are" "A=1
B=x  y=ä&%"
run rackdeck env unset A -a shop
like "one less" "$status $out" "0 Unsetting A... OK*"
run rackdeck env get B -a shop
succeeds "the other" "x  y=ä&%"
run rackdeck rack params set BuildInstance=c4.large Tags='a=b&c=d'
succeeds "where builds run" "Updating parameters... OK"
run rackdeck rack params
succeeds "is passed on" "Autoscale      Yes
BuildInstance  c4.large
Tags           a=b&c=d"
run rackdeck apps params set LogRetention=7 -a shop
succeeds "of an app" "Updating parameters... OK"
run rackdeck apps params -a shop
succeeds "likewise" "LogRetention  7"
printf 'secret\n' >"$tmp/secret"
run_stdin "$tmp/secret" rackdeck registries add reg.example.com:5000/a user
like "a registry" "$status $out" "0 Adding registry... OK"
run rackdeck registries
succeeds "is listed" "SERVER                  USERNAME
reg.example.com:5000/a  user"
run rackdeck registries remove reg.example.com:5000/a
succeeds "and removed" "Removing registry... OK"
run rackdeck rack
like "the rack" "$status $out" "0 Name *far*Status *running*"
run rackdeck doctor
like "its health" "$status $out" "0 *running*"

# ---- releases ----
run rackdeck releases info "$release" -a shop
like "a release" "$status $out" "0 Id *$release
Build *$build*"
run rackdeck releases manifest "$release" -a shop
like "its manifest" "$status $out" "0 services:*"
run rackdeck releases promote "$release" -a shop
succeeds "is promoted" "Promoting $release... OK"
run rackdeck releases promote "$release" -a shop --force
succeeds "by force, while that is under way" "Promoting $release... OK"
rd_wait 60 sh -c "'$rackdeck' apps info shop | grep -q 'Status *running'"
run rackdeck releases -a shop --limit 0
like "is the active one" "$status $(printf '%s\n' "$out" | grep active)" "0 $release  active  $build*"
run rackdeck apps cancel shop
fails "what is done cannot be taken back" "ERROR: app is not updating"
touch "$rack/hold"
run rackdeck releases promote "$release" -a shop
run rackdeck apps cancel -a shop
succeeds "what is under way can" "Cancelling deployment of shop... OK"
run rackdeck apps info shop
like "and is no more" "$out" "*Status *running*"
run rackdeck apps delete shop --yes
succeeds "the end" "Deleting shop... OK"

status=0
wait $deploy || status=$?
wait $slow
is "an app that is not ready at once is waited for" "$? $(cat "$rack/slow")" "0 Creating slow... OK"
like "a deployment is waited for, with the rack's words" "$status $(cat "$rack/deployed")" "0 *
Promoting R*... 
*Z system/aws updating web
*OK"
is "without those of services" "$(grep -c 'service/web' "$rack/deployed")" 0
run rackdeck apps info live
like "and there" "$out" "*Status *running*Release  *R??????????*"
is "no harm was done to the rack" "$(cat "$rack/err")" ""
is "no body was a form that is none" "$(grep -c 'not a form' "$rack/requests")" 0
end
