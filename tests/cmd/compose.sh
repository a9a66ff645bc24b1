#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds of docker-compose.yml, generation 1, on a Docker engine that the test starts.
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

mkdir -p old/web
cd old || exit 1
cat >docker-compose.yml <<'YML'
version: '2'
services:
  web:
    build:
      context: web
      dockerfile: Dockerfile.$KIND
      args:
        GREETING: from compose $$
        COLOUR: compose
        PLACE:
        UNUSED: x
    environment:
      NEEDED:
  db:
    image: local/busybox:${TAG}
YML
cat >web/Dockerfile.plain <<'E'
FROM local/busybox:1
ARG GREETING
ARG COLOUR
ARG PLACE
RUN echo "[$GREETING] [$COLOUR] [$PLACE]"
E
run rackdeck apps create old
run rackdeck env set KIND=plain TAG=1 PLACE=env COLOUR=env -a old
run rackdeck build
is "a docker-compose.yml builds" "$status $err" "0 "
like "its args are passed, and those of the app" "$out" "*\[from compose \$\] \[compose\] \[env\]*"
like "an arg that no Dockerfile declares is told" "$out" \
	"*warning: build argument 'UNUSED' is declared by no Dockerfile*"
like "its image is taken" "$out" "*Running: docker pull local/busybox:1*"
release=$(printf '%s\n' "$out" | sed -n 's/^Release: *//p')
run rackdeck releases promote "$release" -a old
is "its release can be promoted" "$status $err" "0 "
run rackdeck build --build-args COLOUR=given
like "--build-args win" "$out" "*\[from compose \$\] \[given\] \[env\]*"
run rackdeck apps info old
like "the app is of generation 1" "$out" "*Generation *1*"

cat >convox.yml <<'YML'
services:
  web: {build: {path: web, manifest: Dockerfile.plain}}
YML
run rackdeck build
like "a convox.yml beside it wins" "$out" "*\[\] \[env\] \[env\]*"
run rackdeck apps info old
like "and makes the app generation 2" "$out" "*Generation *2*"
run rackdeck build --no-cache -m docker-compose.yml
like "but -m chooses" "$out" "*\[from compose \$\] \[compose\] \[env\]*"

rm convox.yml
echo 'version: 9' >docker-compose.yml
run rackdeck build
is "a version that is not known fails the build" "$status" 1
like "with its place" "$out" "*docker-compose.yml:1:10: version '9' is not known*"
end
