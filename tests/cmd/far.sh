#!/bin/sh
# SPDX-License-Identifier: MIT
# A rack that rackdeck did not make, over TLS: whose certificate counts, before any credential is sent, and through
# proxies. No engine.
. "$(dirname "$0")/lib.sh"
pids=
cleanup() {
	cd / || exit 1
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	rm -rf "$tmp"
}
export XDG_CACHE_HOME="$tmp/cache"
unset https_proxy HTTPS_PROXY http_proxy all_proxy ALL_PROXY no_proxy NO_PROXY SSL_CERT_FILE
printf 'services:\n  web:\n    build: .\n' >convox.yml
echo 'FROM alpine:3.18' >Dockerfile
new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/$1.key"; }
# certify NAME ALTERNATIVE-NAME: a certificate of our authority
certify() {
	new_key "$1"
	printf 'subjectAltName=%s\n' "$2" >"$tmp/ext"
	openssl req -new -key "$tmp/$1.key" -subj "/CN=$1" -out "$tmp/csr" 2>/dev/null
	openssl x509 -req -in "$tmp/csr" -CA "$tmp/ca.crt" -CAkey "$tmp/ca.key" -CAcreateserial -days 30 \
		-extfile "$tmp/ext" -out "$tmp/$1.crt" 2>/dev/null
}
# begin NAME GENERATION: a rack with that certificate
begin() {
	mkdir "$tmp/$1"
	"$src/tests/cmd/convox_rack.py" "$2" "$tmp/$1/port" "$tmp/$1" "$tmp/$1.crt" "$tmp/$1.key" 2>"$tmp/$1/err" &
	pids="$pids $!"
	: >"$tmp/$1/requests"
}
# proxy NAME [LOGIN]
proxy() {
	: >"$tmp/$1.log"
	"$src/tests/cmd/connect_proxy.py" "$tmp/$1.port" "$tmp/$1.log" ${2+"$2"} &
	pids="$pids $!"
}
port_of() { rd_wait 60 test -s "$tmp/$1" && cat "$tmp/$1"; }
new_key ca
openssl req -x509 -new -key "$tmp/ca.key" -subj /CN=authority -days 30 -out "$tmp/ca.crt" 2>/dev/null
certify right IP:127.0.0.1
certify other DNS:other.example.com
new_key own
openssl req -x509 -new -key "$tmp/own.key" -subj /CN=own -days 30 -out "$tmp/own.crt" 2>/dev/null
begin right v2
begin other v3
begin own v3
proxy open
proxy shut user:hunter33
right=127.0.0.1:$(port_of right/port)
other=127.0.0.1:$(port_of other/port)
own=127.0.0.1:$(port_of own/port)
open=http://127.0.0.1:$(port_of open.port)
shut=127.0.0.1:$(port_of shut.port)

# ---- certificates ----
SSL_CERT_FILE=$tmp/ca.crt RACK_URL=https://convox:pass@$right run rackdeck apps
succeeds "a certificate that an authority signed" "APP  STATUS  RELEASE"
SSL_CERT_FILE=$tmp/ca.crt RACK_URL=https://convox:pass@$other run rackdeck apps
like "one for another host" "$status $err" "1 ERROR: https://$other: *host name '127.0.0.1'*--insecure"
is "is refused before any request" "$(cat "$tmp/other/requests")" ""
SSL_CERT_FILE=$tmp/ca.crt RACK_URL=https://convox:pass@$other run rackdeck apps --insecure
succeeds "unless the user wants it" "APP  STATUS  RELEASE"
RACK_URL=https://convox:pass@$own run rackdeck apps
like "one that it signed itself" "$status $err" "1 ERROR: https://$own: no authority known here signed its certificate: *"
is "likewise" "$(cat "$tmp/own/requests")" ""
key=$(printf '%s' "$err" | sed 's/.* --key \(sha256[^ '\'']*\).*/\1/')
echo pass >"$tmp/password"
run_stdin "$tmp/password" rackdeck login "$own" --key "$key" --name own
like "is taken by its key" "$status $out" "0 Logging in to own... OK*"
run_stdin "$tmp/password" rackdeck login "$own" --key "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" --name wrong
like "another key is refused" "$status $err" "1 ERROR: https://$own shows the key $key, another than the one given"

mkdir "$tmp/plain"
"$src/tests/cmd/convox_rack.py" v2 "$tmp/plain/port" "$tmp/plain" 2>"$tmp/plain/err" &
pids="$pids $!"
plain=127.0.0.1:$(port_of plain/port)
RACK_URL=https://convox:pass@$plain run rackdeck apps
fails "a server without TLS" "ERROR: https://$plain does not speak TLS: is it http:// that is meant?"

# ---- proxies ----
https_proxy=$open
export https_proxy
run rackdeck apps create shop -r own
succeeds "through a proxy" "Creating shop... OK"
run rackdeck build -r own -a shop .
sed '1,/^Starting build/d; /^Build: /,$d' "$tmp/out" >"$tmp/shown"
is "a build with its log" "$status $(sha256sum <"$tmp/shown")" \
	"0 $("$src/tests/cmd/convox_rack.py" v3 log | sha256sum)"
build=$(sed -n 's/^Build: *//p' "$tmp/out")
run rackdeck builds cancel "$build" -a shop -r own
like "what the proxy says it is does not count" "$status $err" "1 *cannot cancel a build: racks of Convox have no way to"
is "the proxy sees tunnels alone" "$(grep -vc "^CONNECT $own" "$tmp/open.log")" 0
is "and no login" "$(grep -c Authorization "$tmp/open.log")" 0
https_proxy=http://user:hunter33@$shut
run rackdeck apps -r own
like "through one that wants a login" "$status $out" "0 *shop *running*"
https_proxy=http://user:hunter44@$shut
run rackdeck apps -r own
fails "with a wrong one" \
	"ERROR: https://$own: the proxy wants a login (status 407): put it into https_proxy, as http://USER:PASSWORD@HOST:PORT"
https_proxy=http://127.0.0.1:1
run rackdeck apps -r own
fails "one that is away" "ERROR: https://$own: the proxy before it: Connection refused"
https_proxy=$open
RACK_URL=https://convox:pass@127.0.0.1:1 run rackdeck apps
fails "a rack that is away behind one" "ERROR: https://127.0.0.1:1: the proxy does not let us through (status 502)"
unset https_proxy
RACK_URL=https://convox:pass@127.0.0.1:1 run rackdeck apps
fails "and without one" "ERROR: https://127.0.0.1:1: Connection refused"
is "the racks came to no harm" "$(cat "$tmp/own/err" "$tmp/right/err")" ""
end
