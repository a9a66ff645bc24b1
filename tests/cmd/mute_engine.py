#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An engine that takes connections and never answers: builds on it run without end. mute_engine.py SOCKET"""
import os
import socket
import sys

server = socket.socket(socket.AF_UNIX)
# Who sees the socket may connect at once.
server.bind(sys.argv[1] + ".new")
server.listen(64)
os.rename(sys.argv[1] + ".new", sys.argv[1])
held = []
while True:
    held.append(server.accept()[0])
