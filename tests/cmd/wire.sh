#!/bin/sh
# SPDX-License-Identifier: MIT
# The requests of Convox's CLIs, v2 and v3, byte for byte (wire.py), in the clear and over TLS. Against a Docker
# engine that the test starts.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine
server=
cleanup() {
	cd / || exit 1
	[ -z "$server" ] || kill "$server" 2>/dev/null
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi
mkdir -p app/sub
printf 'services:\n  web:\n    build: .\n    port: 3000\n' >app/convox.yml
printf 'FROM local/busybox:1\nARG NAME\nCOPY . /app\nRUN echo "hello $NAME"; for i in 1 2 3; do echo $i äöü; sleep 0.2; done\n' >app/Dockerfile
echo text >app/sub/file
for flags in "" --tls; do
	: >"$tmp/serve.out"
	# shellcheck disable=SC2086
	"$rackdeck" serve --listen 127.0.0.1:0 $flags >"$tmp/serve.out" 2>>"$tmp/serve.log" &
	server=$!
	rd_wait 60 grep -q RACK_URL "$tmp/serve.out"
	url=$(sed -n 's/.*RACK_URL=//p' "$tmp/serve.out")
	for generation in v2 v3; do
		"$src/tests/cmd/wire.py" $generation "$url" app "app-$generation" >"$tmp/checks" 2>"$tmp/wire.err"
		is "$generation$flags: all was asked" "$? $(cat "$tmp/wire.err")" "0 "
		while read -r line; do
			case $line in
			"ok "*) result "${line#ok }$flags" 0 ;;
			*) result "${line#not ok }$flags" 1 ;;
			esac
		done <"$tmp/checks"
	done
	kill "$server"
	status=0
	wait "$server" || status=$?
	server=
	is "the server ends well$flags" "$status" 0
done
is "no secret is in the log of requests" \
	"$(grep -c -e "$(cat "$XDG_CONFIG_HOME/rackdeck/serve.password")" -e 'p w' -e 'B=x' "$tmp/serve.log")" 0
end
