#!/bin/sh
# SPDX-License-Identifier: MIT
# Logins of racks: asking about keys, remembering, refusing; which rack a command means. No engine.
. "$(dirname "$0")/lib.sh"
server=
cleanup() {
	cd / || exit 1
	[ -z "$server" ] || kill "$server" 2>/dev/null
	rm -rf "$tmp"
}
# The server has a home of its own: client and server share no settings.
serve() {
	: >"$tmp/serve.out"
	XDG_CONFIG_HOME=$tmp/server XDG_DATA_HOME=$tmp/server "$rackdeck" serve --listen "127.0.0.1:${port:-0}" "$@" \
		>"$tmp/serve.out" 2>"$tmp/serve.log" &
	server=$!
	rd_wait 60 grep -q RACK_URL "$tmp/serve.out"
	port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$tmp/serve.out" | tail -n 1)
	host=127.0.0.1:$port
	password=$(cat "$tmp/server/rackdeck/serve.password")
	printf '%s\n' "$password" >"$tmp/password"
	key=$(sed -n 's/^Key of the certificate: //p' "$tmp/serve.out")
}
stop() {
	kill "$server"
	wait "$server"
	server=
}
requests() { grep -c . "$tmp/serve.log"; }
settings=$XDG_CONFIG_HOME/rackdeck/racks.json

# ---- local only ----
run rackdeck racks
is "without a login there is the local rack" "$(printf '%s' "$out" | tail -n 1)" \
	"local  yes      -      $XDG_DATA_HOME/rackdeck/racks/local"
run rackdeck switch
succeeds "which is the current one" "local"
run rackdeck switch prod
fails "an unknown rack is not switched to" \
	"ERROR: could not find rack: prod: see 'rackdeck racks', or 'rackdeck login HOST' for a new one"
run rackdeck apps -r rack.example.com
fails "an unknown rack is named with the way out" \
	"ERROR: no such rack 'rack.example.com': see 'rackdeck racks', or 'rackdeck login HOST' for a new one"
run rackdeck logout prod
fails "nobody logs out who is not logged in" "ERROR: not logged in to 'prod': see 'rackdeck racks'"
CONVOX_RACK=prod run rackdeck apps
fails "an inherited name makes no rack" \
	"ERROR: CONVOX_RACK names 'prod', and there is no such rack: see 'rackdeck racks', or 'rackdeck login HOST' for a new one"

# ---- logging in ----
serve --tls
run_stdin "$tmp/password" rackdeck login "$host"
fails "a key that nobody vouches for needs an answer" \
	"ERROR: https://$host: no authority known here signed its certificate: if its key is $key, 'rackdeck login $host --key $key' remembers that"
is "nothing was asked of the server" "$(requests)" 0
is "and nothing is remembered" "$(ls "$settings" 2>/dev/null)" ""
run rackdeck login "convox:$password@$host"
fails "a password is no argument" \
	"ERROR: leave the password out of HOST, where others can see it: it is asked for, or read from stdin"
run rackdeck login 'a b'
fails "a bad HOST is named" \
	"ERROR: HOST is no address of a rack: write it as HOST[:PORT] or https://HOST[:PORT][/PREFIX]"
for far in rack.example.com localhost.example.com:5443 127.0.0.1.example.com; do
	run_stdin "$tmp/password" rackdeck login "http://$far"
	fails "no password goes over a network in the clear: $far" \
		"ERROR: without TLS everyone on the way can read the password: use https://, or --insecure if you mean it"
done
run_stdin "$tmp/password" rackdeck login "$host" --key sha256//short
fails "a key that is none" "ERROR: --key is no key: write it as 'rackdeck serve' prints it, sha256//..."
run_stdin "$tmp/password" rackdeck login "$host" --key "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
fails "another key than the one given" "ERROR: https://$host shows the key $key, another than the one given"
run_stdin "$tmp/password" rackdeck login "$host" --name local
fails "a local rack keeps its name" "ERROR: 'local' is a local rack: choose another name with --name"
echo wrong >"$tmp/wrong"
run_stdin "$tmp/wrong" rackdeck login "$host" --key "$key" --name prod
fails "a wrong password" "ERROR: rack 'prod' refuses the login: invalid authentication"
is "is not kept" "$(grep -c -e wrong -e prod "$settings")" 0
run_stdin /dev/null rackdeck login "$host" --key "$key"
fails "none at all" "ERROR: no password given: type it when asked, or give it on stdin"
run_stdin "$tmp/password" rackdeck login "$host" --name prod
succeeds "the right one" "Logging in to prod... OK
Use it as '-r prod', or from now on with 'rackdeck switch prod'"
is "is for its owner alone" "$(stat -c %a "$settings")" 600
is "only the settings hold it" "$(grep -rl "$password" "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" 2>/dev/null)" "$settings"

# ---- which rack ----
run rackdeck apps create shop -r prod
like "a verb on it" "$status $out" "0 Creating shop... OK"
run rackdeck apps
is "the local one stays the default" "$status $out" "0 APP  STATUS  RELEASE"
run rackdeck racks
like "it is listed" "$out" "*
prod   -        rackdeck  https://$host"
run rackdeck racks --json
is "also as JSON" "$(printf '%s' "$out" | jq -r '.[] | select(.name == "prod") | .login + " " + .place')" "rackdeck https://$host"
run rackdeck switch pro
succeeds "a part of its name switches" "Switched to prod"
run rackdeck switch
succeeds "which is remembered" "prod"
run rackdeck apps
like "for every verb" "$status $out" "0 *shop *running*"
run rackdeck apps -r local
is "-r goes first" "$status $out" "0 APP  STATUS  RELEASE"
CONVOX_RACK=local run rackdeck apps
is "then CONVOX_RACK" "$status $out" "0 APP  STATUS  RELEASE"
mkdir -p .convox .convox2
echo local >.convox2/rack
run rackdeck apps
is "then the folder, as convox v2 keeps it" "$status $out" "0 APP  STATUS  RELEASE"
run rackdeck switch prod
is "a switch tells what goes before it" "$status $out $err" "0 Switched to prod WARNING: here '.convox/rack' goes first"
echo prod >.convox/rack
run rackdeck switch
succeeds "and as v3 does" prod
echo shop >.convox2/app
run rackdeck apps info
like "the folder's app, too" "$status $out" "0 Name *shop*"
rm -r .convox .convox2
run rackdeck switch local
succeeds "back" "Switched to local"
run rackdeck apps -r pro
fails "part of a name makes no local rack" "ERROR: no such rack 'pro': did you mean 'prod'?"
run rackdeck apps -r "https://convox:$password@$host"
fails "a login is no name" \
	"ERROR: a login is no name of a rack, and others can see it there: use 'rackdeck login', or RACK_URL"

# ---- the key changes ----
stop
rm "$tmp/server/rackdeck/serve.key" "$tmp/server/rackdeck/serve.crt"
old=$key
serve --tls
: >"$tmp/serve.log"
run rackdeck apps -r prod
fails "another key is refused" \
	"ERROR: https://$host shows another key than the one remembered: it has a new one, or somebody stands in between; if its owner says that it is new, 'rackdeck logout prod' forgets the old one and 'rackdeck login $host' asks about the new one"
RACK_URL=https://convox:$password@$host run rackdeck apps
like "also by RACK_URL" "$status $err" "1 ERROR: https://$host shows another key *"
is "before any request" "$(requests)" 0
run rackdeck apps -r prod --insecure
like "--insecure goes on" "$status $out" "0 *shop*"
run rackdeck logout prod
succeeds "the way out: forget" "Logging out of prod... OK"
is "all of it" "$(grep -c -e "$password" -e prod -e "$old" "$settings")" 0

# ---- asked on a terminal ----
on_terminal "no" "RACK_URL=https://convox:$password@$host '$rackdeck' apps"
like "a first contact asks" "$status $out" "1 *It shows the key $key
*ERROR: the key of https://$host was not taken: nothing was sent"
on_terminal "yes" "RACK_URL=https://convox:$password@$host '$rackdeck' apps"
like "and takes a yes" "$status $out" "0 *shop*"
RACK_URL=https://convox:$password@$host run rackdeck apps
like "once" "$status $out" "0 *shop*"
run rackdeck logout "$host"
succeeds "a key alone can be forgotten" "Forgetting the key of $host... OK"
on_terminal "yes
$password" "'$rackdeck' login $host"
like "a login asks for both" "$status $out" "0 *Password: *Logging in to $host... OK*"
is "the password is not shown" "$(printf '%s' "$out" | sed 1,2d | grep -c "$password")" 0
run rackdeck apps -r "$host"
like "it is named by its host" "$status $out" "0 *shop*"
run rackdeck logout "$host"
run_stdin "$tmp/password" rackdeck login "$host" --insecure --name lax
like "--insecure asks about nothing" "$status $out" "0 Logging in to lax... OK*"
run rackdeck apps -r lax
like "and is remembered" "$status $out" "0 *shop*"
run rackdeck racks --json
is "plainly" "$(printf '%s' "$out" | jq -r '.[] | select(.insecure) | .name')" lax
SSL_CERT_FILE=$tmp/server/rackdeck/serve.crt run_stdin "$tmp/password" rackdeck login "$host" --name signed
like "who is vouched for is not asked about" "$status $out" "0 Logging in to signed... OK*"
run rackdeck apps -r signed
like "no key is taken instead later" "$status $err" "1 ERROR: https://$host: *certificate*--insecure"
run rackdeck logout signed
run rackdeck logout lax

# ---- certificates that are out of date ----
stop
openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/old.key"
openssl req -new -key "$tmp/old.key" -subj /CN=127.0.0.1 -out "$tmp/old.csr"
mkdir "$tmp/ca" && : >"$tmp/ca/index" && echo 01 >"$tmp/ca/serial"
printf '[ca]\ndefault_ca=c\n[c]\ndatabase=%s/ca/index\nserial=%s/ca/serial\nnew_certs_dir=%s/ca\npolicy=p\ndefault_md=sha256\n[p]\ncommonName=supplied\n' \
	"$tmp" "$tmp" "$tmp" >"$tmp/ca/conf"
openssl ca -batch -selfsign -config "$tmp/ca/conf" -keyfile "$tmp/old.key" -in "$tmp/old.csr" -out "$tmp/old.crt" \
	-startdate 20200101000000Z -enddate 20200201000000Z -notext 2>/dev/null
serve --tls-cert "$tmp/old.crt" --tls-key "$tmp/old.key"
: >"$tmp/serve.log"
RACK_URL=https://convox:$password@$host run rackdeck apps
like "an expired certificate is refused" "$status $err" "1 ERROR: *expired*2020*--insecure"
SSL_CERT_FILE=$tmp/old.crt RACK_URL=https://convox:$password@$host run rackdeck apps
like "also one that is vouched for" "$status $err" "1 ERROR: https://$host: *expired*--insecure"
is "before any request" "$(requests)" 0

# ---- logins of convox ----
stop
serve --tls
mkdir -p "$XDG_CONFIG_HOME/convox/racks/terra" "$XDG_CONFIG_HOME/convox2" "$tmp/home/.convox"
printf '{\n  "%s": "%s"\n}' "$host" "$password" >"$XDG_CONFIG_HOME/convox2/auth"
printf '%s' "$host" >"$XDG_CONFIG_HOME/convox2/host"
printf 'https://convox:%s@%s\n' "$password" "$host" >"$XDG_CONFIG_HOME/convox/racks/direct"
printf '{ "console.example.com": "x" }' >"$XDG_CONFIG_HOME/convox/auth"
printf 'console.example.com' >"$XDG_CONFIG_HOME/convox/console"
printf '{"name":"acme/prod","type":"console"}' >"$XDG_CONFIG_HOME/convox/current"
on_terminal yes "'$rackdeck' apps -r '$host'"
like "a login of v2 is used" "$status $out" "0 *shop*"
run rackdeck apps -r direct
like "a rack of v3, too" "$status $out" "0 *shop*"
run rackdeck apps -r terra
fails "one of terraform says how" \
	"ERROR: rack 'terra' was made by convox with terraform, which alone knows its address: set RACK_URL to the output 'api' of its terraform"
run rackdeck logout direct
fails "convox's logins are convox's" "ERROR: the login of 'direct' is that of convox v3, which keeps it: remove it there"
CONVOX_HOST=$host CONVOX_PASSWORD=$password run rackdeck apps
like "CONVOX_HOST and CONVOX_PASSWORD" "$status $out" "0 *shop*"
CONVOX_HOST=$host run rackdeck apps
like "or with the login that is kept" "$status $out" "0 *shop*"
CONVOX_HOST=other.example.com run rackdeck apps
fails "without one it says so" \
	"ERROR: CONVOX_HOST names 'other.example.com', for which there is no login: set CONVOX_PASSWORD, or use 'rackdeck login'"
run rackdeck apps -r local
is "local is local" "$status" 0
echo '{' >"$XDG_CONFIG_HOME/convox/auth"
run rackdeck racks
like "damaged settings are named, and keep none from the others" "$status $err $out" \
	"0 WARNING: convox's settings '$XDG_CONFIG_HOME/convox/auth' are damaged NAME*local *direct *terra *"
run rackdeck apps -r direct
like "which can be used" "$status $out" "0 *shop*"
run rackdeck apps -r nowhere
fails "what is not found may stand there" "ERROR: convox's settings '$XDG_CONFIG_HOME/convox/auth' are damaged"
rm "$XDG_CONFIG_HOME/convox/auth"
echo nothing://x >"$XDG_CONFIG_HOME/convox/racks/a"
run rackdeck racks
like "so is a rack that is no address" "$status $err $out" \
	"0 WARNING: '$XDG_CONFIG_HOME/convox/racks/a' is no address of a rack: * NAME*local *direct *terra *"
rm -r "$XDG_CONFIG_HOME/convox"
echo '{' >"$settings"
run rackdeck racks
fails "ours, too" "ERROR: '$settings' is damaged (line 2): mend it, or remove it and log in anew"
is "no password is in the log of requests" "$(grep -c "$password" "$tmp/serve.log")" 0
end
