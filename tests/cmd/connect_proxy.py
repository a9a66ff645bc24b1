#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A proxy that knows CONNECT alone: connect_proxy.py PORT-FILE LOG [USER:PASSWORD]. The head of each request is a line
of LOG. It says of itself that it is what it is not."""
import base64
import os
import socket
import sys
import threading

port_file, log = sys.argv[1:3]
login = sys.argv[3] if len(sys.argv) > 3 else None


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def answer(client, line):
    client.sendall(line.encode() + b"\r\nServer: rackdeck/proxy\r\n\r\n")


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(65536)
        if not data:
            return
        head += data
    text = head.decode("latin-1")
    with open(log, "a", encoding="utf-8") as out:
        out.write(text.replace("\r\n", "|") + "\n")
    method, place, _ = text.split(" ", 2)
    if login and base64.b64encode(login.encode()).decode() not in text:
        return answer(client, "HTTP/1.1 407 Proxy Authentication Required")
    if method != "CONNECT":
        return answer(client, "HTTP/1.1 501 Not Implemented")
    host, port = place.rsplit(":", 1)
    try:
        server = socket.create_connection((host, int(port)))
    except OSError:
        return answer(client, "HTTP/1.1 502 Bad Gateway")
    answer(client, "HTTP/1.1 200 Connection established")
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    pump(server, client)
    server.close()


def run(client):
    with client:
        serve(client)


listener = socket.create_server(("127.0.0.1", 0))
with open(port_file + ".new", "w", encoding="ascii") as port_out:
    port_out.write(str(listener.getsockname()[1]))
os.rename(port_file + ".new", port_file)
while True:
    threading.Thread(target=run, args=(listener.accept()[0],), daemon=True).start()
