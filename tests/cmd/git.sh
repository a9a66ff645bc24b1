#!/bin/sh
# SPDX-License-Identifier: MIT
# Sources that are no folder: archives, and git over files, HTTP with a login, and ssh. No engine: builds
# are started and left.
. "$(dirname "$0")/lib.sh"
. "$src/tests/cmd/servers.sh"
GIT_CONFIG_NOSYSTEM=1 XDG_CACHE_HOME=$tmp/cache
export GIT_CONFIG_NOSYSTEM XDG_CACHE_HOME
httpd=
cleanup() {
	[ -z "$httpd" ] || kill "$httpd"
	rm -rf "$tmp"
}
git config --global user.name t
git config --global user.email t@t
git config --global init.defaultBranch main

mkdir src
printf 'services:\n  web:\n    build: .\n' >src/convox.yml
printf 'FROM local/busybox:1\n' >src/Dockerfile
build() { run rackdeck build -a shop --detach "$@"; }
newest() { rackdeck builds -a shop -l 1 --json | jq -r '.[0]["git-sha"] + " " + .[0].description'; }
objects() { find "$XDG_DATA_HOME/rackdeck/racks/local/objects" -name "*.src" | wc -l; }

# ---- archives ----
build none.tgz
fails "nothing of that name" "ERROR: there is no folder or archive 'none.tgz'"
tar -C src -czf app.tgz .
build src
build app.tgz
like "an archive is a source" "$status $out" "0 Packaging source... OK
Uploading source... OK
Starting build... OK
Build: *"
run_stdin app.tgz "$rackdeck" build -a shop --detach -
is "standard input is one" "$status" 0
is "a build keeps who wished it" "$(rackdeck builds -a shop -l 1 --json | jq -r '.[0].trigger')" "command, $(id -un)"
tar -C src -cf app.tar .
run_stdin app.tar "$rackdeck" build -a shop --detach -
is "also without compression" "$status" 0
is "the same tree is stored once" "$(objects)" 1
head -c 100 app.tgz >cut.tgz
build cut.tgz
like "an archive cut short is told" "$status $err" "1 ERROR: 'cut.tgz': *cut short*"
build src/Dockerfile
fails "a file that is none is told" \
	"ERROR: 'src/Dockerfile': this is no tar archive: give one, plain or gzipped, or a folder"
run_stdin /dev/null "$rackdeck" build -a shop --detach -
fails "so is an input without a byte" \
	"ERROR: 'standard input': this is no tar archive: give one, plain or gzipped, or a folder"

tar -czf folder.tgz src
run rackdeck build -a shop folder.tgz
like "an archive of a folder" "$status $err" \
	"1 *no such file: convox.yml: it lies in the folder 'src' of the source: send what is in that folder"

# ---- git over files ----
cd src || exit 1
echo PASSWORD=1 >.env
git init -q && git add -A && git commit -qm 'fix the cart' && git tag v1
mkdir sub && cp convox.yml Dockerfile sub && git rm -q --cached .env && git add -A sub
git commit -qm 'a folder' && sha=$(git rev-parse HEAD)
cd .. || exit 1
url=file://$tmp/work/src
build "$url"
fails "file:// wants a flag" "ERROR: repositories of this machine are read only with --allow-file"
build --allow-file "$url#main"
like "a branch" "$status $out" "0 Fetching source... OK
Uploading source... OK
Starting build... OK
Build: *"
is "gives commit and description" "$(newest)" "$sha build $(git -C src rev-parse --short=10 HEAD) a folder"
build --allow-file "$url#v1"
is "a tag gives its own" "$(newest)" \
	"$(git -C src rev-parse v1) build $(git -C src rev-parse --short=10 v1) fix the cart"
is "what is secret in it is told" "$err" \
	"warning: '.env' holds an environment and is sent: name it in .dockerignore to leave it out"
build --allow-file "$url#$sha:sub" -d mine
is "a commit, a folder, a description" "$status $(newest)" "0 $sha mine"
build --allow-file "$url#none"
fails "no such ref" "ERROR: there is no branch, tag or commit 'none' in '$url'"
build --allow-file "$url#main:none"
fails "no such folder" "ERROR: there is no folder 'none' in '$url' at 'main'"
build ext::sh
like "other transports are refused" "$status $err" "1 ERROR: the git URL is of a kind that is not taken: *"
build "https://me:hunter22@host/x
y"
fails "and control characters" "ERROR: the git URL holds control characters"
run env PATH="$tmp/none" "$rackdeck" build -a shop --allow-file "$url"
fails "no git" "ERROR: there is no program 'git': install the package 'git'"
build https://nowhere.invalid/x.git
fails "no such host" "ERROR: there is no host 'nowhere.invalid'"

# ---- ssh, by a program that stands for it ----
cat >"$tmp/ssh" <<'SSH'
#!/bin/sh
echo "$@" >>"$HOME/ssh.log"
while [ "${1#-}" != "$1" ]; do
	case $1 in -o | -p) shift ;; esac
	shift
done
# ssh ends its lines with both
[ "$1" = git@closed.example ] && printf 'git@closed.example: Permission denied (publickey).\r\n' >&2 && exit 255
[ "$1" = git@new.example ] && printf 'Host key verification failed.\r\n' >&2 && exit 255
exec sh -c "$2"
SSH
chmod +x "$tmp/ssh"
GIT_SSH_COMMAND=$tmp/ssh
export GIT_SSH_COMMAND
build "git@host.example:$tmp/work/src#v1"
is "git@host:path" "$status $(rackdeck builds -a shop -l 1 --json | jq -r '.[0]["git-sha"]')" \
	"0 $(git -C src rev-parse v1)"
build "ssh://git@host.example:22$tmp/work/src"
is "ssh://" "$status $(newest | cut -d' ' -f1)" "0 $sha"
build "git@closed.example:x.git"
fails "no key" "ERROR: 'git@closed.example:x.git' wants a login that it accepts: set up a credential helper of git, or a key of ssh"
build "git@new.example:x.git"
fails "an unknown host key" "ERROR: the ssh key of host 'new.example' is not the known one, or not known: connect to it once with ssh"
RACKDECK_GIT_TIMEOUT=1 GIT_SSH_COMMAND="tail -f /dev/null #" build git@host.example:x.git
like "a silent server" "$status $err" "1 ERROR: git made no progress with 'git@host.example:x.git' for 1 seconds*"
GIT_SSH_COMMAND="tail -f /dev/null #" env --default-signal=INT "$rackdeck" build -a shop git@host.example:x.git \
	>"$tmp/hang.out" 2>&1 </dev/null &
pid=$!
rd_wait 60 grep -q Fetching "$tmp/hang.out"
kill -INT $pid
status=0
wait $pid || status=$?
like "Ctrl-C ends fetching" "$status $(cat "$tmp/hang.out")" "1 Fetching source...*ERROR: canceled"

# ---- HTTP with a login ----
git clone -q --bare src "$tmp/repos/src.git"
rd_git_www
port=$((20000 + $$ % 20000))
serve() {
	port=$((port + 1))
	busybox httpd -f -p 127.0.0.1:$port -h "$tmp/www" -c "$tmp/httpd.conf" 2>/dev/null &
	httpd=$!
	rd_wait 60 answers
}
answers() { busybox nc 127.0.0.1 $port </dev/null 2>/dev/null && kill -0 $httpd 2>/dev/null; }
serve || serve || serve || echo "Bail out! no HTTP server"
http=127.0.0.1:$port/cgi-bin/git/src.git
# What anybody could see of git's arguments and what the user could of its environment.
mkdir "$tmp/bin"
printf '#!/bin/sh\n{ echo "$@"; env; cat /proc/$PPID/cmdline; } >>"%s/seen"\nexec "%s" "$@"\n' "$tmp" "$(command -v git)" >"$tmp/bin/git"
chmod +x "$tmp/bin/git"
build() { run env PATH="$tmp/bin:$PATH" "$rackdeck" build -a shop --detach "$@"; }

build "http://$http"
fails "http:// wants a flag" "ERROR: http:// is not safe on its way: use https://, or --allow-http"
build --allow-http "http://$http"
fails "a login is wanted" "ERROR: 'http://$http' wants a login that it accepts: set up a credential helper of git, or a key of ssh"
build --allow-http "http://me:wrongpass@$http"
like "and a right one" "$status $err" "1 ERROR: 'http://$http' wants a login *"
build --allow-http "http://me:hunter22@$http#main"
is "a login in the URL" "$status $(newest | cut -d' ' -f1)" "0 $sha"
git config --global credential.helper '!f() { echo username=me; echo password=hunter22; }; f'
build --allow-http "http://$http#v1"
is "a login of a helper" "$status $(newest | cut -d' ' -f1)" "0 $(git -C src rev-parse v1)"
git config --global --unset credential.helper
is "git was seen" "$(grep -q 'fetch --progress' "$tmp/seen" && echo seen)" seen
is "the login stands nowhere" \
	"$(grep -rlE 'hunter22|aHVudGVyMjI|bWU6aHVudGVyMjI' "$tmp/seen" "$XDG_CACHE_HOME" "$XDG_DATA_HOME")" ""
echo more >>src/Dockerfile
git -C src commit -qam more && git -C src push -q "$tmp/repos/src.git" main
build --allow-http "http://me:hunter22@$http#main"
is "what is new is fetched" "$(newest | cut -d' ' -f1)" "$(git -C src rev-parse main)"
is "the caches are the user's alone" "$(stat -c %a "$XDG_CACHE_HOME/rackdeck/git")" 700
end
