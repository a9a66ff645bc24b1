#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A rack that rackdeck did not make, in the manner of Convox v3: foreign_rack.py PORT-FILE FOLDER

App "good" promotes in a while, "bad" falls back to its old release, "busy" is updating at first. Build BTEXT has
FOLDER/log as its log; of BLIVE the first two streams are cut in the middle, and it is running meanwhile. The
archive of BWHOLE is FOLDER/archive, that of BSHORT is its first half, as if that were all, and of BEMPTY
nothing.
"""
import json
import os
import sys
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True  # not into the sources
import convox_http

port_file, folder = sys.argv[1], sys.argv[2]
lock = threading.Lock()
polls = {}  # app -> how many more times it is updating
active = {"good": "ROLD", "bad": "ROLD", "busy": "ROLD"}
pending = {}
cuts = [0.3, 0.6]


def read(name):
    with open(os.path.join(folder, name), "rb") as f:
        return f.read()


def write(name, body):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(body)


def app_of(name):
    with lock:
        left = polls.get(name, 1 if name == "busy" else 0)
        polls[name] = max(0, left - 1)
        if left <= 1 and name in pending:
            release = pending.pop(name)
            if name != "bad":
                active[name] = release
        status = "updating" if left else "running"
        return {"generation": "3", "locked": False, "name": name, "release": active[name],
                "router": "", "status": status, "parameters": {}}


def build_of(app, build):
    running = build == "BLIVE" and cuts
    if build == "BFAIL":
        return {"id": build, "app": app, "status": "failed", "release": "",
                "started": "2026-01-02T03:04:05Z", "ended": "2026-01-02T03:04:06Z"}
    return {"id": build, "app": app, "description": "", "logs": "", "manifest": "services: {}\n",
            "process": "", "release": "" if running else "RNEW", "reason": "",
            "status": "running" if running else "complete",
            "started": "2026-01-02T03:04:05Z", "ended": "0001-01-01T00:00:00Z"}


def release_of(app, release):
    return {"id": release, "app": app, "build": "BMADE", "env": "", "manifest": "services: {}\n",
            "description": "", "created": "2026-01-02T03:04:06Z" if release == "RNEW" else "2026-01-01T00:00:00Z"}


class Handler(convox_http.Handler):
    def answer(self, status, body, kind="application/json"):
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def json(self, value):
        self.answer(200, (json.dumps(value, indent=2) + "\n").encode())

    def stream_build(self, build):
        text = read("log")
        self.upgrade()
        part = 1
        if build == "BLIVE":
            with lock:
                part = cuts.pop(0) if cuts else 1
        text = text[:int(len(text) * part)]
        for i in range(0, len(text), 700):
            self.frame(1, text[i:i + 700])
        if part == 1:
            self.frame(2, b"")

    def stream_app(self):
        self.upgrade()
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        wanted = f"{self.headers['Prefix']} {self.headers['Since']}"
        self.frame(1, f"{now} service/web/1 not of the system\n{now} system/k8s/web Pulling {wanted}\n".encode())
        self.frame(2, b"")

    def route(self):
        path = urllib.parse.urlsplit(self.path).path
        parts = path.strip("/").split("/")
        body = self.body()
        if not self.is_login(b"pw"):
            return self.answer(401, b"invalid authentication\n", "text/plain")
        if path == "/system" and self.command == "PUT":
            write("params", body)
            return self.answer(200, b"ok\n", "text/plain")
        if path == "/system":
            return self.json({"count": 3, "domain": "", "name": "foreign", "parameters": {},
                              "provider": "aws", "region": "", "status": "running", "type": "",
                              "version": "3.10.8"})
        if path == "/fail":
            return self.answer(500, b"it is broken: 100%\n", "text/plain")
        if parts[0] != "apps" or len(parts) < 2 or parts[1] not in active:
            return self.answer(404, b"", "text/plain")
        app = parts[1]
        if len(parts) == 2:
            return self.json(app_of(app))
        if parts[2:] == ["logs"]:
            return self.stream_app()
        if parts[2] == "objects":
            write("source", body)
            return self.json({"url": f"object://{app}/{'/'.join(parts[3:])}"})
        if parts[2:] == ["builds"] and self.command == "POST":
            write("created", body)
            return self.json(build_of(app, "BFAIL" if app == "bad" else "BMADE"))
        if parts[2:] == ["builds"]:
            return self.json([build_of(app, "BMADE")])
        if parts[2:] == ["releases"]:
            return self.json([release_of(app, "RNEW"), release_of(app, "ROLD")])
        if parts[2] == "releases" and len(parts) == 4:
            return self.json(release_of(app, parts[3]))
        if parts[2:] == ["cancel"]:
            write("canceled", app.encode())
            with lock:
                pending.pop(app, None)
            return self.answer(200, b"ok\n", "text/plain")
        if parts[2] == "builds" and len(parts) == 5:
            return self.stream_build(parts[3])
        if parts[2] == "builds" and parts[3].endswith(".tgz"):
            archive = read("archive")
            if parts[3] == "BSHORT.tgz":
                archive = archive[:len(archive) // 2]
            elif parts[3] == "BEMPTY.tgz":
                archive = b""
            return self.answer(200, archive, "application/octet-stream")
        if parts[2] == "builds" and self.command == "GET":
            return self.json(build_of(app, parts[3]))
        if parts[2] == "releases" and parts[-1] == "promote":
            with lock:
                pending[app] = parts[3]
                polls[app] = 1
            with open(os.path.join(folder, "promoted"), "ab") as f:
                f.write(f"{app} {body.decode()}\n".encode())
            return self.answer(200, b"ok\n", "text/plain")
        return self.answer(404, b"", "text/plain")

    do_GET = do_POST = do_PUT = do_DELETE = route


convox_http.serve(Handler, port_file)
