#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds on a real Docker engine whose log limits are raised: BuildKit and the classic endpoint.
. "${top_srcdir:-.}/tests/engine/lib.sh"
rd_dockerd_start "$tmp/engine" || bail "no engine"
rd_dockerd_base "$tmp/engine" || bail "no base image"

"$tool" info >"$tmp/info"
detail=$tmp/info
check "info names the engine" grep -qx 'name Docker Engine' "$tmp/info"
check "info names the API that both speak" grep -qx 'api 1\.4[0-9]' "$tmp/info"

context good <<E
FROM local/busybox:1 AS tools
RUN echo from tools > /made
FROM local/busybox:1
ARG GREETING
COPY --from=tools /made /made
RUN echo "\$GREETING"; cat /made; echo to stderr >&2; printf unfinished
ENTRYPOINT ["cat", "/made"]
E
build B1 good arg=GREETING=hello
check "a build ends well" equal "$status" 0
check "all output of its steps comes" equal "$(sed 's/to stderr//' "$tmp/log" | tr -d '\n' | grep -c 'hellofrom tools.*unfinished')" 1
check "output of both streams comes" grep -q 'to stderr' "$tmp/log"
check "steps are declared with their names" grep -q '^declare [0-9]* \[stage-1 3/3\] RUN echo "hello"' "$tmp/events"
check "BuildKit built it" grep -q 'load metadata for docker.io/local/busybox:1' "$tmp/events"
"$tool" inspect test/good:B1 >"$tmp/image"
detail=$tmp/image
check "the image has our label" grep -qx 'label B1' "$tmp/image"
check "the image is the one that the stream told" equal "$(sed -n 's/^id //p' "$tmp/image")" "$(sed -n 's/^image //p' "$tmp/events")"
check "its entrypoint is told" equal "$(sed -n 's/^entrypoint //p' "$tmp/image" | tr '\n' ' ')" "cat /made "

build B2 good arg=GREETING=hello
check "the same again is cached" grep -q '^done [0-9]* cached$' "$tmp/events"
check "and prints nothing" equal "$(grep -c hello "$tmp/log")" 0
build B3 good arg=GREETING=hello nocache
check "but not with nocache" equal "$(grep -c hello "$tmp/log")" 1
build B4 good target=tools
check "a target is the last stage built" equal "$(grep -c 'stage-1' "$tmp/events")" 0

context bad <<E
FROM local/busybox:1
RUN echo before; exit 7
E
build B5 bad
check "a failing step fails the build" grep -q '^error failed .*exit code: 7$' "$tmp/events"
check "what it printed before is there" grep -qx before "$tmp/log"
check "the step is marked" grep -q '^done [0-9]* executor failed' "$tmp/events"
build B6 bad full-log
check "and so with the classic builder" grep -q '^error failed .*non-zero code: 7$' "$tmp/events"
printf 'FROM local/busybox:1\nNONSENSE\n' | context wrong
build B7 wrong
check "a broken Dockerfile fails the build" grep -q '^error failed .*NONSENSE' "$tmp/events"
mkdir "$tmp/empty"
echo alone >"$tmp/empty/file"
tar -C "$tmp/empty" -cf "$tmp/empty.tar" file
build B8 empty
check "so does a missing one" grep -q '^error failed .*Dockerfile' "$tmp/events"
printf 'FROM local/nothere:1\n' | context nobase
build B9 nobase
check "so does a base that is nowhere" grep -q '^error failed .*local/nothere' "$tmp/events"

# 15 MB at once, of which no line may be lost.
context flood <<'E'
FROM local/busybox:1
RUN yes 0123456789abcdefghijklmnopqrstuvwxyz | awk '{ print NR " " $0 }' | head -n 360000
E
seq 360000 | awk '{ print $1 " 0123456789abcdefghijklmnopqrstuvwxyz" }' >"$tmp/wanted"
build B10 flood
check "a step that prints 15 MB builds" equal "$status" 0
check "and no line of it is lost" cmp "$tmp/log" "$tmp/wanted"
check "nor marked as lost" equal "$(grep -c '^gap' "$tmp/events")" 0
build B11 flood full-log nocache
check "nor with the classic builder" equal "$(grep -c ' 0123456789abcdefghijklmnopqrstuvwxyz$' "$tmp/log")" 360000

# One line of 5 MB.
context line <<'E'
FROM local/busybox:1
RUN head -c 5000000 /dev/zero | tr '\0' x
E
build B12 line
check "a line of 5 MB comes whole" equal "$(wc -c <"$tmp/log")" 5000000

# Limits are honoured by the classic builder alone, which is then taken.
context limit <<'E'
FROM local/busybox:1
RUN cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max
E
build B13 limit memory=67108864 nocache
check "a limit of memory reaches the step" grep -qx 67108864 "$tmp/log"

"$tool" tag test/good:B1 test/other:x
"$tool" inspect test/other:x >"$tmp/image"
check "a tag is set" grep -qx 'tag test/other:x' "$tmp/image"
for image in $("$tool" inspect test/good:B1 | sed -n 's/^tag //p'); do
	"$tool" remove "$image"
done
"$tool" inspect test/other:x >"$tmp/image"
check "and removed" grep -q '^error not-found' "$tmp/image"
"$tool" remove test/other:x >"$tmp/image"
check "removing what is gone is fine" equal "$(cat "$tmp/image")" ""
check "no container is left of all that" equal "$(containers "$tmp/engine")" ""
check "nor a cgroup" equal "$(find /sys/fs/cgroup -maxdepth 3 -path '*/rackdeck/B1[13]')" ""
check "nor a mark on a step" equal "$(rd_curl "$tmp/engine" http://engine/images/json | grep -c rackdeck-step)" 0
end
