#!/bin/sh
# SPDX-License-Identifier: MIT
# Pull and push with a real registry that wants a login.
. "${top_srcdir:-.}/tests/engine/lib.sh"
rd_dockerd_start "$tmp/engine" || bail "no engine"
rd_dockerd_base "$tmp/engine" || bail "no base image"
rd_registry_start "$tmp/engine" me s3cretpw || bail "no registry"
image=127.0.0.1:5000/team/base:1
detail=$tmp/events

login() {
	printf '{"auths":{"127.0.0.1:5000":{"auth":"%s"}}}' "$(printf %s "$1" | base64)" \
		>"$DOCKER_CONFIG/config.json"
}

"$tool" tag local/busybox:1 $image >"$tmp/events"
"$tool" push $image >"$tmp/events" 3>"$tmp/log"
check "a push without login is refused as such" grep -q '^error not-permitted .*log in' "$tmp/events"
login me:wrong-one
"$tool" push $image >"$tmp/events" 3>"$tmp/log"
check "so is one with a wrong password" grep -q '^error not-permitted ' "$tmp/events"
check "which is not told" equal "$(cat "$tmp/events" "$tmp/log" | grep -c wrong-one)" 0
login me:s3cretpw
"$tool" push $image >"$tmp/events" 3>"$tmp/log"
check "a push with the login of the docker configuration ends well" equal "$(grep ^error "$tmp/events")" ""
check "its progress is told" grep -q '^progress' "$tmp/events"
"$tool" remove $image >"$tmp/events"
"$tool" inspect $image >"$tmp/events"
check "the image is gone from the engine" grep -q '^error not-found' "$tmp/events"
"$tool" pull $image >"$tmp/events" 3>"$tmp/log"
check "a pull ends well" equal "$(grep ^error "$tmp/events")" ""
check "and says what it did" grep -q "Pulling from team/base" "$tmp/log"
"$tool" inspect $image >"$tmp/events"
check "the image is there" grep -qx "tag $image" "$tmp/events"
"$tool" pull 127.0.0.1:5000/team/base:none >"$tmp/events" 3>"$tmp/log"
check "a tag that is not there is told as such" grep -q '^error not-found ' "$tmp/events"
"$tool" pull 127.0.0.1:1/team/base:1 >"$tmp/events" 3>"$tmp/log"
check "so is a registry that is not there" grep -q '^error remote .*connection refused' "$tmp/events"
rm "$DOCKER_CONFIG/config.json"
"$tool" remove $image >"$tmp/events"
"$tool" pull $image >"$tmp/events" 3>"$tmp/log"
check "a pull without login is refused as such" grep -q '^error not-permitted ' "$tmp/events"
end
