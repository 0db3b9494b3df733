"""What the server asks while it is asked: an application service that knows one network with one person and one place,
and a page with a preview."""
import http.server
import json
import os
import threading

AS_TOKEN, HS_TOKEN = "as-token-of-the-stub", "hs-token-of-the-stub"
USER = {"userid": "@_stub_anna:localhost", "protocol": "stub", "fields": {"nick": "anna"}}
LOCATION = {"alias": "#_stub_pier:localhost", "protocol": "stub", "fields": {"channel": "pier"}}
PROTOCOL = {
    "user_fields": ["nick"], "location_fields": ["channel"], "icon": "mxc://localhost/icon",
    "field_types": {name: {"regexp": ".*", "placeholder": name} for name in ("nick", "channel")},
    "instances": [{"desc": "Stub", "network_id": "stub-net", "fields": {}}],
}
PAGE = b"<html><head><title>Pier</title><meta property='og:description' content='Berths and boats'></head></html>"
page = ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        if self.path == "/page":
            return self.send(200, "text/html", PAGE)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, body = (200, self.body()) if self.headers["Authorization"] == f"Bearer {HS_TOKEN}" else (403, {})
        self.send(status, "application/json", json.dumps(body).encode())

    def send(self, status, media_type, raw):
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def body(self):
        if "/thirdparty/protocol/" in self.path:
            return PROTOCOL
        if "/thirdparty/user" in self.path:
            return [USER]
        if "/thirdparty/location" in self.path:
            return [LOCATION]
        return {}

    do_GET = do_PUT = do_POST = answer

    def log_message(self, *_):
        pass


def start(folder):
    """Starts it; the path of its registration."""
    global page
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = f"http://127.0.0.1:{server.server_port}/page"
    path = os.path.join(folder, "stub.yaml")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({
            "id": "stub", "url": f"http://127.0.0.1:{server.server_port}", "as_token": AS_TOKEN, "hs_token": HS_TOKEN,
            "sender_localpart": "_stub_bot", "rate_limited": False, "protocols": ["stub"],
            "namespaces": {"users": [{"exclusive": True, "regex": "@_stub_.*"}], "rooms": [],
                           "aliases": [{"exclusive": False, "regex": "#.*"}]}}, file)
    return path
