#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds go out as archives and come in again, also those of racks of Convox, against a Docker engine that the
# test starts.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine
cleanup() {
	cd / || exit 1
	umount "$tmp/small" 2>/dev/null
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi
rack=$XDG_DATA_HOME/rackdeck/racks/local
field() { printf '%s\n' "$out" | sed -n "s/^$1: *//p"; }
build_of() { sqlite3 "$rack/rack.db" "SELECT build FROM releases WHERE id = '$1'"; }
image_of() { rd_curl "$engine" "http://engine/images/local/$1:$2.$3/json" 2>/dev/null | jq -r .Id; }
tags() { rd_curl "$engine" http://engine/images/json | jq -r '.[] | .RepoTags // [] | .[]' | sort; }
untag() { rd_curl "$engine" -X DELETE "http://engine/images/$1?force=1" >/dev/null; }
state() {
	tags
	sqlite3 "$rack/rack.db" 'SELECT id FROM builds; SELECT id FROM releases; SELECT * FROM images'
	find "$rack/logs" "$rack/run" ! -name sweep.lock | sort
}
# unchanged NAME PATTERN: the last run failed so, and nothing is there that was not before
unchanged() {
	like "$1" "$status $err" "1 *ERROR: $2"
	is "$1: nothing is left" "$(state)" "$before"
}

mkdir app
cd app || exit 1
printf 'services:\n  web:\n    build: .\n  worker:\n    build: .\n  other:\n    build: other\n' >convox.yml
mkdir other
printf 'FROM local/busybox:1\nCOPY file /file\nRUN echo worked >/made\n' >Dockerfile
printf 'FROM local/busybox:1\nRUN echo other >/other\n' >other/Dockerfile
head -c 300000 /dev/urandom >file
run rackdeck build -d 'the first'
first=$(field Build)
like "a build" "$first" "B*"

# ---- out ----
run rackdeck builds export "$first" -f "$tmp/a.tgz"
succeeds "export to a file" "Exporting build... OK"
is "no other file is left" "$(find "$tmp" -maxdepth 1 -name 'a.tgz*' | wc -l)" 1
is "the archive is for us alone" "$(stat -c %a "$tmp/a.tgz")" 600
rackdeck builds export "$first" 2>"$tmp/err" | cat >"$tmp/b.tgz"
is "export through a pipe" "$(cat "$tmp/err")" "Exporting build... OK"
rackdeck builds export "$first" >"$tmp/c.tgz" 2>/dev/null
for one in a b c; do
	gzip -t "$tmp/$one.tgz"
	is "gzip takes archive $one" "$?" 0
	is "entries of archive $one" "$(tar tzf "$tmp/$one.tgz" | tr '\n' ' ')" \
		"build.json rackdeck.json logs.txt steps.jsonl app.$first.tar rackdeck.sums "
done
mkdir "$tmp/x"
tar xzf "$tmp/a.tgz" -C "$tmp/x"
images=$tmp/x/app.$first.tar
is "manifest.json comes last" "$(tar tf "$images" | tail -1)" manifest.json
is "tags" "$(tar xOf "$images" manifest.json | jq -r '.[].RepoTags[]' | sort | tr '\n' ' ')" \
	"other:other.$first web:web.$first worker:worker.$first "
is "the build" "$(jq -r '.id + " " + .description' "$tmp/x/build.json")" "$first the first"
on_terminal "" "$rackdeck" builds export "$first"
like "not to a terminal" "$out" "*ERROR: pipe this command into a file or specify --file"
run rackdeck builds export BAAAAAAAAAA -f "$tmp/none"
fails "no such build" "ERROR: no such build 'BAAAAAAAAAA': see 'rackdeck builds'"
is "and no file" "$(find "$tmp" -maxdepth 1 -name 'none*' | wc -l)" 0
echo old >"$tmp/over.tgz"
run rackdeck builds export "$first" -f "$tmp/over.tgz"
is "a file that is there is replaced" "$status $(gzip -t "$tmp/over.tgz" && find "$tmp" -maxdepth 1 -name 'over*' | wc -l)" "0 1"
run rackdeck builds export "$first" -f ''
fails "no file's name" "ERROR: --file is empty: name a file"
mkdir "$tmp/small"
mount -t tmpfs -o size=300k tmpfs "$tmp/small"
for name in new old; do
	[ $name = new ] || echo old >"$tmp/small/old"
	run rackdeck builds export "$first" -f "$tmp/small/$name"
	like "a full disk, $name file" "$status $err" "1 *ERROR: '$tmp/small/$name': writing: No space left on device"
done
is "nothing half-written, and the old file" "$(ls -A "$tmp/small") $(cat "$tmp/small/old")" "old old"
umount "$tmp/small"
daemon=$(rd_dockerd_pid "$engine" daemon)
kill -STOP "$daemon"
"$rackdeck" builds export "$first" -f "$tmp/small/killed" >/dev/null 2>&1 &
victim=$!
is_writing() { find "/proc/$victim/fd" -lname "$tmp/small/*" 2>/dev/null | grep -q .; }
rd_wait 60 is_writing
kill -9 $victim
wait $victim 2>/dev/null
kill -CONT "$daemon"
is "kill -9 leaves no file" "$(ls -A "$tmp/small")" ""

# ---- in, where the images are ----
rackdeck apps create target >/dev/null
rackdeck env set -a target WHO=target >/dev/null
run rackdeck builds import -a target -f "$tmp/a.tgz"
like "import" "$status $out" "0 Importing build... OK, R*"
release=${out##*, }
new=$(build_of "$release")
is "its images" "$(image_of target web "$new") $(image_of target other "$new")" \
	"$(image_of app web "$first") $(image_of app other "$first")"
is "its log" "$(rackdeck builds logs "$new" -a target)" "$(rackdeck builds logs "$first")"
is "its steps" "$(cat "$rack/logs/$new.steps")" "$(cat "$rack/logs/$first.steps")"
is "its description" "$(sqlite3 "$rack/rack.db" "SELECT description, status FROM builds WHERE id = '$new'")" "the first|complete"
is "the environment of the target" "$(sqlite3 "$rack/rack.db" "SELECT env FROM releases WHERE id = '$release'")" "WHO=target"
is "not promoted" "$(sqlite3 "$rack/rack.db" "SELECT release FROM apps WHERE name = 'target'")" ""
is "run/ is empty" "$(find "$rack/run" -name 'B*' | wc -l)" 0
rackdeck builds export "$first" 2>/dev/null | rackdeck builds import -a target --id >"$tmp/id" 2>"$tmp/err"
like "export | import" "$(cat "$tmp/id") $(cat "$tmp/err")" "R* Importing build... OK, R*"

# ---- in, where they are not ----
for tag in $(tags | grep -v busybox); do untag "$tag"; done
before=$(state)
run rackdeck builds export "$first" -f "$tmp/none"
like "export of what is gone" "$err" "*ERROR: the image of service 'other' is gone from the engine: build it again"
run rackdeck builds import -a target -f "$tmp/a.tgz" --id
like "import of new images" "$status $out" "0 R*"
new=$(build_of "$out")
for service in web worker other; do
	is "$service is its image" "$(image_of target $service "$new")" \
		"$(sqlite3 "$rack/rack.db" "SELECT image_id FROM images WHERE build = '$first' AND service = '$service'")"
done
run rackdeck builds export "$new" -a target -f "$tmp/again.tgz"
succeeds "and out again" "Exporting build... OK"
busybox=$(rd_curl "$engine" http://engine/images/local/busybox:1/json | jq -r .Id)

# ---- other racks' layouts ----
# pack FOLDER: its files as an archive; takes the images of $images, their tags changed by jq's FILTER
pack() { (cd "$1" && tar cf - -- *) | gzip -1 >"$tmp/made.tgz"; }
retag() {
	rm -rf "$tmp/in" "$tmp/made"
	mkdir "$tmp/in" "$tmp/made"
	tar xf "$images" -C "$tmp/in"
	jq -c "$1" "$tmp/in/manifest.json" >"$tmp/manifest" && cp "$tmp/manifest" "$tmp/in/manifest.json"
	jq '{id, description, manifest}' "$tmp/x/build.json" >"$tmp/made/build.json"
	(cd "$tmp/in" && tar cf "$tmp/made/app.$first.tar" manifest.json [!m]*)
	pack "$tmp/made"
}
retag 'map(.RepoTags |= map("1234.dkr.ecr.us-east-1.amazonaws.com/app-repo:" + (split(":")[1])))'
run rackdeck builds import -a target -f "$tmp/made.tgz"
like "tags of a registry, manifest.json first" "$status $out" "0 *OK, R*"
retag 'map(.RepoTags |= map("localhost:5000/registry:" + (split(":")[1])))'
run rackdeck builds import -a target -f "$tmp/made.tgz"
like "tags of a registry with a port" "$status $out" "0 *OK, R*"
retag 'map(.RepoTags |= map(split(":")[0] + ":BXXXXXXXXXX"))'
run rackdeck builds import -a target -f "$tmp/made.tgz"
like "tags SERVICE:BUILD" "$status $out" "0 *OK, R*"
retag .
for service in web worker other; do
	jq -c "map(select(.RepoTags | map(startswith(\"$service:\")) | any) | .RepoTags = [\"repo:$service.BX\"])" \
		"$tmp/in/manifest.json" >"$tmp/manifest"
	rm -rf "$tmp/one"
	cp -a "$tmp/in" "$tmp/one"
	cp "$tmp/manifest" "$tmp/one/manifest.json"
	(cd "$tmp/one" && tar cf "$tmp/made/$service.BX.tar" -- *)
done
rm "$tmp/made/app.$first.tar"
pack "$tmp/made"
run rackdeck builds import -a target -f "$tmp/made.tgz"
like "a tar for each service" "$status $out" "0 *OK, R*"
# A new app is of the generation of what comes first.
rackdeck apps create first >/dev/null
rackdeck apps create second >/dev/null
run rackdeck builds import -a second -f "$tmp/made.tgz"
jq '.manifest = "web:\n  build: .\nworker:\n  build: .\nother:\n  build: other\n"' "$tmp/x/build.json" >"$tmp/made/build.json"
pack "$tmp/made"
for app in first second; do
	run rackdeck builds import -a $app -f "$tmp/made.tgz"
	like "a build of generation 1 for app $app" "$status $out" "0 *OK, R*"
done
is "generations" "$(rackdeck apps --json | jq -r '.[] | select(.name == "first" or .name == "second") | .generation' | tr '\n' ' ')" "1 2 "
cp "$tmp/x/build.json" "$tmp/made/build.json"
# OCI: one layout for each service, told by the file's name
rm -f "$tmp"/made/*.tar
blob() {
	blob_hex=$(sha256sum <"$1" | cut -c 1-64)
	mv "$1" "$tmp/oci/blobs/sha256/$blob_hex"
	blob_ref="{\"digest\":\"sha256:$blob_hex\",\"size\":$(stat -c %s "$tmp/oci/blobs/sha256/$blob_hex")}"
}
for service in web worker other; do
	rm -rf "$tmp/oci"
	mkdir -p "$tmp/oci/blobs/sha256"
	config=$(jq -r "map(select(.RepoTags | map(startswith(\"$service:\")) | any))[0].Config" "$tmp/in/manifest.json")
	layers=
	for layer in $(jq -r "map(select(.RepoTags | map(startswith(\"$service:\")) | any))[0].Layers[]" "$tmp/in/manifest.json"); do
		gzip -1 <"$tmp/in/$layer" >"$tmp/blob"
		blob "$tmp/blob"
		layers=$layers${layers:+,}$blob_ref
	done
	cp "$tmp/in/$config" "$tmp/blob"
	blob "$tmp/blob"
	printf '{"schemaVersion":2,"config":%s,"layers":[%s]}' "$blob_ref" "$layers" >"$tmp/blob"
	blob "$tmp/blob"
	printf '{"schemaVersion":2,"manifests":[%s]}' "$blob_ref" >"$tmp/oci/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$tmp/oci/oci-layout"
	tar -C "$tmp/oci" -cf "$tmp/made/$service.BX.tar" index.json oci-layout blobs
done
pack "$tmp/made"
for tag in $(tags | grep -v busybox); do untag "$tag"; done
run rackdeck builds import -a target -f "$tmp/made.tgz"
like "OCI layouts" "$status $out$err" "0 *OK, R*"

# ---- what must change nothing ----
before=$(state)
retag 'map(.RepoTags |= map("local/busybox:1"))'
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "tags of others" "*"
is "a tag of others is as it was" "$(rd_curl "$engine" http://engine/images/local/busybox:1/json | jq -r .Id)" "$busybox"
retag 'map(.RepoTags |= map(sub("^web:web";"web:WEB;x")))'
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "a tag that is no service" "*names no service*"
retag 'map(.RepoTags |= map(sub("^web:web";"web:worker")))'
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "a service twice" "*second image of a service*"
retag .
rm "$tmp/made/build.json"
pack "$tmp/made"
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "no build.json" "this is no archive of a build: it has no 'build.json'"
retag .
echo x >>"$tmp/in/$(jq -r '.[0].Layers[-1]' "$tmp/in/manifest.json")"
(cd "$tmp/in" && tar cf "$tmp/made/app.$first.tar" -- *)
pack "$tmp/made"
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "a changed layer" "*has not the digest that it should have*"
retag .
echo ' ' >>"$tmp/in/$(jq -r '.[0].Config' "$tmp/in/manifest.json")"
(cd "$tmp/in" && tar cf "$tmp/made/app.$first.tar" -- *)
pack "$tmp/made"
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "a changed configuration" "*has not the digest that it should have*"
retag .
tar -C "$tmp/in" -P --transform 's,^repo.*,../../evil,' -cf "$tmp/made/app.$first.tar" manifest.json
echo evil >"$tmp/evil"
tar -C "$tmp/in" -P --transform 's,.*evil,../../evil,' -rf "$tmp/made/app.$first.tar" "$tmp/evil"
pack "$tmp/made"
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "a path to elsewhere" "*path to elsewhere*"
retag .
ln -s /etc/passwd "$tmp/in/link"
(cd "$tmp/in" && tar cf "$tmp/made/app.$first.tar" -- *)
pack "$tmp/made"
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "a link to elsewhere" "*links to elsewhere*"
jq '.description = "other"' "$tmp/x/build.json" >"$tmp/y.json" && cp -a "$tmp/x" "$tmp/y" && cp "$tmp/y.json" "$tmp/y/build.json"
pack "$tmp/y"
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "a changed build.json of ours" "the archive is damaged: 'build.json' is missing or was changed*"
# An id that is another's name, after images that are tagged.
rm -rf "$tmp/y" && cp -a "$tmp/x" "$tmp/y"
jq '.images |= (to_entries | (.[-1].value = "local/busybox:1") | from_entries)' "$tmp/x/rackdeck.json" >"$tmp/y/rackdeck.json"
sum=$(sha256sum <"$tmp/y/rackdeck.json" | cut -c 1-64)
sed -i "s/^.*  rackdeck.json$/$sum  rackdeck.json/" "$tmp/y/rackdeck.sums"
(cd "$tmp/y" && tar cf - build.json rackdeck.json *.txt *.jsonl *.tar rackdeck.sums) | gzip -1 >"$tmp/made.tgz"
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "a name for an id" "the engine made another image*"
echo no archive >"$tmp/made.tgz"
run rackdeck builds import -a target -f "$tmp/made.tgz"
unchanged "no archive" "*"
run rackdeck builds import -a nobody -f "$tmp/a.tgz"
unchanged "no such app" "no such app 'nobody'*"
size=$(stat -c %s "$tmp/a.tgz")
for part in 0 1 20 50 80 99; do
	head -c $((size * part / 100)) "$tmp/a.tgz" >"$tmp/cut.tgz"
	run rackdeck builds import -a target -f "$tmp/cut.tgz"
	unchanged "cut at $part%" "*"
done
head -c $((size - 1)) "$tmp/a.tgz" >"$tmp/cut.tgz"
run rackdeck builds import -a target -f "$tmp/cut.tgz"
unchanged "without its last byte" "*"
for part in 1 15 35 55 75 95; do
	at=$((size * part / 100))
	cp "$tmp/a.tgz" "$tmp/bit.tgz"
	byte=$(od -An -tu1 -j $at -N 1 "$tmp/a.tgz" | tr -d ' ')
	printf '%b' "\\0$(printf %o $((byte ^ 16)))" | dd of="$tmp/bit.tgz" bs=1 seek=$at conv=notrunc 2>/dev/null
	run rackdeck builds import -a target -f "$tmp/bit.tgz"
	unchanged "a flipped bit at $part%" "*"
done

# ---- killed ----
mkfifo "$tmp/fifo"
rackdeck builds import -a target <"$tmp/fifo" >/dev/null 2>&1 &
victim=$!
exec 7>"$tmp/fifo"
head -c $((size / 2)) "$tmp/a.tgz" >&7
rd_wait 60 sh -c "ls '$rack/run' | grep -q '^B.*log$'"
kill -9 $victim
exec 7>&-
wait $victim 2>/dev/null
run rackdeck builds -a target
is "kill -9 leaves nothing" "$(state)" "$before"
# Killed around its commit: what is recorded stays, of what is not nothing does.
run rackdeck builds import -a target -f "$tmp/a.tgz" --id
new=$(build_of "$out")
after=$(state)
gone=BZZZZZZZZZZ
rd_curl "$engine" -X POST "http://engine/images/local/target:web.$new/tag?repo=local/target&tag=web.$gone" >/dev/null
cp "$rack/logs/$new.log" "$rack/logs/$gone.log"
cp "$rack/logs/$new.steps" "$rack/logs/$gone.steps"
for one in $new $gone; do
	for line in "" ",\"tag\":\"local/target:web.$one\""; do
		echo "{\"engine\":{\"endpoint\":\"$DOCKER_HOST\"},\"build\":\"$one\"$line}"
	done >"$rack/run/$one.sweep"
	touch -d @1 "$rack/run/$one.sweep"
done
is_swept() {
	rackdeck builds -a target >/dev/null
	[ "$(state | grep -v later)" = "$after" ]
}
rd_wait 60 is_swept
is "killed around its commit" "$(state | grep -v later)" "$after"
end
