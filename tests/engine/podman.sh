#!/bin/sh
# SPDX-License-Identifier: MIT
# A Podman service for tests; to be sourced. Like dockerd.sh, in namespaces of its own.
#   rd_podman_start DIR   starts it, sets and exports DOCKER_HOST
#   rd_podman_stop DIR    stops it and removes all that it made, DIR too
# rd_dockerd_base DIR and rd_curl DIR work with it as well.
# Needs root and the packages podman, runc, busybox-static, curl, iproute2, util-linux.
. "${top_srcdir:-.}/tests/engine/dockerd.sh"

rd_podman_start() {
	rd_dir=$1
	for rd_tool in podman runc curl ip unshare setpriv busybox; do
		command -v "$rd_tool" >/dev/null 2>&1 || {
			echo "the test engine needs: $rd_tool" >&2
			return 1
		}
	done
	mkdir -p "$rd_dir" || return 1
	# crun, the default runtime, may refuse RUN where cgroups are not its own.
	set -- podman --root "$rd_dir/root" --runroot "$rd_dir/run" --tmpdir "$rd_dir/tmp" \
		--runtime runc --cgroup-manager cgroupfs --events-backend file \
		system service --time 0 "unix://$rd_dir/docker.sock"
	setpriv --pdeathsig KILL unshare --net --mount --pid --fork --kill-child --mount-proc \
		sh -c 'ip link set lo up; exec "$@"' init "$@" >"$rd_dir/podman.log" 2>&1 </dev/null &
	echo $! >"$rd_dir/unshare.pid"
	if ! rd_wait 60 rd_dockerd_up_or_dead "$rd_dir" || ! rd_dockerd_answers "$rd_dir"; then
		echo "the test engine did not start; the end of its log:" >&2
		tail -n 20 "$rd_dir/podman.log" >&2
		return 1
	fi
	DOCKER_HOST=unix://$rd_dir/docker.sock
	export DOCKER_HOST
}

rd_podman_stop() {
	[ -f "$1/unshare.pid" ] || return 0
	rd_outer=$(cat "$1/unshare.pid")
	kill -KILL "$rd_outer" 2>/dev/null
	wait "$rd_outer" 2>/dev/null
	rd_wait 60 rd_pid_gone "$rd_outer"
	rm -rf "$1"
}
