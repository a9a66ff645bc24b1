# SPDX-License-Identifier: MIT
"""How racks of Convox speak HTTP, whatever they say: for convox_rack.py and foreign_rack.py."""
import base64
import hashlib
import http.server
import os


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        """The whole body of the request, sent in chunks or not."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whole = b""
        while True:
            size = int(self.rfile.readline().strip(), 16)
            whole += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                return whole

    def is_login(self, password):
        return self.headers.get("Authorization") == "Basic " + base64.b64encode(b"convox:" + password).decode()

    def upgrade(self):
        """Answers that from here on it is a WebSocket."""
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response_only(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept",
                         base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.close_connection = True

    def frame(self, kind, payload, last=True):
        n = len(payload)
        size = bytes([n]) if n < 126 else bytes([126]) + n.to_bytes(2, "big") if n < 65536 else \
            bytes([127]) + n.to_bytes(8, "big")
        self.wfile.write(bytes([(0x80 if last else 0) | kind]) + size + payload)

    def log_message(self, *args):
        pass


def serve(handler, port_file, tls=None):
    """Serves for ever, at a port that is told in a file and on stdout. tls: an SSLContext."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with open(port_file + ".new", "w", encoding="ascii") as out:
        out.write(str(server.server_address[1]))
    os.rename(port_file + ".new", port_file)
    print("port", server.server_address[1], flush=True)
    server.serve_forever()
