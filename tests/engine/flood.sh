#!/bin/sh
# SPDX-License-Identifier: MIT
# A Docker engine with raised log limits that another has started: BuildKit before Docker 23 may lose
# track of a step that floods it. Whether it does or not, the build ends and its log is whole.
. "${top_srcdir:-.}/tests/engine/lib.sh"
rackdeck=${tool%/tests/*}/rackdeck
rd_dockerd_start "$tmp/engine" unpaced || bail "no engine"
rd_dockerd_base "$tmp/engine" || bail "no base image"
HOME=$tmp XDG_DATA_HOME=$tmp/data XDG_CONFIG_HOME=$tmp/config.d
export HOME XDG_DATA_HOME XDG_CONFIG_HOME

mkdir "$tmp/app"
printf 'services:\n  web:\n    build: .\n' >"$tmp/app/convox.yml"
cat >"$tmp/app/Dockerfile" <<'E'
FROM local/busybox:1
RUN yes 0123456789abcdef0123456789abcdef0123456789abcdef0123 | awk '{ print NR " " $0 }' | head -n 500000
E
"$rackdeck" build -a flood "$tmp/app" >"$tmp/log" 2>&1
detail=$tmp/log
check "the build ends well" equal "$?" 0
# What BuildKit told before it lost track stands before the warning.
if grep -q '^warning: .* lost track' "$tmp/log"; then
	sed '1,/^warning: .* lost track/d' "$tmp/log" >"$tmp/again"
else
	cp "$tmp/log" "$tmp/again"
fi
grep '^[0-9]* 0123456789abcdef' "$tmp/again" >"$tmp/got"
seq 500000 | awk '{ print $1 " 0123456789abcdef0123456789abcdef0123456789abcdef0123" }' >"$tmp/wanted"
check "and its log holds every line once" cmp "$tmp/got" "$tmp/wanted"
check "no step goes on" equal "$(containers "$tmp/engine")" ""
check "no untagged image is left" rd_wait 60 none_left "$tmp/engine"
end
