#!/bin/sh
# SPDX-License-Identifier: MIT
# What the commands say of a bad source, an engine that is not there, a full disk, a read-only home.
# Needs root: it mounts, in a mount namespace of its own.
if [ "${RACKDECK_UNSHARED:-}" != yes ]; then
	RACKDECK_UNSHARED=yes exec unshare --mount --propagation private "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
cleanup() {
	cd / || exit 1
	umount "$tmp/small" "$tmp/frozen" 2>/dev/null
	rm -rf "$tmp"
}
DOCKER_HOST=unix://$tmp/no.sock
export DOCKER_HOST

mkdir shop
cd shop || exit 1
run rackdeck build
fails "a folder without a manifest is not sent" \
	"ERROR: no such file: convox.yml: write one in '.', or name another with --manifest"
run rackdeck apps
succeeds "and makes no app" "APP  STATUS  RELEASE"
run rackdeck build nosuch
like "a folder that is not there is named" "$status $err" "1 ERROR: *nosuch*"
run rackdeck build -a shop
like "for an app that was named it is a failed build" "$status $err" \
	"1 *ERROR: build failed: no such file: convox.yml*"
run rackdeck builds info "$(rackdeck builds -a shop -l 1 | awk 'NR == 2 { print $1 }')" -a shop
like "which is recorded with its reason" "$out" "*Status *failed*Reason *no such file: convox.yml*"
printf 'services:\n  web:\n    build: .\n' >convox.yml
run rackdeck build -m other.yml
like "another manifest that is not there" "$status $err" \
	"1 *ERROR: build failed: no such file: other.yml*"
run rackdeck build --build-args novalue
fails "a build arg without a value" "ERROR: invalid build args: novalue: give them as NAME=VALUE"

run rackdeck build
like "a Dockerfile that is not there is named" "$status $err" \
	"1 *ERROR: build failed: no Dockerfile at 'Dockerfile' (service 'web')*"
echo 'FROM local/busybox:1' >Dockerfile

# engine down
run rackdeck build
like "an engine that is not there is named" "$status $err" "1 ERROR: build failed: *$tmp/no.sock*"
is "the error is one line" "$(printf '%s\n' "$err" | grep -c ERROR)" 1
like "the stages before it went well" "$out" "Packaging source... OK
Uploading source... OK
Starting build... OK*"
id=$(rackdeck builds -a shop -l 1 | awk 'NR == 2 { print $1 }')
run rackdeck builds info "$id" -a shop
like "the build failed with its reason" "$out" "Id           $id
Status       failed
*Reason *no.sock*"
run rackdeck builds logs "$id" -a shop
like "its log is kept" "$status $out" "0 *ERROR: *"
run rackdeck doctor
like "doctor finds the engine and fails" "$status $out" "1 *bad *engine *to mend*"
like "doctor says so" "$err" "ERROR: *check*"
run rackdeck doctor --json
is "doctor --json" "$(jq -r '.[] | select(.name == "engine") | .health' "$tmp/out")" bad

# manifest
printf 'services:\n  web:\n    build: [\n' >convox.yml
run rackdeck build
like "a broken manifest is named with its place" "$status $err" "1 ERROR: build failed: *convox.yml*"
run rackdeck builds -a shop -l 1
like "the rack is usable after it" "$status $out" "0 *failed*"

# full disk
mkdir "$tmp/small" "$tmp/frozen"
mount -t tmpfs -o size=2m tmpfs "$tmp/small"
head -c 4000000 /dev/urandom >noise
printf 'services:\n  web:\n    build: .\n' >convox.yml
XDG_DATA_HOME=$tmp/small run rackdeck build -a full
like "a full disk is named" "$status $err" "1 *ERROR: *[Nn]o space left*"
XDG_DATA_HOME=$tmp/small run rackdeck apps
is "the rack on it still answers" "$status" 0
is "nothing half-written is left" "$(find "$tmp/small" -size +500k -path '*objects*' | wc -l)" 0
rm noise
XDG_DATA_HOME=$tmp/small run rackdeck builds -a full
like "its builds too" "$status $out" "0 ID *"

# read-only home
mount -t tmpfs tmpfs "$tmp/frozen"
mount -o remount,ro "$tmp/frozen"
XDG_DATA_HOME=$tmp/frozen run rackdeck apps
like "a read-only home is named" "$status $err" "1 ERROR: *$tmp/frozen*"
XDG_DATA_HOME=$tmp/frozen run rackdeck build
like "building there too" "$status $err" "1 ERROR: *$tmp/frozen*"
XDG_DATA_HOME=$tmp/frozen run rackdeck doctor
like "doctor shows it as a finding" "$status $out" "1 *bad *rack *$tmp/frozen*"
like "and how to mend it" "$out" "*to mend *give yourself the right*"
mkdir -p "$tmp/newer/rackdeck/racks/local"
echo garbage that is no database >"$tmp/newer/rackdeck/racks/local/rack.db"
XDG_DATA_HOME=$tmp/newer run rackdeck doctor
like "doctor does not blame permissions for a damaged database" "$status $out" \
	"1 *bad *rack *is damaged*restore a backup*to mend *do what it says*"
HOME='' XDG_DATA_HOME='' run rackdeck apps
like "no home at all" "$status $err" "1 ERROR: *HOME*"
end
