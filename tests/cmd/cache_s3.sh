#!/bin/sh
# SPDX-License-Identifier: MIT
# The artifact cache in S3, shared by two racks, against a Docker engine and a server that checks every
# signature; the test starts both.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine
cleanup() {
	exec 3>&-
	cd / || exit 1
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi
mkdir -p "$tmp/s3/bucket" "$tmp/home"
mkfifo "$tmp/s3.in"
python3 "$top_srcdir/tests/s3/server.py" "$tmp/s3" --page 2 <"$tmp/s3.in" >"$tmp/s3.port" &
server=$!
exec 3>"$tmp/s3.in" # the server ends with this
rd_wait 60 test -s "$tmp/s3.port" || exit 1
export HOME="$tmp/home" AWS_ACCESS_KEY_ID=AKIDTEST AWS_SECRET_ACCESS_KEY=secret/of+tests
place="s3://bucket/rack?endpoint=http://127.0.0.1:$(cat "$tmp/s3.port")"
objects() { find "$tmp/s3/bucket" -type f -name "*$1*" | wc -l; }
# build N: a build of a changed tree
build() {
	echo "$1" >Gemfile
	run rackdeck build
}

mkdir app
cd app || exit 1
printf 'services:\n  web:\n    build: .\n' >convox.yml
cat >Dockerfile <<'DOCKER'
FROM local/busybox:1
COPY Gemfile /app/Gemfile
COPY .cache/build/gems /var/cache/build/gems
RUN cd /var/cache/build/gems && echo "found: $(ls | tr '\n' ' ')" && echo x >gem-$(cat /app/Gemfile)
DOCKER
run rackdeck rack params set "Cache=$place"
succeeds "the cache is in S3" "Updating parameters... OK"
build 1
like "a first build fills it" "$status $out" "0 *found: *Cache: saved 1 files, *"
is "with one snapshot" "$(objects snapshots)" 1
is "and nobody stays in it" "$(objects holds)" 0
build 2
like "the next one finds it" "$status $out" "0 *found: gem-1 *Cache: restored 1 files*; saved 2 files*"

one=$XDG_DATA_HOME
export XDG_DATA_HOME="$tmp/other"
run rackdeck rack params set "Cache=$place"
build 3
like "another rack finds it, too" "$status $out" "0 *found: gem-1 gem-2 *"
is "the secret is in no file of a rack" "$(grep -rl 'secret/of+tests' "$one" "$tmp/other" | wc -l)" 0
run rackdeck cache
like "it is listed" "$status $out" "0 APP *SERVICE*app *web *3 *"
run rackdeck cache verify
like "and whole" "$status $out" "0 ok * cache *"

# ---- what goes wrong there ----
export AWS_SECRET_ACCESS_KEY=wrong
build 4
like "with a wrong key the build does without" "$status $out" "0 *warning: *SignatureDoesNotMatch*"
is "which it does not tell" "$(printf '%s\n' "$out" | grep -c 'secret/of')" 0
export AWS_SECRET_ACCESS_KEY=secret/of+tests
find "$tmp/s3/bucket" -type f -name '*packs*' | while read -r file; do
	printf 'XXXXXXXX' | dd of="$file" bs=1 seek=20 conv=notrunc status=none
done
rm -rf "$tmp/other/rackdeck/racks/local/cache"
build 5
like "what is damaged there is a warning" "$status $out" \
	"0 *warning: building without what the build before left: *Cache: *saved 1 files*"
build 6
like "and filled again" "$status $out" "0 *found: gem-5 *"
run rackdeck cache clear -a app
like "clear" "$status $out" "0 Clearing cache of app... OK*"
is "empties the bucket" "$(objects '')" 0
exec 3>&-
wait $server
build 7
like "without a server the build does without" "$status $out" "0 *warning: building without what the build before left: http://127.0.0.1:*: Connection refused*"
end
