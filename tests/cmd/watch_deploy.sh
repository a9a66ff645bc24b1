#!/bin/sh
# SPDX-License-Identifier: MIT
# A watch that promotes what it built, against a Docker engine that the test starts.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine watcher=
cleanup() {
	cd / || exit 1
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi
counts() { [ "$(grep -c "^$1: " "$tmp/said")" -ge "$2" ]; }
active() { rackdeck apps info shop --json | jq -r .release; }

mkdir shop
printf 'services:\n  web:\n    build: .\n' >shop/convox.yml
printf 'FROM local/busybox:1\nCOPY a /a\n' >shop/Dockerfile
echo 1 >shop/a
"$rackdeck" watch shop -a shop --deploy --now >"$tmp/said" 2>"$tmp/told" &
watcher=$!
rd_wait 60 counts Promoted 1
is "what was built is promoted" "$(active)" "$(sed -n 's/^Promoted: [A-Z]* //p' "$tmp/said")"
first=$(active)
echo 2 >shop/a
rd_wait 60 counts Promoted 2
is "so is the next" "$(active)" "$(sed -n 's/^Promoted: [A-Z]* //p' "$tmp/said" | tail -n 1)"
is "which is another" "$([ "$(active)" != "$first" ] && echo yes)" yes
printf 'FROM local/busybox:1\nRUN false\n' >shop/Dockerfile
rd_wait 60 counts Ended 3
like "a build that fails says why" "$(grep '^Ended' "$tmp/said" | tail -n 1)" "Ended:    B* *exit*"
rackdeck builds -a shop >/dev/null
is "and promotes nothing" "$(grep -c '^Promoted' "$tmp/said")" 2
is "without a problem" "$(cat "$tmp/told")" ""
kill "$watcher"
wait "$watcher"
is "it ends well" "$?" 0
watcher=

# ---- the same by a webhook, with serve killed while it is built ----
serve() {
	: >"$tmp/serve.out"
	"$rackdeck" serve --listen 127.0.0.1:0 >"$tmp/serve.out" 2>"$tmp/serve.log" &
	watcher=$!
	rd_wait 60 grep -q RACK_URL "$tmp/serve.out"
	base=http://127.0.0.1:$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$tmp/serve.out" | tail -n 1)
}
promoted_of() { [ "$(rackdeck builds info "$1" -a shop --json | jq -r .release)" = "$(active)" ]; }
builds() { [ "$(rackdeck builds -a shop -l 0 --json | jq length)" -ge "$1" ]; }
printf 'FROM local/busybox:1\nRUN sleep 3\n' >shop/Dockerfile
(
	cd shop || exit 1
	git init -q -b main
	git add -A
	git -c user.name=t -c user.email=t@t commit -qm one
)
printf 'a secret for tests' | rackdeck hooks set "file://$tmp/work/shop" -a shop --allow-file --deploy >/dev/null
serve
before=$(rackdeck builds -a shop -l 0 --json | jq length)
printf '{"ref":"refs/heads/main","after":"%s","project":{"default_branch":"main","url":"file://%s"}}' \
	"$(git -C shop rev-parse HEAD)" "$tmp/work/shop" >push.json
is "a push is queued" "$(curl -s --noproxy '*' -o "$tmp/answer" -w '%{http_code}' -H 'X-Gitlab-Token: a secret for tests' \
	--data-binary @push.json "$base/hooks/shop")" 202
rd_wait 60 builds $((before + 1))
build=$(rackdeck builds -a shop -l 1 --json | jq -r '.[0].id')
kill -9 "$watcher"
wait "$watcher" 2>/dev/null
serve
rd_wait 60 promoted_of "$build"
result "its build is promoted by the next serve" $?
kill "$watcher"
wait "$watcher"
watcher=
end
