#!/bin/sh
# SPDX-License-Identifier: MIT
# manifest check and manifest show: what is wrong, what would be built and why. No engine.
. "$(dirname "$0")/lib.sh"

mkdir -p shop/web
cd shop || exit 1
cat >convox.yml <<'YML'
environment: [TOP]
services:
  web: {build: web, bogus: 1}
  worker: {build: web}
  api: {build: {path: nope}}
  bad: {build: {manifest: Broken}, environment: [Q, R]}
YML
cat >odd.yml <<'YML'
services:
  odd: {image: "x:${MY_SECRET}"}
YML
cat >web/Dockerfile <<'D'
ARG BASE=debian:12
FROM $BASE AS build
ARG VERSION=1
ARG TOKEN
ARG PACE
FROM build AS development
FROM build
D
echo 'RUN x' >Broken
run rackdeck manifest check
is "check of a broken folder fails" "$status $err" "1 ERROR: 'convox.yml' has 2 problems"
is "and tells all, each with its place" "$out" "convox.yml:3:3: hint: required env: TOP
      web: {build: web, bogus: 1}
      ^
convox.yml:3:21: hint: unknown key 'bogus' in service 'web': it is left aside
      web: {build: web, bogus: 1}
                        ^
convox.yml:5:3: no folder 'nope' in the source (build path of service 'api'): create it, or check .dockerignore
      api: {build: {path: nope}}
      ^
convox.yml:6:3: Broken: line 1: no FROM: a Dockerfile builds on an image, or on 'scratch'
      bad: {build: {manifest: Broken}, environment: [Q, R]}
      ^
convox.yml:6:3: hint: required env: Q, R, TOP
      bad: {build: {manifest: Broken}, environment: [Q, R]}
      ^"
run rackdeck manifest show
is "show of it fails as well" "$status $out" "1 "
like "with the same problems" "$err" "*convox.yml:5:3: no folder 'nope'*ERROR: 'convox.yml' has 2 problems"

rackdeck apps create shop >/dev/null
rackdeck env set "MY_SECRET=Hush-Hush 1" PACE=9 TOP=t -a shop >/dev/null
run rackdeck manifest check
is "the environment of an app makes its lack a problem" "$(printf '%s\n' "$out" | grep -c '^convox.yml:6:3: required env: Q, R$')" 1
run rackdeck manifest check -m odd.yml
like "the values of secrets are not shown" "$status $(printf '%s\n' "$out" | grep -e Hush -e 2:16)" \
	"1 odd.yml:2:16: *'x:\*\*\*\*'*"

cat >good.yml <<'YML'
services:
  web: {build: web}
  worker: {build: web}
  cache: {image: redis}
YML
run rackdeck manifest check -m good.yml
succeeds "check of a good one" "good.yml: OK, generation 2, 3 services, 2 images"
cd ..
run rackdeck manifest check shop -m good.yml
succeeds "check of another folder" "good.yml: OK, generation 2, 3 services, 2 images"
cd shop || exit 1
run rackdeck manifest show -m good.yml --build-args VERSION=3,HTTP_PROXY=x
succeeds "show tells what and why" "Manifest    good.yml
Generation  2
App         shop

Services    web, worker (same path, Dockerfile and args)
Build       web
Dockerfile  web/Dockerfile
Target      the last stage
Args        BASE: default
            VERSION: --build-args
            TOKEN: default
            PACE: app environment
            HTTP_PROXY: --build-args
Bases       debian:12
SHA-1       1082915d56493dfb0284f422a6e7b6724546c99c
SHA-224     22aa2abdab5474866c9706d47e62b315b58ba671933c91a73f914355

Services  cache
Pull      redis
SHA-1     a931f3c058b2ea59dad7b5d52567a0a244230599
SHA-224   647a55564cf353a1d60c0bc10069c498755700afe6e629670a02dc9b"
run rackdeck manifest show -m good.yml --build-args NONE=1 --development --json
is "--json tells the same" "$(printf '%s\n' "$out" | jq -r \
	'.manifest, .generation, .images[0].shared, .images[0].target, .images[0].args.PACE, .images[1].image, .warnings[0]')" \
	"good.yml
2
same path, Dockerfile and args
development
app environment
redis
build argument 'NONE' is declared by no Dockerfile: add 'ARG NONE' to use it"
run rackdeck manifest check --json
is "check has --json, too" "$status $(printf '%s\n' "$out" | jq -c '[.manifest, ([.problems[] | select(.hint | not)] | length > 0)]')" \
	'1 ["convox.yml",true]'
run rackdeck manifest show --json
is "and problems too" "$status $(printf '%s\n' "$out" | jq -c '.problems[] | select(.hint | not) | [.line, .column]' | head -n 1)" \
	"1 [5,3]"

printf 'FROM scratch\nRUN --mount=type=secret,id=x true\n' >Secret
printf 'services:\n  web: {build: {manifest: Secret}}\n' >secret.yml
run rackdeck manifest check -m secret.yml
like "what every engine refuses is told" "$status $out" "1 secret.yml:2:3: *type=secret*'Secret' line 2*"

# generation 1
rm convox.yml
cat >docker-compose.yml <<'YML'
version: '2'
services:
  web:
    build: {context: web, args: {TOKEN: hush}}
  old:
    build: {context: web, args: {TOKEN: other}}
YML
run rackdeck manifest show
like "a docker-compose.yml is taken where it is alone" "$out" "Manifest    docker-compose.yml
Generation  1
*Services    web
*TOKEN: docker-compose.yml
*Services    old
*"
is "its values are not shown" "$(printf '%s\n' "$out" | grep -c hush)" 0
printf 'web: {build: web, dockerfile: a, nope: 1}\n' >docker-compose.yml
run rackdeck manifest check
like "its problems have their places" "$out" \
	"docker-compose.yml:1:1: no Dockerfile at 'web/a'*docker-compose.yml:1:34: hint: unknown key 'nope'*"

printf 'services:\n  web: {port: x}\n  web: }\n' >convox.yml
run rackdeck manifest check
like "broken YAML has its place" "$status $out" "1 convox.yml:3:*"
run rackdeck manifest check -a nobody
fails "an app that is asked for has to be there" \
	"ERROR: no such app 'nobody': create it with 'rackdeck apps create nobody'"
run rackdeck manifest check "$tmp/none"
fails "so has the folder" "ERROR: no such folder: '$tmp/none'"
run rackdeck manifest show -m none.yml
fails "and the manifest" "ERROR: no such file: none.yml: write one in '.', or name another with --manifest"
mkfifo pipe
run timeout 60 "$rackdeck" manifest check -m pipe
is "a manifest that is no file is refused" "$status" 1
end
