#!/bin/sh
# SPDX-License-Identifier: MIT
# Workers that are killed at any moment, with BuildKit and the classic builder: each build is found interrupted,
# or had ended well; the engine keeps nothing of the former; the rack is sound.
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
rounds=20
run_dir=$XDG_DATA_HOME/rackdeck/racks/local/run
newest() { rackdeck builds -l 1 | awk 'NR == 2 { print $1 }'; }
status_of() { rackdeck builds info "$1" --json | jq -r '.status + " " + .reason'; }
has_ended() {
	case $(status_of "$1") in
	created* | running*) return 1 ;;
	esac
}
no_notes() { ! ls "$run_dir"/*.sweep >/dev/null 2>&1; }
no_later() { ! ls "$run_dir"/*.later >/dev/null 2>&1; }
count() { rd_curl "$engine" "http://engine/$1" | jq "$2"; }

mkdir -p shop/a shop/b
cd shop || exit 1
cat >convox.yml <<'YML'
services:
  a:
    build: ./a
  b:
    build: ./b
  c:
    image: local/${NAME}:1
YML
for service in a b; do
	printf 'FROM local/busybox:1\nRUN head -c 3000000 /dev/urandom >/%s; sleep 0.2\nRUN sleep 0.2\n' $service \
		>$service/Dockerfile
done

complete=0
interrupted=0
other=
for round in $(seq 1 $rounds); do
	flag=
	[ $((round % 2)) = 1 ] || flag=--full-log
	# shellcheck disable=SC2086 # none or one
	rackdeck build --no-cache --detach --build-args NAME=busybox $flag >"$tmp/out" 2>&1
	id=$(newest)
	sleep "$(od -An -N1 -tu1 /dev/urandom | awk '{ printf "%.3f", $1 / 256 * 1.2 }')"
	pid=$(rackdeck builds info "$id" --json | jq -r '.process // ""')
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	rd_wait 60 has_ended "$id"
	case $(status_of "$id") in
	"complete ") complete=$((complete + 1)) ;;
	"failed interrupted") interrupted=$((interrupted + 1)) ;;
	*) other="$other $id: $(status_of "$id")" ;;
	esac
done
is "each build was interrupted or had ended well" "$((complete + interrupted))$other" $rounds
is "some were killed" "$([ $interrupted -gt 0 ] && echo yes)" yes
rd_wait 120 no_notes
# What an engine was asked for by a killed worker it may yet do: that goes half a minute later, which is now.
touch -d '2 minutes ago' "$run_dir"/*.later
rackdeck builds >/dev/null
rd_wait 60 no_later
is "no container is left" "$(count 'containers/json?all=1' length)" 0
is "no untagged image of ours is left" "$(count 'images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D' \
	'[.[] | select(.Labels["rackdeck.build"])] | length')" 0
is "and only the tags of those that ended well" \
	"$(count images/json '[.[].RepoTags[]? | select(startswith("local/shop:"))] | length')" $((complete * 3))
# Whoever sees that a build has ended may be faster than its worker's last act.
no_rests() { [ "$(find "$run_dir" -name 'B*' | wc -l)" = 0 ]; }
rd_wait 60 no_rests
is "no file of a build is left in run" "$(find "$run_dir" -name 'B*' | wc -l)" 0
run rackdeck fsck
like "the rack is sound" "$status $out" "0 *integrity check is good*"
end
