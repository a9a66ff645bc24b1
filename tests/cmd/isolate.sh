#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds on another engine than the rack's own: by a socket, TLS and ssh (a real sshd), with and without a
# registry; what a killed worker leaves there; a build engine that is away.
. "$(dirname "$0")/lib.sh"
. "$src/tests/cmd/servers.sh"
far=$tmp/far
own=$tmp/own
cleanup() {
	cd / || exit 1
	rd_dockerd_stop "$far"
	rd_dockerd_stop "$own"
	rm -rf "$tmp"
}
# The base is where builds are to run, and only there.
if ! rd_dockerd_start "$far" || ! rd_dockerd_base "$far" || ! rd_dockerd_start "$own"; then
	echo "Bail out! no engines"
	exit 1
fi
local_rack=$XDG_DATA_HOME/rackdeck/racks/local
newest() { rackdeck builds -l 1 2>/dev/null | awk 'NR == 2 { print $1 }'; }
is_newer() { [ -n "$(newest)" ] && [ "$(newest)" != "$1" ]; }
log_of() { cat "$local_rack/logs/$(newest).log"; }
log_has() { grep -q "$2" "$local_rack/logs/$1.log" 2>/dev/null; }
reason_of() { rackdeck builds info "$1" --json | jq -r '.status + " " + .reason'; }
is_interrupted() { [ "$(reason_of "$1")" = "failed interrupted" ]; }
# how many images the newest build carried from engine to engine, and had the own engine pull
brought() { log_of | grep -o 'docker save [^ ]*' | sort -u | wc -l; }
pulled() { log_of | grep -o "docker -H unix://$own/docker.sock pull [^ ]*" | sort -u | wc -l; }
# of an engine
tags() { rd_curl "$1" http://d/images/json | jq -r '.[].RepoTags // [] | .[]' | grep -v '^<none>' | sort; }
id_of() { rd_curl "$1" "http://d/images/$2/json" | jq -r .Id; }
containers() { rd_curl "$1" 'http://d/containers/json?all=1' | jq length; }
untagged() { rd_curl "$1" "http://d/images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D" | jq length; }
no_steps() { ! pgrep -f '^sleep 86397$' >/dev/null; }
has_steps() { ! no_steps; }
no_notes() { ! ls "$local_rack"/run/*.sweep >/dev/null 2>&1; }
# The forwarding children of this test, and their folders.
tunnels() { pgrep -c -f "^[^ ]*ssh .*-L $tmp/run/rackdeck-ssh"; }
no_tunnels() { [ "$(tunnels)" = 0 ]; }
has_tunnel() { ! no_tunnels; }
folders() { find "$tmp/run" -name 'rackdeck-ssh.*' | wc -l; }
nothing_of_ssh() { [ "$(tunnels) $(folders)" = "0 0" ]; }
# set_params NAME=VALUE...
set_params() { rackdeck rack params set "$@" >"$tmp/out" 2>&1; }

mkdir -p shop/api shop/slow
cd shop || exit 1
cat >convox.yml <<'YML'
services:
  web:
    build: .
  worker:
    build: .
  api:
    build: ./api
YML
printf 'FROM local/busybox:1\nRUN echo web >/made\n' >Dockerfile
printf 'FROM local/busybox:1\nRUN echo api >/made\n' >api/Dockerfile
mkdir "$tmp/slow"
printf 'services:\n  web:\n    build: .\n' >"$tmp/slow/convox.yml"
printf 'FROM local/busybox:1\nRUN echo be""gun && sleep 86397\n' >"$tmp/slow/Dockerfile"

# ---- the parameters ----
for bad in c4.large unix://relative ssh://me:secret@host tcp://me:secret@host:1 tcp://host:99999 ssh://-oProxyCommand=x 'ssh://h;x'; do
	run rackdeck rack params set "BuildInstance=$bad"
	like "BuildInstance is no $bad" "$status $err" "1 ERROR: parameter BuildInstance: *ssh://*"
	case $err in
	*secret*) result "no password is repeated" 1 "$err" ;;
	esac
done
run rackdeck rack params set BuildInstanceCerts=/nowhere
like "BuildInstanceCerts is a folder with certificates" "$status $err" \
	"1 ERROR: parameter BuildInstanceCerts is '/nowhere': the absolute path *"

# ---- a socket ----
run rackdeck build
like "the own engine has no base" "$status" 1
set_params "BuildInstance=$far/docker.sock"
run rackdeck build
id=$(newest)
like "a build on another engine" "$status $out" "0 *"
like "says where it runs" "$(log_of)" "*Building on unix://$far/docker.sock
*"
is "its images come here" "$(tags "$own")" "local/shop:api.$id
local/shop:web.$id
local/shop:worker.$id"
is "they are the ones built there" "$(id_of "$own" "local/shop:api.$id")" "$(id_of "$far" "local/shop:api.$id")"
is "each came once" "$(brought)" 2
run rackdeck build
like "what is unchanged is neither built nor brought again" "$(log_of | grep -c Unchanged) $(brought)" "2 0"
is "and is here under the new build's name" "$(tags "$own" | grep -c "$(newest)")" 3
run rackdeck doctor
like "doctor shows where builds run, and the own engine" "$out" \
	"*build instance * at unix://$far/docker.sock,*engine * at unix://$own/docker.sock,*"
run rackdeck builds export "$id" --file "$tmp/b.tgz"
like "a build is exported from here" "$status" 0
rm -f "$tmp/b.tgz"
run rackdeck build --full-log
rackdeck apps params set KeepBuilds=1 >/dev/null 2>&1
rackdeck prune --yes >/dev/null 2>&1
one_each() { [ "$(tags "$own" | grep -c :api)" = 1 ] && [ "$(tags "$far" | grep -c :api)" = 1 ]; }
rd_wait 60 one_each
is "prune removes images from both engines" "$(tags "$own" | grep -c :api) $(tags "$far" | grep -c :api)" "1 1"
rackdeck apps params set KeepBuilds= >/dev/null 2>&1

# ---- limits ----
set_params BuildCpu=512 BuildMemory=256
run rackdeck build --no-cache
like "limits work there, too" "$status $(log_of)" "0 *Using the classic builder: *docker save*"
mkdir "$tmp/greedy"
cp "$tmp/slow/convox.yml" "$tmp/greedy"
cat >"$tmp/greedy/Dockerfile" <<'EOF'
FROM local/busybox:1
RUN awk 'BEGIN { s = "x"; while (length(s) < 300000000) s = s s }'
EOF
set_params BuildMemory=32
run rackdeck build -a shop "$tmp/greedy"
like "what takes more than it may is killed, and told why" "$status $err$out" \
	"1 *ERROR: service 'web': killed, perhaps for more than the 32 MB of BuildMemory: *code: 137*"
set_params BuildCpu= BuildMemory=

# ---- ssh: a sshd of this test's own, with keys of its own ----
rd_sshd_start
rd_sshd_known
me=$(id -un)
there=ssh://$me@127.0.0.1:$port$far/docker.sock

set_params "BuildInstance=$there"
run rackdeck build --no-cache
like "a build over ssh" "$status $(log_of)" "0 *Building on $there
*docker save*"
id=$(newest)
is "its image came here" "$(id_of "$own" "local/shop:web.$id")" "$(id_of "$far" "local/shop:web.$id")"
rd_wait 60 nothing_of_ssh
is "nothing of ssh is left" "$(tunnels) $(folders)" "0 0"
run rackdeck doctor
like "doctor goes by ssh" "$out" "*build instance * at $there,*"

# begins: a slow build, up to its step, as $id
begins() {
	before=$(newest)
	(cd "$tmp/slow" && rackdeck build -a shop --detach --no-cache "$@" >"$tmp/out" 2>&1)
	rd_wait 60 is_newer "$before"
	id=$(newest)
	rd_wait 60 log_has "$id" begun
	rd_wait 60 has_steps
}
clean_engines() { [ "$(containers "$far")$(containers "$own")$(untagged "$far")$(untagged "$own")" = 0000 ]; }
for flag in "" --full-log; do
	begins ${flag:+"$flag"}
	like "a step is at work through ssh $flag" "$(has_tunnel && has_steps && echo yes) $(folders)" "yes 1"
	is "in a folder for nobody else" "$(find "$tmp/run" -name 'rackdeck-ssh.*' -perm 700 | wc -l)" 1
	kill -KILL "$(rackdeck builds info "$id" --json | jq -r .process)"
	rd_wait 60 is_interrupted "$id"
	is "a killed worker's build is interrupted $flag" "$(reason_of "$id")" "failed interrupted"
	rd_wait 60 no_notes
	rd_wait 60 no_steps
	rd_wait 60 nothing_of_ssh
	rd_wait 60 clean_engines
	is "no step, ssh or folder is left $flag" "$(no_steps && echo none) $(tunnels) $(folders)" "none 0 0"
	is "no container or untagged image on either engine $flag" \
		"$(containers "$far")$(containers "$own")$(untagged "$far")$(untagged "$own")" 0000
	is "no tag of it $flag" "$( (tags "$far"; tags "$own") | grep -c "$id")" 0
done
# What an engine had of an image when its worker died it may finish: that goes as well, half a minute later, which
# is now.
rd_curl "$own" -X POST "http://d/images/$(tags "$own" | grep -m1 shop:web)/tag?repo=local/shop&tag=web.$id" >/dev/null
result "an image comes late" $?
touch -d '2 minutes ago' "$local_rack"/run/*.later
run rackdeck builds
no_later() { ! ls "$local_rack"/run/*.later >/dev/null 2>&1; }
rd_wait 60 no_later
is "what came late is gone" "$(tags "$own" | grep -c "$id")" 0
begins
run rackdeck builds cancel "$id"
is_canceled() { [ "$(reason_of "$id")" = "failed canceled" ]; }
rd_wait 60 is_canceled
rd_wait 60 no_steps
rd_wait 60 nothing_of_ssh
is "a build that is canceled ends there" "$(reason_of "$id") $(no_steps && echo none) $(tunnels) $(folders)" \
	"failed canceled none 0 0"

# ---- away ----
# fails_with NAME ENDPOINT PATTERN: a build there fails with one such line
fails_with() {
	set_params "BuildInstance=$2"
	run rackdeck build
	like "$1: one line" "$status $(printf '%s\n' "$out$err" | grep -c ERROR)" "1 1"
	like "$1: which is clear" "$out$err" "*ERROR: $3*"
}
fails_with "a socket that is not there" unix:///nowhere/docker.sock "no container engine answers at 'unix:///nowhere/docker.sock': *BuildInstance"
fails_with "a port where nobody is" tcp://127.0.0.1:1 "no container engine answers at 'tcp://127.0.0.1:1' (Connection refused): *BuildInstance"
fails_with "ssh to a port where nobody is" "ssh://$me@127.0.0.1:1" "no way to the engine at 'ssh://$me@127.0.0.1:1': *Connection refused*: try 'ssh -p 1 $me@127.0.0.1'"
fails_with "an engine that is not there behind ssh" "ssh://$me@127.0.0.1:$port/nowhere.sock" "no container engine answers at 'ssh://*/nowhere.sock': ssh says: *"
cp "$keys/known" "$keys/known.good"
echo >"$keys/known"
fails_with "a host that nobody knows" "$there" "no way to the engine at 'ssh://*': Host key verification failed: try *"
cp "$keys/known.good" "$keys/known"
: >"$keys/authorized"
fails_with "a key that is refused" "$there" "no way to the engine at 'ssh://*': *Permission denied*: try *"
cp "$keys/me.pub" "$keys/authorized"
run rackdeck doctor
like "doctor with a build engine that answers again" "$out" "*build instance * at $there,*"
rd_wait 60 nothing_of_ssh
is "no ssh is left after all that" "$(tunnels) $(folders)" "0 0"

# ---- a registry that both reach, then one that only the builder reaches ----
if ! rd_registry_start "$far"; then
	echo "Bail out! no registry"
	exit 1
fi
mkdir -p "$own/registry"
ln -s "$far/registry/data" "$own/registry/data"
rd_registry_start "$own" || exit 1
set_params "BuildInstance=$far/docker.sock" Registry=127.0.0.1:5000/team
run rackdeck build --no-cache
id=$(newest)
# web and worker are one image: what the engine has of the one when the other's push ends is not pulled again.
like "with a registry images come through it" "$status $(pulled) $(brought)
$(log_of)" "0 [23] 0
*"
is "and have their name here" "$(tags "$own" | grep -c "^local/shop:.*$id")" 3
rd_registry_kill "$own"
run rackdeck build --no-cache
like "without a way to it they come straight, with a warning" \
	"$status $(log_of | grep -c 'warning: .*from the build instance itself')
$(log_of)" "0 [23]
*"
is "all three" "$(tags "$own" | grep -c "^local/shop:.*$(newest)")" 3
set_params Registry=

# ---- TLS by a folder of certificates ----
mkdir -p "$tmp/tls/good"
cd "$tmp/tls" || exit 1
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca.pem -days 2 -subj /CN=ca >/dev/null 2>&1
echo 'subjectAltName=IP:127.0.0.1' >ext
for name in server client; do
	openssl req -newkey rsa:2048 -nodes -keyout $name-key.pem -out $name.csr -subj /CN=$name >/dev/null 2>&1
	openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -out $name.pem -days 2 \
		-extfile ext >/dev/null 2>&1
done
cp ca.pem good/ca.pem
cp client.pem good/cert.pem
cp client-key.pem good/key.pem
cat server.pem server-key.pem >end.pem
setpriv --pdeathsig KILL socat -d -d OPENSSL-LISTEN:0,bind=127.0.0.1,cert=end.pem,cafile=ca.pem,verify=1,fork \
	"UNIX-CONNECT:$far/docker.sock" 2>socat.log &
listening() { grep -q 'listening on' socat.log; }
rd_wait 60 listening
tls=tcp://127.0.0.1:$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' socat.log)
cd "$tmp/work/shop" || exit 1
set_params "BuildInstance=$tls" "BuildInstanceCerts=$tmp/tls/good"
run rackdeck build --no-cache
like "a build over TLS with a folder of certificates" "$status $(log_of)" "0 *Building on $tls
*"
set_params BuildInstanceCerts=
run rackdeck build
like "without them it fails with one line" "$status $(printf '%s\n' "$out$err" | grep -c ERROR)" "1 1"

# ---- no engine here ----
set_params "BuildInstance=$far/docker.sock"
unset DOCKER_HOST
if [ -e /var/run/docker.sock ]; then
	result "images stay where there is no engine here # SKIP there is one" 0
else
	run rackdeck build --no-cache
	like "images stay where there is no engine here" "$status $(log_of)" "0 *where the images stay: there is no engine here*"
fi
end
