# SPDX-License-Identifier: MIT
# What the tests of the commands share: TAP, a home of its own, the binary.
#
# A test sources it, calls the checks, and ends with `end`. Everything it writes is below $tmp.
set -u
rackdeck=${top_builddir:-$PWD}/rackdeck
src=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/rackdeck-cmd.XXXXXX")
cases=0
# rd_wait SECONDS COMMAND...: waits for a condition; and the engine of those tests that need one
# shellcheck source=/dev/null
. "$src/tests/engine/dockerd.sh"
cleanup() { rm -rf "$tmp"; }
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

mkdir -p "$tmp/home" "$tmp/run" "$tmp/work"
chmod 700 "$tmp/run"
HOME=$tmp/home XDG_DATA_HOME=$tmp/data XDG_CONFIG_HOME=$tmp/config XDG_RUNTIME_DIR=$tmp/run
export HOME XDG_DATA_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR
unset RACK_URL CONVOX_RACK CONVOX_HOST NO_COLOR DOCKER_HOST DOCKER_CONTEXT
LC_ALL=C.UTF-8
export LC_ALL
cd "$tmp/work" || exit 1

if [ ! -x "$rackdeck" ]; then
	echo "Bail out! no binary at '$rackdeck': build it first"
	exit 1
fi
rackdeck() { "$rackdeck" "$@"; }
# Whoever closes a database last keeps others out for a moment.
sqlite3() { command sqlite3 -cmd '.timeout 60000' "$@"; }

# result NAME STATUS [DETAIL]: one line of TAP
result() {
	cases=$((cases + 1))
	if [ "$2" = 0 ]; then
		echo "ok $cases - $1"
	else
		echo "not ok $cases - $1"
		printf '%s\n' "${3-}" | sed 's/^/# /'
	fi
}

# run COMMAND...: runs it with no stdin; $out, $err and $status hold what came of it
run() { run_stdin /dev/null "$@"; }
run_stdin() {
	run_input=$1
	shift
	status=0
	"$@" <"$run_input" >"$tmp/out" 2>"$tmp/err" || status=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

# succeeds NAME WANTED-STDOUT: the last run ended well and printed exactly that
succeeds() {
	if [ "$status" = 0 ] && [ "$out" = "$2" ]; then
		result "$1" 0
	else
		result "$1" 1 "status $status
wanted: $2
stdout: $out
stderr: $err"
	fi
}

# fails NAME WANTED-STDERR: the last run ended with status 1 and that one line on stderr
fails() {
	if [ "$status" = 1 ] && [ "$err" = "$2" ]; then
		result "$1" 0
	else
		result "$1" 1 "status $status
wanted: $2
stdout: $out
stderr: $err"
	fi
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		result "$1" 0
	else
		result "$1" 1 "wanted: $3
got: $2"
	fi
}

# like NAME TEXT PATTERN: text matches the shell pattern
like() {
	# shellcheck disable=SC2254 # a pattern is meant
	case $2 in
	$3) result "$1" 0 ;;
	*) result "$1" 1 "wanted like: $3
got: $2" ;;
	esac
}

# on_terminal INPUT COMMAND...: runs it on a terminal where INPUT is typed; $out holds what it showed
on_terminal() {
	tty_input=$1
	shift
	status=0
	printf '%s\n' "$tty_input" | script -qec "$*" /dev/null >"$tmp/out" 2>&1 || status=$?
	out=$(tr -d '\r' <"$tmp/out")
}

end() { echo "1..$cases"; }
