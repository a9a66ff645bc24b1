# SPDX-License-Identifier: MIT
# What the lint scripts share: TAP output, the list of our sources.
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 1
cases=0 failures=0

# ok NAME OUTPUT: passes if OUTPUT is empty, else shows it.
ok() {
	cases=$((cases + 1))
	if [ -z "$2" ]; then
		echo "ok $cases - $1"
	else
		failures=$((failures + 1))
		echo "not ok $cases - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

end() {
	echo "1..$cases"

}

sources() { find core cli tui tests -name '*.[ch]' | LC_ALL=C sort; }
product() { find core cli tui -name '*.[ch]' | LC_ALL=C sort; }
