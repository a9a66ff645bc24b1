#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A rack that is ill: rack_faults.py PORT-FILE LOG. The first part of a path says how it answers, as in
/slow/apps: RACK_URL=http://convox:x@127.0.0.1:PORT/slow. A line per request is appended to LOG."""
import itertools
import socket
import socketserver
import sys
import threading
import time
from email.utils import formatdate

port_file, log = sys.argv[1], sys.argv[2]
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
APP = b'{"name":"shop","generation":"2","status":"running","release":"","parameters":{}}'


RACKS = b"""[{"name":"prod","organization":{"name":"acme"},"status":"running","provider":"aws"},
{"name":"staging","organization":{"name":"acme"},"status":"running","provider":"aws"}]"""


def whole(status, body, head=b""):
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), head, body)


def console(path, rack):
    """A console: racks behind it, chosen by the header Rack. Each has one app, named as the rack."""
    if path.endswith("/racks"):
        return [whole(b"200 OK", RACKS)]
    return well(path, rack.replace("/", "-"))


def well(path, name="shop"):
    app = APP.replace(b"shop", name.encode())
    return [whole(b"200 OK", b"[" + app + b"]" if path.endswith("/apps") else app)]


def convox(path):
    """A rack of Convox with the app web, of which a build runs."""
    build = b'{"id":"BCONVOXRUNN","app":"web","status":"running","started":"20260101.000000.000000000"}'
    bodies = {
        "web": APP.replace(b"shop", b"web"),
        "builds": b"[%s]" % build,
        "BCONVOXRUNN": build,
        "system": b'{"name":"convox","status":"running","version":"20260421192651"}',
    }
    body = bodies.get(path.rsplit("/", 1)[1], b"[]")
    return [whole(b"404 Not Found", b"")] if path.endswith("/logs") else [whole(b"200 OK", body)]


def plain(path):
    """Builds are over, and where a stream is asked for comes a page, as from who drops the header Upgrade."""
    return well(path) if path.endswith("apps/shop") else [
        whole(b"200 OK", b'{"id":"BPLAIN","app":"shop","status":"complete","release":"R"}')]


def slow(_):
    threading.Event().wait()  # for what never comes
    yield b""


def trickle(_):
    yield JSON + b"Content-Length: 100000\r\n\r\n"
    while True:
        time.sleep(0.2)  # its pace is what is ill
        yield b" "


ILLS = {
    "slow": slow,
    "trickle": trickle,
    "500": lambda _: [whole(b"500 Internal Server Error", b"AccessDenied: no role\n\tgoroutine 1")],
    "html": lambda _: [whole(b"502 Bad Gateway", b"<html>\r\n<h1>502 Bad Gateway</h1>\r\n</html>\r\n")],
    "factor": lambda _: [whole(b"401 Unauthorized", b"session required\n",
                               b'WWW-Authenticate: Session path="/session" token="true"\r\n')],
    "page": lambda _: [whole(b"200 OK", b"\r\n<html>Welcome</html>")],
    "empty500": lambda _: [whole(b"500 Internal Server Error", b"")],
    "escape": lambda _: [whole(b"500 Internal Server Error", b"\x1b[2Jbad\x07")],
    "429": lambda _: [whole(b"429 Too Many Requests", b"", b"Retry-After: 7\r\n")],
    "tired": lambda _: [whole(b"429 Too Many Requests", b"", b"Retry-After: 3600\r\n")],
    "until": lambda _: [whole(b"429 Too Many Requests", b"", b"Retry-After: %s\r\n" %
                              formatdate(time.time() + 500, usegmt=True).encode())],
    "cut-json": lambda _: [whole(b"200 OK", b'[{"name":"shop","st')],
    "cut-body": lambda _: [JSON + b"Content-Length: 1000\r\n\r\n[{"],
    "no-json": lambda _: [whole(b"200 OK", b"<html>hello</html>")],
    "other-json": lambda _: [whole(b"200 OK", b'"hello"')],
    "nothing": lambda _: [],
    "garbage": lambda _: [b"SSH-2.0-OpenSSH_9.2\r\n"],
    "headers": lambda _: itertools.chain([JSON], (b"X-A: %s\r\n" % (b"a" * 1000) for _ in itertools.count())),
    "names": lambda _: itertools.chain([JSON], (b"X-%d: a\r\n" % i for i in itertools.count())),
    "line": lambda _: itertools.chain([JSON + b"X-A: "], (b"a" * 1000 for _ in itertools.count())),
    "continue": lambda _: (b"HTTP/1.1 100 Continue\r\n\r\n" for _ in itertools.count()),
    "body": lambda _: itertools.chain([JSON + b"\r\n["], (b"[" * 100000 for _ in itertools.count())),
    "deep": lambda _: [whole(b"200 OK", b"[" * 1000000)],
    "away": lambda _: [b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/stolen/\r\nContent-Length: 0\r\n\r\n" % port],
    "well": well,
    "plain": plain,
    "convox": convox,
}


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            path = self.rfile.readline().decode("latin-1").split(" ")[1]
            head = {}
            while (line := self.rfile.readline().decode("latin-1").strip()):
                name, _, value = line.partition(":")
                head[name.lower()] = value.strip()
            with open(log, "a", encoding="utf-8") as f:
                f.write("%s login=%s\n" % (path, "authorization" in head))
            kind, path = path.split("/")[1], path.split("?")[0]
            for part in console(path, head.get("rack", "")) if kind == "console" else ILLS[kind](path):
                self.wfile.write(part)
        except (OSError, IndexError, KeyError):
            pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    address_family = socket.AF_INET


server = Server(("127.0.0.1", 0), Handler)
port = server.server_address[1]
with open(port_file, "w", encoding="ascii") as out:
    out.write("%d\n" % port)
print("port %d" % port, flush=True)
server.serve_forever()
