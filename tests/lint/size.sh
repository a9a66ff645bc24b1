#!/bin/sh
# SPDX-License-Identifier: MIT
# Size of files and functions, and the small rules that a grep can hold.
. "$(dirname "$0")/lib.sh"
ok "no file over 600 lines" "$(product | xargs wc -l | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }')"
command -v ctags >/dev/null || ok "ctags is installed" "install universal-ctags"
ok "no function over 100 lines" "$(product | grep '\.c$' |
	xargs ctags -x --c-kinds=f --fields=+ne --_xformat='%{end} %n %N %F' |
	awk '$1 - $2 >= 100 { print $4 ": " $3 " has " $1 - $2 + 1 " lines" }')"
ok "first line says the licence, then comes the purpose" "$(for file in $(sources); do
	head -n 1 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file: no SPDX line"
	sed -n 2p "$file" | grep -q '^/\*' || echo "$file: line 2 does not say what the file is"
done)"
ok "no unfinished business" "$(product | xargs grep -nE '(^|[^A-Z])(TODO|FIXME|XXX)([^A-Z]|$)|not implemented')"
for house in core cli tui; do
	ok "file names are unique in $house" "$(product | grep "^$house/.*\.c$" | sed 's|.*/||' | LC_ALL=C sort | uniq -d)"
done
# A step of a build may sleep; a test waits for a condition. The one waiting loop is rd_wait.
ok "tests do not sleep" "$(find tests -name '*.[ch]' | xargs grep -nE '(^|[^_a-z])u?sleep\([0-9a-z]' /dev/null
	find tests -name '*.sh' | grep -vE '^tests/(lint/|engine/dockerd.sh)' |
	xargs grep -nE '^[^#"]*(^|[;&|]|then|do)[[:space:]]*sleep [0-9.]' /dev/null | grep -v RUN)"
ok "every test is run" "$(find tests -name '*.sh' -o -name 'test_*.c' -o -name 'fuzz_*.c' |
	grep -vE '/(lib|dockerd|podman)\.sh$' | while read -r file; do
		name=${file%.c}
		grep -qE "^[^#]*$name( |\$|\\\\)" "${file%/*}/local.mk" 2>/dev/null || echo "$file: not in ${file%/*}/local.mk"
	done)"
ok "README shows the pictures of docs/" "$(for file in docs/*.svg; do
	grep -qF "]($file)" README.md || echo "$file: not in README.md"
done)"
ok "no path of one machine" "$(git ls-files 2>/dev/null | xargs -r grep -nIE '(^|[^a-z.])/(work|farm)/' 2>/dev/null | grep -v '^tests/lint/')"
end
