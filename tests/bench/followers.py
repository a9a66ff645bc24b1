#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""So many clients at once read one thing over TLS to its end: followers.py N PORT PATH MIN-BYTES [LOGIN]

With LOGIN ("user:password") PATH is opened as a WebSocket and read to the empty binary frame, else it is got.
Prints the seconds until the last one had all.
"""
import base64
import os
import socket
import ssl
import sys
import threading
import time

n, port, path, wanted = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
end = b""
if len(sys.argv) > 5:
    end = b"\x82\x00\x88\x02\x03\xe8"
    head += (f"Authorization: Basic {base64.b64encode(sys.argv[5].encode()).decode()}\r\n"
             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n")
else:
    head += "Connection: close\r\n\r\n"
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
good = []
ready = threading.Barrier(n + 1)


def follow():
    raw = socket.create_connection(("127.0.0.1", port))
    s = context.wrap_socket(raw)
    buf = bytearray(1 << 18)
    got, tail = 0, b""
    ready.wait()
    s.sendall(head.encode())
    while True:
        size = s.recv_into(buf)
        if not size:
            break
        got += size
        tail = (tail + bytes(buf[max(0, size - 6):size]))[-6:]
        if end and tail == end:
            break
    s.close()
    if got >= wanted and (not end or tail == end):
        good.append(got)


threads = [threading.Thread(target=follow) for _ in range(n)]
for t in threads:
    t.start()
ready.wait()
began = time.monotonic()
for t in threads:
    t.join()
seconds = time.monotonic() - began
if len(good) != n:
    sys.exit(f"only {len(good)} of {n} got all")
print(f"{seconds:.3f}")
