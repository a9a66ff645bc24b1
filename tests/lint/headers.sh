#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone and has its guard.
. "$(dirname "$0")/lib.sh"
build=${top_builddir:-$PWD}
for header in $(product | grep '\.h$'); do
	guard=RD_$(printf %s "$header" | tr 'a-z/.' 'A-Z__')
	out=$(${CC:-gcc} -std=gnu17 -Wall -Wextra -Werror -I. -I"$build" -include "$build/config.h" \
		-include core/base/banned.h -fsyntax-only -x c "$header" 2>&1)
	grep -q "^#ifndef $guard\$" "$header" || out="$out no guard $guard"
	ok "$header" "$out"
done
end
