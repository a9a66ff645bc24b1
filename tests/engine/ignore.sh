#!/bin/sh
# SPDX-License-Identifier: MIT
# .dockerignore: what docker's own client sends of a folder, for many random patterns, is what we pack.
. "${top_srcdir:-.}/tests/engine/lib.sh"
context_tool=${top_builddir:-${top_srcdir:-.}/build}/tests/engine/context_tool
client=$(command -v docker) || bail "the test needs: docker"
major=$("$client" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
new=
[ "$major" -lt 23 ] || new=new
unset DOCKER_HOST
for seed in 1 2 3; do
	mkdir -p "$tmp/$seed"
	detail=$tmp/$seed.out
	# shellcheck disable=SC2086 # no word if empty
	"$context_tool" "$client" "$tmp/$seed" 150 $seed $new >"$detail" 2>&1
	check "seed $seed: 150 sets of patterns, the same entries" equal \
		"$? $(tail -n 1 "$detail" | sed 's/.*, //')" "0 different 0"
	check "and most of them are no errors" grep -q '^same 1[0-9][0-9],' "$detail"
done
end
