#!/bin/sh
# SPDX-License-Identifier: MIT
# The floors: a file includes only its own floor and those below, and each outside library has one
# home. Read from the compiler's own dependency files, so what comes in through other headers counts.
. "$(dirname "$0")/lib.sh"
build=${top_builddir:-$PWD}

# file <TAB> header, for every object of the product
deps=$(find "$build/core" "$build/cli" "$build/tui" -name '*.Po' 2>/dev/null | while read -r po; do
	tr -d '\\' <"$po" | tr ' ' '\n' | awk -v po="$po" '
		/\.c$/ && !file { file = $0; sub(/.*\/(core|cli|tui)\//, "&", file)
			match(file, /(core|cli|tui)\/[^ ]*\.c$/); file = substr(file, RSTART) }
		/\.h$/ && file { print file "\t" $0 }
		/\.h:$/ { next }'
done | LC_ALL=C sort -u)

objects=$(printf '%s\n' "$deps" | cut -f1 | LC_ALL=C sort -u | grep -c .)
wanted=$(find core cli tui -name '*.c' | grep -c .)
ok "dependency files cover all sources ($objects of $wanted)" \
	"$([ "$objects" -ge "$wanted" ] || echo "only $objects of $wanted: build with dependency tracking first")"

ok "no file includes a floor above its own" "$(printf '%s\n' "$deps" | awk -F '\t' '
	BEGIN {
		n = split("core/base core/formats core/io core/chunks,core/store,core/engine core/build core/rack core/server,cli,tui", floors, " ")
		for (i = 1; i <= n; i++) {
			m = split(floors[i], rooms, ",")
			for (j = 1; j <= m; j++) level[rooms[j]] = i
		}
	}
	function room(path) {
		if (match(path, /(^|\/)core\/[a-z]+\//)) {
			path = substr(path, RSTART); sub(/^\//, "", path)
			split(path, part, "/"); return "core/" part[2]
		}
		if (path ~ /(^|\/)cli\/[a-z_]+\.[ch]$/) return "cli"
		if (path ~ /(^|\/)tui\/([a-z]+\/)?[a-z0-9_]+\.[ch]$/) return "tui"
		return ""
	}
	{
		from = room($1); to = room($2)
		if (to == "" || from == to || $2 ~ /^\/usr\//) next
		if (level[to] > level[from]) print $1 " includes " $2
		else if (level[to] == level[from] && !($1 == "cli/cmd_api_get.c" || $1 == "cli/cmd_console.c" || $1 == "cli/cmd_serve.c")) print $1 " includes its neighbour " $2
		else if (to != "tui" && (from == "cli" || from == "tui") && to != "core/rack" && to != "core/server" && to != "core/formats" && to != "core/base")
			print $1 " includes " $2 ", below the rack table"
		else if (from == "core/formats" && to != "core/base") print $1 " includes " $2
	}')"

# home LIBRARY HEADER-PATTERN ALLOWED-FILE-PATTERN
home() {
	ok "$1 stays at home" "$(printf '%s\n' "$deps" | awk -F '\t' -v header="$2" -v allowed="$3" \
		'$2 ~ header && $1 !~ allowed { print $1 " includes " $2 }')"
}
home curses '(^|/)(n?curses|term|panel)\.h$' '^tui/tty(_frame|_keys)?\.c$'
home termios '/include/termios\.h$' '^(cli/password|tui/rescue|tui/tty)\.c$'
home SQLite '/sqlite3[^/]*\.h$' '^core/store/'
home curl '/curl/' '^core/io/'
home libarchive '/archive(_entry)?\.h$' '^core/io/'
home libgit2 '/include/git2[./]' '^core/io/'
home ISA-L '/(isa-l|igzip_lib)[^/]*\.h$' '^core/io/'
home libdeflate '/libdeflate\.h$' '^core/io/'
home zstd '/zstd[^/]*\.h$' '^core/(io|chunks)/'
home yaml '^/usr/.*/yaml\.h$' '^core/formats/'
home protobuf-c '/protobuf-c' '^core/formats/'
home wslay '/wslay/' '^core/formats/'
home PCRE2 '/pcre2\.h$' '^core/rack/'
home utf8proc '/utf8proc\.h$' '^core/base/'
home libcrypto '/openssl/' '^core/(base|server)/'
home jansson '/jansson[^/]*\.h$' '^core/(formats|io|chunks|store|engine|build|rack|server)/'
ok "headers of formats show no library" "$(grep -nE '#include *<(yaml|jansson|protobuf|wslay)' core/formats/*.h | grep -v '_decode\.h:')"
ok "headers of rack show no library" "$(grep -nE '#include *<(sqlite|curl|git2|archive|jansson|yaml|pcre2)' core/rack/*.h)"
end
