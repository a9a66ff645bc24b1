#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A small S3 for the tests: objects as files of a folder, every signature checked (SigV4, header form).

server.py FOLDER [--page N] [--busy N] [--cut N] [--skew SECONDS]
  --page N   at most N keys a page of a listing (default 1000)
  --busy N   every Nth request gets 503 SlowDown
  --cut N    every Nth GET of an object loses its connection half-way
  --skew S   this server's clock is S seconds ahead
Key id "AKIDTEST", secret "secret/of+tests"; prints its port as the first line; ends with its input.
Written from Amazon's "Signature Calculations for the Authorization Header" and the S3 API reference.
"""
import datetime
import hashlib
import hmac
import http.server
import os
import sys
import threading
import urllib.parse
from xml.sax.saxutils import escape

KEY_ID, SECRET = "AKIDTEST", "secret/of+tests"
options = {"page": 1000, "busy": 0, "cut": 0, "skew": 0}
count = {"all": 0, "get": 0}
lock = threading.Lock()


def now():
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=options["skew"])


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def quoted(text, safe=""):
    return urllib.parse.quote(text, safe="-_.~" + safe)


class Refusal(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        return now().strftime("%a, %d %b %Y %H:%M:%S GMT")

    def answer(self, status, body=b"", cut=False):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.wfile.flush()
            self.connection.shutdown(2)
            self.close_connection = True

    def check_signature(self, body):
        auth = self.headers.get("Authorization", "")
        if not auth.startswith("AWS4-HMAC-SHA256 "):
            raise Refusal(403, "AccessDenied")
        parts = dict(p.strip().split("=", 1) for p in auth[17:].split(","))
        key_id, day, region, service, end = parts["Credential"].split("/")
        if key_id != KEY_ID:
            raise Refusal(403, "InvalidAccessKeyId")
        stamp = self.headers["x-amz-date"]
        when = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
        when = when.replace(tzinfo=datetime.timezone.utc)
        if abs((now() - when).total_seconds()) > 900:
            raise Refusal(403, "RequestTimeTooSkewed")
        digest = self.headers.get("x-amz-content-sha256", "")
        if digest != hashlib.sha256(body).hexdigest():
            raise Refusal(400, "XAmzContentSHA256Mismatch")
        names = parts["SignedHeaders"].split(";")
        if "host" not in names or "x-amz-content-sha256" not in names:
            raise Refusal(403, "AccessDenied")
        path, _, query = self.path.partition("?")
        pairs = [tuple(map(urllib.parse.unquote, (p + "=").split("=")[:2])) for p in query.split("&") if p]
        canonical = "\n".join([
            self.command,
            quoted(urllib.parse.unquote(path), "/"),
            "&".join(sorted(f"{quoted(k)}={quoted(v)}" for k, v in pairs)),
            *(f"{n}:{' '.join(self.headers.get(n, '').split())}" for n in sorted(names)),
            "", ";".join(sorted(names)), digest])
        scope = f"{day}/{region}/{service}/{end}"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = mac(mac(mac(mac(b"AWS4" + SECRET.encode(), day), region), service), end)
        if not hmac.compare_digest(mac(key, text).hex(), parts["Signature"]):
            raise Refusal(403, "SignatureDoesNotMatch")
        return dict(pairs)

    def list(self, bucket, query):
        prefix = query.get("prefix", "")
        names = sorted(urllib.parse.unquote(n) for n in os.listdir(bucket) if not n.startswith("tmp-"))
        names = [n for n in names if n.startswith(prefix) and n > query.get("continuation-token", "")]
        page = names[: options["page"]]
        out = f"<?xml version='1.0' encoding='UTF-8'?><ListBucketResult><Name>b</Name><Prefix>{escape(prefix)}</Prefix>"
        out += f"<IsTruncated>{'true' if len(names) > len(page) else 'false'}</IsTruncated>"
        for n in page:
            try:
                st = os.stat(os.path.join(bucket, quoted(n)))
            except FileNotFoundError:
                continue
            changed = datetime.datetime.utcfromtimestamp(st.st_mtime + options["skew"])
            out += f"<Contents><Key>{escape(n)}</Key><LastModified>{changed.strftime('%Y-%m-%dT%H:%M:%S.000Z')}"
            out += f"</LastModified><Size>{st.st_size}</Size></Contents>"
        if len(names) > len(page):
            out += f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>"
        self.answer(200, (out + "</ListBucketResult>").encode())

    def serve_object(self, file, body):
        if self.command == "PUT":
            temp = os.path.join(os.path.dirname(file), f"tmp-{threading.get_ident()}")
            with open(temp, "wb") as f:
                f.write(body)
            os.rename(temp, file)
            self.answer(200)
        elif self.command == "DELETE":
            if os.path.exists(file):
                os.unlink(file)
            self.answer(204)
        elif not os.path.exists(file):
            raise Refusal(404, "NoSuchKey")
        else:
            with lock:
                count["get"] += 1
                cut = options["cut"] and count["get"] % options["cut"] == 0
            with open(file, "rb") as f:
                self.answer(200, f.read(), cut)

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            with lock:
                count["all"] += 1
                if options["busy"] and count["all"] % options["busy"] == 0:
                    raise Refusal(503, "SlowDown")
            query = self.check_signature(body)
            _, bucket, key = (urllib.parse.unquote(self.path.partition("?")[0]) + "/").split("/", 2)
            key = key[:-1]
            bucket = os.path.join(sys.argv[1], bucket)
            if not os.path.isdir(bucket):
                raise Refusal(404, "NoSuchBucket")
            if key:
                self.serve_object(os.path.join(bucket, quoted(key)), body)
            else:
                self.list(bucket, query)
        except Refusal as r:
            self.answer(r.status, f"<Error><Code>{r.code}</Code><Message>told by the test's S3</Message></Error>".encode())

    do_GET = do_PUT = do_DELETE = serve


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    for name, value in zip(sys.argv[2::2], sys.argv[3::2]):
        options[name[2:]] = int(value)
    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


main()
