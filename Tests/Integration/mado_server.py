"""Starts, stops and asks a real `mado serve` for the tests of this folder."""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

BINARY = ""
DEADLINE = 30  # seconds that anything may take before a test gives up


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(condition, what, seconds=DEADLINE):
    """Waits until condition() is true, and returns what it returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


class Server:
    """A server process in a folder of its own."""

    def __init__(self, *options, scheme="http", data=None, name="localhost", registration="open", limits=False,
                 environment=None, is_folder_relative=False):
        self.folder = data or tempfile.mkdtemp(prefix="mado-test-")
        self.is_folder_relative = is_folder_relative
        self.port = free_port()
        self.scheme = scheme
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.name = name
        self.options = list(options) + ["--registration", registration] + ([] if limits else ["--no-rate-limits"])
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        self.log = os.path.join(self.folder, "test.log")

    def command(self):
        folder = os.path.relpath(self.folder) if self.is_folder_relative else self.folder
        return [BINARY, "serve", "--data", folder, "--server-name", self.name, "--listen", self.url, *self.options]

    def start(self, wait=True, prefix=()):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, *self.command()], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env=self.environment)
        if wait:
            eventually(self.is_ready, "the server answers")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"mado serve ended with {self.process.returncode}:\n{self.read_log()}")
        try:
            return self.request("GET", "/_matrix/client/versions")[0] == 200
        except OSError:
            return False

    def read_log(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        """Silent from now on, until it is killed."""
        self.process.send_signal(signal.SIGSTOP)
        # The threads stop one after another, when the machine gives them a moment.
        eventually(lambda: thread_states(self.process.pid) == {"T"}, "the server stands still")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the server did not stop in time")
        return self.process.returncode

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connection(self):
        if self.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=DEADLINE, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)

    def request(self, method, path, body=None, token=None, headers=None, connection=None):
        """Status, and the answer's body as JSON (or bytes where it is none)."""
        own = connection is None
        connection = connection or self.connection()
        try:
            all_headers = dict(headers or {})
            if token:
                all_headers["Authorization"] = f"Bearer {token}"
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
            connection.request(method, path, body, all_headers)
            response = connection.getresponse()
            raw = response.read()
            try:
                return response.status, json.loads(raw)
            except ValueError:
                return response.status, raw
        finally:
            if own:
                connection.close()

    def register(self, user, password="correct horse"):
        status, answer = self.request(
            "POST", "/_matrix/client/v3/register",
            {"username": user, "password": password, "auth": {"type": "m.login.dummy"}})
        if status == 401:
            status, answer = self.request(
                "POST", "/_matrix/client/v3/register",
                {"username": user, "password": password,
                 "auth": {"type": "m.login.dummy", "session": answer["session"]}})
        assert status == 200, (status, answer)
        return Member(self, answer["user_id"], answer["access_token"], answer["device_id"])


class Member:
    """A logged-in member."""

    def __init__(self, server, user_id, token, device_id):
        self.server = server
        self.user_id = user_id
        self.token = token
        self.device_id = device_id
        self.transactions = 0

    def request(self, method, path, body=None, **more):
        return self.server.request(method, path, body, token=self.token, **more)

    def expect(self, method, path, body=None, status=200, **more):
        got, answer = self.request(method, path, body, **more)
        assert got == status, (method, path, got, answer)
        return answer

    def create_room(self, **body):
        return self.expect("POST", "/_matrix/client/v3/createRoom", body)["room_id"]

    def send(self, room, text, transaction=None, **more):
        if transaction is None:
            self.transactions += 1
            transaction = f"t{self.transactions}"
        return self.expect(
            "PUT", f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message/{transaction}",
            {"msgtype": "m.text", "body": text}, **more)["event_id"]

    def sync(self, since=None, timeout=0, **parameters):
        query = {"timeout": timeout, **parameters}
        if since:
            query["since"] = since
        from urllib.parse import urlencode
        return self.expect("GET", "/_matrix/client/v3/sync?" + urlencode(query))


def thread_states(process):
    """The letters of proc(5) that the process's threads have now."""
    states = set()
    for task in os.listdir(f"/proc/{process}/task"):
        try:
            with open(f"/proc/{process}/task/{task}/stat", encoding="utf-8") as line:
                states.add(line.read().rpartition(")")[2].split()[0])
        except OSError:
            pass  # It ended meanwhile.
    return states


def children_named(name, folder):
    """The running programs of that name which have a server's folder among their words."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/comm", encoding="utf-8") as comm, open(f"/proc/{entry}/cmdline", "rb") as line:
                if comm.read().strip() == name and folder.encode() in line.read():
                    found.append(int(entry))
        except OSError:
            pass
    return found


def quote(text):
    from urllib.parse import quote as percent
    return percent(text, safe="")


class ServerTestCase(unittest.TestCase):
    """Tests that share one server."""

    options = ()
    scheme = "http"

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.options, scheme=cls.scheme).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()


def main():
    """Runs the tests of a program that is called with the path of `mado`."""
    global BINARY
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} PATH-OF-MADO [TEST…]")
    BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__", verbosity=2, warnings="ignore")
