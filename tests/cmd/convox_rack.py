#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A whole rack in the manner of Convox, and nothing of rackdeck: convox_rack.py v2|v3 PORT-FILE FOLDER [APP | CERT KEY]

It keeps apps, builds, releases and parameters, and has the ways of the generation that it is told: v2 answers 404
where something is missing, creates builds as "created", whose log is empty until they run, and ends streams by
closing, the first one of a build too early; v3 says 500 for nearly all that is wrong, begins a stream that it cannot
serve with its words, sends pings, and ends streams with an empty binary frame. Both answer in chunks, gzipped where
that is asked for; the app "slow" is not ready at once. Builds run and promotions end while FOLDER/hold does not exist.
FOLDER/requests tells what was asked, FOLDER/sources what was sent to be built; FOLDER/refuse ("REGEX-OF-PATHS STATUS WORDS") says
what is answered so, FOLDER/refused what was; FOLDER/cut cuts one upload. "convox_rack.py v2|v3 log" prints the log of
a build.
"""
import datetime
import gzip
import io
import json
import os
import random
import re
import ssl
import string
import sys
import tarfile
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True  # not into the sources
import convox_http

generation, port_file, folder = (sys.argv + [""])[1:4]
is_v3 = generation == "v3"
PING_S = 0.2
UNSET = "0001-01-01T00:00:00Z"
MANIFEST = "services:\n  web:\n    build: .\n    port: 3000\n"
lock = threading.RLock()
grown = threading.Condition(lock)  # a build or its log
objects = {}
apps, builds, releases = {}, {}, {}
registries = []
promoting = {}  # app -> the promotion that is under way
fallen = set()  # builds whose stream was closed with an error once
params = {"BuildInstance": "t3.small", "Autoscale": "Yes"}
LOG = {
    "v2": """Building: .
Sending build context to Docker daemon  2.048kB\r\r
Step 1/3 : FROM alpine:3.18
 ---> 8ca4688f4f35
Step 2/3 : RUN apk add curl
 ---> Running in 0f2d0d8e1a11
fetch äöü ☃ <ok>not a tag</ok> 100%
Removing intermediate container 0f2d0d8e1a11
 ---> 5b1c0f0d0d0d
Step 3/3 : COPY . /app
 ---> 6b1c0f0d0d0e
Successfully built 6b1c0f0d0d0e
Running: docker tag rack/shop web
Running: docker push web
""",
    "v3": """Building: .
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s
#5 [1/3] FROM docker.io/library/alpine:3.18
#5 DONE 0.1s
#6 [2/3] RUN apk add curl
#6 0.512 fetch äöü ☃ <ok>not a tag</ok> 100%
#6 DONE 1.2s
#7 [3/3] COPY . /app
#7 DONE 0.1s
Running: docker push web
""",
}[generation].encode()
# Longer than the chunks of 32 KiB, which cut characters in two.
LOG += b"".join(b"line %d \xc3\xa4\xe2\x98\x83\n" % i for i in range(5000))


if port_file == "log":
    sys.stdout.buffer.write(LOG)
    sys.exit()


class Refusal(Exception):
    def __init__(self, status, words):
        super().__init__(words)
        self.status, self.words = status, words


def missing(what, name):
    """As the generations tell that something is not there."""
    return Refusal(500 if is_v3 else 404, f"{what} not found: {name}")


def now():
    return datetime.datetime.utcnow().isoformat() + "123Z"


def new_id(letter):
    return letter + "".join(random.choice(string.ascii_uppercase) for _ in range(10))


def path(name):
    return os.path.join(folder, name)


def log_line(name, line):
    with lock, open(path(name), "a", encoding="utf-8") as f:
        f.write(line + "\n")


def find(table, what, name):
    if name not in table:
        raise missing(what, name)
    return table[name]


def of_app(table, app):
    return [r for r in table.values() if r["app"] == app][::-1]


# ---- apps, builds, releases ----

def create_app(form):
    name = form["name"]
    if name in apps:
        raise Refusal(500 if is_v3 else 403, f"app already exists: {name}")
    apps[name] = {"generation": "3" if is_v3 else "2", "locked": False, "name": name, "release": "",
                  "router": "", "status": "running", "parameters": {"LogRetention": ""}}
    if name == "slow":
        apps[name]["status"] = "creating"
        threading.Timer(0.3, lambda: apps[name].update(status="running")).start()
    return apps[name]


def create_release(app, form):
    latest = (of_app(releases, app) or [{"build": "", "env": "", "manifest": ""}])[0]
    build = form.get("build") or latest["build"]
    release = {"id": new_id("R"), "app": app, "build": build, "env": form.get("env", latest["env"]),
               "manifest": builds[build]["manifest"] if build else "", "description": form.get("description", ""),
               "created": now()}
    releases[release["id"]] = release
    return release


def promote(app, release, form):
    if apps[app]["status"] != "running" and form.get("force") != "true":
        raise Refusal(403, "app is currently updating")
    if not find(releases, "release", release)["manifest"].strip():
        raise Refusal(500, "can not promote a release with an empty manifest")
    apps[app]["status"] = "updating"
    this = promoting[app] = object()  # a newer one, or a cancel, takes its place
    if not os.path.exists(path("hold")):
        threading.Timer(1, end_promotion, (app, release, this)).start()


def end_promotion(app, release, this):
    with lock:
        if promoting.get(app) is this:
            apps[app].update(status="running", release=release)


def cancel(app):
    if apps[app]["status"] != "updating":
        raise Refusal(403, "app is not updating")
    promoting.pop(app)
    apps[app]["status"] = "running"


def check_source(app, url):
    """The source must be a gzipped tar that was uploaded, with its manifest."""
    data = objects.get(url)
    if data is None:
        raise Refusal(403, "no build source found")
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        names = [entry.name for entry in tar if entry.isreg()]  # all else vanishes there
    log_line("sources", f"{app} {' '.join(names)}")


def create_build(app, form):
    check_source(app, form.get("url", ""))
    for arg in form.get("build-args", "").split(",") if form.get("build-args") else []:
        if "=" not in arg:
            raise Refusal(500, f"invalid build args:{arg}")
    build = {"id": new_id("B"), "app": app, "description": form.get("description", ""), "entrypoint": "",
             "logs": "", "manifest": "", "process": "", "release": "", "reason": "", "started": now(),
             "ended": UNSET, "status": "created", "git-sha": form.get("git-sha", "")}
    if not is_v3:
        build["wildcard-domain"] = False
    builds[build["id"]] = build
    objects[build["id"]] = b""
    log_line("requests", "build " + json.dumps(form, sort_keys=True))
    threading.Thread(target=run_build, args=(build, form), daemon=True).start()
    return dict(build)


def run_build(build, form):
    time.sleep(0.7)  # the pace of real ones: clients see it created, then find its log growing
    with grown:
        build.update(status="running", process="p-1", manifest=MANIFEST)
        grown.notify_all()
    for i in range(0, len(LOG), 20000):
        with grown:
            objects[build["id"]] += LOG[i:i + 20000]
            grown.notify_all()
        time.sleep(0.05)  # the same
        while os.path.exists(path("hold")):
            time.sleep(0.02)
    failed = form.get("description") == "fail"
    with grown:
        if failed:
            objects[build["id"]] += b"ERROR: exit status 1\n"
        build.update(ended=now(), logs=f"object://{build['app']}/build/{build['id']}/logs")
        if failed:
            build.update(status="failed")
        else:
            release = create_release(build["app"], {"build": build["id"], "description": build["description"]})
            build.update(release=release["id"], status="complete")
        grown.notify_all()


def import_build(app, data):
    manifest, tars, source = "", 0, {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        for entry in tar:
            if entry.name == "build.json":
                source = json.load(tar.extractfile(entry))
                manifest = source["manifest"]
            tars += entry.name.endswith(".tar")
    if not tars:
        raise Refusal(500, "invalid image manifest: no data")
    build = {"id": new_id("B"), "app": app, "description": source["description"], "entrypoint": "",
             "logs": source["logs"], "manifest": manifest, "process": "", "release": "", "reason": "",
             "status": "complete", "started": now(), "ended": now()}
    builds[build["id"]] = build
    build["release"] = create_release(app, {"build": build["id"]})["id"]
    return build


def archive(build):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        def put(name, data, kind=tarfile.REGTYPE):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.type = len(data), 0o600, kind
            tar.addfile(entry, io.BytesIO(data))
        put("build.json", json.dumps(build, indent=2).encode())
        if is_v3:  # as its newer ones do
            put("", b"", tarfile.DIRTYPE)
        put(f"{build['app']}.{build['id']}.tar", random.randbytes(300000))
    return out.getvalue()


# ---- HTTP ----

def refuse(asked):
    """FOLDER/refuse: "REGEX-OF-PATHS STATUS WORDS" """
    try:
        with open(path("refuse"), encoding="utf-8") as f:
            end, status, words = f.read().split(" ", 2)
    except FileNotFoundError:
        return
    if re.search(end, asked):
        log_line("refused", "GET " + asked + " ")
        raise Refusal(int(status), words.strip())


class Handler(convox_http.Handler):
    def answer(self, status, body, kind):
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Request-Id", "0123456789ab")
        if kind != "application/octet-stream" and "gzip" in self.headers.get("Accept-Encoding", ""):
            self.send_header("Content-Encoding", "gzip")
            body = gzip.compress(body)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        step = 7 if len(body) < 1000 else 8191
        for i in range(0, len(body), step):
            part = body[i:i + step]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    # ---- WebSocket ----

    def end_stream(self):
        if is_v3:
            self.frame(2, b"")
        elif random.random() < 0.5:
            self.frame(8, b"\x03\xe8")

    def text(self, payload):
        """Text in the chunks of a rack, some of them as two fragments."""
        for i in range(0, len(payload), 32768):
            part = payload[i:i + 32768]
            if i % 65536:
                self.frame(1, part[:1000], last=False)
                self.frame(0, part[1000:])
            else:
                self.frame(1, part)

    def stream_build(self, build):
        self.upgrade()
        with lock:
            status = build["status"]
        if is_v3 and status == "created":
            self.text(f"ERROR: unable to read logs for build: {build['id']}\n".encode())
            return self.end_stream()
        if not is_v3 and status == "running" and build["id"] not in fallen:
            fallen.add(build["id"])
            self.text(objects[build["id"]][:1001])
            return self.frame(8, b"\x03\xf3something fell")
        at = 0
        while not (not is_v3 and status == "created"):
            with grown:
                grown.wait_for(lambda: build["status"] != "running" or len(objects[build["id"]]) > at, PING_S)
                ended = build["status"] != "running"
                part = objects[build["id"]][at:]
            self.text(part)
            at += len(part)
            if ended:
                break
            if is_v3:
                self.frame(9, b"")
        return self.end_stream()

    def stream_app(self):
        self.upgrade()
        stamp = now()[:19] + "Z"
        self.text(f"{stamp} service/web/1 not of the system\n{stamp} system/aws updating web\n".encode())
        self.end_stream()

    # ---- routes ----

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # the other side left

    def route(self):
        uri = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(uri.query))
        body = self.body()
        log_line("requests", f"{self.command} {uri.path} {json.dumps(query)} {len(body)}")
        form = query
        # A rack in Go would have read the body as a form and found none in its place.
        if self.headers.get("Content-Type", "") != "application/octet-stream" and len(body) > 0 and body[:1] == b"\x1f":
            log_line("requests", "not a form")
        elif "urlencoded" in self.headers.get("Content-Type", ""):
            form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        if not self.is_login(b"pass"):
            return self.answer(401, b"invalid authentication\n", "text/plain")
        try:
            refuse(uri.path)
            if self.headers.get("Upgrade"):
                return self.stream(uri.path.strip("/").split("/"))
            with lock:
                result = self.act(uri.path.strip("/").split("/"), form, query, body)
        except Refusal as why:
            return self.answer(why.status, (why.words + "\n").encode(), "text/plain")
        if isinstance(result, bytes):
            return self.answer(200, result, "application/octet-stream")
        if result is None:
            return self.answer(200, b"ok\n", "text/plain")
        return self.answer(200, (json.dumps(result, indent=2) + "\n").encode(), "application/json")

    def stream(self, parts):
        if parts[2:] == ["logs"]:
            return self.stream_app()
        with lock:
            build = find(builds, "build", parts[3])
        return self.stream_build(build)

    def act(self, parts, form, query, body):
        where = (self.command, parts[0], *parts[2:3])
        if where[1] == "auth":
            return None
        if where[1] == "system" and self.command == "PUT":
            params.update(urllib.parse.parse_qsl(form["parameters"], keep_blank_values=True))
            return None
        if where[1] == "system":
            return {"count": 3, "domain": "rack.example.com", "name": "far", "outputs": {}, "parameters": params,
                    "provider": "k8s" if is_v3 else "aws", "region": "us-east-1", "status": "running",
                    "type": "t3.small", "version": "3.10.8" if is_v3 else "20221216180753"}
        if where[1] == "registries":
            return self.act_registries(parts, form)
        if where[1] == "apps" and len(parts) == 1:
            return create_app(form) if self.command == "POST" else sorted(apps.values(), key=lambda a: a["name"])
        if where[1] == "apps":
            find(apps, "app", parts[1])
            return self.act_app(parts, form, query, body)
        raise Refusal(404, "")

    def act_registries(self, parts, form):
        if self.command == "POST":
            registries.append({"server": form["server"], "username": form["username"], "password": form["password"]})
            return registries[-1]
        if self.command == "DELETE":
            registries[:] = [r for r in registries if r["server"] != "/".join(parts[1:])]
            return None
        return registries

    def act_app(self, parts, form, query, body):
        app, kind = parts[1], (parts[2:3] or [""])[0]
        if not kind:
            if self.command == "DELETE":
                del apps[app]
                promoting.pop(app, None)
                return None
            if self.command == "PUT":
                apps[app]["parameters"].update(urllib.parse.parse_qsl(form["parameters"], keep_blank_values=True))
                return None
            return apps[app]
        if kind == "objects":
            if os.path.exists(path("cut")):
                os.remove(path("cut"))
                raise OSError("the connection is cut")
            url = f"object://{app}/{'/'.join(parts[3:])}"
            objects[url] = body
            return {"Url": url}
        if kind == "builds":
            return self.act_builds(app, parts, form, query, body)
        if kind == "releases":
            return self.act_releases(app, parts, form, query)
        if kind == "cancel":
            return cancel(app)
        raise Refusal(404, "")

    def act_builds(self, app, parts, form, query, body):
        if parts[3:] == ["import"]:
            return import_build(app, body)
        if len(parts) == 3 and self.command == "POST":
            return create_build(app, form)
        if len(parts) == 3:
            return of_app(builds, app)[:int(query.get("limit", 10))]
        if self.command != "GET":
            raise Refusal(404, "")
        if parts[3].endswith(".tgz"):
            return archive(find(builds, "build", parts[3][:-4]))
        return find(builds, "build", parts[3])

    def act_releases(self, app, parts, form, query):
        if parts[-1] == "promote":
            return promote(app, parts[3], form)
        if len(parts) == 3 and self.command == "POST":
            return create_release(app, form)
        if len(parts) == 3:
            return [{**r, "env": ""} for r in of_app(releases, app)[:int(query.get("limit", 10))]]
        return find(releases, "release", parts[3])

    do_GET = do_POST = do_PUT = do_DELETE = route


if len(sys.argv) == 5:
    create_app({"name": sys.argv[4]})
context = None
if len(sys.argv) > 5:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
convox_http.serve(Handler, port_file, context)
