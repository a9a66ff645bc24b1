#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The requests of Convox's CLIs, v2 and v3, byte for byte, and what must come back.

wire.py v2|v3 URL FOLDER APP: prints "ok NAME" or "not ok NAME: WHY" for each check. FOLDER holds the files of an app
that builds. Go writes the lines of a request's head in one order, so they are written here by hand.
"""
import base64
import gzip
import io
import json
import os
import re
import socket
import ssl
import struct
import sys
import tarfile
import threading
import urllib.parse

generation, url, folder, app = sys.argv[1:5]
place = urllib.parse.urlsplit(url)
host = place.netloc.split("@")[1]
login = base64.b64encode(f"convox:{place.password}".encode()).decode()
ZERO_TIME = "0001-01-01T00:00:00Z"
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$")
KEYS = {
    "app": ["generation", "locked", "name", "release", "router", "status", "parameters"],
    "build": ["id", "app", "description", "entrypoint", "logs", "manifest", "process", "release",
              "reason", "status", "wildcard-domain", "repository", "git-sha", "started", "ended"],
    "release": ["id", "app", "build", "env", "manifest", "description", "created"],
    "system": ["count", "domain", "name", "outputs", "parameters", "provider", "region", "status",
               "type", "version"],
}


def check(name, good, why=""):
    print(f"ok {generation} {name}" if good else f"not ok {generation} {name}: {why!r}"[:600], flush=True)


# ---- the wire ----

def connect():
    s = socket.create_connection((place.hostname, place.port), timeout=60)
    if place.scheme == "https":
        # As Convox's CLIs, which verify no certificate of a rack.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        s = context.wrap_socket(s)
    return s


def head_of(method, path, kind, length):
    """As Go's net/http writes it: host, agent, length, the others by name, and what the transport adds."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "User-Agent: convox.go/dev"]
    if length is not None:
        lines.append(length)
    lines += ["Accept: */*", f"Authorization: Basic {login}", f"Content-Type: {kind}"]
    if generation == "v2":
        lines.append("Session: ")
    lines += ["Version: dev", "Accept-Encoding: gzip", "", ""]
    return "\r\n".join(lines).encode()


class Reply:
    def __init__(self, s):
        f = s.makefile("rb")
        self.status_line = f.readline().decode().rstrip("\r\n")
        self.status = int(self.status_line.split()[1])
        self.headers = {}
        for line in iter(f.readline, b"\r\n"):
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            self.headers[name] = value
        self.body = self.read_body(f)
        if self.headers.get("Content-Encoding") == "gzip":
            self.body = gzip.decompress(self.body)

    def read_body(self, f):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return f.read(int(self.headers["Content-Length"]))
        body = b""
        while True:
            n = int(f.readline().split(b";")[0], 16)
            body += f.read(n)
            f.readline()
            if n == 0:
                return body

    def json(self):
        return json.loads(self.body)


kept = connect()


def ask(method, path, kind="application/octet-stream", length=None, body=b""):
    """On one connection, as Go keeps it, unless the server has closed it."""
    global kept
    kept.sendall(head_of(method, path, kind, length) + body)
    reply = Reply(kept)
    if reply.headers.get("Connection", "").lower() == "close":
        kept = connect()
    return reply


def get(path):
    return ask("GET", path + ("" if "?" in path else "?"))


def send(method, path, **form):
    body = urllib.parse.urlencode(sorted((k.replace("_", "-"), v) for k, v in form.items())).encode()
    return ask(method, path + "?", "application/x-www-form-urlencoded", f"Content-Length: {len(body)}", body)


def send_nothing(method, path):
    return ask(method, path + "?", length="Content-Length: 0" if method != "DELETE" else None)


def is_void(name, reply):
    check(f"{name}: ok", (reply.status_line, reply.headers["Content-Type"], reply.body) ==
          ("HTTP/1.1 200 OK", "text/plain", b"ok\n"), [reply.status_line, reply.headers, reply.body])


def is_json(name, reply, kind=None):
    """Two spaces, a newline at the end, Convox's keys in their order, times that Go can read."""
    value = reply.json() if reply.status == 200 else None
    shape = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    check(f"{name}: JSON as Convox writes it", reply.status == 200 and
          reply.headers["Content-Type"] == "application/json" and
          shape.encode() == reply.body, [reply.status_line, reply.headers, reply.body])
    check(f"{name}: a request id", re.fullmatch("[0-9a-f]{12}", reply.headers.get("Request-Id", "")), reply.headers)
    items = value if isinstance(value, list) else [value]
    for item in items if kind else []:
        order = [k for k in KEYS[kind] if k in item]
        ours = [k for k in item if k in KEYS[kind]]
        check(f"{name}: keys in Convox's order", order == ours, list(item))
        times = [item[k] for k in ("started", "ended", "created") if k in item]
        check(f"{name}: times that Go can read", all(TIME.match(t) for t in times), times)
    return value


class Stream:
    """A WebSocket as golang.org/x/net/websocket opens it."""

    def __init__(self, path, **headers):
        key = base64.b64encode(os.urandom(16)).decode()
        more = {"Authorization": f"Basic {login}", "Version": "dev", **headers}
        if generation == "v2":
            more["Session"] = ""
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", f"Origin: {place.scheme}://{host}", "Sec-WebSocket-Version: 13"]
        lines += [f"{k}: {v}" for k, v in sorted(more.items())] + ["", ""]
        self.s = connect()
        self.s.sendall("\r\n".join(lines).encode())
        self.f = self.s.makefile("rb")
        self.status_line = self.f.readline().decode().rstrip("\r\n")
        self.headers = {}
        for line in iter(self.f.readline, b"\r\n"):
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            self.headers[name] = value
        self.pongs = 0

    def put(self, kind, payload=b""):
        mask = os.urandom(4)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self.s.sendall(bytes([0x80 | kind, 0x80 | len(payload)]) + mask + masked)

    def frame(self):
        first, second = self.f.read(2)
        n = second & 0x7f
        if n == 126:
            n = struct.unpack(">H", self.f.read(2))[0]
        elif n == 127:
            n = struct.unpack(">Q", self.f.read(8))[0]
        return first, second & 0x80, self.f.read(n)

    def line(self):
        """The next message of the server, as the CLI prints it while it waits."""
        first, _, payload = self.frame()
        if first & 0x0f != 1:
            raise ValueError("no text")
        return payload.decode()

    def text(self):
        """All to the first binary frame, which is empty, as the CLI reads it."""
        got = b""
        while True:
            first, is_masked, payload = self.frame()
            if is_masked:
                raise ValueError("the server masks")
            if first & 0x0f == 10:
                self.pongs += 1
            elif first & 0x0f == 1:
                got += payload
            elif first & 0x0f == 2:
                self.last = payload
                return got
            elif first & 0x0f == 8:
                raise ValueError("closed without the end marker")


# ---- the commands ----

def begin():
    """What the v3 CLI asks before each command."""
    if generation == "v3":
        get("/system")


def rack():
    begin()
    s = is_json("rack", get("/system"), "system")
    check("rack: a version that is no old one", s["version"] >= "20190111211123", s["version"])
    check("rack: it is running", s["status"] == "running", s)


def rack_params_set():
    begin()
    if generation == "v2":
        get("/system")
    is_void("rack params set", send("PUT", "/system", parameters=urllib.parse.urlencode({"BuildConcurrency": "3"})))
    check("rack params", get("/system").json()["parameters"]["BuildConcurrency"] == "3")


def apps_create():
    begin()
    a = is_json("apps create", send("POST", "/apps", name=app), "app")
    check("apps create: as asked for", (a["name"], a["status"], a["locked"], a["release"]) ==
          (app, "running", False, ""), a)
    for _ in range(2):
        check("apps create: running", get(f"/apps/{app}").json()["status"] == "running")
    check("apps", app in [x["name"] for x in is_json("apps", get("/apps"), "app")])
    is_json("apps info", get(f"/apps/{app}"), "app")
    is_void("apps params set", send("PUT", f"/apps/{app}", parameters="BuildMemory=500"))
    check("apps params", get(f"/apps/{app}").json()["parameters"] == {"BuildMemory": "500"})
    again = send("POST", "/apps", name=app)
    check("apps create: once", (again.status, again.headers["Content-Type"], again.body) ==
          (409, "text/plain", f"app already exists: {app}\n".encode()), [again.status_line, again.body])


def tgz():
    """As the CLI packs: no './', no root entry, gzip without a time."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for dirpath, dirs, files in os.walk(folder):
            dirs.sort()
            for name in sorted(dirs + files):
                path = os.path.join(dirpath, name)
                info = t.gettarinfo(path, os.path.relpath(path, folder))
                info.mode |= 0o100000 if generation == "v3" and info.isfile() else 0
                with open(path, "rb") if info.isfile() else io.BytesIO() as f:
                    t.addfile(info, f)
    return gzip.compress(out.getvalue(), mtime=0)


def stream_log(build, is_running=False):
    if generation == "v2":
        racks = get("/racks")
        check("racks: 404 without a body", (racks.status, racks.body) == (404, b""), racks.body)
    s = Stream(f"/apps/{app}/builds/{build}/logs")
    check("log: the upgrade", s.status_line.startswith("HTTP/1.1 101 ") and s.headers["Upgrade"] == "websocket" and
          s.headers["Connection"].lower() == "upgrade" and "Sec-WebSocket-Accept" in s.headers, s.headers)
    s.put(9)
    s.put(2)
    # On a slow machine the build may have ended before the ping was sent.
    is_running = is_running and get(f"/apps/{app}/builds/{build}").json()["status"] in ("created", "running")
    text = s.text()
    check("log: the end is an empty binary frame", s.last == b"", s.last)
    check("log: a ping is answered while it runs", s.pongs or not is_running)
    return text


def build(**form):
    begin()
    check("build: system", get("/system").status == 200)
    source = tgz()
    key = f"tmp/{os.urandom(15).hex()}.tgz"
    reply = ask("POST", f"/apps/{app}/objects/{key}?", length=f"Content-Length: {len(source)}", body=source)
    stored = is_json("build: the source", reply)
    check("build: its key", list(stored) == ["Url"] and stored["Url"].startswith(f"object://{app}/"), stored)
    back = get(f"/apps/{app}/objects/{stored['Url'].split('/', 3)[3]}")
    with tarfile.open(fileobj=io.BytesIO(back.body), mode="r:gz") as t, \
            tarfile.open(fileobj=io.BytesIO(source), mode="r:gz") as own:
        check("build: the source can be had again", {n.strip("./") for n in t.getnames()} - {""} ==
              {n.strip("./") for n in own.getnames()}, t.getnames())
    b = is_json("build: start", send("POST", f"/apps/{app}/builds", url=stored["Url"], **form), "build")
    check("build: it has begun", b["app"] == app and b["status"] in ("created", "running") and
          re.fullmatch("B[A-Z]{10}", b["id"]) and b["ended"] == ZERO_TIME, b)
    text = stream_log(b["id"], is_running=True)
    done = is_json("build: end", get(f"/apps/{app}/builds/{b['id']}"), "build")
    check("build: final when the log ends", done["status"] == "complete" and
          done["ended"] != ZERO_TIME and re.fullmatch("R[A-Z]{10}", done["release"]), done)
    check("build: the log again is the same", stream_log(b["id"]) == text and len(text) > 20, text)
    return done, text


def crowd(count=50):
    """So many at once follow one build from its begin."""
    source = tgz()
    stored = ask("POST", f"/apps/{app}/objects/tmp/{os.urandom(15).hex()}.tgz?",
                 length=f"Content-Length: {len(source)}", body=source).json()
    b = send("POST", f"/apps/{app}/builds", url=stored["Url"], no_cache="true").json()
    texts = []
    threads = [threading.Thread(target=lambda: texts.append(Stream(f"/apps/{app}/builds/{b['id']}/logs").text()))
               for _ in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check(f"{count} clients follow one log: all see the same", len(texts) == count and len(set(texts)) == 1,
          [len(t) for t in texts])
    check(f"{count} clients: it is what is kept", stream_log(b["id"]) == texts[0])


def promote(release):
    follower = Stream(f"/apps/{app}/logs", Prefix="true", Since="5s")
    before = get(f"/apps/{app}").json()["release"]
    check("logs: what is active", follower.line().endswith(f"active release {before or 'none'}\n"))
    is_void("promote", send_nothing("POST", f"/apps/{app}/releases/{release}/promote"))
    if release != before:
        check("logs: what becomes so", follower.line().endswith(f"active release {release}\n"))
    once = Stream(f"/apps/{app}/logs", Follow="false").text().decode()
    check("logs --no-follow: one line, and its end", once.endswith(f"active release {release}\n") and once.count("\n") == 1, once)
    if generation == "v3":
        line = Stream(f"/apps/{app}/logs", Prefix="true", Since="5s").line()
        check("promote: a line of the system", line.split(" ")[1].startswith("system/"), line)
        for _ in range(2):
            check("promote: running", get(f"/apps/{app}").json()["status"] == "running")
    check("promote: it is active", get(f"/apps/{app}").json()["release"] == release)


def deploy():
    done, _ = build(description="build 1a2b3c4d5e äöü 100%")
    check("deploy: ready", get(f"/apps/{app}").json()["status"] == "running")
    promote(done["release"])
    return done


def builds(done, text):
    begin()
    listed = is_json("builds", get(f"/apps/{app}/builds"), "build")
    check("builds: newest first", done["id"] in [x["id"] for x in listed], listed)
    check("builds -l", len(get(f"/apps/{app}/builds?limit=1").json()) == 1)
    check("builds info", get(f"/apps/{app}/builds/{done['id']}").json()["id"] == done["id"])
    check("builds logs", stream_log(done["id"]) == text)
    check("the build's log is an object", done["logs"] == f"object://{app}/build/{done['id']}/logs" and
          get(f"/apps/{app}/objects/build/{done['id']}/logs").body == text, done["logs"])
    missing = get(f"/apps/{app}/objects/tmp/none.tgz")
    check("an object that is none", (missing.status, missing.body) == (404, b"object not found: tmp/none.tgz\n"),
          missing.body)
    missing = get(f"/apps/{app}/builds/BAAAAAAAAAA")
    check("builds info of none", missing.status == 404 and missing.headers["Content-Type"] == "text/plain" and
          missing.body.endswith(b"\n"), [missing.status_line, missing.body])
    s = Stream(f"/apps/{app}/builds/BAAAAAAAAAA/logs")
    check("builds logs of none is told after the upgrade", s.text().startswith(b"ERROR: no such build"), s.status_line)


def releases(done):
    begin()
    get(f"/apps/{app}")
    listed = is_json("releases", get(f"/apps/{app}/releases"), "release")
    check("releases: listed", done["release"] in [x["id"] for x in listed], listed)
    r = is_json("releases info", get(f"/apps/{app}/releases/{done['release']}"), "release")
    check("releases manifest", get(f"/apps/{app}/builds/{r['build']}").json()["manifest"] == done["manifest"] != "", r)


def env(release_before):
    begin()
    newest = get(f"/apps/{app}/releases?limit=1").json()[0]["id"]
    get(f"/apps/{app}/releases/{newest}")
    get("/system")
    r = is_json("env set", send("POST", f"/apps/{app}/releases", env="B=x y=z&\nA=1%"), "release")
    check("env set: sorted, described", (r["env"], r["description"]) == ("A=1%\nB=x y=z&", "env add:A add:B"), r)
    newest = get(f"/apps/{app}/releases?limit=1").json()[0]["id"]
    check("env get", newest == r["id"] and get(f"/apps/{app}/releases/{newest}").json()["env"] == r["env"])
    promote(r["id"])
    old = get(f"/apps/{app}/releases/{release_before}").json()
    older = send_nothing("POST", f"/apps/{app}/releases/{release_before}/promote")
    check("promote of an older one", older.status == 400 and
          older.body == b"can not promote an older release, try rollback\n", [older.status_line, older.body])
    copy = is_json("rollback", send("POST", f"/apps/{app}/releases", build=old["build"], env=old["env"]), "release")
    check("rollback: a copy", (copy["build"], copy["env"]) == (old["build"], old["env"]), copy)
    promote(copy["id"])


def registries():
    begin()
    r = is_json("registries add", send("POST", "/registries", server="r.example.com", username="ci", password="p w%"))
    check("registries add: no password comes back", r == {"server": "r.example.com", "username": "ci"}, r)
    check("registries", r in is_json("registries", get("/registries")))
    is_void("registries remove", send_nothing("DELETE", "/registries/r.example.com"))


def move(done, text):
    begin()
    archive = get(f"/apps/{app}/builds/{done['id']}.tgz")
    check("builds export", archive.status == 200 and archive.headers["Content-Type"] == "application/octet-stream",
          [archive.status_line, archive.headers])
    with tarfile.open(fileobj=io.BytesIO(archive.body), mode="r:gz") as t:
        first = t.next()
        check("builds export: the build comes first", (first.name, first.mode) == ("build.json", 0o600), first)
        check("builds export: which it is", json.load(t.extractfile(first))["id"] == done["id"])
        check("builds export: its images", f"{app}.{done['id']}.tar" in t.getnames(), t.getnames())
    begin()
    get("/system")
    chunks = [archive.body[i:i + 32768] for i in range(0, len(archive.body), 32768)] + [b""]
    body = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks)
    b = is_json("builds import", ask("POST", f"/apps/{app}/builds/import?", length="Transfer-Encoding: chunked",
                                     body=body), "build")
    check("builds import: a release, a fresh id, the description", b["release"] and b["id"] != done["id"] and
          (b["status"], b["description"]) == ("complete", done["description"]), b)
    check("builds import: its log", stream_log(b["id"]) == text)
    begin()
    bad = ask("POST", f"/apps/{app}/builds/import?", length="Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n")
    check("builds import of no archive", bad.status >= 400 and bad.headers["Content-Type"] == "text/plain", bad.body)
    missing = get(f"/apps/{app}/builds/BAAAAAAAAAA.tgz")
    check("builds export of none", missing.status == 404 and b"no such build" in missing.body, missing.body)


def refused():
    """What a rack does for what runs on it."""
    nothing = b"nothing of an app runs on this rack: it builds and moves builds\n"
    for method, path in (("PUT", "services/web"), ("POST", "services/web/restart"),
                         ("POST", "services/web/processes"), ("DELETE", "processes/p1")):
        r = send(method, f"/apps/{app}/{path}", count="2") if method != "DELETE" else send_nothing(method, f"/apps/{app}/{path}")
        check(f"{method} {path}: said in words", (r.status, r.body) == (501, nothing), [r.status_line, r.body])
    s = Stream(f"/apps/{app}/processes/p1/exec", Command="sh", Tty="true", Height="25", Width="80")
    check("exec: said after the upgrade", s.text() == b"ERROR: " + nothing, s.status_line)
    external = send("POST", f"/apps/{app}/builds", external="true", url="")
    check("build --external: said in words", (external.status, external.body) ==
          (501, b"this rack builds itself: leave out --external\n"), external.body)
    locked = send("PUT", f"/apps/{app}", lock="true")
    check("apps lock: said in words", locked.status == 501 and b"lock" in locked.body, locked.body)
    scaled = send("PUT", "/system", count="3")
    check("rack scale: said in words", scaled.status == 501 and b"count" in scaled.body, scaled.body)


def others():
    begin()
    get("/system")
    services = is_json("services", get(f"/apps/{app}/services"))
    check("services: those of the manifest", [list(x) for x in services] ==
          [["name", "count", "cpu", "memory", "domain", "ports"]] and services[0]["name"] == "web" and
          services[0]["ports"][1] == {"balancer": 443, "certificate": "", "container": 3000}, services)
    for path in ("processes", "resources"):
        check(path, get(f"/apps/{app}/{path}").body == b"[]\n")
    is_void("events", send("POST", "/events", action="build:create", data="app=x", error="", status="success"))
    none = get("/nothing")
    check("an unknown route is 404 without a body", (none.status, none.body) == (404, b""), none.body)
    percent = send("POST", f"/apps/{app}/builds", url="object://x/y", build_args="100%")
    check("a percent sign in an error is doubled for a CLI that formats it",
          percent.body == b"invalid build args: 100%%\n", percent.body)
    begin()
    is_void("apps delete", send_nothing("DELETE", f"/apps/{app}"))
    gone = get(f"/apps/{app}")
    check("apps delete: the words that end the wait", b"no such app" in gone.body and gone.status == 404, gone.body)


rack()
rack_params_set()
apps_create()
made, log = build(description="first", build_args="NAME=a,b c", no_cache="true")
builds(made, log)
released = deploy()
releases(released)
env(released["release"])
registries()
move(made, log)
crowd()
refused()
others()
