#!/bin/sh
# SPDX-License-Identifier: MIT
# git sources over the real wire: TLS with an authority of the test's own, and a real sshd. No engine: builds
# are started and left.
. "$(dirname "$0")/lib.sh"
. "$src/tests/cmd/servers.sh"
GIT_CONFIG_NOSYSTEM=1 XDG_CACHE_HOME=$tmp/cache
export GIT_CONFIG_NOSYSTEM XDG_CACHE_HOME
unset GIT_SSL_CAINFO GIT_SSL_CAPATH SSL_CERT_FILE SSL_CERT_DIR GIT_SSH_COMMAND
cleanup() {
	cd / || exit 1
	for pid in ${pids:-}; do kill "$pid" 2>/dev/null; done
	rm -rf "$tmp"
}
git config --global user.name t
git config --global user.email t@t
git config --global init.defaultBranch main
git config --global protocol.file.allow always
build() { run rackdeck build -a shop --detach "$@"; }
newest() { rackdeck builds -a shop -l 1 --json | jq -r '.[0]["git-sha"]'; }
free_port() { echo $((20000 + $(od -An -N2 -tu2 /dev/urandom) % 20000)); }
answers() { busybox nc 127.0.0.1 "$1" </dev/null >/dev/null 2>&1; }

# a repository with a submodule whose URL is relative
mkdir "$tmp/repos" lib src
git -C lib init -q && echo lib >lib/f && git -C lib add . && git -C lib commit -qm lib
git clone -q --bare lib "$tmp/repos/lib.git"
printf 'services:\n  web:\n    build: .\n' >src/convox.yml
printf 'FROM local/busybox:1\nCOPY mod/f /f\n' >src/Dockerfile
git -C src init -q && git -C src submodule -q add "$tmp/repos/lib.git" mod
git -C src config -f .gitmodules submodule.mod.url ../lib.git
git -C src add . && git -C src commit -qm src
git clone -q --bare src "$tmp/repos/src.git"
sha=$(git -C src rev-parse HEAD)

# ---- https ----
rd_git_www
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
	-keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>/dev/null
for try in 1 2 3 4 5; do
	plain=$(free_port)
	busybox httpd -f -p "127.0.0.1:$plain" -h "$tmp/www" -c "$tmp/httpd.conf" 2>/dev/null &
	httpd=$!
	rd_wait 60 eval "answers $plain || rd_pid_gone $httpd"
	rd_pid_gone $httpd || break
done
pids=$httpd
for try in 1 2 3 4 5; do
	port=$(free_port)
	socat "OPENSSL-LISTEN:$port,bind=127.0.0.1,fork,cert=$tmp/cert.pem,key=$tmp/key.pem,verify=0" \
		"TCP:127.0.0.1:$plain" 2>"$tmp/socat.log" &
	socat=$!
	rd_wait 60 eval "answers $port || rd_pid_gone $socat"
	rd_pid_gone $socat || break
done
pids="$pids $socat"
url=localhost:$port/cgi-bin/git/src.git

build "https://$url"
like "an unknown authority is not trusted" "$status $err" "1 ERROR: host 'localhost' cannot be trusted: *"
git config --global http.sslCAInfo "$tmp/cert.pem"
build "https://$url"
fails "with git's own setting it is, but a login is wanted" \
	"ERROR: 'https://$url' wants a login that it accepts: set up a credential helper of git, or a key of ssh"
build "https://me:hunter22@127.0.0.1:$port/cgi-bin/git/src.git"
like "under another name it is not the one" "$status $err" "1 ERROR: *host name*"
build --submodules "https://me:hunter22@$url#main"
is "https with a login and a relative submodule" "$status $(newest)" "0 $sha"
is "the login is nowhere" "$(grep -rl hunter22 "$XDG_CACHE_HOME" "$XDG_DATA_HOME" || :)" ""
echo more >src/more && git -C src add . && git -C src commit -qm more && git -C src push -q "$tmp/repos/src.git" main
build --submodules "https://me:hunter22@$url#main"
is "what is new is fetched" "$status $(newest)" "0 $(git -C src rev-parse HEAD)"

# ---- ssh ----
rd_sshd_start
pids="$pids $sshd"

me=$(id -un)
build "$me@box:$tmp/repos/src.git"
fails "a host key that is not known" \
	"ERROR: the ssh key of host 'box' is not the known one, or not known: connect to it once with ssh"
rd_sshd_known
build --submodules "$me@box:$tmp/repos/src.git#main"
is "user@host:path, with a host of ssh's configuration" "$status $(newest)" "0 $(git -C src rev-parse HEAD)"
build "ssh://$me@127.0.0.1:$port$tmp/repos/src.git#$sha"
is "ssh:// with a port, and a commit" "$status $(newest)" "0 $sha"
: >"$keys/authorized"
build "ssh://$me@127.0.0.1:$port$tmp/repos/src.git#nothere"
fails "a key that is not taken" \
	"ERROR: 'ssh://$me@127.0.0.1:$port$tmp/repos/src.git' wants a login that it accepts: set up a credential helper of git, or a key of ssh"
end
