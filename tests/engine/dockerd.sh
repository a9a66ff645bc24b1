#!/bin/sh
# SPDX-License-Identifier: MIT
# A Docker engine for tests: started, used and stopped without touching another one.
#
# Source it, or run it:
#   dockerd.sh start DIR [default-limits|unpaced]
#                             starts the engine in DIR and prints DOCKER_HOST=unix://...
#   dockerd.sh base DIR                     imports the image local/busybox:1 (busybox, PATH, CMD sh)
#   dockerd.sh stop DIR                     stops it and removes all that it made, DIR too
# Sourced: rd_dockerd_start DIR [default-limits|unpaced] (sets and exports DOCKER_HOST), rd_dockerd_base DIR,
# rd_dockerd_stop DIR, rd_registry_start DIR [USER PASSWORD] (a registry at 127.0.0.1:5000 as the engine
# sees it, ended with the engine; without a user no login is wanted), rd_registry_kill DIR (its data stays); the engine then ends with the shell that started it, even if that is killed.
# A caller sets `trap 'rd_dockerd_stop "$dir"' EXIT`.
#
# The engine has data, sockets and cgroups of its own, and lives in network, mount and PID namespaces
# of its own: when the first process of those ends, nothing of it is left. BuildKit's log limits are
# raised, as for every engine that rackdeck starts, unless `default-limits` is given; its steps then
# print at a pace that BuildKit before Docker 23 survives (dev/pace.c), unless `unpaced` is given.
# Needs root and the packages docker.io, busybox-static, curl, iproute2, util-linux.

# What would be missing, one name a line; nothing if all is there.
rd_dockerd_missing() {
	[ "$(id -u)" = 0 ] || echo "root"
	for rd_tool in dockerd containerd runc curl ip unshare setpriv busybox tar; do
		command -v "$rd_tool" >/dev/null 2>&1 || echo "$rd_tool"
	done
}

# rd_curl DIR ARGS... : one call to the engine of DIR; the host part of the URL does not matter.
rd_curl() {
	rd_sock=$1/docker.sock
	shift
	curl -sS --fail-with-body --noproxy '*' --unix-socket "$rd_sock" "$@"
}

# rd_wait SECONDS COMMAND... : until the command is true, looking ten times a second.
rd_tick=0.1
rd_wait() {
	rd_end=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$rd_end" ] || return 1
		sleep "$rd_tick"
	done
}

rd_dockerd_answers() {
	curl -s --noproxy '*' --max-time 5 --unix-socket "$1/docker.sock" http://engine/_ping >/dev/null 2>&1
}

rd_pid_gone() {
	! kill -0 "$1" 2>/dev/null
}

# The first process of the engine's namespaces: forwards TERM, ends with dockerd.
# shellcheck disable=SC2016 # expanded by the inner shell
rd_dockerd_init='
ip link set lo up
dockerd "$@" &
daemon=$!
trap "kill -TERM $daemon" TERM
while kill -0 $daemon 2>/dev/null; do
	wait $daemon
done
'

rd_dockerd_start() {
	rd_dir=$1
	rd_limits=${2:-}
	rd_missing=$(rd_dockerd_missing)
	if [ -n "$rd_missing" ]; then
		echo "the test engine needs: $(echo "$rd_missing" | tr '\n' ' ')" >&2
		return 1
	fi
	case $rd_dir in
	/*) ;;
	*)
		echo "the engine's folder must be an absolute path: '$rd_dir'" >&2
		return 1
		;;
	esac
	if [ ${#rd_dir} -gt 90 ]; then
		echo "too long for a socket: '$rd_dir'" >&2
		return 1
	fi
	mkdir -p "$rd_dir" || return 1
	rd_limit=1000000000
	set -- setpriv --pdeathsig KILL
	[ -z "${rd_dockerd_detach:-}" ] || set -- setsid
	rd_pace=${top_builddir:-$(dirname "$0")/../../build}/dev/pace
	if [ -x "$rd_pace" ] && [ -z "$rd_limits" ]; then
		mkdir -p "$rd_dir/bin"
		printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$(realpath "$rd_pace")" \
			"$(command -v runc)" >"$rd_dir/bin/runc"
		chmod +x "$rd_dir/bin/runc"
		set -- "$@" env PATH="$rd_dir/bin:$PATH"
	fi
	if [ "$rd_limits" = default-limits ]; then
		set -- "$@" env -u BUILDKIT_STEP_LOG_MAX_SIZE -u BUILDKIT_STEP_LOG_MAX_SPEED
	else
		set -- "$@" env BUILDKIT_STEP_LOG_MAX_SIZE=$rd_limit BUILDKIT_STEP_LOG_MAX_SPEED=$rd_limit
	fi
	set -- "$@" unshare --net --mount --pid --fork --kill-child --mount-proc
	set -- "$@" sh -c "$rd_dockerd_init" init
	set -- "$@" --data-root "$rd_dir/data" --exec-root "$rd_dir/exec" --pidfile "$rd_dir/docker.pid"
	set -- "$@" --host "unix://$rd_dir/docker.sock" --group "$(id -gn)"
	set -- "$@" --config-file "$rd_dir/daemon.json" --iptables=false --ip6tables=false --ip-masq=false
	set -- "$@" --exec-opt native.cgroupdriver=cgroupfs
	set -- "$@" --cgroup-parent "/$(rd_dockerd_cgroup "$rd_dir")"
	echo '{}' >"$rd_dir/daemon.json"
	"$@" >"$rd_dir/dockerd.log" 2>&1 </dev/null &
	echo $! >"$rd_dir/unshare.pid"
	if ! rd_wait 90 rd_dockerd_up_or_dead "$rd_dir" || ! rd_dockerd_answers "$rd_dir"; then
		echo "the test engine did not start; the end of its log:" >&2
		tail -n 20 "$rd_dir/dockerd.log" >&2
		return 1
	fi
	DOCKER_HOST=unix://$rd_dir/docker.sock
	export DOCKER_HOST
}

rd_dockerd_up_or_dead() {
	rd_dockerd_answers "$1" || rd_pid_gone "$(cat "$1/unshare.pid")"
}

# A name for the engine's cgroups that no other engine has.
rd_dockerd_cgroup() {
	echo "rd-test-$(printf %s "$1" | cksum | tr ' ' -)"
}

# The process id, seen from here, of the first process in the namespaces; of dockerd with "daemon".
rd_dockerd_pid() {
	rd_pid=$(cat "$1/unshare.pid") || return 1
	rd_pid=$(cat "/proc/$rd_pid/task/$rd_pid/children" 2>/dev/null) || return 1
	rd_pid=${rd_pid% }
	if [ "${2:-}" = daemon ]; then
		tr ' ' '\n' <"/proc/$rd_pid/task/$rd_pid/children" | while read -r rd_child; do
			[ "$(cat "/proc/$rd_child/comm")" != dockerd ] || echo "$rd_child"
		done
	else
		echo "$rd_pid"
	fi
}

rd_dockerd_stop() {
	rd_dir=$1
	[ -f "$rd_dir/unshare.pid" ] || return 0
	rd_outer=$(cat "$rd_dir/unshare.pid")
	rd_inner=$(rd_dockerd_pid "$rd_dir")
	if [ -n "$rd_inner" ]; then
		kill -TERM "$rd_inner" 2>/dev/null
		rd_wait 60 rd_pid_gone "$rd_inner" || kill -KILL "$rd_inner" 2>/dev/null
	fi
	kill -KILL "$rd_outer" 2>/dev/null
	wait "$rd_outer" 2>/dev/null
	rd_wait 60 rd_pid_gone "$rd_outer"
	rd_dockerd_cgroups_gone "$(rd_dockerd_cgroup "$rd_dir")"
	rm -rf "$rd_dir"
}

# Empty cgroup folders stay when their engine is gone.
rd_dockerd_cgroups_gone() {
	for rd_group in /sys/fs/cgroup/"$1" /sys/fs/cgroup/*/"$1"; do
		[ ! -d "$rd_group" ] || find "$rd_group" -depth -type d -exec rmdir {} + 2>/dev/null
	done
	return 0
}

# A root file system of busybox alone, as image local/busybox:1: a base that needs no network.
rd_dockerd_base() {
	rd_root=$1/base
	mkdir -p "$rd_root/bin" "$rd_root/etc" "$rd_root/tmp" "$rd_root/root" || return 1
	chmod 1777 "$rd_root/tmp"
	cp "$(command -v busybox)" "$rd_root/bin/busybox"
	for rd_applet in $(busybox --list); do
		[ -e "$rd_root/bin/$rd_applet" ] || ln -s busybox "$rd_root/bin/$rd_applet"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$rd_root/etc/passwd"
	echo 'root:x:0:' >"$rd_root/etc/group"
	tar -C "$rd_root" -cf "$1/base.tar" . || return 1
	rd_query='fromSrc=-&repo=local/busybox:1&changes=ENV%20PATH%3D/bin&changes=CMD%20%5B%22sh%22%5D'
	rd_curl "$1" -X POST -H 'Content-Type: application/x-tar' -T "$1/base.tar" \
		"http://engine/images/create?$rd_query" >/dev/null || return 1
	rm -rf "$rd_root" "$1/base.tar"
}

rd_registry_answers() {
	nsenter --target "$1" --net curl -s -o /dev/null --noproxy '*' http://127.0.0.1:5000/v2/
}

# Needs the packages docker-registry and perl-base besides.
rd_registry_start() {
	rd_reg=$1/registry
	rd_pid=$(rd_dockerd_pid "$1") || return 1
	command -v docker-registry >/dev/null || {
		echo "the test registry needs: docker-registry" >&2
		return 1
	}
	mkdir -p "$rd_reg/data" || return 1
	cat >"$rd_reg/config.yml" <<E
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $rd_reg/data}}
http: {addr: "127.0.0.1:5000"}
E
	if [ -n "${2:-}" ]; then
		# shellcheck disable=SC2016 # perl's own
		perl -e 'print "$ARGV[0]:", crypt($ARGV[1], q($2b$05$abcdefghijklmnopqrstuu)), "\n"' \
			"$2" "$3" >"$rd_reg/htpasswd" || return 1
		echo "auth: {htpasswd: {realm: test, path: $rd_reg/htpasswd}}" >>"$rd_reg/config.yml"
	fi
	nsenter --target "$rd_pid" --net --pid --mount docker-registry serve "$rd_reg/config.yml" \
		>"$rd_reg/log" 2>&1 </dev/null &
	echo $! >"$rd_reg/nsenter.pid"
	rd_wait 60 rd_registry_answers "$rd_pid" || {
		tail -n 5 "$rd_reg/log" >&2
		return 1
	}
}

rd_registry_kill() {
	rd_outer=$(cat "$1/registry/nsenter.pid") || return 1
	rd_inner=$(cat "/proc/$rd_outer/task/$rd_outer/children") || return 1
	# shellcheck disable=SC2086 # one number and a blank
	kill -KILL $rd_inner && wait "$rd_outer" 2>/dev/null
	rd_wait 60 rd_pid_gone "$rd_outer"
}

case ${0##*/} in
dockerd.sh)
	rd_dockerd_detach=1
	if [ $# -lt 2 ]; then
		echo "usage: dockerd.sh start|base|stop DIR [default-limits|unpaced]" >&2
		exit 2
	fi
	case $1 in
	start) rd_dockerd_start "$2" "${3:-}" && echo "DOCKER_HOST=$DOCKER_HOST" ;;
	base) rd_dockerd_base "$2" ;;
	stop) rd_dockerd_stop "$2" ;;
	*)
		echo "dockerd.sh: no such command '$1'" >&2
		exit 2
		;;
	esac
	;;
esac
