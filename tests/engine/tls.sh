#!/bin/sh
# SPDX-License-Identifier: MIT
# An engine at a tcp endpoint with TLS: the right certificates, a wrong authority, none at all. A real
# dockerd behind a real TLS end that asks for the client's certificate.
. "${top_srcdir:-.}/tests/engine/lib.sh"
rackdeck=${top_builddir:-$PWD}/rackdeck
rd_dockerd_start "$tmp/engine" || bail "no engine"
rd_dockerd_base "$tmp/engine" || bail "no base image"
HOME=$tmp XDG_DATA_HOME=$tmp/data XDG_CONFIG_HOME=$tmp/config.d
export HOME XDG_DATA_HOME XDG_CONFIG_HOME

# authority NAME: a certificate authority; issue AUTHORITY NAME: a certificate of it for 127.0.0.1
authority() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1-key.pem" -out "$1.pem" -days 2 \
		-subj "/CN=$1" >/dev/null 2>&1
}
issue() {
	openssl req -newkey rsa:2048 -nodes -keyout "$2-key.pem" -out "$2.csr" -subj "/CN=$2" >/dev/null 2>&1
	echo 'subjectAltName=IP:127.0.0.1' >"$2.ext"
	openssl x509 -req -in "$2.csr" -CA "$1.pem" -CAkey "$1-key.pem" -CAcreateserial -out "$2.pem" \
		-days 2 -extfile "$2.ext" >/dev/null 2>&1
}
mkdir -p "$tmp/tls/good" "$tmp/tls/other"
cd "$tmp/tls" || bail "no folder"
authority ca && authority stranger && issue ca server && issue ca client || bail "no certificates"
for place in good other; do
	cp client.pem $place/cert.pem
	cp client-key.pem $place/key.pem
done
cp ca.pem good/ca.pem
cp stranger.pem other/ca.pem
cat server.pem server-key.pem >end.pem

# A port of its own: socat is asked for any, and says which it got.
setpriv --pdeathsig KILL socat -d -d OPENSSL-LISTEN:0,bind=127.0.0.1,cert=end.pem,cafile=ca.pem,verify=1,fork \
	"UNIX-CONNECT:$tmp/engine/docker.sock" 2>socat.log &
listening() { grep -q 'listening on' socat.log; }
rd_wait 60 listening || bail "no TLS end: $(cat socat.log)"
port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' socat.log)
DOCKER_HOST=tcp://127.0.0.1:$port
DOCKER_TLS_VERIFY=1
export DOCKER_HOST DOCKER_TLS_VERIFY

mkdir -p "$tmp/app"
cd "$tmp/app" || bail "no folder"
printf 'services:\n  web:\n    build: .\n' >convox.yml
printf 'FROM local/busybox:1\nRUN echo over TLS\n' >Dockerfile

builds() { # CERTIFICATES: 0 if a build ends well
	DOCKER_CERT_PATH=$tmp/tls/$1 "$rackdeck" build -a app >"$tmp/out" 2>&1
}
detail=$tmp/out
check "a build with the right certificates" builds good
check "ran its step there" grep -q 'over TLS' "$tmp/out"
check "the engine has the image" sh -c "
	$(command -v curl) -s --unix-socket '$tmp/engine/docker.sock' http://engine/images/json | grep -q 'local/app:web'"
check "an engine of a strange authority is refused" sh -c "
	! DOCKER_CERT_PATH='$tmp/tls/other' '$rackdeck' build -a app >'$tmp/out' 2>&1"
check "and the error says why and what to look at" grep -q 'certificate.*DOCKER_CERT_PATH' "$tmp/out"
check "without certificates nothing is sent" sh -c "! '$rackdeck' build -a app >'$tmp/out' 2>&1"
check "and the error names the variable" grep -q 'DOCKER_CERT_PATH' "$tmp/out"
end
