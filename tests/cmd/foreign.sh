#!/bin/sh
# SPDX-License-Identifier: MIT
# rackdeck as a client of a rack that it did not make: waiting for promotions, logs that are cut, archives that
# end early. No engine.
. "$(dirname "$0")/lib.sh"
pids=
cleanup() {
	cd / || exit 1
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	rm -rf "$tmp"
}
export NO_PROXY='*' no_proxy='*'
mkdir "$tmp/rack"
{
	echo 'Building: .'
	for n in 1 2 3; do
		echo "Step $n/3 : RUN $n"
		seq 1 500 | sed "s/^/äöü $n /"
	done
} >"$tmp/rack/log"
mkdir "$tmp/x"
echo '{"id":"BWHOLE"}' >"$tmp/x/build.json"
head -c 300000 /dev/urandom >"$tmp/x/app.BWHOLE.tar"
tar -C "$tmp/x" -czf "$tmp/rack/archive" build.json app.BWHOLE.tar
"$src/tests/cmd/foreign_rack.py" "$tmp/port" "$tmp/rack" >"$tmp/rack.out" 2>"$tmp/rack.err" &
pids=$!
rd_wait 60 test -s "$tmp/port"
RACK_URL=http://convox:pw@127.0.0.1:$(cat "$tmp/port")
export RACK_URL

# ---- promotions are waited for, all at once: each takes seconds ----
rackdeck releases promote RNEW -a good --wait >"$tmp/good" 2>&1 &
good=$!
rackdeck releases promote RNEW -a bad --wait >"$tmp/bad" 2>&1 &
bad=$!
rackdeck releases promote RNEW -a busy >"$tmp/busy" 2>&1 &
busy=$!
wait $good
like "a promotion is waited for" "$? $(sed 's/^20[-0-9T:]*Z/TIME/' "$tmp/good")" "0 Promoting RNEW... 
TIME system/k8s/web Pulling true 5s
*OK"
is "what is not of the system is left out" "$(grep -c service/ "$tmp/good")" 0
status=0
wait $bad || status=$?
like "one that falls back is an error" "$status $(cat "$tmp/bad")" "1 *ERROR: rollback"
wait $busy
is "a busy app is waited for before" "$? $(cat "$tmp/busy")" "0 Waiting for app to be ready... OK
Promoting RNEW... OK"
run rackdeck releases promote RNEW -a good --force
succeeds "without --wait it is only asked for" "Promoting RNEW... OK"
is "with the force that was asked for" "$(tail -n 1 "$tmp/rack/promoted")" "good force=true"

# ---- logs ----
run rackdeck builds logs BTEXT -a good
is "a log that is whole" "$(sha256sum <"$tmp/out")" "$(sha256sum <"$tmp/rack/log")"
run rackdeck builds logs BLIVE -a good
is "a log whose streams end early" "$(sha256sum <"$tmp/out")" "$(sha256sum <"$tmp/rack/log")"

# ---- archives ----
run rackdeck builds export BWHOLE -a good -f "$tmp/whole"
succeeds "an archive" "Exporting build... OK"
is "which is the rack's" "$(sha256sum <"$tmp/whole")" "$(sha256sum <"$tmp/rack/archive")"
run rackdeck builds export BSHORT -a good -f "$tmp/short"
like "one that ends early though the rack says all is well" "$status $err" \
	"1 ERROR: rack '127.0.0.1:*' sent a damaged archive: *"
run rackdeck builds export BEMPTY -a good -f "$tmp/short"
like "likewise before its first byte" "$status $err" "1 ERROR: rack '127.0.0.1:*' sent a damaged archive: *"
is "leaves no file" "$(find "$tmp" -maxdepth 1 -name 'short*' | wc -l)" 0

# ---- what it has not, and raw answers ----
run rackdeck builds cancel BTEXT -a good
like "it cannot cancel" "$status $err" \
	"1 *ERROR: rack '127.0.0.1:*' cannot cancel a build: racks of Convox have no way to"
run rackdeck api get /apps/good
like "an answer as it is" "$status $out" '0 {
  "generation": "3",
  "locked": false,
  "name": "good",*'
run rackdeck api get /fail
like "an error as it is" "$status $err" "1 ERROR: rack '127.0.0.1:*': it is broken: 100%"
run rackdeck api get apps
fails "a path begins with /" "ERROR: 'apps' is no path: it begins with '/' and holds no spaces, such as /apps"
end
