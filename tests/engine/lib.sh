# SPDX-License-Identifier: MIT
# What the tests of real engines share: TAP, contexts, the tool that drives the engine table.
set -u
# shellcheck source=/dev/null
. "${top_srcdir:-.}/tests/engine/podman.sh"
tool=${top_builddir:-${top_srcdir:-.}/build}/tests/engine/engine_tool
tmp=$(mktemp -d "${TMPDIR:-/tmp}/rackdeck-engine.XXXXXX")
cases=0
unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH
DOCKER_CONFIG=$tmp/config
export DOCKER_CONFIG
mkdir -p "$DOCKER_CONFIG"

# A word that no other process has: steps carry it in their command lines.
mark=rdstep$$

cleanup() {
	for engine in "$tmp"/engine*; do
		[ ! -f "$engine/podman.log" ] || rd_podman_stop "$engine"
		[ ! -f "$engine/dockerd.log" ] || rd_dockerd_stop "$engine"
	done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

bail() {
	echo "Bail out! $1"
	exit 1
}

# check NAME COMMAND...: passes if the command does; else its output and $detail are shown
detail=
check() {
	check_name=$1
	shift
	cases=$((cases + 1))
	if "$@" >"$tmp/check" 2>&1; then
		echo "ok $cases - $check_name"
	else
		echo "not ok $cases - $check_name"
		{ tail -n 5 "$tmp/check"; [ -z "$detail" ] || tail -n 20 "$detail"; } | sed 's/^/# /'
	fi
}

end() {
	echo "1..$cases"
}

equal() {
	[ "$1" = "$2" ] || {
		echo "wanted '$2', got '$1'"
		return 1
	}
}

# context NAME < Dockerfile: a context with that Dockerfile and a small file, as $tmp/NAME.tar
context() {
	mkdir -p "$tmp/context"
	cat >"$tmp/context/Dockerfile"
	echo "a file" >"$tmp/context/file"
	tar -C "$tmp/context" -cf "$tmp/$1.tar" .
	rm -rf "$tmp/context"
}

# shellcheck disable=SC2034 # the tests read status and pid
# build ID NAME [OPTIONS...]: builds a context; events in $tmp/events, output in $tmp/log, $status
build() {
	build_id=$1
	build_name=$2
	shift 2
	detail=$tmp/events
	status=0
	"$tool" build "$build_id" "test/$build_name:$build_id" "$tmp/$build_name.tar" "$@" \
		>"$tmp/events" 3>"$tmp/log" || status=$?
}

# begin ID NAME [OPTIONS...]: the same in the background, $pid; returns when a step has printed $mark and runs
begin() {
	build_id=$1
	build_name=$2
	shift 2
	detail=$tmp/events
	: >"$tmp/log"
	"$tool" build "$build_id" "test/$build_name:$build_id" "$tmp/$build_name.tar" "$@" \
		>"$tmp/events" 3>"$tmp/log" &
	pid=$!
	rd_wait 60 grep -q "$mark" "$tmp/log" && rd_wait 60 has_step ||
		bail "the step did not begin: $(tail -n 3 "$tmp/events")"
}

# Whether a step has a process. Its command line is seen from here, in whatever namespace.
has_step() {
	grep -qsz "$mark-step" /proc/[0-9]*/cmdline
}

no_step() {
	! has_step
}

steps_end() {
	rd_wait 60 no_step
}

# containers and untagged images of an engine
containers() {
	rd_curl "$1" 'http://engine/containers/json?all=1' | grep -o '"Id":"[0-9a-f]*"'
}

untagged() {
	rd_curl "$1" 'http://engine/images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D' |
		grep -o '"Id":"[^"]*"'
}

none_left() {
	left=$(containers "$1"; untagged "$1")
	equal "$left" ""
}
