#!/bin/sh
# SPDX-License-Identifier: MIT
# Dockerfiles in the shapes that people give them, each a service of one app: with BuildKit, and those that the
# classic builder knows with that; with an engine that the test starts.
. "$(dirname "$0")/lib.sh"
engine=$tmp/engine
cleanup() {
	cd / || exit 1
	rd_dockerd_stop "$engine"
	rm -rf "$tmp"
}
if ! rd_dockerd_start "$engine" || ! rd_dockerd_base "$engine"; then
	echo "Bail out! no engine"
	exit 1
fi
printf 'FROM local/busybox:1\nONBUILD COPY file /onb/\nONBUILD RUN echo from onbuild\n' >"$tmp/Dockerfile"
tar -C "$tmp" -cf "$tmp/base.tar" Dockerfile
rd_curl "$engine" -X POST -H 'Content-Type: application/x-tar' -T "$tmp/base.tar" \
	'http://engine/build?t=local/onbuild:1' >/dev/null

mkdir shapes
cd shapes || exit 1
# shape NAME < Dockerfile
shape() {
	mkdir -p "$1"
	cat >"$1/Dockerfile"
	echo "a file" >"$1/file"
	printf '  %s:\n    build: ./%s\n' "$1" "$1" >>convox.yml
}
echo services: >convox.yml
shape multi <<'D'
FROM local/busybox:1 AS build
WORKDIR /src
COPY . .
RUN mkdir out && cp file out/
FROM build AS test
RUN exit 1
FROM scratch
COPY --from=build /src/out/ /
COPY --from=local/busybox:1 /bin/busybox /bin/sh
CMD ["/bin/sh"]
D
shape numbered <<'D'
FROM local/busybox:1
RUN echo one >/one
FROM local/busybox:1
COPY --from=0 /one /two
RUN test "$(cat /two)" = one
D
shape shell <<'D'
FROM local/busybox:1
SHELL ["/bin/ash", "-eo", "pipefail", "-c"]
RUN echo $0 | grep -q ash
SHELL ["/bin/sh", "-c"]
RUN ["/bin/sh", "-c", "echo exec form, with # no comment"]
D
shape health <<'D'
FROM local/busybox:1
HEALTHCHECK --interval=5m --timeout=3s \
  CMD wget -q -O- http://localhost/ || exit 1
STOPSIGNAL SIGQUIT
EXPOSE 80/tcp 443
VOLUME ["/data", "/log"]
USER root
LABEL a="b c" \
      d=e
ENTRYPOINT ["/bin/sh", "-c"]
CMD ["echo $HOME"]
MAINTAINER somebody <s@example.com>
ONBUILD RUN echo never here
D
shape argfrom <<'D'
ARG NAME=busybox
ARG TAG=1
FROM local/${NAME}:${TAG:-2} AS base
ARG TAG
FROM base
ARG NAME
RUN test "$NAME" = busybox
D
mkdir -p addtar && (cd addtar && mkdir in && echo inside >in/file && tar czf in.tgz in && rm -r in)
shape addtar <<'D'
FROM local/busybox:1
ADD in.tgz /x/
RUN test "$(cat /x/in/file)" = inside
COPY in.tgz /y/
RUN test -f /y/in.tgz
D
shape chown <<'D'
FROM local/busybox:1
RUN echo 'app:x:100:101::/:/bin/sh' >>/etc/passwd; echo 'app:x:101:' >>/etc/group
COPY --chown=app:app file /a/
COPY --chown=10:11 file /b/
RUN test "$(stat -c %u:%g /a/file)" = 100:101 && test "$(stat -c %u:%g /b/file)" = 10:11
D
shape escape <<'D'
# escape=`

FROM local/busybox:1
RUN echo one `
    && echo two `
# a comment within
    && test -d C:\ || true
ENV P=a\b
RUN test "$P" = 'a\b'
D
shape comments <<'D'
# first comment
   # an indented comment
FROM local/busybox:1

RUN set -e; \
    # a comment in a continuation
    echo one; \

    echo two; \
    # and one
    true
   RUN echo indented
D
shape lower <<'D'
from local/busybox:1 as Base
run echo lower
workdir /w
copy file .
FrOm base
Run test -f /w/file
env A=1 B="two words" C=three\ words
run test "$C" = "three words"
env OLD old style value
run test "$OLD" = "old style value"
D
{ printf 'FROM local/busybox:1\nENV LONG="'; head -c 60000 /dev/zero | tr '\0' x; printf '"\nRUN test ${#LONG} = 60000\n'; } | shape long
printf '\357\273\277FROM local/busybox:1\r\nARG A=1\r\nRUN echo crlf \\\r\n  && test "$A" = 1\r\nCOPY file /\r\n' | shape crlf
printf 'FROM local/busybox:1\nRUN echo no newline at the end' | shape nonl
shape wild <<'D'
FROM local/busybox:1
WORKDIR /a/b
WORKDIR ../c
COPY fi*e? Dockerfile* ./
COPY ["file", "with space", "/j son/"]
RUN test "$(pwd)" = /a/c && test -f Dockerfile && test -f "/j son/with space"
D
echo x >"wild/with space"
shape vars <<'D'
FROM local/busybox:1
ENV A=alpha
ENV B=${A}-b C=${X:-dflt} D=${A:+set} E=\$A F='$A'
WORKDIR /$A
COPY file ${B}/
LABEL v="$A"
RUN test "$B $C $D $E $F" = 'alpha-b dflt set $A $A' && test -f alpha-b/file
D
shape platform <<'D'
FROM --platform=$BUILDPLATFORM local/busybox:1 AS b
ARG TARGETOS TARGETARCH
RUN echo "$TARGETOS/$TARGETARCH" >/p && test -n "$TARGETARCH"
FROM local/busybox:1
COPY --from=b /p /p
D
shape syntaxless <<'D'
# syntax=docker/dockerfile:1
FROM local/busybox:1
RUN echo syntax
D
shape check <<'D'
# check=skip=all
# a comment
# escape=`
FROM local/busybox:1
RUN echo a \
  && echo b
D
mkdir -p ctx && ln -s file ctx/link && : >ctx/.dockerignore && printf '#!/bin/sh\necho hi\n' >ctx/run.sh && chmod 755 ctx/run.sh
shape ctx <<'D'
FROM local/busybox:1
COPY . /app
RUN test -L /app/link && test -x /app/run.sh && /app/run.sh
D
shape onlyscratch <<'D'
FROM scratch
COPY file /
D
shape stagename <<'D'
FROM local/busybox:1 AS build.env-1_x
RUN echo 1 >/x
FROM scratch AS final
COPY --from=build.env-1_x /x /x
D
shape unusedbad <<'D'
FROM no.such.registry.invalid/nothing:1 AS unused
RUN false
FROM local/busybox:1
RUN echo fine
D
shape heredocish <<'D'
FROM local/busybox:1
RUN printf '%s\n' "a << b" && echo $((1<<3)) && cat /etc/passwd 2>/dev/null || true
D
shape mounts <<'D'
FROM local/busybox:1 AS src
RUN echo bound >/bound
FROM local/busybox:1
RUN --mount=type=bind,from=src,source=/bound,target=/mnt/b --mount=type=tmpfs,target=/t \
    --mount=type=cache,id=x,target=/c,sharing=locked test "$(cat /mnt/b)" = bound
D
shape argorder <<'D'
ARG V=1
ARG W=${V}2
FROM local/busybox:1
RUN test -z "$V"
ARG V
ARG W
ARG V2=$W.x
ENV V2=$V2
RUN test "$V$W$V2" = "11212.x"
D
shape digestargs <<'D'
ARG BASE=local/busybox
FROM $BASE:1
ARG BASE
LABEL base.name="$BASE"
USER 1000:1000
RUN test "$(id -u)" = 1000
D
shape dfname <<'D'
FROM scratch
D
sed -i '$d' convox.yml; mkdir -p dfname/docker; printf 'FROM local/busybox:1\nCOPY file /f\nRUN echo special\n' >dfname/docker/Dockerfile.prod
printf '    build:\n      path: dfname\n      manifest: docker/Dockerfile.prod\n' >>convox.yml
shape emptycont <<'D'
FROM local/busybox:1
RUN echo a \
\
 && echo b
RUN echo "tail blank" \
 && echo c
D
shape bigchain <<'D'
FROM local/busybox:1 AS a
FROM a AS b
FROM b AS c
FROM c AS d
RUN echo chained
FROM d
COPY --from=a /etc/passwd /pa
COPY --from=B /etc/group /gb
D
shape dockerignored <<'D'
FROM local/busybox:1
COPY . /x
RUN test ! -e /x/secret && test -e /x/keep.log && test ! -e /x/no.log
D
printf 'secret\n*.log\n!keep.log\n' >dockerignored/.dockerignore; touch dockerignored/secret dockerignored/keep.log dockerignored/no.log
shape copyparents <<'D'
FROM local/busybox:1
COPY ./ /
COPY sub/../file /g
COPY / /all/
RUN test -f /file && test -f /g && test -f /all/file
D
mkdir copyparents/sub; touch copyparents/sub/.keep
shape onbuildbase <<'D'
FROM local/onbuild:1
RUN test "$(cat /onb/file)" = "a file"
D

# has_all NAME: the last run did well and tagged an image for each service
has_all() {
	is "$1" "$status $(printf '%s\n' "$out" | grep -c 'Running: docker tag')" "0 $(grep -c 'build:' "$2")"
	[ "$status" = 0 ] || printf '%s\n' "$err" | sed 's/^/# /'
}
run rackdeck build
has_all "every shape builds with BuildKit" convox.yml
# it builds stages that nothing needs, and knows no mounts
awk '/^  / && !/^    / { skip = /^  (platform|mounts|multi|unusedbad):/ } !skip' convox.yml >classic.yml
run rackdeck build -m classic.yml --full-log --no-cache
has_all "and with the classic builder what it knows" classic.yml
end
