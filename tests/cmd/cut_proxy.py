#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A wire that breaks: cut_proxy.py PORT-FILE PORT WORD DIRECTION BYTES...

It carries connections to 127.0.0.1:PORT and writes the port on which it listens to PORT-FILE. Each connection
whose first line holds WORD takes the next of BYTES, while there are any, and is reset after so many bytes
"up" (to the server) or "down" (from it).
"""
import os
import socket
import struct
import sys
import threading

port_file, port, word, direction = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4]
cuts = [int(n) for n in sys.argv[5:]]
lock = threading.Lock()


def next_cut(first_line):
    with lock:
        return cuts.pop(0) if word in first_line and cuts else None


def reset(*sockets):
    for s in sockets:
        try:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def carry(source, target, limit):
    """Moves bytes until the end or the limit, which cuts both."""
    try:
        while limit is None or limit > 0:
            piece = source.recv(65536 if limit is None else min(65536, limit))
            if not piece:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(piece)
            limit = None if limit is None else limit - len(piece)
        reset(source, target)
    except OSError:
        reset(source, target)


def serve(client):
    server = socket.create_connection(("127.0.0.1", port))
    first = b""
    while b"\n" not in first:
        piece = client.recv(65536)
        if not piece:
            break
        first += piece
    cut = next_cut(first.split(b"\n")[0])
    up = cut if direction == "up" else None
    down = cut if direction == "down" else None
    head = first if up is None else first[:up]
    server.sendall(head)
    up = None if up is None else up - len(head)
    threads = [threading.Thread(target=carry, args=(client, server, up)),
               threading.Thread(target=carry, args=(server, client, down))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    client.close()
    server.close()


def serve_safely(client):
    try:
        serve(client)
    except OSError:
        client.close()


listener = socket.create_server(("127.0.0.1", 0), backlog=100)
with open(port_file + ".new", "w", encoding="ascii") as f:
    f.write(str(listener.getsockname()[1]))
os.rename(port_file + ".new", port_file)
while True:
    threading.Thread(target=serve_safely, args=(listener.accept()[0],), daemon=True).start()
