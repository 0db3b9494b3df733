"""Starts, stops and asks a real `mado-arcade` for the tests of this folder."""
import http.client
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

import mado_server
from mado_server import DEADLINE, Server, eventually, free_port, quote

# For first servers: whoever polled once stays online for as long as a test takes, on however slow a machine.
STAYING = {"MADO_PRESENCE_GRACE": "10m"}


def program():
    return os.path.join(os.path.dirname(mado_server.BINARY), "mado-arcade")


def add_second_server(server, *options, name="arcade"):
    """Lets a second server ask, and returns the token that it gets."""
    answer = subprocess.run(
        [mado_server.BINARY, "second-server", "add", name, "--data", server.folder, *options],
        capture_output=True, text=True, timeout=DEADLINE)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


class Arcade:
    """A second server in a folder of its own, for these first servers."""

    def __init__(self, *servers, path=None):
        """`path`: the first server serves it under that path of its port."""
        self.folder = tempfile.mkdtemp(prefix="mado-arcade-test-")
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.url = f"{servers[0].url}{path}" if path else self.address + "/"
        self.servers = servers
        self.process = None
        self.options = []
        for server in servers:
            options = ["--title", "Arcade", "--url", self.url]
            if path:
                options += ["--behind", self.address]
            token = os.path.join(self.folder, f"token-{server.name}")
            with open(token, "w", encoding="utf-8") as file:
                file.write(add_second_server(server, *options) + "\n")
            self.options += ["--first-server", f"{server.name}={server.url}", "--token", f"{server.name}={token}"]

    def start(self):
        self.log = open(os.path.join(self.folder, "test.log"), "ab")
        self.process = subprocess.Popen(
            [program(), "--data", os.path.join(self.folder, "data"), "--listen", self.address, "--url", self.url,
             "--no-rate-limits", "--trusted-proxy", "127.0.0.1", *self.options],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        eventually(self.is_ready, "the arcade answers")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            with open(os.path.join(self.folder, "test.log"), encoding="utf-8") as log:
                raise AssertionError(f"mado-arcade ended with {self.process.returncode}:\n{log.read()}")
        try:
            return self.request("GET", "/api/time")[0] == 200
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)

    def request(self, method, path, body=None, token=None, headers=None):
        connection = self.connection()
        try:
            headers = dict(headers or {})
            if token:
                headers["Authorization"] = f"Bearer {token}"
            content = body if body is None or isinstance(body, bytes) else json.dumps(body)
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            raw = answer.read()
            try:
                return answer.status, json.loads(raw)
            except ValueError:
                return answer.status, raw
        finally:
            connection.close()


def openid(member):
    path = f"/_matrix/client/v3/user/{mado_server.quote(member.user_id)}/openid/request_token"
    return member.expect("POST", path, {})


class Player:
    """A person's device at the arcade, which hears its stream."""

    def __init__(self, arcade, member, listens=True):
        self.arcade = arcade
        self.member = member
        status, answer = arcade.request("POST", "/api/login", openid(member))
        assert status == 200, answer
        self.token = answer["token"]
        self.id = answer["id"]
        self.places = {}
        self.views = {}
        self.heard = []
        self.changed = threading.Condition()
        if listens:
            self.listen()

    def listen(self):
        ready = queue.Queue()
        threading.Thread(target=self.read, args=(ready,), daemon=True).start()
        assert ready.get(timeout=DEADLINE) == 200

    def read(self, ready):
        connection = self.arcade.connection()
        try:
            connection.request("GET", "/api/events", headers={"Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            ready.put(answer.status)
            while line := answer.readline():
                if line.startswith(b"data: "):
                    self.hear(json.loads(line[6:]))
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def hear(self, message):
        with self.changed:
            self.heard.append(message)
            if "place" in message:
                self.places[message["activity"]] = message
            else:
                self.views[message["session"]] = message
            self.changed.notify_all()

    def until(self, condition, what):
        """Waits until condition() is true, and returns what it returned."""
        end = time.monotonic() + DEADLINE
        with self.changed:
            while not (value := condition()):
                if not self.changed.wait(end - time.monotonic()):
                    raise AssertionError(f"not within {DEADLINE} s: {what}; places {self.places}")
            return value

    def ask(self, method, path, body=None, status=200):
        got, answer = self.arcade.request(method, path, body, token=self.token)
        assert got == status, (method, path, body, got, answer)
        return answer

    def connect(self, activity="reversi", **options):
        self.ask("POST", "/api/connect", {"activity": activity, "options": options})

    def place(self, kind, activity="reversi"):
        """The person's place, once it is of that kind."""
        return self.until(
            lambda: (found := self.places.get(activity)) and found["place"] == kind and found, f"place {kind}")

    def answer(self, answer, activity="reversi", status=200, **more):
        prompt = self.places[activity]["prompt"]
        return self.ask(
            "POST", "/api/answer", {"activity": activity, "prompt": prompt, "answer": answer, **more}, status)

    def accept(self, activity="reversi", **more):
        people = [person["id"] for person in self.places[activity].get("people", [])]
        self.answer("accept", activity, people=more.pop("people", people), **more)

    def leave(self, activity="reversi"):
        self.ask("POST", "/api/leave", {"activity": activity})

    def view(self, condition=lambda view: True, activity="reversi"):
        """What the person sees of the session that they are in, once that is so."""
        def found():
            place = self.places.get(activity, {})
            view = self.views.get(place.get("session"))
            return view and condition(view) and view
        return self.until(found, "a view")

    def act(self, entry, activity="reversi", status=200, **more):
        view = self.view(activity=activity)
        body = {"entry": entry, "n": view["n"], **more}
        return self.ask("POST", f"/api/sessions/{view['session']}", body, status)


class ArcadeTestCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.first = Server(name="one.test", environment=STAYING).start()
        cls.other = Server(name="two.test", environment=STAYING).start()
        cls.arcade = Arcade(cls.first, cls.other).start()
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        for process in (cls.arcade, cls.first, cls.other):
            process.remove()

    def member(self, server=None, name="m"):
        type(self).count += 1
        return (server or self.first).register(f"{name}{self.count}")

    def talk(self, *members):
        """A conversation of these, who are all connected and just wrote (steps 201 to 203)."""
        first, *others = members
        room = first.create_room(invite=[other.user_id for other in others], is_direct=len(others) == 1)
        for other in others:
            other.expect("POST", f"/_matrix/client/v3/join/{quote(room)}", {})
        for member in members:
            member.sync()
            member.send(room, "Hello")
        return room

    def messages(self, member, room):
        found = member.expect("GET", f"/_matrix/client/v3/rooms/{quote(room)}/messages?dir=b&limit=30")["chunk"]
        return [event for event in found if "mado.session" in event["content"]]

    def card(self, member, room, kind="card"):
        return eventually(
            lambda: [event for event in self.messages(member, room)
                     if event["content"]["mado.session"]["kind"] == kind], f"a {kind}")[0]

    def pair(self, **options):
        """Two people who talk, and Hanako's and Kenji's devices at the arcade."""
        hanako, kenji = self.member(name="hanako"), self.member(name="kenji")
        room = self.talk(hanako, kenji)
        return Player(self.arcade, hanako), Player(self.arcade, kenji), room

    def joined(self, **options):
        """The same, in a game of Reversi in which Hanako begins."""
        hanako, kenji, room = self.pair()
        hanako.connect(side="first", **options)
        hanako.place("choosing")
        hanako.accept()
        hanako.place("joint")
        kenji.connect()
        kenji.place("invited")
        kenji.accept()
        for player in (hanako, kenji):
            player.view(lambda view: view["state"] == "playing")
        return hanako, kenji, room
