#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A proxy before a registry that fails now and then: flaky_proxy.py LISTEN-PORT PORT LOG FAULT...

Each upload (POST of /blobs/uploads/) takes the next FAULT, while there are any: a status ("503"), one with
the seconds of a Retry-After ("429:1"), "drop" (the connection ends without an answer) or "ok". A line per
fault is appended to LOG. If the first FAULT is "token:SECRET", who wants anything must show a token that this identity
token was exchanged for (OAuth 2, as the distribution's registries do); a line "token" then tells of each exchange.
"""
import http.client
import http.server
import socket
import sys
import threading
import urllib.parse

listen, port, log = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
faults = sys.argv[4:]
identity = faults.pop(0)[len("token:"):] if faults and faults[0].startswith("token:") else None
lock = threading.Lock()


def next_fault(path):
    with lock:
        if not faults or "/blobs/uploads/" not in path:
            return "ok"
        fault = faults.pop(0)
        with open(log, "a", encoding="ascii") as f:
            f.write(fault + "\n")
        return fault


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while True:
                n = int(self.rfile.readline().split(b";")[0], 16)
                body += self.rfile.read(n)
                self.rfile.readline()
                if n == 0:
                    return body
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def exchange(self, form):
        if form.get("refresh_token") != [identity]:
            return self.answer(401, [], b"")
        with lock, open(log, "a", encoding="ascii") as f:
            f.write("token\n")
        return self.answer(200, [("Content-Type", "application/json")], b'{"access_token":"good","expires_in":300}')

    def handle_any(self):
        body = self.read_body()
        if identity and self.path.startswith("/token"):
            self.exchange(urllib.parse.parse_qs(body.decode()))
            return
        if identity and self.headers.get("Authorization") != "Bearer good":
            realm = f'Bearer realm="http://127.0.0.1:{listen}/token",service="test",scope="repository:*:pull,push"'
            self.answer(401, [("WWW-Authenticate", realm)], b"")
            return
        fault = next_fault(self.path) if self.command == "POST" else "ok"
        if fault == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        if fault != "ok":
            status, _, seconds = fault.partition(":")
            self.answer(int(status), [("Retry-After", seconds)] if seconds else [], b"")
            return
        upstream = http.client.HTTPConnection("127.0.0.1", port)
        headers = {k: v for k, v in self.headers.items() if k.lower() != "transfer-encoding"}
        headers["Content-Length"] = str(len(body))
        upstream.request(self.command, self.path, body, headers)
        reply = upstream.getresponse()
        self.answer(reply.status, reply.getheaders(), reply.read())
        upstream.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", listen), Handler).serve_forever()
