#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An engine that takes connections and never answers: builds on it run without end. mute_engine.py SOCKET"""
import socket
import sys

server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(64)
held = []
while True:
    held.append(server.accept()[0])
