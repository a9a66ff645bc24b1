#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds on a rack that is served: sources go up, log and steps come down, byte for byte, also over a wire that
# breaks at random. Against a Docker engine that the test starts.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine
pids=
cleanup() {
	cd / || exit 1
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi
export NO_PROXY='*' no_proxy='*'
rack=$XDG_DATA_HOME/rackdeck/racks/local
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
# serve FLAGS...: starts a server; sets $url and $port
serve() {
	: >"$tmp/serve.out"
	"$rackdeck" serve -r local --listen 127.0.0.1:0 "$@" >"$tmp/serve.out" 2>>"$tmp/serve.log" &
	server=$!
	pids="$pids $server"
	rd_wait 60 grep -q RACK_URL "$tmp/serve.out"
	url=$(sed -n 's/.*RACK_URL=//p' "$tmp/serve.out")
	port=${url##*:}
}
# breaking WORD DIRECTION BYTES...: starts a wire to $port that breaks; sets $broken, its URL
breaking() {
	rm -f "$tmp/proxy.port"
	"$src/tests/cmd/cut_proxy.py" "$tmp/proxy.port" "$port" "$@" 2>"$tmp/proxy.err" &
	pids="$pids $!"
	rd_wait 60 test -s "$tmp/proxy.port"
	broken=${url%:*}:$(cat "$tmp/proxy.port")
}
points() { awk -v seed="$1" -v n="$2" -v size="$3" 'BEGIN { srand(seed); for (i = 0; i < n; i++) printf "%d ", rand() * size }'; }
# A client is a home of its own: what it keeps of a log is not another's. as NAME COMMAND...
as() {
	as_cache=$tmp/cache-$1
	shift
	XDG_CACHE_HOME=$as_cache run "$@"
}
kept() { cat "$tmp/cache-$1"/rackdeck/racks/*/"$2.$3"; }

mkdir app
cd app || exit 1
printf 'services:\n  web:\n    build: .\n  other:\n    build: other\n' >convox.yml
mkdir other
printf 'FROM local/busybox:1\nRUN echo other\n' >other/Dockerfile
{
	echo 'FROM local/busybox:1'
	echo 'COPY wait /wait'
	echo 'RUN for i in 1 2 3 4 5 6 7 8; do for j in $(seq 1 400); do echo "line $i $j äöü"; done; sleep 0.2; done'
	echo 'RUN echo end'
} >Dockerfile
date >wait
serve
breaking /logs down $(points 1 12 30000)
rackdeck apps create app >/dev/null

# ---- log and steps while the build runs, cut again and again ----
RACK_URL=$broken as one rackdeck build -a app
id=$(field Build)
like "a build over a wire that breaks" "$status $id" "0 B*"
printf "%s\n" "$out" >"$tmp/shown"
is "what was kept is the log" "$(kept one "$id" log | sha256sum)" "$(sha256sum <"$rack/logs/$id.log")"
is "what was shown is the log" "$(grep -c 'line . .* äöü' "$tmp/shown")" 3200
is "the steps are those of the rack" "$(kept one "$id" steps | sha256sum)" "$(sha256sum <"$rack/logs/$id.steps")"
RACK_URL=$broken as two rackdeck builds logs "$id" -a app
is "a log of the past" "$(sha256sum <"$tmp/out")" "$(sha256sum <"$rack/logs/$id.log")"
RACK_URL=$url as two rackdeck builds logs "$id" -a app
is "once more, from what was kept" "$(sha256sum <"$tmp/out")" "$(sha256sum <"$rack/logs/$id.log")"

# ---- two processes that keep the same log at once ----
date >wait
RACK_URL=$url rackdeck build -a app -d detached >"$tmp/first" 2>&1 &
first=$!
newest() { RACK_URL=$url rackdeck builds -a app -l 1 | sed -n '2s/ .*//p'; }
is_new() { [ -n "$(newest)" ] && [ "$(newest)" != "$id" ]; }
rd_wait 60 is_new
new=$(newest)
RACK_URL=$url rackdeck builds logs "$new" -a app >"$tmp/second" 2>&1 &
second=$!
RACK_URL=$url rackdeck builds logs "$new" -a app >"$tmp/third" 2>&1
wait $first
wait $second
is "the second follower saw all" "$(sha256sum <"$tmp/second")" "$(sha256sum <"$rack/logs/$new.log")"
is "the third follower saw all" "$(sha256sum <"$tmp/third")" "$(sha256sum <"$rack/logs/$new.log")"
is "what they kept together is the log" "$(cat "$HOME"/.cache/rackdeck/racks/*/"$new.log" | sha256sum)" \
	"$(sha256sum <"$rack/logs/$new.log")"

# ---- the server dies and comes again while a build runs ----
date >wait
XDG_CACHE_HOME=$tmp/cache-four RACK_URL=$url rackdeck build -a app >"$tmp/four" 2>&1 &
client=$!
id=$new
rd_wait 60 is_new
new=$(newest)
rd_wait 60 grep -q 'line 2' "$rack/logs/$new.log"
kill -9 "$server"
wait "$server" 2>/dev/null
# again: a server at the same place
again() {
	: >"$tmp/serve.out"
	"$rackdeck" serve -r local --listen "127.0.0.1:$port" -q >"$tmp/serve.out" 2>>"$tmp/serve.log" &
	server=$!
	pids="$pids $server"
	rd_wait 60 grep -q RACK_URL "$tmp/serve.out"
}
again
kill "$server"
status=0
wait "$server" || status=$?
is "told to, it ends while a build and its followers go on" "$status" 0
again
status=0
wait $client || status=$?
is "neither kill -9 nor that loses the build or its followers" "$status" 0
is "nor a byte of the log" "$(kept four "$new" log | sha256sum)" "$(sha256sum <"$rack/logs/$new.log")"

# ---- sources that are cut ----
head -c 2000000 /dev/urandom >big
files() { find "$rack/objects" -type f | sort; }
before=$(files)
builds=$(newest)
# A source is sent three times before that is given up.
# shellcheck disable=SC2046
breaking /objects/ up $(for point in $(points 2 3 1900000); do echo "$point $point $point"; done)
for point in $(points 2 3 1900000); do
	RACK_URL=$broken run rackdeck build -a app
	like "a source cut after $point bytes" "$status $err" "1 *ERROR: *"
done
settled() { [ "$(files)" = "$before" ]; }
rd_wait 60 settled
is "nothing of it stays" "$(files)" "$before"
is "and no build is made" "$(newest)" "$builds"
RACK_URL=$broken run rackdeck build -a app
like "the wire holds again" "$status $(field Build)" "0 B*"

# ---- the server dies while a source comes ----
secret=$(cat "$XDG_CONFIG_HOME/rackdeck/serve.password")
tar -cf "$tmp/big.tar" big
put() { curl -s --noproxy '*' -u "convox:$secret" "$@" "http://127.0.0.1:$port/apps/app/objects/tmp/x.tgz"; }
before=$(files)
put --limit-rate 100k -X POST -T "$tmp/big.tar" >"$tmp/cut" 2>&1 &
client=$!
is_incoming() { [ -n "$(find "$rack/objects" -name 'incoming-*')" ]; }
rd_wait 60 is_incoming
kill -9 "$server"
wait "$server" 2>/dev/null
wait $client
again
find "$rack/objects" -name 'incoming-*' -exec touch -d '2 minutes ago' {} +
put -d x=y >"$tmp/refused"
like "what is no source is refused" "$(cat "$tmp/refused")" "?*"
rd_wait 60 settled
is "and what a killed server had taken is gone" "$(files)" "$before"

# ---- cancel, and steps as JSON ----
sed -i 's/^RUN for.*/RUN echo begun \&\& sleep 100/' Dockerfile
RACK_URL=$url rackdeck build -a app >"$tmp/five" 2>&1 &
client=$!
id=$(field Build)
rd_wait 60 is_new
new=$(newest)
rd_wait 60 grep -q begun "$rack/logs/$new.log"
RACK_URL=$url run rackdeck builds cancel "$new" -a app
succeeds "a build is cancelled from afar" "Canceling $new... OK"
status=0
wait $client || status=$?
like "who follows it hears so" "$status $(cat "$tmp/five")" "1 *cancel*"
RACK_URL=$url run rackdeck builds info "$new" -a app
like "it has failed" "$status $out$err" "0 *Status *failed*"
curl -s --noproxy '*' -u "convox:$(cat "$XDG_CONFIG_HOME/rackdeck/serve.password")" "${url%%:*}://127.0.0.1:$port/apps/app/builds/$new/steps" >"$tmp/steps"
is "steps as JSON" "$(sha256sum <"$tmp/steps")" "$(sha256sum <"$rack/logs/$new.steps")"
end
