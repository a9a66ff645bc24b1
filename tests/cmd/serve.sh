#!/bin/sh
# SPDX-License-Identifier: MIT
# A rack that is served: the requests of Convox's CLIs as they go over the wire, and manners. No engine.
. "$(dirname "$0")/lib.sh"
server=
cleanup() {
	cd / || exit 1
	[ -z "$server" ] || kill "$server" 2>/dev/null
	rm -rf "$tmp"
}
port_of() { sed -n 's/.*:\([0-9]*\)$/\1/p' "$tmp/serve.out" | tail -n 1; }
# serve FLAGS...: starts a server; $url, $port, $password
serve() {
	: >"$tmp/serve.out"
	"$rackdeck" serve --listen 127.0.0.1:0 "$@" >"$tmp/serve.out" 2>"$tmp/serve.log" &
	server=$!
	rd_wait 60 grep -q RACK_URL "$tmp/serve.out"
	url=$(sed -n 's/.*RACK_URL=//p' "$tmp/serve.out")
	port=$(port_of)
	password=$(cat "$XDG_CONFIG_HOME/rackdeck/serve.password")
}
stop() {
	kill "$server"
	status=0
	wait "$server" || status=$?
	server=
}
# ask METHOD PATH [CURL-ARGS...]: $out is "STATUS BODY"
ask() {
	ask_method=$1
	ask_path=$2
	shift 2
	out=$(curl -sk -X "$ask_method" -o "$tmp/body" -w '%{http_code}' --noproxy '*' "$@" "$base$ask_path")
	out="$out $(cat "$tmp/body")"
}
auth() { printf 'Authorization: Basic %s' "$(printf '%s' "$1" | base64 -w0)"; }

# ---- starting ----
run rackdeck serve --listen 0.0.0.0:0
fails "beyond this machine it wants TLS" \
	"ERROR: without TLS everyone on the way could read the password: add --tls, or --allow-plain if you mean it"
run rackdeck serve --listen nowhere
fails "a wrong place is named" "ERROR: --listen is 'nowhere': ADDR:PORT is expected, such as 127.0.0.1:5443"
run rackdeck serve --tls-cert x
fails "a certificate needs its key" "ERROR: --tls-cert and --tls-key go together"
run rackdeck serve --tls-cert none.crt --tls-key none.key
fails "a certificate that is not there" "ERROR: 'none.crt' is no certificate in PEM: No such file or directory"
run rackdeck serve --listen 127.example.com:0
fails "a name that looks like this machine is not" \
	"ERROR: without TLS everyone on the way could read the password: add --tls, or --allow-plain if you mean it"
RACK_URL=http://convox:x@127.0.0.1:1 run rackdeck serve --listen 127.0.0.1:0
fails "a rack elsewhere, perhaps itself" "ERROR: rack '127.0.0.1:1' is elsewhere, and only racks of this machine are served: \
name one as with '-r local', or unset RACK_URL"
serve --host rack.example.com,other.example.com
like "the URL has the name that it is reached by" "$(cat "$tmp/serve.out")" "*export RACK_URL=http://convox:*@rack.example.com:$port"
base=http://127.0.0.1:$port
for name in rack.example.com OTHER.example.com:443 localhost 127.0.0.1:1; do
	ask GET '/check?' -H "Host: $name"
	is "a name of its own: $name" "$out" "200 ok"
done
for name in example.com rack.example.com.evil.org rack 127.0.0.1.nip.io; do
	ask GET '/check?' -H "Host: $name"
	is "not of its own: $name" "$out" "403 this host or origin is not served"
done
stop
serve
base=http://127.0.0.1:$port
is "the password is for its owner alone" "$(stat -c %a "$XDG_CONFIG_HOME/rackdeck/serve.password")" 600
like "it prints the URL to use" "$(cat "$tmp/serve.out")" "*export RACK_URL=http://convox:$password@127.0.0.1:$port"
a=$(auth "convox:$password")

# ---- who may ask ----
ask GET '/check?'
is "/check is open" "$out" "200 ok"
ask GET '/auth?'
is "all else wants a login" "$out" "401 invalid authentication"
ask GET '/auth?' -H "$(auth "convox:wrong")"
is "the right one" "$out" "401 invalid authentication"
ask GET '/auth?' -H "$a"
is "which is taken" "$out" "200 ok"
ask GET '/auth?' -H "$(auth "anyone:$password")"
is "with any user name" "$out" "200 ok"
ask GET '/auth?' -H "$a" -H 'Host: evil.example.com'
is "a foreign name for this host is refused" "$out" "403 this host or origin is not served"
ask GET '/auth?' -H "$a" -H 'Origin: http://evil.example.com'
is "a foreign page is refused" "$out" "403 this host or origin is not served"
ask GET '/auth?' -H "$a" -H "Origin: http://127.0.0.1:$port"
is "its own origin is taken" "$out" "200 ok"

# ---- the requests of convox ----
json='Content-Type: application/x-www-form-urlencoded'
raw='Content-Type: application/octet-stream'
ask GET '/system?' -H "$a" -H 'Version: dev' -H 'Session: '
is "the version is new for convox" "$(printf '%s' "$out" | sed 's/^200 //' | jq -r '.version >= "20190111211123"')" true
ask GET '/racks?' -H "$a"
is "/racks is 404 without a body" "$out" "404 "
run rackdeck api get /racks
fails "which is said in words where there is no status" "ERROR: there is nothing to get at '/racks'"
ask POST '/apps?' -H "$a" -H "$json" --data 'name=shop'
is "an app is created" "$(printf '%s' "$out" | sed 's/^200 //' | jq -r '.name + " " + .status')" "shop running"
ask POST '/apps?' -H "$a" -H "$json" --data 'name=shop'
is "once" "$out" "409 app already exists: shop"
ask GET '/apps/nope?' -H "$a"
like "a missing one is 404 with convox's words" "$out" "404 no such app*"
ask GET '/apps/nope?' -H "$a" -H 'Accept: application/json'
is "as JSON for who asks so" "$(printf '%s' "$out" | sed 's/^404 //' | jq -r '.error | startswith("no such app")')" true
ask PUT '/apps/shop?' -H "$a" -H "$json" --data 'parameters=BuildCpu%3D512%26BuildMemory%3D1000'
is "a map in a form" "$out" "200 ok"
ask GET '/apps/shop?' -H "$a"
is "is two parameters" "$(printf '%s' "$out" | sed 's/^200 //' | jq -c .parameters)" '{"BuildCpu":"512","BuildMemory":"1000"}'
ask POST '/apps/shop/releases?' -H "$a" -H "$json" --data 'env=A%3D1%0AB%3Dx%26y+z'
release=$(printf '%s' "$out" | sed 's/^200 //' | jq -r .id)
is "an environment becomes a release" "$(printf '%s' "$out" | sed 's/^200 //' | jq -r .env | tr '\n' '|')" "A=1|B=x&y z|"
ask GET '/apps/shop/releases?limit=1' -H "$a"
is "releases are listed" "$(printf '%s' "$out" | sed 's/^200 //' | jq -r '.[].id')" "$release"
ask GET "/apps/shop/releases/$release?" -H "$a"
is "one is shown with its unset times as convox writes them" \
	"$(printf '%s' "$out" | sed 's/^200 //' | jq -r .description)" "env add:A add:B"
ask POST "/apps/shop/releases/$release/promote?" -H "$a" -H "$raw" -H 'Content-Length: 0'
is "a release without a manifest is not promoted" "$out" "400 can not promote a release with an empty manifest"
ask POST '/apps/shop/builds?' -H "$a" -H "$json" --data 'description=x'
is "a build without a source" "$out" "400 no build source found"
ask POST '/apps/shop/builds?' -H "$a" -H "$json" --data 'url=object%3A%2F%2Fshop%2Ftmp%2Fx.tgz'
like "a build of an unknown source" "$out" "404 *"
ask POST '/apps/shop/builds?' -H "$a" -H "$json" --data 'url=object%3A%2F%2Fshop%2Fx&build-args=y'
is "wrong build args in convox's words" "$out" "400 invalid build args: y"
for path in /apps/shop/builds /apps/shop/processes /apps/shop/services /apps/shop/resources /registries \
	/system/processes /system/releases; do
	ask GET "$path?" -H "$a"
	is "$path is a list" "$out" "200 []"
done
ask POST '/apps/shop/cancel?' -H "$a" -H "$raw" -H 'Content-Length: 0'
is "there is no promotion to take back" "$out" "403 app is not updating"
ask POST '/events?' -H "$a" -H "$json" --data 'action=build%3Acreate'
is "events are taken" "$out" "200 ok"
ask GET '/nothing/here?' -H "$a"
is "an unknown route is 404 without a body" "$out" "404 "
ask PUT '/system?' -H "$a" -H "$json" --data 'parameters=BuildConcurrency%3D3'
is "parameters of the rack" "$out" "200 ok"
ask POST '/registries?' -H "$a" -H "$json" --data 'server=r.example.com&username=ci&password=hunter22'
is "a registry's password is not told" "$out" '200 {
  "server": "r.example.com",
  "username": "ci"
}'
ask DELETE '/registries/r.example.com?' -H "$a" -H "$raw"
is "a registry goes" "$out" "200 ok"

# ---- what is too much ----
many() { seq -f "$1" -s "$2" 1 "$3"; }
many 'k%.0f=1' '&' 2000 >form
ask POST '/events?' -H "$a" -H "$json" --data-binary @form
is "so many fields are no form" "$out" "413 the form has more than 1000 fields"
{ printf 'env=' && many 'K%.0f%%3D1' '%0A' 6000; } >form
ask POST '/apps/shop/releases?' -H "$a" -H "$json" --data-binary @form
is "nor so many variables an environment" "$out" "413 the environment has more than 5000 variables"
{ printf 'url=x&build-args=' && many 'K%.0f%%3D1' , 6000; } >form
ask POST '/apps/shop/builds?' -H "$a" -H "$json" --data-binary @form
is "nor so many arguments those of a build" "$out" "413 more than 1000 build args"
{ printf 'description=' && head -c 70000 /dev/zero | tr '\0' d; } >form
for path in builds releases; do
	ask POST "/apps/shop/$path?" -H "$a" -H "$json" --data-binary @form
	is "nor so much a description: $path" "$out" "413 the description is longer than 65536 bytes"
done
{ printf 'url=x&build-args=K%%3D' && many x , 500000; } >form
ask POST '/apps/shop/builds?' -H "$a" -H "$json" --data-binary @form
like "an argument with many commas is one" "$out" "400 'x' is not the place of a source*"
head -c 5000000 /dev/zero | tr '\0' a >form
ask POST '/events?' -H "$a" -H "$json" --data-binary @form
is "a form has an end" "$out" "413 the form is larger than 4194304 bytes"
ask POST '/hooks/shop?' --data-binary @form
is "so has a hook" "$out" "413 the form is larger than 4194304 bytes"
ask GET "/apps/$(head -c 100000 /dev/zero | tr '\0' a)?" -H "$a"
like "so has a path" "$out" "414 *"
ask GET '/check?' -H "X-Long: $(head -c 100000 /dev/zero | tr '\0' a)"
like "so has a head" "$out" "431 *"
ask PUT '/system?' -H "$a" -H "$json" --data 'count=3&type=t3.large'
is "this rack is not scaled" "$out" "501 this rack is one machine: it has no count, type or version to be set"
ask GET '/%1b%5b31m/../../../etc/passwd?' -H "$a" --path-as-is
is "a path leads nowhere else" "$out" "404 "
printf 'GET /\033[31mred HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' |
	timeout 60 curl -s --noproxy '*' "telnet://127.0.0.1:$port" >/dev/null
rd_wait 60 grep -q '/%1B\[31mred 4' "$tmp/serve.log"
is "what no terminal is to see is not in the log" "$(grep -c '/%1B\[31mred 4' "$tmp/serve.log")" 1

# ---- sources ----
mkdir src
printf 'services: {}\n' >src/convox.yml
tar -czf src.tgz -C src convox.yml
ask POST '/apps/shop/objects/tmp/0123456789abcdef0123456789abcd.tgz?' -H "$a" -H "$raw" --data-binary @src.tgz
like "a source is stored" "$out" '200 *"Url": "object://shop/*"*'
ask POST '/apps/nope/objects/tmp/x.tgz?' -H "$a" -H "$raw" --data-binary @src.tgz
like "not for an app that is none" "$out" "404 no such app*"
is "and nothing of it" "$(find "$XDG_DATA_HOME/rackdeck/racks/local/objects" -type f | wc -l)" 1
ask POST '/apps/shop/objects/tmp/x.tgz?' -H "$a" -H "$raw" -H 'Transfer-Encoding: chunked' --data-binary @src.tgz
like "also in chunks" "$out" '200 *"Url": "object://shop/*"*'
head -c 100 src.tgz >cut.tgz
ask POST '/apps/shop/objects/tmp/x.tgz?' -H "$a" -H "$raw" --data-binary @cut.tgz
like "one cut short is refused" "$out" "400 *"
is "nothing of it stays" "$(find "$XDG_DATA_HOME/rackdeck/racks/local/objects" -name 'incoming-*' | wc -l)" 0

# ---- as a client ----
export RACK_URL="$url"
run rackdeck apps
like "rackdeck drives it" "$status $out" "0 APP *shop *running*"
run rackdeck env -a shop
succeeds "an environment comes through" "A=1
B=x&y z"
RACK_URL=http://convox:wrong@127.0.0.1:$port run rackdeck apps
fails "a wrong password" "ERROR: rack '127.0.0.1:$port' refuses the login: invalid authentication"
RACK_URL=http://convox:x@127.0.0.1:1 run rackdeck apps
fails "nobody there" "ERROR: http://127.0.0.1:1: Connection refused"
run rackdeck build -a shop --detach src
triggers() { RACK_URL="$1" rackdeck builds -a shop -l 1 --json | jq -r '.[0].trigger'; }
by=$(id -un)
is "a build is known with who wished it" "$(triggers "$url")" "command, $by, through serve"
unset RACK_URL
is "here, too" "$(triggers '')" "command, $by, through serve"
ask POST '/apps/shop/objects/tmp/y.tgz?' -H "$a" -H "$raw" --data-binary @src.tgz
object=$(printf '%s' "$out" | sed 's/^200 //' | jq -r '.Url | @uri')
ask POST '/apps/shop/builds?' -H "$a" -H "$json" -H 'User-Agent: convox.go/3.5' --data "url=$object"
is "one of another program is known with its name" "$(triggers '')" "serve, convox.go/3.5"

id=$(printf '%s' "$out" | sed 's/^200 //' | jq -r .id)
ended() { [ "$(rackdeck builds info "$1" -a shop --json | jq -r .status)" = failed ]; }
rd_wait 60 ended "$id"
ask POST '/apps/shop/releases?' -H "$a" -H "$json" --data "build=$id"
is "a build that failed has no release" "$out" "400 build $id cannot be released: it is failed, and only a complete one can"

# Of a HEAD comes the head alone, or the next answer on the connection begins with the rest.
path=/apps/shop/objects/${object##*%2F}?
ask GET "$path" -H "$a"
like "what HEAD asks for is there" "$out" "200 *"
printf 'HEAD %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\nGET /check HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' \
	"$path" "$a" | timeout 60 curl -s --noproxy '*' "telnet://127.0.0.1:$port" | tr -d '\r' >heads
is "HEAD of what is streamed" "$(grep -A 1 '^$' heads)" "
HTTP/1.1 200 OK
--

ok"

# ---- another app's things ----
ask POST '/apps?' -H "$a" -H "$json" --data 'name=other'
id=$(RACK_URL=$url rackdeck builds -a shop -l 1 | sed -n '2s/ .*//p')
ask GET "/apps/shop/builds/$id?" -H "$a"
like "a build is that of its app" "$out" "200 *$id*"
for path in "builds/$id" "builds/$id.tgz" "builds/$id/steps" "objects/build/$id/logs" "releases/$release"; do
	ask GET "/apps/other/$path?" -H "$a"
	like "not another's: $path" "$out" "404 no such *"
done
ask GET "/apps/other/objects/${object##*%2F}?" -H "$a"
like "nor its source" "$out" "404 object not found: *"
ask POST '/apps/other/builds?' -H "$a" -H "$json" --data "url=$object"
like "nor to be built" "$out" "400 * is not a source of app 'other'"
ask DELETE "/apps/other/builds/$id?" -H "$a"
like "nor to be cancelled" "$out" "404 no such *"
ask POST "/apps/other/releases/$release/promote?" -H "$a"
like "nor to be promoted" "$out" "404 no such *"
ask POST '/apps/other/releases?' -H "$a" -H "$json" --data "build=$id"
like "nor to be released" "$out" "404 no such *"
for key in build/../../rack.db/logs build/..%2f..%2frack.db/logs ../../rack.db "build/$id/../logs" %2e%2e/rack.db; do
	ask GET "/apps/shop/objects/$key?" -H "$a" --path-as-is
	like "no key leads out: $key" "$out" "404 *"
done

# ---- much ----
head -c 200000000 /dev/urandom >src/big
most() { python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"; }
client=$(RACK_URL=$url most "$rackdeck" build -a shop --detach src)
served=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$server/status")
# Sanitizers keep what was freed.
if ! grep -q __asan_init "$rackdeck"; then
	is "200 MB are sent in $client kB" "$((client < 90000))" 1
	is "and taken in $served kB" "$((${served:-90000} < 90000))" 1
fi
is "no secret is in the log of requests" "$(grep -c -e "$password" -e hunter22 -e 'A=1' "$tmp/serve.log")" 0
like "a line a request" "$(head -n 1 "$tmp/serve.log")" "20*Z ???????????? 127.0.0.1 GET /check 200"
stop
is "it ends well when told to" "$status" 0

# ---- a password of one's own ----
cp "$XDG_CONFIG_HOME/rackdeck/serve.password" kept
printf 'p@ss:w/ d%%+&?#\n' >"$XDG_CONFIG_HOME/rackdeck/serve.password"
serve
RACK_URL=$url run rackdeck apps
like "the URL that is printed can be used" "$status $url $out" "0 http://convox:p%40ss%3Aw%2F%20d%25%2B%26%3F%23@127.0.0.1:$port APP *"
stop
chmod 644 "$XDG_CONFIG_HOME/rackdeck/serve.password"
run rackdeck serve --listen 127.0.0.1:0
like "and one that others can read is refused" "$status $err" "1 ERROR: '*/serve.password' is open to others (mode 644): 'chmod 600' it*"
chmod 600 "$XDG_CONFIG_HOME/rackdeck/serve.password"
cp kept "$XDG_CONFIG_HOME/rackdeck/serve.password"

# ---- TLS ----
serve --tls
base=https://127.0.0.1:$port
ask GET '/auth?' -H "$a"
is "TLS" "$out" "200 ok"
is "its key is for its owner alone" "$(stat -c %a "$XDG_CONFIG_HOME/rackdeck/serve.key")" 600
like "its fingerprint is told" "$(cat "$tmp/serve.out")" "Key of the certificate: sha256//*"
RACK_URL=$url run rackdeck apps
like "a certificate that nobody signed is refused" "$status $err" "1 ERROR: https://127.0.0.1:$port: *certificate*"
SSL_CERT_FILE=$XDG_CONFIG_HOME/rackdeck/serve.crt RACK_URL=$url run rackdeck apps
like "one that is trusted is taken" "$status $out $err" "0 APP *shop*"
stop
end
