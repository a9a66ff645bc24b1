#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds on a real Podman service, which answers version=2 with the classic stream.
. "${top_srcdir:-.}/tests/engine/lib.sh"
rd_podman_start "$tmp/engine" || bail "no engine"
rd_dockerd_base "$tmp/engine" || bail "no base image"

"$tool" info >"$tmp/info"
detail=$tmp/info
check "info names it" grep -qx 'podman 1' "$tmp/info"

context good <<'E'
FROM local/busybox:1 AS tools
RUN echo from tools > /made
FROM local/busybox:1
ARG GREETING
COPY --from=tools /made /made
COPY file /file
RUN echo "$GREETING"; cat /made /file; echo to stderr >&2
ENTRYPOINT ["cat", "/made"]
E
build B1 good arg=GREETING=hello
check "a build ends well" equal "$status" 0
check "all output of its steps comes" equal "$(grep -cxE 'hello|from tools|a file|to stderr' "$tmp/log")" 4
check "steps have names" grep -q '^declare [0-9]* \[2/2 5/7\] RUN echo' "$tmp/events"
"$tool" inspect test/good:B1 >"$tmp/image"
detail=$tmp/image
check "the image has our label" grep -qx 'label B1' "$tmp/image"
check "and the id that the stream told" equal "sha256:$(sed -n 's/^id \(sha256:\)*//p' "$tmp/image")" "$(sed -n 's/^image //p' "$tmp/events")"
build B2 good arg=GREETING=hello
check "the same again is cached" grep -q '^done [0-9]* cached$' "$tmp/events"

context bad <<'E'
FROM local/busybox:1
RUN echo before; exit 7
E
build B3 bad
check "a failing step fails the build" grep -q '^error failed .*exit status 7$' "$tmp/events"
check "what it printed before is there" grep -qx before "$tmp/log"

context flood <<'E'
FROM local/busybox:1
RUN yes 0123456789abcdefghijklmnopqrstuvwxyz | awk '{ print NR " " $0 }' | head -n 100000
E
build B4 flood
check "no line of a flood is lost" equal "$(grep -c ' 0123456789abcdefghijklmnopqrstuvwxyz$' "$tmp/log")" 100000

context endless <<E
FROM local/busybox:1
RUN echo $mark; exec sh -c 'while :; do sleep 1; done' $mark-step
E
begin C1 endless nocache
kill -TERM $pid
wait $pid
check "a canceled build says so" grep -q '^error canceled' "$tmp/events"
check "its step ends" steps_end
"$tool" sweep C1 >"$tmp/sweep"
detail=$tmp/sweep
check "sweep ends well" equal "$(cat "$tmp/sweep")" ""
begin K1 endless nocache
kill -KILL $pid
wait $pid 2>/dev/null
"$tool" sweep K1 >"$tmp/sweep"
check "a sweep ends the step of a killed client" steps_end

# Two images of one build at once: each step has a cgroup of its own, or runtimes get in each other's way.
two=$tmp/two
mkdir -p "$two/a" "$two/b"
printf 'services:\n  a:\n    build: a\n  b:\n    build: b\n' >"$two/convox.yml"
for one in a b; do
	printf 'FROM local/busybox:1\nRUN sleep 1; echo %s ended\n' $one >"$two/$one/Dockerfile"
done
detail=$tmp/out
XDG_DATA_HOME=$tmp/data "${tool%/tests/*}/rackdeck" build -a two "$two" >"$tmp/out" 2>&1
check "two images are built at once" equal "$? $(grep -cE '\| (a|b) ended$' "$tmp/out")" "0 2"
check "neither in the cgroup of the other" equal "$(grep -ic 'cgroup' "$tmp/out")" 0
end
