#!/bin/sh
# SPDX-License-Identifier: MIT
# What of a folder comes into an image: ignore files, odd names and kinds, with a Docker engine.
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

mkdir -p shop/docs shop/api/tmp shop/empty
cd shop || exit 1
cat >convox.yml <<'YML'
services:
  web: {build: .}
  own: {build: {manifest: Own}}
  api: {build: api}
YML
cat >Dockerfile <<'D'
FROM local/busybox:1
COPY . /src
RUN cd /src && echo "web: $(find . | sort | tr '\n' ' ')"
D
sed 's/web:/own:/' Dockerfile >Own
sed 's/web:/api:/' Dockerfile >api/Dockerfile
printf '*\n!docs/a.md\n!api\n!empty\n' >.dockerignore
printf 'api\nempty\nconvox.yml\nDockerfile\n' >Own.dockerignore
printf 'tmp\nDockerfile\n.dockerignore\n' >api/.dockerignore
touch docs/a.md docs/b.md api/x api/tmp/y
run rackdeck build
is "a build with three ignore files ends well" "$status" 0
like "of .dockerignore" "$out" "*web: . ./.dockerignore ./Dockerfile ./api ./api/.dockerignore ./api/Dockerfile ./api/tmp ./api/tmp/y ./api/x ./docs ./docs/a.md ./empty *"
like "of the one beside the Dockerfile, which replaces it" "$out" "*own: . ./.dockerignore ./Own ./Own.dockerignore ./docs ./docs/a.md ./docs/b.md *"
like "of the one of a folder" "$out" "*api: . ./.dockerignore ./Dockerfile ./x *"
for file in convox.yml Dockerfile; do
	like "'$file' is sent in any case, and that is told" "$err" \
		"*warning: '$file' is needed by the build: sent although .dockerignore names it*"
done

cd .. && mkdir odd && cd odd || exit 1
printf 'services: {web: {build: .}}\n' >convox.yml
long=$(printf '%0255d' 0)
bytes=$(printf 'a\377\nb')
mkdir -p "$long/$long" .ssh empty
printf 1 >"$bytes"
printf 2 >"$long/$long/f"
truncate -s 1M sparse
printf 3 >suid && chmod 4755 suid
mkdir -m 1777 sticky
ln -s . loop
ln suid hard
mkfifo fifo
echo A=1 >.env
cat >Dockerfile <<'D'
FROM local/busybox:1
COPY . /src
RUN cd /src && echo "all: $(cat a*b) $(cat 000*/000*/f) $(stat -c %s sparse) $(stat -c %a suid) \
$(stat -c %a sticky) $(readlink loop) $(stat -c %h hard) $(ls -d empty fifo 2>/dev/null)"
D
run rackdeck build -a odd
like "names of any bytes, links, modes, empty folders come through" "$status $out" \
	"0 *all: 1 2 1048576 4755 1777 . 2 empty*"
like "a fifo is left out, and that is told" "$err" "*warning: 'fifo' is a fifo: left out*"
like "an environment that is sent is told" "$err" "*warning: '.env' *is sent*"
end
