#!/bin/sh
# SPDX-License-Identifier: MIT
# Webhooks of a served rack: who may send, what is replayed, what is built, and serve killed at bad moments. No
# engine: builds fail at once, or wait for one that never answers.
. "$(dirname "$0")/lib.sh"
GIT_CONFIG_NOSYSTEM=1 XDG_CACHE_HOME=$tmp/cache GIT_SSH_COMMAND=$tmp/ssh
export GIT_CONFIG_NOSYSTEM XDG_CACHE_HOME GIT_SSH_COMMAND
server='' engine=''
cleanup() {
	cd / || exit 1
	[ -z "$server" ] || kill "$server" 2>/dev/null
	[ -z "$engine" ] || kill "$engine" 2>/dev/null
	# What a killed server left: git, which waits for an ssh that never answers.
	for pid in $(pgrep -f "$tmp"); do kill "$pid" 2>/dev/null; done
	rd_wait 60 quiet
	rm -rf "$tmp"
}
quiet() { ! pgrep -f "$tmp" >/dev/null; }
git config --global user.name t
git config --global user.email t@t
git config --global init.defaultBranch main
: >"$tmp/never"
cat >"$tmp/ssh" <<SSH
#!/bin/sh
[ ! -e "$tmp/hang" ] || { : >"$tmp/hung"; exec tail -f "$tmp/never"; }
for last; do :; done
exec sh -c "\$last"
SSH
chmod +x "$tmp/ssh"

serve() {
	: >"$tmp/serve.out"
	"$rackdeck" serve --listen 127.0.0.1:0 >"$tmp/serve.out" 2>>"$tmp/serve.log" &
	server=$!
	rd_wait 60 grep -q RACK_URL "$tmp/serve.out"
	base=http://127.0.0.1:$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$tmp/serve.out" | tail -n 1)
}
# post CURL-ARGS...: $out is "STATUS BODY"
post() {
	out=$(curl -s -X POST -o "$tmp/body" -w '%{http_code}' --noproxy '*' "$@")
	out="$out $(cat "$tmp/body")"
}
secret=$(printf 'twenty characters!!!')
# payload SHA [REF [URL]]: GitHub's, in payload.json
payload() {
	printf '{"ref":"%s","after":"%s","pushed_at":%s,"pusher":{"name":"bob"},"repository":{"default_branch":"main","clone_url":"%s"}}' \
		"${2-refs/heads/main}" "$1" "$(date +%s%N)" "${3-file://$tmp/work/tree}" >payload.json
}
sign() { openssl dgst -sha256 -hmac "$1" payload.json | sed 's/.*= */sha256=/'; }
type=application/json
# github ID [CURL-ARGS...]: sends payload.json as GitHub does
github() {
	id=$1
	shift
	post "$base/hooks/shop" -H "X-GitHub-Event: push" -H "X-GitHub-Delivery: $id" -H "Content-Type: $type" \
		-H "X-Hub-Signature-256: $(sign "$secret")" --data-binary @payload.json "$@"
}
n_builds() { rackdeck builds -a shop -l 0 --json | jq length; }
has_builds() { [ "$(n_builds)" = "$1" ]; }
newest() { rackdeck builds -a shop -l 1 --json | jq -r ".[0] | $1"; }
field() { rackdeck builds info "$1" -a shop --json | jq -r ".$2"; }
has_field() { [ "$(field "$1" "$2")" = "$3" ]; }
commit() {
	git -C tree commit -q --allow-empty -m "$1"
	git -C tree rev-parse HEAD
}

mkdir tree
printf 'services:\n  web:\n    build: .\n' >tree/convox.yml
printf 'FROM local/busybox:1\n' >tree/Dockerfile
(cd tree && git init -q && git add -A && git commit -qm one)
rackdeck apps create shop >/dev/null
printf '%s\n' "$secret" >secret.txt

# ---- setting ----
set_hook() { run_stdin secret.txt "$rackdeck" hooks set "$@"; }
set_hook https://bob:token99@git.example.com/acme/shop.git#main:api -a shop --deploy
succeeds "a hook is set" "Setting hook of app shop... OK"
run rackdeck hooks
like "it is listed without secret and login" "$out" "APP *SOURCE *DEPLOY*
shop *https://git.example.com/acme/shop.git#main:api *yes*"
run rackdeck hooks --json
is "also as JSON" "$(printf '%s' "$out" | jq -c '.[0] | [.app, .source, .deploy, .last]')" \
	'["shop","https://git.example.com/acme/shop.git#main:api",true,""]'
like "neither tells the secret" "$out$(rackdeck hooks)" "*shop*"
is "nor the login" "$(printf '%s' "$out" | grep -c -e token99 -e "$secret")" 0
set_hook "file://$tmp/work/tree" -a shop
like "a URL that is not taken" "$status $err" "1 *ERROR: *--allow-file*"
set_hook "https://x/y#0123456789012345678901234567890123456789" -a shop
like "a commit" "$status $err" "1 *is a commit, to which nothing is pushed: name a branch"
set_hook https://x/y.git -a nope
like "an app that is not there" "$status $err" "1 *no such app*"
printf 'short' >short.txt
run_stdin short.txt "$rackdeck" hooks set https://x/y.git -a shop
like "a secret that can be guessed" "$status $err" "1 *the secret has less than 8 characters*"
set_hook "file://$tmp/work/tree" -a shop --allow-file
is "a new hook replaces it" "$status $(rackdeck hooks --json | jq -r '.[].source')" "0 file://$tmp/work/tree"
RACK_URL=http://convox:x@127.0.0.1:1 run rackdeck hooks
like "a rack elsewhere takes none" "$status $err" "1 ERROR: rack * takes no hooks: *"

# ---- who may send ----
serve
sha=$(commit 'fix the cart')
payload "$sha"
post "$base/hooks/shop" -H 'X-GitHub-Event: push' --data-binary @payload.json
is "nothing without a signature" "$out" "403 there is no hook of that name, or the secret is not its own"
post "$base/hooks/shop" -H "X-Hub-Signature-256: $(sign wrong-secret)" --data-binary @payload.json
is "nor with that of another secret" "$out" "403 there is no hook of that name, or the secret is not its own"
post "$base/hooks/nope" -H "X-Hub-Signature-256: $(sign '')" --data-binary @payload.json
is "an app without a hook is told in the same words" "$out" \
	"403 there is no hook of that name, or the secret is not its own"
signature=$(sign "$secret")
printf ' ' >>payload.json
post "$base/hooks/shop" -H "X-Hub-Signature-256: $signature" --data-binary @payload.json
is "a body that was changed" "$out" "403 there is no hook of that name, or the secret is not its own"
is "nothing was built" "$(n_builds)" 0

# ---- what is built ----
payload "$sha"
github d1 -H 'Host: ci.example.com'
is "a push is queued" "$out" "202 queued: $(printf %.10s "$sha") of refs/heads/main"
rd_wait 60 has_builds 1
is "and built, at its commit" "$(newest '."git-sha" + " " + .trigger')" "$sha push, bob to main"
lists() { rackdeck hooks | grep -q "$1"; }
rd_wait 60 lists 'shop.* B[A-Z]\{10\}'
like "the list tells it" "$(rackdeck hooks)" "*shop* *B??????????*"
github d1
is "the same delivery again" "$out" "200 ignored: this delivery came before"
github d2
is "also under another name" "$out" "200 ignored: this delivery came before"
github d3 -H 'X-GitHub-Event: ping'
payload "$sha"
post "$base/hooks/shop" -H 'X-GitHub-Event: ping' -H "X-Hub-Signature-256: $(sign "$secret")" --data-binary @payload.json
is "a ping" "$out" "200 pong"
post "$base/hooks/shop" -H 'X-GitHub-Event: issues' -H "X-Hub-Signature-256: $(sign "$secret")" --data-binary @payload.json
is "what is no push" "$out" "200 ignored: 'issues' is no push"
payload "$sha" refs/heads/other
github d4
is "another branch" "$out" "200 ignored: refs/heads/other is not the branch that is built"
payload 0000000000000000000000000000000000000000
github d5
is "a branch that was deleted" "$out" "200 ignored: refs/heads/main was deleted"
payload "$sha" refs/heads/main "file://$tmp/work/evil"
github d6
is "another repository" "$out" \
	"400 the push is of another repository than 'file://$tmp/work/tree', which this hook is for"
printf '{' >payload.json
github d7
is "no JSON" "$out" "400 the payload is no JSON object"
payload "--upload-pack=x"
github d8
is "no commit" "$out" "400 the payload is not that of a push: 'ref' and 'after' are expected"
payload 0123456789012345678901234567890123456789
github d9
rd_wait 60 grep -q 'hook shop: given up: ' "$tmp/serve.log"
rd_wait 60 lists 'given up: '
like "a commit that is not there is given up" "$(rackdeck hooks)" "*given up: *"
is "one build so far" "$(n_builds)" 1
head -c 5000000 /dev/zero >payload.json
github d10
like "a body beyond all measure" "$out" "413 *"

# ---- GitLab, and forms ----
gitlab() {
	post "$base/hooks/shop" -H 'X-Gitlab-Event: Push Hook' -H "X-Gitlab-Token: $1" -H "Idempotency-Key: $2" \
		-H 'Content-Type: application/json' --data-binary @payload.json
}
sha=$(commit two)
printf '{"object_kind":"push","ref":"refs/heads/main","after":"%s","user_username":"ann","project":{"default_branch":"main","git_http_url":"file://%s"}}' \
	"$sha" "$tmp/work/tree.git" >payload.json
gitlab wrong g1
like "a wrong token" "$out" "403 *"
gitlab "$secret" g1
like "GitLab's push is queued" "$out" "202 queued: *"
rd_wait 60 has_builds 2
is "and built" "$(newest '."git-sha" + " " + .trigger')" "$sha push, ann to main"
gitlab "$secret" g1
is "once" "$out" "200 ignored: this delivery came before"
payload "$(commit three)"
printf 'payload=%s' "$(jq -sRr @uri <payload.json)" >form && mv form payload.json
type=application/x-www-form-urlencoded
github f1
type=application/json
like "a form is taken, too" "$out" "202 queued: *"
rd_wait 60 has_builds 3
is "and built, too" "$(newest '."git-sha"')" "$(git -C tree rev-parse HEAD)"

# ---- one at a time, and serve is killed ----
python3 "$src/tests/cmd/mute_engine.py" "$tmp/mute.sock" &
engine=$!
rd_wait 60 test -S "$tmp/mute.sock"
DOCKER_HOST=unix://$tmp/mute.sock
export DOCKER_HOST
kill "$server"
wait "$server"
serve
payload "$(commit four)"
github k1
rd_wait 60 has_builds 4
running=$(newest .id)
rd_wait 60 has_field "$running" status running
payload "$(commit five)"
github k2
payload "$(commit six)"
github k3
kill -9 "$server"
wait "$server" 2>/dev/null
is "a build outlives serve" "$(field "$running" status)" running
serve
is "and what waits behind it waits" "$(n_builds)" 4
rackdeck builds cancel "$running" -a shop >/dev/null
rd_wait 60 has_builds 5
is "until its turn: the newest push is built, the one before is not" "$(newest '."git-sha"')" "$(git -C tree rev-parse HEAD)"
last=$(newest .id)
rd_wait 60 has_field "$last" status running

# Queued at the rack it gives way.
rackdeck rack params set BuildConcurrency=1 >/dev/null
rackdeck apps create other >/dev/null
rackdeck builds cancel "$last" -a shop >/dev/null
rd_wait 60 has_field "$last" status failed
blocker=$(rackdeck build -a other --detach tree | sed -n 's/^Build: *//p')
payload "$(commit seven)"
github q1
rd_wait 60 has_builds 6
queued=$(newest .id)
payload "$(commit eight)"
github q2
rd_wait 60 has_builds 7
rd_wait 60 has_field "$queued" status failed
is "a queued build gives way to a newer push" "$(field "$queued" status) $(newest .status)" "failed created"
rackdeck builds cancel "$blocker" -a other >/dev/null
rackdeck builds cancel "$(newest .id)" -a shop >/dev/null
rd_wait 60 has_field "$(newest .id)" status failed

# Killed while git fetches: the push is on disk.
kill "$engine"
wait "$engine" 2>/dev/null
engine=''
unset DOCKER_HOST
set_hook "git@host:$tmp/work/tree" -a shop
: >"$tmp/hang"
payload "$(commit nine)" refs/heads/main "git@host:$tmp/work/tree"
github s1
like "a push is queued" "$out" "202 *"
rd_wait 60 test -e "$tmp/hung"
kill -9 "$server"
wait "$server" 2>/dev/null
rm "$tmp/hang"
is "nothing was built yet" "$(n_builds)" 7
serve
rd_wait 60 has_builds 8
is "serve killed in the middle loses no build" "$(newest '."git-sha"')" "$(git -C tree rev-parse HEAD)"

# ---- two servers on one rack ----
first=$server
serve
payload "$(commit ten)" refs/heads/main "git@host:$tmp/work/tree"
github t1
rd_wait 60 has_builds 9
is "two servers build it once" "$(n_builds)" 9
kill "$first" && wait "$first"

# ---- secrets ----
run rackdeck hooks remove -a shop
succeeds "a hook is removed" "Removing hook of app shop... OK"
run rackdeck hooks remove -a shop
fails "once" "ERROR: the app 'shop' has no hook: see 'rackdeck hooks'"
payload "$(commit eleven)"
github u1
like "and takes nothing any more" "$out" "403 *"
is "no secret is in the log" "$(grep -c -e "$secret" -e token99 "$tmp/serve.log")" 0
kill "$server"
status=0
wait "$server" || status=$?
server=''
is "serve ends well" "$status" 0

# ---- as a service ----
unit=$src/contrib/systemd/rackdeck-serve.service.in
is "its end is not that of the builds" "$(grep -c '^KillMode=process$' "$unit")" 1
is "the journal gets no password" "$(grep -c '^StandardOutput=null$' "$unit")" 1
sed "s|@bindir@|${rackdeck%/*}|" "$unit" >rackdeck-serve.service
if command -v systemd-analyze >/dev/null; then
	run systemd-analyze --user --man=no verify ./rackdeck-serve.service
	is "systemd takes the unit" "$status $(printf '%s' "$err" | grep -c rackdeck-serve)" "0 0"
fi
sed -n 's/^#*RACKDECK_SERVE_FLAGS=//p' "$src/contrib/systemd/serve.env" >samples
while read -r sample; do
	# shellcheck disable=SC2086 # several flags
	run rackdeck serve $sample --help
	is "the sample's flags are flags: $sample" "$status" 0
done <samples
end
