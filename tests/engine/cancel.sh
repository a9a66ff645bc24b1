#!/bin/sh
# SPDX-License-Identifier: MIT
# What is left at a real Docker engine when a build is canceled, its client is killed, or the engine is.
. "${top_srcdir:-.}/tests/engine/lib.sh"
rd_dockerd_start "$tmp/engine" || bail "no engine"
rd_dockerd_base "$tmp/engine" || bail "no base image"

# A step that goes on for ever, with work before it that leaves layers.
context endless <<E
FROM local/busybox:1
RUN echo layer > /layer
RUN echo $mark; exec sh -c 'while :; do sleep 1; done' $mark-step
E

for how in "" full-log; do
	name=${how:-buildkit}
	begin "C1$how" endless nocache $how
	check "$name: the step runs" has_step
	kill -TERM $pid
	wait $pid
	check "$name: a canceled build says so" grep -q '^error canceled' "$tmp/events"
	check "$name: its step ends" steps_end
	"$tool" sweep "C1$how" >"$tmp/sweep"
	detail=$tmp/sweep
	check "$name: sweep ends well" equal "$(cat "$tmp/sweep")" ""
	check "$name: no container and no untagged image of it is left" rd_wait 60 none_left "$tmp/engine"

	begin "K1$how" endless nocache $how
	kill -KILL $pid
	wait $pid 2>/dev/null
	check "$name: the step of a killed client ends" steps_end
	"$tool" sweep "K1$how" >"$tmp/sweep"
	detail=$tmp/sweep
	check "$name: no container and no untagged image is left of it" rd_wait 60 none_left "$tmp/engine"
done

# A step that fails beside one that goes on: the other is ended too.
context parallel <<E
FROM local/busybox:1 AS slow
RUN echo $mark; exec sh -c 'while :; do sleep 1; done' $mark-step
FROM local/busybox:1 AS bad
RUN until [ -e /never ]; do sleep 1; exit 5; done
FROM local/busybox:1
COPY --from=slow /bin/busybox /a
COPY --from=bad /bin/busybox /b
E
build P1 parallel nocache
check "the first failure ends the build" grep -q '^error failed .*exit code: 5' "$tmp/events"
check "and the step beside it" steps_end
check "nothing is left of it" rd_wait 60 none_left "$tmp/engine"

# The engine dies in the middle.
begin E1 endless nocache
kill -KILL "$(rd_dockerd_pid "$tmp/engine" daemon)"
wait $pid
check "an engine that dies is told as lost" grep -q '^error unavailable .*was lost' "$tmp/events"
# A process that dies closes its descriptors one by one: the listening one may be the last.
refuses() {
	curl -s -m 5 --noproxy "*" --unix-socket "$tmp/engine/docker.sock" http://localhost/_ping >/dev/null
	[ $? = 7 ]
}
rd_wait 60 refuses
"$tool" info >"$tmp/info"
detail=$tmp/info
check "one that is not there, with the way out" grep -q '^error unavailable no container engine answers at .*DOCKER_HOST' "$tmp/info"
end
