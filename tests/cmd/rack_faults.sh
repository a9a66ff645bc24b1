#!/bin/sh
# SPDX-License-Identifier: MIT
# A rack that answers slowly, wrongly or without end: one clear line each, and the login stays with it.
. "$(dirname "$0")/lib.sh"
server=
cutter=
cleanup() {
	cd / || exit 1
	[ -z "$server" ] || kill "$server" 2>/dev/null
	[ -z "$cutter" ] || kill "$cutter" 2>/dev/null
	rm -rf "$tmp"
}
XDG_CACHE_HOME=$tmp/cache
export XDG_CACHE_HOME
python3 "$src/tests/cmd/rack_faults.py" "$tmp/port" "$tmp/log" >/dev/null &
server=$!
rd_wait 60 test -s "$tmp/port"
host=127.0.0.1:$(cat "$tmp/port")

# It says how long it is not to be asked: beside the rest, for it takes seconds to see that it is not.
(rd_wait 60 grep -qs '3600 seconds' "$tmp/tired" && sleep 4 && printf q) | RACK_URL=http://convox:x@$host/tired TERM=xterm script -qec "'$rackdeck' console -a shop" \
	/dev/null >"$tmp/tired" &
tired=$!

# ill HOW WANTED-STDERR-PATTERN: what the user sees of it
ill() {
	RACK_URL=http://convox:hunter22@$host/$1 run rackdeck apps
	like "$1" "$status $(printf '%s\n' "$err" | wc -l) $out$err" "1 1 ERROR: $2"
}
ill 500 "rack '$host': AccessDenied: no role goroutine 1"
ill empty500 "rack '$host': response status 500"
ill html "rack '$host': response status 502"
ill escape "rack '$host': ?\[2Jbad?"
ill 429 "rack '$host' is asked too often: try again in 7 seconds"
ill factor "rack '$host' wants a second factor, which rackdeck does not have: use a login without one, *"
ill until "rack '$host' is asked too often: try again in [45]?? seconds"
ill cut-json "rack '$host': the answer was cut short"
ill cut-body "http://$host: transfer closed with 998 bytes remaining to read"
ill no-json "rack '$host': the answer is no JSON (line 1)"
ill other-json "rack '$host': the answer is not of the expected form"
ill nothing "http://$host: Empty reply from server"
ill garbage "http://$host does not speak HTTP"
python3 -c 'import itertools, os, socket, struct, sys
s = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(s.getsockname()[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
for is_reset in itertools.cycle((1, 0)):
    c = s.accept()[0]
    c.recv(65536)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", is_reset, 0))
    c.close()' "$tmp/cutter" &
cutter=$!
rd_wait 60 test -s "$tmp/cutter"
for how in reset closed; do
	RACK_URL=https://convox:hunter22@127.0.0.1:$(cat "$tmp/cutter") run rackdeck apps
	fails "$how within the handshake" "ERROR: https://127.0.0.1:$(cat "$tmp/cutter"): the connection was cut while TLS began"
done
kill "$cutter"
cutter=
ill headers "http://$host answers with more than 200 headers"
ill names "http://$host answers with more than 200 headers"
ill continue "http://$host answers with more than 200 headers"
ill line "http://$host: a header is too long*"
ill body "http://$host: its answer is larger than 67108864 bytes"
ill deep "rack '$host': the answer is no JSON (line 1)"
ill away "rack '$host' sends us elsewhere (302), where no login is taken along: if that is right, use 'http://$host/stolen/'"
RACKDECK_TIMEOUT=1
export RACKDECK_TIMEOUT
ill slow "http://$host: Operation timed out after [1-9]* milliseconds with 0 bytes received"
ill trickle "http://$host: Operation timed out after [1-9]* milliseconds with * bytes received"
unset RACKDECK_TIMEOUT
is "no redirect was followed" "$(grep -c stolen "$tmp/log")" 0
RACK_URL=http://convox:hunter22@$host/well run rackdeck apps
succeeds "a rack that is well" "APP   STATUS   RELEASE
shop  running  "
RACK_URL=http://convox:hunter22@$host/plain run rackdeck builds logs BPLAIN -a shop
fails "a stream that is none" "ERROR: the log of build 'BPLAIN' did not come whole: http://$host opens no stream: status 200"
echo hunter22 >"$tmp/password"
for how in 500 429 away cut-body garbage page; do
	run_stdin "$tmp/password" rackdeck login "http://$host/$how" --name ill
	like "no login is kept of a rack with $how" "$status $(printf '%s\n' "$err" | wc -l) $err" "1 1 ERROR: *"
done
is "nor anywhere" "$(grep -rl hunter22 "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_CACHE_HOME" "$tmp/log" 2>/dev/null)" ""
run_stdin "$tmp/password" rackdeck login "http://$host/console" --name console
like "a console tells its racks" "$status $out" "0 Logging in to console... OK
Racks there, for -r and 'rackdeck switch':
  acme/prod
  acme/staging"
run rackdeck racks
like "which are listed" "$out" "*
acme/prod     -        rackdeck  http://$host*"
run rackdeck apps -r acme/prod
succeeds "and used by name" "APP        STATUS   RELEASE
acme-prod  running  "
run rackdeck switch prod
succeeds "and by a part of it" "Switched to acme/prod"
run rackdeck switch acme
fails "that is not ambiguous" "ERROR: ambiguous rack name: acme: see 'rackdeck racks'"
wait "$tired"
like "who wants to be left alone for an hour is" "$(grep -c ^/tired "$tmp/log") $(cat "$tmp/tired")" "1 *3600 seconds*"
kill "$server"
wait "$server" 2>/dev/null
server=
run rackdeck racks
like "a console that is away hides no other rack" "$status $err $out" \
	"0 WARNING: racks of 'console' are not listed: http://$host: Connection refused NAME*local*"
end
