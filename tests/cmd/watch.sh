#!/bin/sh
# SPDX-License-Identifier: MIT
# Automatic builds: of a folder, of a branch, what replaces what, and sources that are away. No engine: builds
# fail at once, or wait for one that never answers.
. "$(dirname "$0")/lib.sh"
GIT_CONFIG_NOSYSTEM=1 XDG_CACHE_HOME=$tmp/cache
export GIT_CONFIG_NOSYSTEM XDG_CACHE_HOME
watcher= engine=
cleanup() {
	cd / || exit 1
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
	[ -z "$engine" ] || kill "$engine" 2>/dev/null
	rd_wait 60 quiet
	rm -rf "$tmp"
}
quiet() { ! pgrep -f "$tmp" >/dev/null; }
git config --global user.name t
git config --global user.email t@t
git config --global init.defaultBranch main

# watch ARGS...: starts a watch in the background; its words are in $tmp/said and $tmp/told
watch() {
	: >"$tmp/said"
	: >"$tmp/told"
	"$rackdeck" watch -a shop "$@" >"$tmp/said" 2>"$tmp/told" &
	watcher=$!
	rd_wait 60 grep -q '^Watching: ' "$tmp/said"
}
stop() {
	kill "$watcher"
	status=0
	wait "$watcher" || status=$?
	watcher=
}
count() { grep -c "^$1: " "$tmp/said"; }
counts() { [ "$(count "$1")" -ge "$2" ]; }
# at_least N WORD: waits until so many lines begin with the word
at_least() { rd_wait 60 counts "$2" "$1"; }
build_of() { sed -n 's/^Build: *//p' "$tmp/said" | sed -n "$1p"; }
field() { rackdeck builds info "$1" -a shop --json | jq -r ".$2"; }
has_field() { [ "$(field "$1" "$2")" = "$3" ]; }
problem() { grep -q "^problem: .*$1" "$tmp/told"; }
# at_once COMMAND...: changes that the watch sees together, however slow they are made
at_once() {
	kill -STOP "$watcher"
	"$@"
	kill -CONT "$watcher"
}
n_builds() { rackdeck builds -a shop -l 0 --json | jq length; }

mkdir -p tree/lib
printf 'services:\n  web:\n    build: .\n' >tree/convox.yml
printf 'FROM local/busybox:1\n' >tree/Dockerfile
printf '**/*.log\n' >tree/.dockerignore

# ---- what cannot be watched ----
run rackdeck watch -a shop nowhere
like "a folder that is not there" "$status $err" "1 ERROR: *'nowhere'*"
run rackdeck watch -a shop tree/Dockerfile
fails "a file" "ERROR: 'tree/Dockerfile' is neither a folder nor a git URL, so it cannot be watched"
run rackdeck watch -a shop --poll 0 tree
fails "a wrong time" "ERROR: --poll is '0': seconds are expected, such as 15"
run rackdeck watch -a shop file:///x.git
like "a URL that is not taken" "$status $err" "1 ERROR: *--allow-file*"
run rackdeck watch
fails "a folder without a manifest, for no app" \
	"ERROR: no such file: convox.yml: write one in '.', or name the app with --app"

# ---- a folder ----
watch tree
is "it says what it watches" "$(cat "$tmp/said")" "Watching: $tmp/work/tree"
run rackdeck watch -a shop "$PWD/tree/."
fails "a second watch of the same would build all twice" \
	"ERROR: '$PWD/tree/.' is watched for app 'shop' already: one watch is enough"
echo 1 >tree/lib/a
at_least 1 Build
is "a change is named" "$(sed -n 's/^Changed: *//p' "$tmp/said")" lib/a
first=$(build_of 1)
is "and built" "$(rackdeck builds -a shop -l 1 --json | jq -r '.[0].id')" "$first"
is "the build is known with what wished it" "$(field "$first" trigger)" "watch, $tmp/work/tree"
at_least 1 Ended
like "its end is told" "$(cat "$tmp/said")" "*Ended:    $first *"
make_folders() {
	echo 1 >tree/lib/x.log
	mkdir -p tree/new/deep
	echo 1 >tree/new/deep/a
}
at_once make_folders
at_least 2 Build
at_least 2 Ended
echo 2 >tree/new/deep/a
at_least 3 Build
like "what is ignored does not count, new folders do" "$(sed -n 's/^Changed: *//p' "$tmp/said" | tail -n 1)" new/deep/a
at_least 3 Ended
mv tree/new tree/old
at_least 4 Build
at_least 4 Ended
echo 3 >tree/old/deep/a
at_least 5 Build
result "folders that were renamed stay under watch" $?
at_least 5 Ended
make_many() { for i in 1 2 3 4 5 6 7 8 9; do echo $i >tree/lib/a && cp tree/lib/a tree/lib/b$i; done; }
at_once make_many
at_least 6 Build
at_least 6 Ended
is "many changes at once are one build" "$(n_builds)" 6
mv tree gone
rd_wait 60 problem tree
like "a folder that went away is told" "$(cat "$tmp/told")" "problem: *tree*"
mv gone tree
rd_wait 60 grep -q '^mended: ' "$tmp/told"
echo 4 >tree/lib/a
at_least 7 Build
result "and watched again when it is back" $?
at_least 7 Ended
stop
is "it ends well when told to" "$status" 0
is "no file of it is left" "$(find "$XDG_CACHE_HOME/rackdeck/watch" -type f)" ""
run rackdeck builds info "$first" -a shop
like "builds info shows the trigger" "$out" "*Trigger *watch, $tmp/work/tree*"

watch --now tree
at_least 1 Build
result "--now builds what is there" $?
at_least 1 Ended
stop

# ---- a limit that is too low for all folders ----
limited='echo 3 >/proc/sys/user/max_inotify_watches && exec "$@"'
if unshare -Ur sh -c "$limited" sh true 2>/dev/null; then
	mkdir -p tree/1 tree/2 tree/3
	: >"$tmp/said"
	unshare -Ur sh -c "$limited" sh "$rackdeck" watch -a shop --now tree >"$tmp/said" 2>"$tmp/told" &
	watcher=$!
	at_least 1 Ended
	like "it is told, and does not count as mended by a build" "$(cat "$tmp/told")" \
		"warning: not all folders of 'tree' can be watched, *max_user_watches"
	stop
	rmdir tree/1 tree/2 tree/3
else
	result "it is told # SKIP no user namespaces" 0
fi

# ---- one at a time: a newer change replaces a queued one ----
python3 "$src/tests/cmd/mute_engine.py" "$tmp/mute.sock" &
engine=$!
rd_wait 60 test -S "$tmp/mute.sock"
DOCKER_HOST=unix://$tmp/mute.sock
export DOCKER_HOST
rackdeck rack params set BuildConcurrency=1 >/dev/null
runs=$(rackdeck build -a shop --detach tree | sed -n 's/^Build: *//p')
rd_wait 60 has_field "$runs" status running
watch tree
echo 5 >tree/lib/a
at_least 1 Build
queued=$(build_of 1)
is "a build waits for its turn" "$(field "$queued" status)" created
echo 6 >tree/lib/a
at_least 1 Replaced
at_least 2 Build
rd_wait 60 has_field "$queued" status failed
is "a newer change replaces it" "$(field "$queued" status) $(field "$(build_of 2)" status)" "failed created"
rackdeck builds cancel "$runs" -a shop >/dev/null
second=$(build_of 2)
rd_wait 60 has_field "$second" status running
echo 7 >tree/lib/a
at_least 3 Changed
echo 8 >tree/lib/a
at_least 4 Changed
is "one that runs is not stopped" "$(field "$second" status) $(count Build)" "running 2"
rackdeck builds cancel "$second" -a shop >/dev/null
at_least 3 Build
is "what waited for it is built once" "$(count Build)" 3
stop
third=$(build_of 3)
rd_wait 60 has_field "$third" status running
result "the end of a watch leaves its build" $?
rackdeck builds cancel "$third" -a shop >/dev/null
rd_wait 60 has_field "$third" status failed
kill "$engine"
wait "$engine" 2>/dev/null
engine=
unset DOCKER_HOST

# ---- a branch ----
(cd tree && git init -q && git add -A && git commit -qm one)
before=$(n_builds)
watch --allow-file --poll 1 "file://$tmp/work/tree#main"
is "what is there is not built" "$(n_builds)" "$before"
(cd tree && git commit -q --allow-empty -m 'fix the cart')
sha=$(git -C tree rev-parse HEAD)
at_least 1 Build
is "a branch that moved is built" "$(field "$(build_of 1)" '["git-sha"]') $(field "$(build_of 1)" trigger)" \
	"$sha watch, file://$tmp/work/tree#main"
at_least 1 Ended
(cd tree && git checkout -q -b other && git commit -q --allow-empty -m other)
mv tree away
rd_wait 60 problem "there is no git repository"
result "a repository that is away is told" $?
mv away tree
rd_wait 60 grep -q '^mended: ' "$tmp/told"
result "and asked again" $?
is "another branch does not count" "$(count Build)" 1
(cd tree && git checkout -q main && git commit -q --allow-empty -m more)
rd_wait 60 counts Build 2
is "the branch goes on" "$(field "$(build_of 2)" '["git-sha"]')" "$(git -C tree rev-parse main)"
at_least 2 Ended
stop
is "nothing was told twice" "$(grep -c '^problem: ' "$tmp/told")" 1
watch --allow-file --poll 1 "file://$tmp/work/nowhere#main"
is "a repository that was never there is told, and waited for" "$(grep -c '^problem: ' "$tmp/told")" 1
stop
run rackdeck watch -a shop --allow-file "file://$tmp/work/tree#$sha"
fails "a commit never moves" "ERROR: '$sha' is a commit, which stays what it is: name a branch"
end
