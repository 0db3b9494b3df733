"""A server under test, and the little that is asked of it outside of the clients."""

import base64
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request

SYSTEM_CERTIFICATES = "/etc/ssl/certs"


class Server:
    """`mado serve` on a free https port of the loopback interface, with a certificate of its own authority."""

    def __init__(self, program, folder, name=None):
        os.makedirs(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        # With the port in the name clients find the server by the name alone (/.well-known/matrix/client).
        self.name = name or f"localhost:{port}"
        self.address = f"https://127.0.0.1:{port}"
        self.log = f"{folder}/server.log"
        data = self.data = f"{folder}/data"
        self.program = program
        arguments = ["--data", data, "--server-name", self.name, "--listen", self.address, "--registration", "open",
                     "--no-rate-limits", "--log-level", "debug"]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([program, "serve", *arguments], stdout=log, stderr=log)
        self._wait_until_ready()
        self.authority = f"{data}/certificates/ca.crt"
        self._context = ssl.create_default_context(cafile=self.authority)
        self.certificates = self._trusting_certificates(f"{folder}/certificates")

    def _wait_until_ready(self):
        deadline = time.monotonic() + 30
        while " ready " not in open(self.log).read():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {open(self.log).read()}")
            time.sleep(0.1)

    def _trusting_certificates(self, folder):
        """A copy of the system's certificate folder that trusts the server's authority too."""
        shutil.copytree(SYSTEM_CERTIFICATES, folder, symlinks=True)
        with open(self.authority) as authority, open(f"{folder}/ca-certificates.crt", "a") as bundle:
            bundle.write(authority.read())
        shutil.copy(self.authority, f"{folder}/mado.pem")
        subprocess.run(["openssl", "rehash", folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return folder

    def request(self, method, path, body=None, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(
            self.address + path, method=method, headers=headers,
            data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, context=self._context, timeout=30) as answer:
            return json.load(answer)

    def add_member(self, name, display_name, password):
        answer = self.request("POST", "/_matrix/client/v3/register", {
            "username": name, "password": password, "auth": {"type": "m.login.dummy"}})
        token = answer["access_token"]
        user = answer["user_id"]
        self.request("PUT", f"/_matrix/client/v3/profile/{user}/displayname", {"displayname": display_name}, token)
        self.request("POST", "/_matrix/client/v3/logout", {}, token)
        return user

    def mend_backup(self, user, password):
        """Writes the public key of the member's key backup as the specification has it: nheko encodes it twice."""
        token = self.log_in(user, password)
        version = self.request("GET", "/_matrix/client/v3/room_keys/version", token=token)
        public_key = version["auth_data"]["public_key"]
        version["auth_data"]["public_key"] = base64.b64decode(public_key + "=" * (-len(public_key) % 4)).decode()
        self.request("PUT", f"/_matrix/client/v3/room_keys/version/{version['version']}", version, token)
        self.request("POST", "/_matrix/client/v3/logout", {}, token)

    def log_in(self, user, password):
        return self.request("POST", "/_matrix/client/v3/login", {
            "type": "m.login.password", "identifier": {"type": "m.id.user", "user": user}, "password": password,
        })["access_token"]

    def start_arcade(self):
        """The second server behind this one's port. - Returns: its process."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            behind = f"http://127.0.0.1:{probe.getsockname()[1]}"
        url = f"{self.address}/second/arcade/"
        folder = os.path.dirname(self.data)
        with open(f"{folder}/arcade.token", "w") as token:
            subprocess.run(
                [self.program, "second-server", "add", "arcade", "--title", "Arcade", "--behind", behind, "--url", url,
                 "--data", self.data], check=True, stdout=token)
        with open(f"{folder}/arcade.log", "w") as log:
            return subprocess.Popen(
                [os.path.join(os.path.dirname(os.path.realpath(self.program)), "mado-arcade"), "--data",
                 f"{folder}/arcade", "--listen", behind, "--url", url, "--first-server",
                 f"{self.name}={self.address},{self.address}", "--token", f"{self.name}={folder}/arcade.token",
                 "--authority", self.authority, "--trusted-proxy", "127.0.0.1"], stdout=log, stderr=log)

    def announce(self, author, password, title, text):
        """By a member who may: the role is given here."""
        subprocess.run([self.program, "member", "role", "add", author, "announcer", "--data", self.data], check=True,
                       stdout=subprocess.DEVNULL)
        token = self.log_in(author, password)
        self.request("POST", "/_mado/v1/announcements",
                     {"audience": {"kind": "all"}, "title": title, "text": text, "priority": "important"}, token)
        self.request("POST", "/_matrix/client/v3/logout", {}, token)

    def publish(self, feed, title, headline, contact):
        """By a provider of a new feed."""
        made = subprocess.run(
            [self.program, "provider", "add", feed, "--push", "--title", title, "--data", self.data], check=True,
            capture_output=True, text=True)
        self.request("POST", f"/_mado/v1/feeds/{feed}/items",
                     {"id": "1", "headline": headline, "priority": "high", "contact": contact}, made.stdout.split()[-1])

    def answers(self):
        """What was asked and how it was answered, from the access log: (method, target, status)."""
        for line in open(self.log):
            if " answered " in line:
                fields = dict(word.split("=", 1) for word in line.split() if "=" in word)
                yield fields["method"], fields["target"], int(fields["status"])

    def refusals(self):
        """What was not answered as it was asked, and what was said: (method, target, status, error)."""
        for line in open(self.log):
            if found := re.search(r" answered .*method=(\S+) .*target=(\S+) .*status=([45]\d\d) .*refusal=(.*)", line):
                yield found[1], found[2], int(found[3]), found[4]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)
