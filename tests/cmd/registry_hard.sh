#!/bin/sh
# SPDX-License-Identifier: MIT
# Registries that make it hard: one that fails now and then, one with TLS and a login, one whose base changes;
# with an engine and registries that the test starts. Needs root, openssl and python3.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine
cleanup() {
	cd / || exit 1
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine" || ! rd_registry_start "$engine"; then
	echo "Bail out! no engine, or no registry"
	exit 1
fi
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
images() { rd_curl "$engine" http://engine/images/json | jq -r '.[].RepoTags[]?' | sort; }
# inside COMMAND...: where the engine is
inside() { nsenter --target "$(rd_dockerd_pid "$engine")" --net --mount "$@"; }
# has_image PORT APP:TAG: whether the registry has it
has_image() {
	inside curl -sS --noproxy '*' -o /dev/null -w '%{http_code}' \
		"http://127.0.0.1:$1/v2/team/${2%%:*}/manifests/${2#*:}"
}

mkdir shop
cd shop || exit 1
printf 'services:\n  web:\n    build: .\n' >convox.yml
printf 'FROM local/busybox:1\nRUN date +%%s%%N >/made\n' >Dockerfile

# ---- a registry that fails now and then ----
# proxy PORT FAULT...
proxy() {
	proxy_port=$1
	shift
	nsenter --target "$(rd_dockerd_pid "$engine")" --net --pid python3 "$src/tests/cmd/flaky_proxy.py" \
		"$proxy_port" 5000 "$tmp/faults" "$@" >"$tmp/proxy.log" 2>&1 </dev/null &
	rd_wait 60 inside curl -s -o /dev/null --noproxy '*' "http://127.0.0.1:$proxy_port/v2/" ||
		echo "Bail out! no proxy"
}
# The engine tries five times by itself after a connection that is lost, and never after a status.
proxy 5001 429:1 503 500 drop
rackdeck rack params set Registry=127.0.0.1:5001/team >/dev/null
run rackdeck build
build=$(field Build)
is "a registry that fails now and then gets the image" "$status $(has_image 5000 "shop:web.$build")" "0 200"
is "after all its faults" "$(tr '\n' ' ' <"$tmp/faults")" "429:1 503 500 drop "
like "which the log tells" "$out" "*warning: *trying again in*"
# Other tags: what the engine remembers of a push is by the registry's name.
rackdeck builds export "$build" -f "$tmp/a.tgz" >/dev/null 2>&1
: >"$tmp/faults"
proxy 5003 503 500
rackdeck rack params set Registry=127.0.0.1:5003/other >/dev/null
run rackdeck builds import -f "$tmp/a.tgz"
is "an import gets through, too" "$status" 0
is "after all faults" "$(tr '\n' ' ' <"$tmp/faults")" "503 500 "
imported=$(rackdeck builds -l 1 | awk 'NR == 2 { print $1 }')
is "and keeps the digest" "$(rackdeck builds info "$imported" --json | jq -r '.images[].digest' | cut -c 1-7)" sha256:
: >"$tmp/faults"
proxy 5004 400
rackdeck rack params set Registry=127.0.0.1:5004/third >/dev/null
before=$(images)
run rackdeck builds import -f "$tmp/a.tgz"
like "an import that cannot be pushed fails" "$status $err" "1 *ERROR: image '127.0.0.1:5004/third/shop:web.B*"
is "and leaves nothing" "$(images)" "$before"
: >"$tmp/faults"
proxy 5002 400
rackdeck rack params set Registry=127.0.0.1:5002/team >/dev/null
run rackdeck build --no-cache
like "what will not pass fails" "$status $err" "1 *ERROR: build failed: service 'web': *"
is "at once" "$(printf '%s\n' "$out" | grep -c 'trying again')" 0

# ---- an identity token in place of a password ----
proxy 5005 token:id-t0ken
mkdir "$tmp/bin" "$tmp/docker"
# shellcheck disable=SC2016 # the helper's own
printf '#!/bin/sh\nread -r server\n[ "$server" = 127.0.0.1:5005 ] && echo %s\n' \
	"'{\"Username\":\"<token>\",\"Secret\":\"id-t0ken\"}'" >"$tmp/bin/docker-credential-token"
chmod +x "$tmp/bin/docker-credential-token"
echo '{"credHelpers":{"127.0.0.1:5005":"token"}}' >"$tmp/docker/config.json"
rackdeck rack params set Registry=127.0.0.1:5005/team >/dev/null
: >"$tmp/faults"
PATH=$tmp/bin:$PATH DOCKER_CONFIG=$tmp/docker run rackdeck build --no-cache
build=$(field Build)
is "an identity token of a helper will do" "$status $(has_image 5000 "shop:web.$build")" "0 200"
is "it was asked for" "$(sort -u "$tmp/faults")" token
is "it is told nowhere" "$(printf %s "$out$err" | grep -c id-t0ken)" 0
rm -r "$tmp/bin" "$tmp/docker"

# ---- a base that changes in the registry ----
registry=127.0.0.1:5000
rackdeck rack params set Registry=$registry/team >/dev/null
# push_base TEXT: another image under the same name in the registry; the engine keeps none
push_base() {
	printf 'FROM local/busybox:1\nENV BASE=%s\n' "$1" >"$tmp/Dockerfile"
	tar -C "$tmp" -cf "$tmp/base.tar" Dockerfile
	rd_curl "$engine" -X POST -H 'Content-Type: application/x-tar' -T "$tmp/base.tar" \
		"http://engine/build?t=$registry/team/base:1" >/dev/null
	rd_curl "$engine" -X POST -H 'X-Registry-Auth: e30=' \
		"http://engine/images/$registry/team/base/push?tag=1" >/dev/null
	rd_curl "$engine" -X DELETE "http://engine/images/$registry/team/base:1" >/dev/null
}
push_base one
printf 'FROM %s/team/base:1\nRUN echo "made from $BASE"\n' $registry >Dockerfile
run rackdeck build
like "a base of a registry" "$status $out" "0 *made from one*"
first=$(field Build)
run rackdeck build
like "that is the same there" "$status $out" "0 *Unchanged: .: using the image of build $first*"
is "pushes the image under the name of the new build" "$(has_image 5000 "shop:web.$(field Build)")" 200
rd_curl "$engine" "http://engine/images/$registry/team/base:1/json" | jq -r .Id >"$tmp/old"
rd_curl "$engine" -X POST "http://engine/images/$(cat "$tmp/old")/tag?repo=local/old&tag=1" >/dev/null
push_base two
rd_curl "$engine" -X POST "http://engine/images/local/old:1/tag?repo=$registry/team/base&tag=1" >/dev/null
run rackdeck build
like "one that changed in the registry alone is built from" "$status $out" "0 *made from two*"
rd_registry_kill "$engine"
rackdeck rack params set Registry= >/dev/null
run rackdeck build
like "with the registry away the engine's base counts" "$status $out" "0 *Unchanged: .: *"

# ---- TLS and a login ----
host=10.88.77.1:5443
tls=$tmp/tls
mkdir -p "$tls/data" "$tls/certs.d/$host"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=test authority' -keyout "$tls/ca.key" \
	-out "$tls/ca.crt" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj '/CN=registry' -keyout "$tls/key" -out "$tls/csr" 2>/dev/null
echo 'subjectAltName=IP:10.88.77.1' >"$tls/ext"
openssl x509 -req -in "$tls/csr" -CA "$tls/ca.crt" -CAkey "$tls/ca.key" -CAcreateserial -days 2 \
	-extfile "$tls/ext" -out "$tls/crt" 2>/dev/null
# shellcheck disable=SC2016 # perl's own
perl -e 'print "me:", crypt("s3cret-word", q($2b$05$abcdefghijklmnopqrstuu)), "\n"' >"$tls/htpasswd"
cat >"$tls/config.yml" <<YML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $tls/data}}
http: {addr: "$host", tls: {certificate: $tls/crt, key: $tls/key}}
auth: {htpasswd: {realm: test, path: $tls/htpasswd}}
YML
inside ip addr add 10.88.77.1/32 dev lo
inside mount -t tmpfs tmpfs /etc/docker
nsenter --target "$(rd_dockerd_pid "$engine")" --net --pid docker-registry serve "$tls/config.yml" \
	>"$tls/log" 2>&1 </dev/null &
rd_wait 60 inside curl -sk -o /dev/null --noproxy '*' "https://$host/v2/" || echo "Bail out! no TLS registry"
printf 'FROM local/busybox:1\nRUN echo tls\n' >Dockerfile
rackdeck rack params set Registry=$host/team >/dev/null
rackdeck registries add $host me s3cret-word >/dev/null
run rackdeck build
like "an authority that the engine does not know is named" "$status $err" "1 *ERROR: build failed: *certificate*"
is "at once, for it will not pass" "$(printf '%s\n' "$out" | grep -c 'trying again')" 0
is "in one line" "$(printf '%s\n' "$err" | grep -c .)" 1
inside mkdir -p "/etc/docker/certs.d/$host"
inside cp "$tls/ca.crt" "/etc/docker/certs.d/$host/ca.crt"
run rackdeck build
build=$(field Build)
is "one that it knows gets the image" "$status" 0
is "over TLS, with the login" "$(inside curl -sS --noproxy '*' --cacert "$tls/ca.crt" -u me:s3cret-word \
	"https://$host/v2/team/shop/tags/list" | jq -r '.tags[]')" "web.$build"
rackdeck registries add $host me wrong >/dev/null
run rackdeck build
like "a wrong password is told" "$status $err" "1 *log in to its registry with 'rackdeck registries add'*"
rackdeck registries remove $host >/dev/null
mkdir "$tmp/docker"
echo "{\"auths\":{\"$host\":{\"auth\":\"$(printf 'me:s3cret-word' | base64)\"}}}" >"$tmp/docker/config.json"
DOCKER_CONFIG=$tmp/docker run rackdeck build
is "the user's own login will do" "$status" 0
end
