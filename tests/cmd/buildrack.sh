#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds that another rack runs: one that is served from an engine of its own, over a wire that breaks, and
# another local one. Log, steps and images are here as there; what fails there fails here.
. "$(dirname "$0")/lib.sh"
far=$tmp/far
own=$tmp/own
pids=
cleanup() {
	cd / || exit 1
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	rd_dockerd_stop "$far"
	rd_dockerd_stop "$own"
	rm -rf "$tmp"
}
# The base is where builds are to run, and only there.
if ! rd_dockerd_start "$far" || ! rd_dockerd_base "$far" || ! rd_dockerd_start "$own"; then
	echo "Bail out! no engines"
	exit 1
fi
export NO_PROXY='*' no_proxy='*'
racks=$XDG_DATA_HOME/rackdeck/racks
far_data=$tmp/fardata
far_racks=$far_data/rackdeck/racks
# far COMMAND...: on the machine of the build rack
far() { XDG_DATA_HOME=$far_data XDG_CONFIG_HOME=$tmp/farconfig DOCKER_HOST=unix://$far/docker.sock "$@"; }
newest() { rackdeck builds -a shop -l 1 2>/dev/null | awk 'NR == 2 { print $1 }'; }
far_newest() { far "$rackdeck" builds -l 1 -a shop 2>/dev/null | awk 'NR == 2 { print $1 }'; }
is_newer() { [ -n "$(newest)" ] && [ "$(newest)" != "$1" ]; }
log() { echo "$racks/local/logs/$1"; }
log_has() { grep -qs "$2" "$(log "$1").log"; }
reason_of() { rackdeck builds info "$1" -a shop --json | jq -r '.status + " " + .reason'; }
far_reason() { far "$rackdeck" builds info "$(far_newest)" -a shop --json | jq -r '.status + " " + .reason'; }
ids() { rd_curl "$1" http://d/images/json | jq -r '.[] | select(.RepoTags // [] | any(startswith("local/shop:") or startswith("team/shop:"))) | .Id' | sort; }
tags() { rd_curl "$1" http://d/images/json | jq -r '.[].RepoTags // [] | .[]' | sort; }
no_steps() { ! pgrep -f '^sleep 86396$' >/dev/null; }
# same NAME: log and steps of the newest build here are those of the newest one there
same() {
	cmp "$(log "$(newest)").log" "$far_racks/local/logs/$(far_newest).log" >"$tmp/cmp" 2>&1
	result "$1: the same log" $? "$(cat "$tmp/cmp")"
	cmp "$(log "$(newest)").steps" "$far_racks/local/logs/$(far_newest).steps" >"$tmp/cmp" 2>&1
	result "$1: the same steps" $? "$(cat "$tmp/cmp")"
}
# serve: the build rack; sets $url, $port
serve() {
	: >"$tmp/serve.out"
	env XDG_DATA_HOME="$far_data" XDG_CONFIG_HOME="$tmp/farconfig" DOCKER_HOST="unix://$far/docker.sock" \
		"$rackdeck" serve --listen 127.0.0.1:0 >"$tmp/serve.out" 2>>"$tmp/serve.log" &
	pids="$pids $!"
	server=$!
	rd_wait 60 grep -q RACK_URL "$tmp/serve.out"
	url=$(sed -n 's/.*RACK_URL=//p' "$tmp/serve.out")
	port=${url##*:}
}

mkdir -p shop slow bad
cat >shop/convox.yml <<'YML'
services:
  web:
    build: .
  api:
    build: .
    command: api
YML
printf 'FROM local/busybox:1\nARG PLACE=none\nRUN echo "at $PLACE" && head -c 3000000 /dev/urandom >/made\nENTRYPOINT ["web", "a b"]\n' >shop/Dockerfile
printf 'services:\n  web:\n    build: .\n' | tee slow/convox.yml >bad/convox.yml
printf 'FROM local/busybox:1\nRUN echo be""gun && sleep 86396\n' >slow/Dockerfile
printf 'FROM local/busybox:1\nRUN echo going wrong && exit 7\n' >bad/Dockerfile
cd shop || exit 1
serve
password=${url#*:}
password=${password#*:}
password=${password%@*}

# ---- a URL ----
run rackdeck build --build-rack "$url" --build-args PLACE=there -d 'first one'
like "a build on a rack" "$status $out" "0 *at there*"
id=$(newest)
same "a build"
is "its images are here" "$(ids "$own")" "$(ids "$far")"
is "under their names" "$(tags "$own")" "local/shop:api.$id
local/shop:web.$id"
is "with what is said of it" "$(rackdeck builds info "$id" --json | jq -r '.description + " " + .entrypoint')" "first one web 'a b'"
is "there, too" "$(far "$rackdeck" builds info "$(far_newest)" -a shop --json | jq -r '.description + "; " + .trigger')" "first one; rack, local, through serve"
like "the manifest is here" "$(rackdeck releases manifest "$(rackdeck builds info "$id" --json | jq -r .release)")" "services:*"
run rackdeck releases promote "$(rackdeck builds info "$id" --json | jq -r .release)"
is "it can be promoted" "$status" 0
is "the password stands nowhere" "$(grep -rlF "$password" "$racks" | wc -l)" 0

# ---- a login, as parameter ----
printf '%s' "$password" >"$tmp/password"
run_stdin "$tmp/password" rackdeck login "http://127.0.0.1:$port" --name farm
run rackdeck rack params set "BuildRack=$url"
like "a parameter holds no login" "$status $err" "1 ERROR: parameter BuildRack: *rackdeck login*"
run rackdeck rack params set BuildRack=local
like "a rack is not its own build rack" "$status $err" "1 ERROR: parameter BuildRack: rack 'local' *"
run rackdeck rack params set BuildRack=frm
like "nor is one that nobody knows" "$status $err" "1 ERROR: parameter BuildRack: no such rack 'frm'*"
run rackdeck rack params set BuildRack=farm
succeeds "BuildRack" "Updating parameters... OK"
run rackdeck doctor
like "doctor shows it" "$out" "*build rack * farm at http://127.0.0.1:$port, version *"
run rackdeck build
is "a build by the parameter" "$status" 0
same "by the parameter"

# ---- what goes wrong there ----
cd ../bad || exit 1
run rackdeck build -a shop
is "what fails there fails here" "$status $(reason_of "$(newest)")" "1 $(far_reason)"
same "a failure"
is "and says so once" "$(grep -c 'ERROR: service' "$(log "$(newest)").log")" 1
cd ../slow || exit 1
# begins: a build there, up to its step
begins() {
	before=$(newest)
	rackdeck build -a shop --no-cache --detach >"$tmp/out" 2>&1
	rd_wait 60 is_newer "$before"
	id=$(newest)
	rd_wait 60 log_has "$id" begun
}
begins
has_step() { grep -qs 'RUN echo' "$(log "$id").steps"; }
rd_wait 60 has_step
is "the log comes while it is made" "$(log_has "$id" begun && reason_of "$id"); $(far_reason)" "running ; running "
like "steps, too" "$(cat "$(log "$id").steps")" "*RUN echo*"
run rackdeck builds cancel "$id" -a shop
is_canceled() { [ "$(reason_of "$id")" = "failed canceled" ] && [ "$(far_reason)" = "failed canceled" ]; }
rd_wait 60 is_canceled
rd_wait 60 no_steps
is "canceled here is canceled there" "$(reason_of "$id"); $(far_reason)" "failed canceled; failed canceled"
begins
kill -KILL "$(rackdeck builds info "$id" -a shop --json | jq -r .process)"
is_interrupted() { [ "$(reason_of "$id")" = "failed interrupted" ]; }
rd_wait 60 is_interrupted
is "a killed worker's build is interrupted" "$(reason_of "$id")" "failed interrupted"
is "nothing of it is here" "$(tags "$own" | grep -c "$id")" 0
far "$rackdeck" builds cancel "$(far_newest)" -a shop >/dev/null 2>&1
rd_wait 60 no_steps
cd ../shop || exit 1

# ---- the wire breaks ----
breaking() {
	rm -f "$tmp/proxy.port"
	"$src/tests/cmd/cut_proxy.py" "$tmp/proxy.port" "$port" "$@" 2>"$tmp/proxy.err" &
	pids="$pids $!"
	rd_wait 60 test -s "$tmp/proxy.port"
	broken=${url%:*}:$(cat "$tmp/proxy.port")
}
before=$(tags "$own")
# Any connection: the export may come on one that was used before. Nothing else is so long.
# shellcheck disable=SC2046 # many words
breaking HTTP down $(seq 100001 100060)
run rackdeck build --build-rack "$broken" --no-cache
like "an export that is cut fails the build, with one line" \
	"$status $(grep -c '^ERROR: ' "$(log "$(newest)").log") $out$err" "1 1 *ERROR: *bringing build *"
settled() { [ "$(tags "$own")" = "$before" ]; }
rd_wait 60 settled
is "and leaves nothing" "$(tags "$own")" "$before"
breaking logs down 300 500
run rackdeck build --build-rack "$broken" --no-cache
is "a log that is cut goes on" "$status" 0
same "a cut log"

# ---- away ----
run rackdeck build --build-rack "http://convox:wrong@127.0.0.1:$port"
like "a wrong password is one line" "$status $(printf '%s\n' "$out$err" | grep -c ERROR) $out$err" "1 1 *ERROR: the build rack*"
run rackdeck build --build-rack nowhere
like "an unknown rack is one line" "$status $(printf '%s\n' "$out$err" | grep -c ERROR) $out$err" \
	"1 1 *ERROR: the build rack: no such rack 'nowhere'*"
kill "$server"
wait "$server" 2>/dev/null
run rackdeck build
like "a rack that is away is one line" "$status $(printf '%s\n' "$out$err" | grep -c ERROR) $out$err" "1 1 *ERROR: the build rack*"
run rackdeck doctor
like "doctor says so" "$out" "*build rack *no build can run*"

# ---- a rack that is not ours: it tells no steps, no reasons, and hides nothing ----
mkdir "$tmp/foreign"
rackdeck builds export "$(rackdeck builds -a shop | awk '$2 == "complete" { print $1; exit }')" -a shop \
	--file "$tmp/foreign/archive" >/dev/null 2>&1
printf 'Building: .\nStep 1/2 : FROM local/busybox:1\n ---> 0123456789ab\nStep 2/2 : RUN echo sesame-street-7\n ---> Running in 0123456789ab\nsesame-street-7\nno end' \
	>"$tmp/foreign/log"
"$src/tests/cmd/foreign_rack.py" "$tmp/foreign.port" "$tmp/foreign" 2>"$tmp/foreign.err" &
pids="$pids $!"
rd_wait 60 test -s "$tmp/foreign.port"
foreign=http://convox:pw@127.0.0.1:$(cat "$tmp/foreign.port")
rackdeck apps create good >/dev/null 2>&1
rackdeck apps create bad >/dev/null 2>&1
run rackdeck build -a good --build-rack "$foreign" --build-args TOKEN=sesame-street-7 --no-cache
id=$(rackdeck builds -a good -l 1 | awk 'NR == 2 { print $1 }')
is "a foreign rack builds" "$status $(tags "$own" | grep -c "^local/good:.*$id")" "0 2"
is "what the source is" "$(tar -tzf "$tmp/foreign/source" | sort | tr '\n' ' ')" "Dockerfile convox.yml "
like "how it is to be built" "$(cat "$tmp/foreign/created")" "*no-cache=true*"
is "the log is of the same length" "$(wc -c <"$(log "$id").log")" "$(wc -c <"$tmp/foreign/log")"
is "but for what is secret here" "$(grep -c sesame "$(log "$id").log" "$(log "$id").steps")" "$(log "$id").log:0
$(log "$id").steps:0"
is "the rest is the same" "$(grep -v '\*' "$(log "$id").log")" "$(grep -v sesame "$tmp/foreign/log")"
like "steps are found in the text" "$(cat "$(log "$id").steps")" "*2/2] RUN echo *"
run rackdeck build -a bad --build-rack "$foreign"
id=$(rackdeck builds -a bad -l 1 | awk 'NR == 2 { print $1 }')
like "what fails there fails here" "$status $err" "1 ERROR: build failed*"
is "with its log and nothing else" "$(cat "$(log "$id").log")" "$(cat "$tmp/foreign/log")"
run env RACK_URL="$foreign" "$rackdeck" rack params set BuildInstance=c4.large
is "a rack of Convox gets BuildInstance as it is" "$status $(cat "$tmp/foreign/params")" "0 parameters=BuildInstance%3Dc4.large"
run env RACK_URL="$foreign" "$rackdeck" build -a good --build-rack team
like "and has no build rack" "$status $err" "1 *ERROR: rack '*' builds itself: --build-rack is for local racks*"

# ---- another local rack ----
run rackdeck rack params set "BuildInstance=$far/docker.sock" -r team
run rackdeck build --build-rack team --no-cache
id=$(newest)
is "another local rack builds" "$status $(tags "$own" | grep -c "^local/shop:.*$id")" "0 2"
cmp -s "$(log "$id").log" "$racks/team/logs/$(rackdeck builds -r team -l 1 | awk 'NR == 2 { print $1 }').log"
result "with the same log" $?
# Two that name each other.
rackdeck rack params set BuildRack=local -r team >/dev/null 2>&1
rackdeck rack params set BuildRack=team BuildInstance= >/dev/null 2>&1
run rackdeck build --no-cache
is "two racks that name each other build once" "$status $(rackdeck builds -l 1 --json | jq -r '.[0].status')" "0 complete"
end
