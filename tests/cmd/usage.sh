#!/bin/sh
# SPDX-License-Identifier: MIT
# Help, version, the manual, and what is said of unknown commands and flags.
. "$(dirname "$0")/lib.sh"

run rackdeck --version
like "--version prints name and version" "$out" 'rackdeck [0-9]*.[0-9]*'
version=$out
run rackdeck version
succeeds "version prints the same" "$version"

run rackdeck worker 3<&-
fails "a worker that nobody gave a job says so" \
	"ERROR: no job: a worker is started by the rack, as by 'rackdeck build'"

run rackdeck --help
help=$out
is "--help ends well" "$status" 0
run rackdeck help
succeeds "help prints the same as --help" "$help"

# Every command of the help has help of its own and stands in the manual with all its flags.
sed 's/\\-/-/g;s/\\f[A-Z]//g' "$src/man/rackdeck.1" >"$tmp/man"
sed -n '/^\.SH FLAGS/,/^\.SH COMMANDS/p' "$tmp/man" >"$tmp/common"
printf '%s\n' "$help" | sed -n '/^commands:/,/^$/s/^  \([a-z ]*[a-z]\)  .*/\1/p' >"$tmp/commands"
n_commands=$(grep -c . "$tmp/commands")
is "all commands are found in the help" "$n_commands" 52
while read -r command; do
	# shellcheck disable=SC2086 # the words of the command
	run rackdeck $command --help
	usage=$(printf '%s\n' "$out" | head -n 1)
	like "$command --help begins with its usage" "$status $usage" "0 usage: rackdeck $command*"
	like "$command --help has an example" "$out" "*example:
  rackdeck $command*"
	awk -v command="$command" '/^\.S[SH] / { sub(/^\.S[SH] /, ""); inside = ($0 == command ||
		(index($0, command " ") == 1 && substr($0, length(command) + 2) !~ /^[a-z]/)) } inside { print } ' \
		"$tmp/man" >"$tmp/section"
	missing=$([ -s "$tmp/section" ] || echo "no section")
	for flag in $(printf '%s\n' "$out" | sed -n '/^flags:/,/^$/s/^  .*\(--[a-z-]*\).*  .*/\1/p'); do
		grep -qe "$flag" "$tmp/section" "$tmp/common" || missing="$missing $flag"
	done
	is "$command stands in the manual with its flags" "$missing" ""
	# shellcheck disable=SC2086
	run rackdeck help $command
	is "help $command is the same" "$(printf '%s\n' "$out" | head -n 1)" "$usage"
done <"$tmp/commands"

# The words of the console's palette mean the same here.
for pair in "promote:releases promote" "rollback:releases rollback" "cancel:builds cancel" \
	"export:builds export" "import:builds import" "info:builds info" "logs:builds logs"; do
	run rackdeck "${pair%%:*}" --help
	like "${pair%%:*} is ${pair#*:}" "$out" "usage: rackdeck ${pair#*:}*"
done

sed -n 's/^RD_ACTION_X([A-Z_]*, "\([a-z-]*\)", [^,]*, GLOBAL, true,.*/\1/p' "$src/tui/actions.def" >"$tmp/words"
n_words=$(grep -c . "$tmp/words")
is "the palette has words that change the rack" "$([ "$n_words" -ge 11 ] && echo yes)" yes
while read -r word; do
	# shellcheck disable=SC2046 # two words
	run rackdeck $(echo "$word" | tr - ' ') --help
	is "$word is a command here" "$status" 0
done <"$tmp/words"

run rackdeck bilds
fails "an unknown command is named with the nearest" \
	"ERROR: unknown command 'bilds': did you mean 'rackdeck builds'?"
run rackdeck builds lgos BX
fails "an unknown subcommand is named with the nearest" \
	"ERROR: unknown command 'builds lgos': did you mean 'rackdeck builds logs'?"
run rackdeck frobnicate
fails "a word far from all gets no guess" \
	"ERROR: unknown command 'frobnicate': see 'rackdeck help'"
run rackdeck help frobnicate
fails "help of an unknown command fails" \
	"ERROR: unknown command 'frobnicate': see 'rackdeck help'"
run rackdeck builds --limt 3
fails "an unknown flag is named with the nearest" \
	"ERROR: unknown flag '--limt': did you mean '--limit'?"
run rackdeck builds --verbose
fails "a flag far from all gets no guess" \
	"ERROR: unknown flag '--verbose': see 'rackdeck builds --help'"
run rackdeck builds -l
fails "a missing value is named" "ERROR: flag '--limit' needs a value: --limit N"
run rackdeck builds -l many
fails "a limit is a number" "ERROR: 'many' is no limit: give a number, 0 for all"
run rackdeck builds info
fails "a missing argument is told with the usage" \
	"ERROR: missing argument: usage: rackdeck builds info ID"
run rackdeck version please
fails "an argument too many is named" \
	"ERROR: unexpected argument 'please': see 'rackdeck version --help'"
run rackdeck "$(printf 'a\033[2Jb')"
like "an error holds no escape" "$(printf %s "$err" | tr -d '\033')$status" "${err}1"


run rackdeck -a none
like "without a terminal the console is lines, and ends" "$status $out" \
	"0 app none on rack *no builds yet*"
run rackdeck --colour
fails "without a command flags are the console's" \
	"ERROR: unknown flag '--colour': did you mean '--color'?"
run rackdeck --color=sometimes
fails "what --color does not know is told" "ERROR: --color is 'auto', 'always' or 'never', not 'sometimes'"
"$rackdeck" help >/dev/full 2>"$tmp/err" </dev/null
status=$? err=$(cat "$tmp/err")
fails "output that cannot be written is an error" \
	"ERROR: cannot write the output: No space left on device"
"$rackdeck" help >&- 2>"$tmp/err" </dev/null
status=$? err=$(cat "$tmp/err")
fails "so it is where there is no output" "ERROR: cannot write the output: Bad file descriptor"
"$rackdeck" -a none >"$tmp/out" 2>&1 <&-
like "no file of ours is taken for the input" "$? $(cat "$tmp/out")" "0 app none on rack *no builds yet*"
end
