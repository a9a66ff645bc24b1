#!/bin/sh
# SPDX-License-Identifier: MIT
# What a Docker engine with BuildKit's own log limits clips is marked; full-log gives all.
. "${top_srcdir:-.}/tests/engine/lib.sh"
rd_dockerd_start "$tmp/engine" default-limits || bail "no engine"
rd_dockerd_base "$tmp/engine" || bail "no base image"

context flood <<'E'
FROM local/busybox:1
RUN yes 0123456789abcdefghijklmnopqrstuvwxyz | awk '{ print NR " " $0 }' | head -n 360000
RUN echo the next step
E
build L1 flood
check "the build ends well" equal "$status" 0
check "the engine clipped its output" [ "$(wc -c <"$tmp/log")" -lt 4000000 ]
check "its own mark is in the log" grep -q '^\[output clipped, log limit .* reached\]$' "$tmp/log"
check "and the gap is told" grep -q '^gap ' "$tmp/events"
check "the next step is told in full" grep -qx 'the next step' "$tmp/log"
build L2 flood full-log
check "the classic builder clips nothing" equal "$(grep -c ' 0123456789abcdefghijklmnopqrstuvwxyz$' "$tmp/log")" 360000
end
