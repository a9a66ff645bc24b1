#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds move between racks, one or both of them served, also over a wire that breaks. Against a Docker engine
# that the test starts.
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
racks=$XDG_DATA_HOME/rackdeck/racks
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
sql() { sqlite3 "$racks/$1/rack.db" "$2"; }
state() {
	rd_curl "$engine" http://engine/images/json | jq -r '.[] | .RepoTags // [] | .[]' | sort
	sql far 'SELECT id FROM builds; SELECT id FROM releases; SELECT * FROM images'
	find "$racks/far/logs" "$racks/far/run" ! -name sweep.lock | sort
}
# settled: the server has undone what it was doing
settled() { [ "$(state)" = "$before" ]; }
# unchanged NAME: nothing is on the far rack that was not there before
unchanged() {
	rd_wait 60 settled
	is "$1: nothing is left" "$(state)" "$before"
}
# serve RACK FLAGS...: starts a server of that rack; sets $url, $port
serve() {
	serve_rack=$1
	shift
	: >"$tmp/serve.out"
	"$rackdeck" serve -r "$serve_rack" --listen 127.0.0.1:0 "$@" >"$tmp/serve.out" 2>>"$tmp/$serve_rack.log" &
	pids="$pids $!"
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
# pipe FROM-URL TO-URL ID: export | import; empty: the local rack. $exported and $imported are their ends; $by says
# whose commands they are
by='rackdeck rackdeck'
send() {
	case $by in
	convox*) "$src/tests/cmd/convox_pipe.py" export "$1" app "$2" ;;
	*) RACK_URL=$1 rackdeck builds export "$2" -a app ;;
	esac
}
take() {
	case $by in
	*convox) "$src/tests/cmd/convox_pipe.py" import "$1" target ;;
	*) RACK_URL=$1 rackdeck builds import -a target ;;
	esac
}
pipe() {
	{
		exported=0
		send "$1" "$3" 2>"$tmp/export.err" || exported=$?
		echo $exported >"$tmp/exported"
	} | {
		imported=0
		take "$2" >"$tmp/import.out" 2>"$tmp/import.err" || imported=$?
		echo $imported >"$tmp/imported"
	}
	exported=$(cat "$tmp/exported")
	imported=$(cat "$tmp/imported")
}
both_fail() {
	like "$1: both end with an error" "$exported $imported $(tail -n 1 "$tmp/export.err") $(cat "$tmp/import.err")" \
		"1 1 *ERROR: * ERROR: *"
}

mkdir app
cd app || exit 1
printf 'services:\n  web:\n    build: .\n  worker:\n    build: .\n' >convox.yml
printf 'FROM local/busybox:1\nCOPY file /file\nRUN echo worked >/made\n' >Dockerfile
head -c 3000000 /dev/urandom >file
run rackdeck build -d 'the first'
first=$(field Build)
like "a build" "$first" "B*"
rackdeck apps create target -r far >/dev/null
rackdeck apps create app -r far >/dev/null
rackdeck env set -r far -a target WHO=far >/dev/null
serve far
far=$url
far_port=$port
serve local
near=$url

# ---- all ways ----
# arrived NAME RACK: the import's build is there, the same, with the app's environment
arrived() {
	like "$1" "$exported $imported $(cat "$tmp/import.out" "$tmp/export.err" "$tmp/import.err")" \
		"0 0 Importing build... OK, R*Exporting build... OK"
	release=$(sed -n 's/.*OK, //p' "$tmp/import.out")
	new=$(sql "$2" "SELECT build FROM releases WHERE id = '$release'")
	is "$1: the build" "$(sql "$2" "SELECT b.description, b.status, r.env FROM builds b JOIN releases r
		ON r.id = b.release WHERE b.id = '$new'")" "the first|complete|WHO=far"
	is "$1: its images" "$(sql "$2" "SELECT service, image_id FROM images WHERE build = '$new' ORDER BY 1")" \
		"$(sql local "SELECT service, image_id FROM images WHERE build = '$first' ORDER BY 1")"
	is "$1: its log and steps" "$(cat "$racks/$2/logs/$new.log" "$racks/$2/logs/$new.steps" | sha256sum)" \
		"$(cat "$racks/local/logs/$first.log" "$racks/local/logs/$first.steps" | sha256sum)"
}
pipe "" "$far" "$first"
arrived "from here to there" far
pipe "$near" "$far" "$first"
arrived "from there to there" far
run rackdeck builds export "$first" -a app -f "$tmp/a.tgz"
RACK_URL=$near run rackdeck builds export "$first" -a app -f "$tmp/b.tgz"
succeeds "from there to a file" "Exporting build... OK"
gzip -dc "$tmp/a.tgz" >"$tmp/a.tar"
gzip -dc "$tmp/b.tgz" >"$tmp/b.tar"
is "which is the same archive" "$(sha256sum <"$tmp/b.tar")" "$(sha256sum <"$tmp/a.tar")"
RACK_URL=$far run rackdeck builds import -a target -f "$tmp/b.tgz" --id
like "from a file to there" "$status $out" "0 R*"
RACK_URL=$far run rackdeck builds logs "$new" -a target
is "the log of the new one" "$out" "$(cat "$racks/local/logs/$first.log")"

for by in 'convox rackdeck' 'rackdeck convox' 'convox convox'; do
	pipe "$near" "$far" "$first"
	arrived "from $by" far
done

# ---- what one side refuses ----
before=$(state)
for by in 'convox rackdeck' 'rackdeck convox' 'convox convox'; do
	pipe "$near" "$far" BAAAAAAAAAA
	both_fail "from $by: no such build"
	unchanged "from $by: no such build"
done
by='rackdeck rackdeck'
pipe "$near" "$far" BAAAAAAAAAA
both_fail "no such build"
is "the exporter says so" "$(tail -n 1 "$tmp/export.err")" \
	"ERROR: no such build 'BAAAAAAAAAA': see 'rackdeck builds'"
unchanged "no such build"
RACK_URL=$far run rackdeck builds import -a nobody -f "$tmp/a.tgz"
like "no such app" "$status $err" "1 *ERROR: no such app 'nobody'*"
size=$(stat -c %s "$tmp/a.tgz")
for part in 0 1 30 70 99; do
	head -c $((size * part / 100)) "$tmp/a.tgz" >"$tmp/cut.tgz"
	RACK_URL=$far run rackdeck builds import -a target -f "$tmp/cut.tgz"
	like "an archive cut at $part%" "$status $err" "1 *ERROR: *"
done
unchanged "cut archives"
# one that is wrong early and goes on for long: the answer does not wait for its end
{ head -c 100000 "$tmp/a.tgz" && head -c 100000000 /dev/zero && cat "$tmp/a.tgz"; } >"$tmp/bad.tgz"
RACK_URL=$far run rackdeck builds import -a target -f "$tmp/bad.tgz"
like "a damaged archive" "$status $err" "1 *ERROR: *"
unchanged "a damaged archive"
{
	RACK_URL=$far rackdeck builds import -a target >"$tmp/import.out" 2>"$tmp/import.err"
	echo $? >"$tmp/imported"
} <"$tmp/bad.tgz"
is "from standard input" "$(cat "$tmp/imported")" 1
# an exporter that goes on for as long as it is heard
rm "$tmp/exported"
(
	trap '' PIPE
	cat "$tmp/cut.tgz" && timeout 60 yes garbage 2>/dev/null
	echo $? >"$tmp/exported"
) | RACK_URL=$far rackdeck builds import -a target >/dev/null 2>&1
is "the exporter's end is cut off too" "$(cat "$tmp/exported")" 1
unchanged "garbage behind an archive"

# ---- a wire that breaks ----
size=$(stat -c %s "$tmp/b.tgz")
points() { awk -v seed="$1" -v size="$size" 'BEGIN { srand(seed); for (i = 0; i < 6; i++) printf "%d ", 300 + rand() * (size - 300) }'; }
near_port=${near##*:}
port=$near_port url=$near
breaking .tgz down $((size / 3)) $((size / 2)) $((size - 10))
for by in 'convox rackdeck' 'rackdeck convox' 'convox convox'; do
	pipe "$broken" "$far" "$first"
	both_fail "from $by: a cut export"
	unchanged "from $by: a cut export"
done
by='rackdeck rackdeck'
# shellcheck disable=SC2046
breaking .tgz down $(points 7)
n=0
for point in $(points 7); do
	pipe "$broken" "$far" "$first"
	both_fail "export cut after $point bytes"
	n=$((n + 1))
done
unchanged "cut exports"
pipe "$broken" "$far" "$first"
arrived "the wire holds again" far
before=$(state)
port=$far_port url=$far
breaking builds/import up $((size / 2)) $((size - 10))
for by in 'rackdeck convox' 'convox convox'; do
	pipe "$near" "$broken" "$first"
	like "from $by: a cut import" "$imported $(cat "$tmp/import.err")" "1 *ERROR: *"
	unchanged "from $by: a cut import"
done
by='rackdeck rackdeck'
# shellcheck disable=SC2046
breaking builds/import up $(points 8)
for point in $(points 8); do
	pipe "$near" "$broken" "$first"
	like "import cut after $point bytes" "$imported $(cat "$tmp/import.err")" "1 *ERROR: *"
done
unchanged "cut imports"
pipe "$near" "$broken" "$first"
arrived "the wire to there holds again" far
is "no secret is in the logs" "$(grep -c "$(cat "$XDG_CONFIG_HOME/rackdeck/serve.password")" "$tmp/far.log" "$tmp/local.log" | tr '\n' ' ')" \
	"$tmp/far.log:0 $tmp/local.log:0 "

# ---- with TLS ----
serve far --tls
export SSL_CERT_FILE="$XDG_CONFIG_HOME/rackdeck/serve.crt"
far=$url
serve local --tls
pipe "$url" "$far" "$first"
arrived "from there to there, over TLS" far
end
