#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds that push to a registry and build from one, with and without a login, with a Docker engine and a
# registry that the test starts.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine
cleanup() {
	cd / || exit 1
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi

registry=127.0.0.1:5000
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
newest() { rackdeck builds -a "$1" -l 1 2>/dev/null | awk 'NR == 2 { print $1 }'; }
log_of() { cat "$XDG_DATA_HOME/rackdeck/racks/local/logs/$1.log" 2>/dev/null; }
steps_of() { cat "$XDG_DATA_HOME/rackdeck/racks/local/logs/$1.steps" 2>/dev/null; }
in_log() { log_of "$(newest shop)" | grep -q "$1"; }
images() { rd_curl "$engine" http://engine/images/json | jq -r '.[].RepoTags[]?' | sort; }
# ask REGISTRY-PATH [CURL OPTIONS...]: one call to the registry, from where the engine is
ask() {
	ask_path=$1
	shift
	nsenter --target "$(rd_dockerd_pid "$engine")" --net curl -sS --noproxy '*' "$@" "http://$registry$ask_path"
}
# digest APP:TAG [CURL OPTIONS...]: what the registry says
digest() {
	digest_path=/v2/team/${1%%:*}/manifests/${1#*:}
	shift
	ask "$digest_path" -I -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' "$@" |
		tr -d '\r' | sed -n 's/^Docker-Content-Digest: //p'
}

mkdir -p shop/api
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

# ---- the parameter ----
run rackdeck rack params set Registry=https://r.example.com/team
like "Registry is no URL" "$err" "ERROR: parameter Registry is 'https://r.example.com/team': HOST\[:PORT\]/PREFIX *"
run rackdeck rack params set Registry=team
like "Registry names a host" "$err" "ERROR: parameter Registry is 'team': *"
run rackdeck rack params set Registry=r.example.com/Team
like "Registry is the beginning of an image's name" "$err" "ERROR: parameter Registry is 'r.example.com/Team': *"
run rackdeck rack params set Registry=$registry/team
succeeds "Registry with host, port and prefix" "Updating parameters... OK"

# ---- no login ----
if ! rd_registry_start "$engine"; then
	echo "Bail out! no registry"
	exit 1
fi
run rackdeck build
build=$(field Build)
is "a build that pushes ends well" "$status" 0
for service in web worker api; do
	tag=shop:$service.$build
	like "$service is pushed" "$(log_of "$build")" "*Running: docker push $registry/team/$tag*"
	is "the registry has the image of $service under the digest that builds info shows" \
		"$(rackdeck builds info "$build" | grep -c "$registry/team/$tag $(digest "$tag")\$")" 1
done
run rackdeck builds info "$build" --json
is "builds info --json has image and digest" \
	"$(jq -r '.images[] | select(.image | endswith(":api.'"$build"'")) | .digest' "$tmp/out")" "$(digest "shop:api.$build")"
is "the pushes are groups of the steps" "$(steps_of "$build" | grep -c '"kind":"push"')" 3
is "with progress of layers" "$(steps_of "$build" | grep -q '"t":"progress"' && echo yes)" yes
is "the images stay tagged" "$(images | grep -c "^$registry/team/shop:.*\.$build\$")" 3

# ---- the registry is away ----
rd_registry_kill "$engine" || echo "Bail out! the registry cannot be killed"
rackdeck build >"$tmp/build.out" 2>&1 </dev/null &
pid=$!
is "a registry that is away is tried again" "$(rd_wait 60 in_log 'trying again in' && echo yes)" yes
rd_registry_start "$engine"
status=0
wait $pid || status=$?
is "and the build ends well when it is back" "$status" 0
build=$(newest shop)
is "all its images are there" "$(digest "shop:web.$build" | cut -c1-7)" sha256:

rd_registry_kill "$engine"
run rackdeck build
build=$(newest shop)
is "a registry that stays away fails the build" "$status" 1
like "with one clear line" "$err" "ERROR: build failed: service '*': gave up after 6 tries: *connection refused*"
is "no tag of the build is left" "$(images | grep -c "\.$build\$")" 0
like "the build says why" "$(rackdeck builds info "$build")" "*failed*gave up after 6 tries*"

# A worker that is killed while it waits leaves no tag either.
is_retrying() { [ "$(newest shop)" != "$build" ] && in_log 'trying again in'; }
has_no_tags() { [ "$(images | grep -c "\.$killed\$")" = 0 ]; }
rackdeck build >"$tmp/build.out" 2>&1 </dev/null &
pid=$!
is "a further build waits for the registry" "$(rd_wait 60 is_retrying && echo yes)" yes
killed=$(newest shop)
is "its images are tagged" "$(has_no_tags || echo yes)" yes
kill -KILL "$(rackdeck builds info "$killed" --json | jq -r .process)"
wait $pid
like "killed, it is found interrupted" "$(rackdeck builds info "$killed")" "*failed*interrupted*"
is "and its tags go" "$(rd_wait 60 has_no_tags && echo yes)" yes

# ---- killed in the middle ----
rd_registry_start "$engine"
is_newer() { [ "$(newest big)" != "$before" ]; }
moves() { steps_of "$(newest big)" | grep -q '"t":"progress".*"cur":[1-9][0-9]*,"total":[1-9][0-9]\{7\}'; }
mkdir ../big
cd ../big || exit 1
printf 'services:\n  web:\n    build: .\n' >convox.yml
printf 'FROM local/busybox:1\nRUN head -c 150000000 /dev/urandom >/big\n' >Dockerfile
# A push that ended before its registry was killed is done again.
big_status() { rackdeck builds info "$(newest big)" -a big | sed -n 's/^Status *//p'; }
for try in 1 2 3 4 5; do
	before=$(newest big)
	rackdeck build --no-cache >"$tmp/build.out" 2>&1 </dev/null &
	pid=$!
	rd_wait 60 is_newer
	moving=$(rd_wait 60 moves && echo yes)
	rd_registry_kill "$engine"
	[ "$(big_status)" != complete ] || [ $try = 5 ] || { wait $pid && rd_registry_start "$engine" && continue; }
	break
done
is "a large layer is on its way" "$moving" yes
is "the build goes on" "$(big_status)" running
rd_registry_start "$engine"
status=0
wait $pid || status=$?
is "it ends well when the registry is back" "$status" 0
is "with the image there" "$(digest "big:web.$(newest big)" | cut -c1-7)" sha256:
cd ../shop || exit 1
rd_registry_kill "$engine"

# ---- with a login ----
rd_registry_start "$engine" me s3cret-word || echo "Bail out! no registry"
run rackdeck build
build=$(newest shop)
is "without login the build fails" "$status" 1
like "and says what to do" "$err" "*log in to its registry with 'rackdeck registries add'*"
is "at once" "$(log_of "$build" | grep -c 'trying again')" 0
is "and no tag of the build is left" "$(images | grep -c "\.$build\$")" 0
rackdeck registries add $registry me wrong-word >/dev/null
run rackdeck build
is "with a wrong password it fails" "$status" 1
is "at once" "$(log_of "$(newest shop)" | grep -c 'trying again')" 0
is "and the password is told nowhere" "$(grep -rl wrong-word "$tmp/out" "$tmp/err" "$XDG_DATA_HOME/rackdeck/racks/local/logs")" ""
echo s3cret-word | rackdeck registries add http://$registry/ me >/dev/null
run rackdeck build
build=$(field Build)
is "with the rack's login it ends well" "$status" 0
is "the registry has the image" "$(digest "shop:api.$build" -u me:s3cret-word | cut -c1-7)" sha256:
is "the password is told nowhere" "$(grep -rl s3cret-word "$tmp/out" "$XDG_DATA_HOME/rackdeck/racks/local/logs" "$XDG_DATA_HOME/rackdeck/racks/local/run")" ""

# ---- bases and images of the registry ----
base=$registry/team/shop:api.$build
for image in $(images | grep shop:); do
	rd_curl "$engine" -X DELETE "http://engine/images/$image?force=1" >/dev/null
done
mkdir ../private
cd ../private || exit 1
printf 'services:\n  web:\n    build: .\n  cache:\n    image: %s\n' "$base" >convox.yml
printf 'FROM %s\nRUN cat /made; echo the password is s3cret-word\n' "$base" >Dockerfile
rackdeck rack params set Registry= >/dev/null
run rackdeck build
is "a private base and image are pulled with the rack's login" "$status" 0
like "the base is used" "$out" "*
*api
*"
like "the rack's password is hidden in what a step prints" "$out" "*the password is \*\*\*\**"
is "all of it" "$(printf %s "$out" | grep -c s3cret-word)" 0
rackdeck registries remove $registry >/dev/null
for image in $(images | grep -e shop: -e private:); do
	rd_curl "$engine" -X DELETE "http://engine/images/$image?force=1" >/dev/null
done
run rackdeck build
is "without the login they are not" "$status" 1

# ---- the user's own configuration ----
mkdir "$tmp/bin" "$tmp/docker"
DOCKER_CONFIG=$tmp/docker PATH=$tmp/bin:$PATH
export DOCKER_CONFIG PATH
cat >"$tmp/bin/docker-credential-test" <<'SH'
#!/bin/sh
read -r server
[ "$1 $server" = "get 127.0.0.1:5000" ] || { echo "credentials not found in native keychain"; exit 1; }
echo '{"ServerURL":"127.0.0.1:5000","Username":"me","Secret":"s3cret-word"}'
SH
chmod +x "$tmp/bin/docker-credential-test"
echo '{"credsStore":"test","auths":{"127.0.0.1:5000":{}}}' >"$tmp/docker/config.json"
run rackdeck build --no-cache
is "the user's credential store is asked" "$status" 0
like "its password is hidden in what a step prints" "$out" "*the password is \*\*\*\**"
is "all of it as well" "$(printf %s "$out" | grep -c s3cret-word)" 0
for image in $(images | grep -e shop: -e private:); do
	rd_curl "$engine" -X DELETE "http://engine/images/$image?force=1" >/dev/null
done
echo '{"credHelpers":{"https://127.0.0.1:5000":"gone"}}' >"$tmp/docker/config.json"
run rackdeck build
is "a helper that is not there is no login" "$status" 1
like "and the log warns of it" "$out" "*warning: login for '$registry': *docker-credential-gone*"
end
