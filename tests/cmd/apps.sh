#!/bin/sh
# SPDX-License-Identifier: MIT
# Apps, environment, rack and releases, as far as they need no engine: texts, JSON, errors.
. "$(dirname "$0")/lib.sh"
RACKDECK_NOW=2026-01-02T03:04:05Z
export RACKDECK_NOW

# apps
run rackdeck apps
succeeds "apps of an empty rack is the header" "APP  STATUS  RELEASE"
run rackdeck apps --json
is "apps --json of an empty rack is an empty list" "$(printf %s "$out" | tr -d '[:space:]')" "[]"
run rackdeck apps create shop
succeeds "apps create says what it does" "Creating shop... OK"
run rackdeck apps create shop
fails "an app is created once" "ERROR: app already exists: shop"
run rackdeck apps create Shop
fails "an app's name is lower case" "ERROR: App name cannot contain Uppercase characters"
run rackdeck apps create 'a b'
fails "an app's name has no blanks" \
	"ERROR: App name can only contain lowercase letters, numbers, hyphens and underscores"
run rackdeck apps
succeeds "apps lists it" "APP   STATUS   RELEASE
shop  running  "
run rackdeck apps info shop
succeeds "apps info shows it" "Name        shop
Status      running
Generation  2
Locked      false
Release     "
run rackdeck apps info -a shop --json
is "apps info --json is the app" "$(jq -r '.name + " " + .status' "$tmp/out")" "shop running"
run rackdeck apps info nosuch
fails "an unknown app is named with the way out" \
	"ERROR: no such app 'nosuch': create it with 'rackdeck apps create nosuch'"

# which app is meant
mkdir -p Web.Site/.convox
cd Web.Site || exit 1
run rackdeck apps create
succeeds "the folder names the app, made lawful" "Creating web-site... OK"
echo shop >.convox/app
run rackdeck apps info
like "the app of the folder comes first" "$out" "Name        shop*"
run rackdeck apps info -a web-site
like "--app comes before it" "$out" "Name        web-site*"
cd .. || exit 1
run rackdeck apps info -r other shop
fails "another rack has other apps" \
	"ERROR: no such app 'shop': create it with 'rackdeck apps create shop'"
RACK_URL=http://convox:secret@127.0.0.1:1 run rackdeck apps
fails "a remote rack that is not there is named" "ERROR: http://127.0.0.1:1: Connection refused"
case $err in *secret*) result "nor anywhere else" 1 "$err" ;; *) result "nor anywhere else" 0 ;; esac

run rackdeck apps cancel shop
fails "nothing is to be cancelled here" "ERROR: rack 'local' has promoted when 'releases promote' ends: there \
is nothing to cancel; go back with 'rackdeck releases rollback ID -a shop'"

# environment
run rackdeck env -a shop
succeeds "no release, no environment" ""
run rackdeck env set B=2 A=1 -a shop
release=$(printf '%s\n' "$out" | sed -n 's/^Release: //p')
succeeds "env set names the variables in order" "Setting A, B... OK
Release: $release"
like "its release has an id" "$release" "R??????????"
run rackdeck env -a shop
succeeds "env prints them" "A=1
B=2"
run rackdeck env -a shop --json
is "env --json" "$(jq -c . "$tmp/out")" '{"A":"1","B":"2"}'
run rackdeck env get B -a shop
succeeds "env get prints the value" 2
run rackdeck env get C -a shop
fails "env get of an unknown name" "ERROR: env not found: C: see 'rackdeck env -a shop'"
printf '# comment\nC=x=y z \n\nnothing\nB=3\n' >"$tmp/pairs"
run_stdin "$tmp/pairs" rackdeck env set D= -a shop
release=$(printf '%s\n' "$out" | sed -n 's/^Release: //p')
succeeds "env set reads pairs from stdin" "Setting B, C, D... OK
Release: $release"
run rackdeck env get C -a shop
is "a value is kept verbatim" "$out" "x=y z "
run rackdeck releases info "$release" -a shop
succeeds "releases info shows the change and the environment" "Id           $release
Build        
Created      2026-01-02T03:04:05Z
Description  env add:C add:D change:B
Env          A=1
             B=3
             C=x=y z 
             D="
run rackdeck env unset A D -a shop
release=$(printf '%s\n' "$out" | sed -n 's/^Release: //p')
succeeds "env unset" "Unsetting A, D... OK
Release: $release"
run rackdeck env unset A -a shop
fails "env unset of an unknown name" "ERROR: env not found: A: see 'rackdeck env -a shop'"
run rackdeck env set --replace X=1 -a shop --id
is "--id prints the id alone" "$status ${#out} $(tail -c 1 "$tmp/out" | tr '[:upper:]' a)" "0 11 a"
is "and the rest on stderr" "$err" "Setting X... OK
Release: $out"
run rackdeck env -a shop
succeeds "--replace drops the others" "X=1"
run rackdeck env set 'A B=1' C=2 -a shop
fails "env set of a name with a blank" "ERROR: 'A B' is no name of a variable: a name holds no blank"
run rackdeck env set -a shop
fails "env set of nothing" \
	"ERROR: no variables given: name them as 'rackdeck env set NAME=VALUE'"
run rackdeck env set "A=1
B=2" -a shop
fails "a value has one line" "ERROR: the value of 'A' holds a newline: a value is one line"
run rackdeck env set "LATIN=caf$(printf '\351')" -a shop
fails "a value that is no text" \
	"ERROR: the value of 'LATIN' is not UTF-8: encode it, as with base64"
run rackdeck env set novalue -a shop
like "a word without = is refused" "$status $err" "1 ERROR: *novalue*"
run rackdeck env set A=1 -a nosuch
fails "env set of an unknown app" \
	"ERROR: no such app 'nosuch': create it with 'rackdeck apps create nosuch'"
run rackdeck env set A=1 -a shop -p
like "a release without a build is not promoted" "$status $err" \
	"1 ERROR: can not promote a release with an empty manifest*"
like "and was made before" "$out" "Setting A... OK
Release: R*
Promoting R*... "

# releases
run rackdeck releases -a shop
is "releases lists all, newest first" "$(printf '%s\n' "$out" | wc -l) $(printf '%s\n' "$out" | sed -n 2p | cut -c 14-)" \
	"6                now      env add:A"
is "its header" "$(printf '%s\n' "$out" | head -n 1)" "ID           STATUS  BUILD  CREATED  DESCRIPTION"
run rackdeck releases -a shop -l 2
is "--limit" "$(printf '%s\n' "$out" | wc -l)" 3
run rackdeck releases -a shop --json --limit 0
is "releases --json" "$(jq -r 'length, .[0].description' "$tmp/out" | tr '\n' ' ')" "5 env add:A "
run rackdeck releases info RAAAAAAAAAA -a shop
like "an unknown release is named" "$status $err" "1 ERROR: *RAAAAAAAAAA*"
run rackdeck releases manifest "$release" -a shop
fails "a release without a build has no manifest" "ERROR: no build for release: $release"
run rackdeck releases promote -a web-site
fails "nothing to promote" "ERROR: app 'web-site' has no releases: build it with 'rackdeck build'"
run rackdeck releases rollback RAAAAAAAAAA -a shop
like "rollback to an unknown release" "$status $err" "1 ERROR: *RAAAAAAAAAA*"
run rackdeck builds -a shop
succeeds "builds of an app without builds is the header" \
	"ID  STATUS  RELEASE  STARTED  ELAPSED  DESCRIPTION"
for verb in info logs cancel; do
	run rackdeck builds $verb BAAAAAAAAAA -a shop
	fails "builds $verb of an unknown build" \
		"ERROR: no such build 'BAAAAAAAAAA': see 'rackdeck builds'"
done

# rack
run rackdeck rack
succeeds "rack shows the rack" "Name      local
Provider  local
Status    running
Version   $(rackdeck version | cut -d' ' -f2)"
run rackdeck rack --json
is "rack --json" "$(jq -r .name "$tmp/out")" local
# ---- registries ----
run rackdeck registries
succeeds "no registries" "SERVER  USERNAME"
run rackdeck registries add https://R.example.com:5000/v2/ me s3cret-word
succeeds "registries add with the password as an argument" "Adding registry... OK"
printf 'line one\nline two\n' >"$tmp/password"
run_stdin "$tmp/password" rackdeck registries add index.docker.io hubber
succeeds "registries add with the password on stdin" "Adding registry... OK"
on_terminal "typed-in-word" "$rackdeck" registries add typed.example.com typist
like "on a terminal it asks" "$out" "*Password: *Adding registry... OK*"
is "and does not show what is typed" "$(printf %s "$out" | sed 1d | grep -c typed-in-word)" 0
run rackdeck registries
succeeds "registries: all names of a registry are one, passwords are not shown" "SERVER              USERNAME
docker.io           hubber
r.example.com:5000  me
typed.example.com   typist"
run rackdeck registries add typed.example.com another new-word
run rackdeck registries --json
is "registries --json: the last login counts, passwords are not shown" \
	"$(jq -c '[.[] | [keys[], .username]]' "$tmp/out")" \
	'[["server","username","hubber"],["server","username","me"],["server","username","another"]]'
is "the file that keeps them is for its owner alone" \
	"$(stat -c %a "$XDG_DATA_HOME/rackdeck/racks/local/rack.db")" 600
run rackdeck registries remove typed.example.com
succeeds "registries remove" "Removing registry... OK"
run rackdeck registries remove typed.example.com
like "registries remove: what is not there" "$err" "ERROR: no such registry 'typed.example.com': *"
run rackdeck registries add 'no host' me word
like "registries add refuses what is no registry" "$err" "ERROR: 'no host' is no registry: *"
run rackdeck registries add r.example.com me
like "registries add refuses an empty password" "$err" "ERROR: no password given: *"
run rackdeck registries add r.example.com me:too word
like "registries add refuses a name with a colon" "$err" "ERROR: 'me:too' is no user name *"

run rackdeck rack params set BuildConcurrency=3 BuildCpu=512
succeeds "rack params set" "Updating parameters... OK"
run rackdeck rack params
like "rack params" "$out" "BuildConcurrency    3
BuildCpu            512*"
run rackdeck rack params set BuildCpu=
succeeds "a blank value removes one" "Updating parameters... OK"
run rackdeck rack params --json
is "rack params --json" "$(jq -r '.BuildConcurrency + .BuildCpu' "$tmp/out")" 3
run rackdeck rack params set Nonsense=1
like "an unknown parameter is named" "$status $err" "1 ERROR: *Nonsense*"
run rackdeck rack params set BuildConcurrency=0
like "a senseless value is refused" "$status $err" "1 ERROR: *BuildConcurrency*"
run rackdeck rack params set CacheSize=20GB
fails "and its unit is told" \
	"ERROR: parameter CacheSize is '20GB': a number of MB from 1 to 1000000 is expected"
for of in rack apps; do
	run rackdeck $of params set Nonsense=1 -a shop
	[ $of = apps ] || run rackdeck $of params set Nonsense=1
	names=$(printf '%s\n' "$err" | sed 's/.*there are//; s/,//g')
	run rackdeck $of params set --help
	is "$of params set names what there is" "$(echo "$names" | wc -w)" "$(echo "$out" | grep -c '^[BCKR][a-zA-Z]*  ')"
	for name in $names; do
		like "$of params set --help explains $name" "$out" "*
$name *"
	done
done

# deletion
run rackdeck apps delete shop
fails "off a terminal deletion wants --yes" \
	"ERROR: deleting 'shop' has to be confirmed: add --yes where there is no terminal"
on_terminal nope "$rackdeck" apps delete shop
like "another answer keeps the app" "$status $out" "1 *ERROR: deleting 'shop' was not confirmed: nothing was done"
on_terminal shop "$rackdeck" apps delete shop
like "the name deletes it" "$status $out" "0 *Deleting shop... OK"
run rackdeck apps delete shop -y
fails "it is gone" "ERROR: no such app 'shop': create it with 'rackdeck apps create shop'"
run rackdeck apps delete web-site --yes
succeeds "--yes does not ask" "Deleting web-site... OK"

# what comes from outside is harmless on a terminal and exact elsewhere
run rackdeck apps create evil
escape=$(printf 'a\033]0;title\007\033[31mb')
run rackdeck env set "E=$escape" -a evil
run rackdeck env get E -a evil
is "a pipe gets every byte" "$out" "$escape"
on_terminal "" "$rackdeck" env -a evil
is "a terminal gets no escape" "$(printf %s "$out" | tr -cd '\033\007' | wc -c)" 0
end
