"""Participants of a conference: GStreamer's webrtcbin with everything else that a client has, driven by a test."""
import json
import os
import queue
import shutil
import subprocess
import threading

import mado_server as mado
from client_probe import Place, Probe

PYTHON = "/usr/bin/python3"
HAS_GSTREAMER = not subprocess.run(
    [PYTHON, "-c", "import gi; gi.require_version('GstWebRTC', '1.0'); gi.require_version('Gst', '1.0')\n"
     "from gi.repository import Gst\nGst.init(None)\nassert Gst.ElementFactory.find('nicesrc')\n"
     "assert Gst.ElementFactory.find('webrtcbin') and Gst.ElementFactory.find('vp8enc')"],
    capture_output=True).returncode
HAS_PROGRAMS = shutil.which("turnserver") and shutil.which("janus")


class Peer:
    """A process with WebRTC connections."""

    def __init__(self, test):
        here = os.path.dirname(os.path.abspath(__file__))
        self.process = subprocess.Popen(
            [PYTHON, os.path.join(here, "webrtc_peer.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        self.answers = queue.Queue()
        self.candidates = {}
        self.on_candidate = {}
        threading.Thread(target=self.read, daemon=True).start()
        test.addCleanup(self.stop)

    def read(self):
        for line in self.process.stdout:
            value = json.loads(line)
            if "candidate" in value:
                self.candidates.setdefault(value["id"], queue.Queue()).put(value)
            else:
                self.answers.put(value)

    def ask(self, what, name, **more):
        self.process.stdin.write(json.dumps({"do": what, "id": name, **more}) + "\n")
        self.process.stdin.flush()
        return self.answers.get(timeout=mado.DEADLINE)

    def candidate(self, name):
        return self.candidates.setdefault(name, queue.Queue()).get(timeout=mado.DEADLINE)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Attendee:
    """A member in a conference, with everything that a client has: forwarder, connections, events."""

    def __init__(self, test, server, member, room):
        self.test, self.member, self.room = test, member, room
        self.path = f"/_mado/v1/conferences/{mado.quote(room)}"
        probe = Probe(Place())
        test.addCleanup(probe.stop)
        probe.ask("network", proxy="none", authority=os.path.join(server.folder, "certificates", "ca.crt"))
        self.uri = probe.ask("relay", base=server.url, token=member.token)["uri"]
        self.peer = Peer(test)
        joined = self.ask("join")
        self.name, self.cursor, self.publishers = joined["participant"], joined["next"], joined["publishers"]

    def ask(self, what, status=200, **body):
        if what != "join":
            body["participant"] = self.name
        return self.member.expect("POST", f"{self.path}/{what}", body, status=status)

    def publish(self, picture=(160, 120, 10), name="own"):
        self.peer.ask("new", name, turn=self.uri, sends=True, picture=picture)
        offer = self.peer.ask("offer", name)["sdp"]
        answer = self.ask("publish", sdp=offer)["sdp"]
        self.peer.ask("remote", name, sdp=answer)
        self.trickle(name, None)
        return answer

    def subscribe(self, publisher):
        made = self.ask("subscribe", publisher=publisher)
        name = made["subscription"]
        self.peer.ask("new", name, turn=self.uri, sends=False)
        answer = self.peer.ask("answer", name, sdp=made["sdp"])["sdp"]
        self.ask(f"subscriptions/{name}/answer", sdp=answer)
        self.trickle(name, name)
        return name

    def trickle(self, name, subscription):
        """One relayed candidate is all that there is: connections use relays only, and one of them."""
        candidate = self.peer.candidate(name)
        more = {"subscription": subscription} if subscription else {}
        self.ask("candidates", candidates=[
            {"candidate": candidate["candidate"], "sdpMLineIndex": candidate["index"]}], completed=True, **more)

    def events(self, timeout=20_000):
        news = self.member.expect(
            "GET", f"{self.path}/events?participant={self.name}&since={self.cursor}&timeout={timeout}")
        self.cursor = news["next"]
        return news["events"]

    def event(self, kind):
        """The first event of that kind; those before it are over."""
        for _ in range(20):
            for event in self.events():
                if event["type"] == kind:
                    return event
        raise AssertionError(f"no {kind}")

    def received(self, name):
        return self.peer.ask("received", name)
