"""WebRTC connections of GStreamer's, driven by lines of JSON: run by the system's own Python, which has GObject.

Commands: `new` (`id`, `turn`, `sends`, `picture`: width, height and pictures a second), `offer`, `answer` (`sdp` of the offer), `remote` (`sdp` of the answer), `candidate`
(`candidate`, `index`), `received`, `state`, `end`. Each is answered by a line; local candidates come as lines in between.
"""
import json
import sys
import threading

import gi

for module in ("Gst", "GstWebRTC", "GstSdp"):
    gi.require_version(module, "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

Gst.init(None)
OFFER, ANSWER = GstWebRTC.WebRTCSDPType.OFFER, GstWebRTC.WebRTCSDPType.ANSWER
AUDIO = ("audiotestsrc is-live=true ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=111 ! "
         "capsfilter caps=application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000")
VIDEO = ("videotestsrc is-live=true ! capsfilter caps=video/x-raw,width={},height={},framerate={}/1 ! "
         "vp8enc deadline=1 cpu-used=8 threads=1 keyframe-max-dist=10 ! rtpvp8pay pt=96 ! "
         "capsfilter caps=application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000")
MANY = 200
lock = threading.Lock()
# PyGObject frees what Python lets go of, also where webrtcbin still uses it.
kept = []


def say(**what):
    with lock:
        print(json.dumps(what), flush=True)


class Connection:
    def __init__(self, name, turn, sends, picture):
        self.name = name
        self.received = {}
        self.pipeline = Gst.Pipeline.new(name)
        self.bin = Gst.ElementFactory.make("webrtcbin", name)
        self.bin.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.bin.set_property("ice-transport-policy", GstWebRTC.WebRTCICETransportPolicy.RELAY)
        self.pipeline.add(self.bin)
        self.bin.emit("add-turn-server", turn)
        self.needed = threading.Event()
        self.bin.connect("on-negotiation-needed", lambda _: self.needed.set())
        self.bin.connect("on-ice-candidate", lambda _, index, text: say(id=name, candidate=text, index=index))
        self.bin.connect("pad-added", self.pad_added)
        if sends:
            for description in (AUDIO, VIDEO.format(*picture)):
                source = Gst.parse_bin_from_description(description, True)
                self.pipeline.add(source)
                source.link(self.bin)
        self.pipeline.set_state(Gst.State.PLAYING)

    def pad_added(self, _, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("sync", False)
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))
        media = pad.get_current_caps().get_structure(0).get_string("media")

        def count(*_):
            self.received[media] = self.received.get(media, 0) + 1
            # Enough to show that it flows: counting on would cost more than receiving.
            return Gst.PadProbeReturn.REMOVE if self.received[media] == MANY else Gst.PadProbeReturn.OK
        pad.add_probe(Gst.PadProbeType.BUFFER, count)

    def make(self, signal, name):
        promise = Gst.Promise.new()
        self.bin.emit(signal, None, promise)
        promise.wait()
        reply = promise.get_reply()
        description = reply.get_value(name)
        kept.extend((promise, reply, description))
        return description.sdp.as_text()

    def set(self, signal, kind, text):
        _, message = GstSdp.SDPMessage.new_from_text(text)
        description = GstWebRTC.WebRTCSessionDescription.new(kind, message)
        promise = Gst.Promise.new()
        self.bin.emit(signal, description, promise)
        promise.wait()
        kept.extend((message, description, promise))

    def offer(self):
        self.needed.wait(10)
        text = self.make("create-offer", "offer")
        self.set("set-local-description", OFFER, text)
        return text

    def answer(self, offer):
        self.set("set-remote-description", OFFER, offer)
        text = self.make("create-answer", "answer")
        self.set("set-local-description", ANSWER, text)
        return text

    def end(self):
        self.pipeline.set_state(Gst.State.NULL)


connections = {}
for line in sys.stdin:
    command = json.loads(line)
    name = command["id"]
    connection = connections.get(name)
    match command["do"]:
        case "new":
            connections[name] = Connection(
                name, command["turn"], command["sends"], command.get("picture", (160, 120, 10)))
            say(done="new")
        case "offer": say(done="offer", sdp=connection.offer())
        case "answer": say(done="answer", sdp=connection.answer(command["sdp"]))
        case "remote":
            connection.set("set-remote-description", ANSWER, command["sdp"])
            say(done="remote")
        case "candidate":
            connection.bin.emit("add-ice-candidate", command["index"], command["candidate"])
            say(done="candidate")
        case "received": say(done="received", **connection.received)
        case "state": say(done="state", state=connection.bin.get_property("ice-connection-state").value_nick)
        case "end":
            connections.pop(name).end()
            say(done="end")
