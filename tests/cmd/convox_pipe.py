#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`convox builds export ID` and `convox builds import`, byte for byte what the v3 CLI sends, in a pipe.

convox_pipe.py export URL APP ID >ARCHIVE    convox_pipe.py import URL APP <ARCHIVE
"""
import base64
import http.client
import json
import os
import select
import socket
import ssl
import sys
import urllib.parse

PIECE = 32 * 1024  # of Go's io.Copy
place = urllib.parse.urlsplit(sys.argv[2])
host = place.netloc.split("@")[1]
login = base64.b64encode(f"convox:{place.password}".encode()).decode()


def fail(text):
    print(f"ERROR: {text}", file=sys.stderr)
    sys.exit(1)


def connect():
    s = socket.create_connection((place.hostname, place.port), timeout=120)
    if place.scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        s = context.wrap_socket(s)
    return s


def head(method, path, more=""):
    return (f"{method} {path}? HTTP/1.1\r\nHost: {host}\r\nUser-Agent: convox.go/dev\r\n{more}Accept: */*\r\n"
            f"Authorization: Basic {login}\r\nContent-Type: application/octet-stream\r\nVersion: dev\r\n"
            "Accept-Encoding: gzip\r\n\r\n").encode()


def answer(s, method):
    r = http.client.HTTPResponse(s, method=method)
    r.begin()
    if r.status >= 400:
        fail(r.read().decode().strip())
    return r


def ask_system():
    """What the CLI does before each command."""
    s = connect()
    s.sendall(head("GET", "/system"))
    answer(s, "GET").read()
    s.close()


def export(app, build):
    print("Exporting build... ", end="", file=sys.stderr, flush=True)
    s = connect()
    s.sendall(head("GET", f"/apps/{app}/builds/{build}.tgz"))
    r = answer(s, "GET")
    while piece := r.read(PIECE):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    print("OK", file=sys.stderr)


def import_(app):
    print("Importing build... ", end="", flush=True)
    s = connect()
    s.sendall(head("POST", f"/apps/{app}/builds/import", "Transfer-Encoding: chunked\r\n"))
    try:
        # An answer ends the sending, as in Go's transport.
        while not select.select([s], [], [], 0)[0]:
            piece = os.read(0, PIECE)
            s.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            if not piece:
                break
    except BrokenPipeError:
        pass
    print(f"OK, {json.loads(answer(s, 'POST').read())['release']}")


try:
    ask_system()
    if sys.argv[1] == "export":
        export(sys.argv[3], sys.argv[4])
    else:
        import_(sys.argv[3])
except (OSError, http.client.HTTPException) as e:
    # What was written already cannot be taken back.
    sys.stdout = None
    fail(str(e) or type(e).__name__)
