"""Rooms of a portal as a server's own account makes them, filled by a test: feeds, channels, boards, applications."""
import subprocess
import time

import mado_server as mado


def now():
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


class House:
    """A member who makes the portal's rooms and writes into them."""

    def __init__(self, member):
        self.member = member

    def room(self, kind, title, state, topic=None):
        """A room that everybody may join and only this member writes into."""
        levels = {"users_default": 0, "events_default": 50, "state_default": 50, "users": {self.member.user_id: 100}}
        body = {"preset": "public_chat", "name": title, "creation_content": {"type": kind},
                "power_level_content_override": levels,
                "initial_state": [{"type": name, "state_key": "", "content": content} for name, content in state.items()]}
        if topic:
            body["topic"] = topic
        return self.member.expect("POST", "/_matrix/client/v3/createRoom", body)["room_id"]

    def feed(self, name, title, provider, series=(), topic=None):
        kind = "mixed" if series else "text"
        return self.room("mado.feed", title, {"mado.feed": {
            "name": name, "provider": provider, "kind": kind, "series": list(series), "default_subscribed": True}}, topic)

    def channel(self, kind, title, programme, order=1):
        return self.room("mado.channel", title, {
            "mado.channel": {"kind": kind, "order": order}, "mado.programme": programme})

    def board(self, title):
        return self.room("mado.board", title, {"mado.board": {"audience": {"kind": "all"}}})

    def application(self, title, form):
        return self.room("mado.app", title, {"mado.form": form})

    def set_programme(self, room, programme):
        return self.member.expect(
            "PUT", f"/_matrix/client/v3/rooms/{mado.quote(room)}/state/mado.programme", programme)

    def item(self, room, name, headline, replaces=None, **more):
        """An item, or with `replaces` its next version."""
        item = {"id": name, "headline": headline, "priority": "normal", "published_ts": now(), "provider": "Mado", **more}
        content = {"msgtype": "m.notice", "body": headline, "mado.item": item}
        if replaces:
            content = {"msgtype": "m.notice", "body": "* " + headline, "m.new_content": content,
                       "m.relates_to": {"rel_type": "m.replace", "event_id": replaces}}
        return self.send(room, content)

    def announce(self, room, title, text="", **more):
        return self.send(room, {"msgtype": "m.text", "body": f"{title}\n\n{text}", "mado.announcement": {
            "title": title, "text": text, "priority": "normal", **more}})

    def send(self, room, content):
        self.member.transactions += 1
        return self.member.expect(
            "PUT", f"/_matrix/client/v3/rooms/{mado.quote(room)}/send/m.room.message/h{self.member.transactions}",
            content)["event_id"]

    def upload(self, path, mimetype, name="file"):
        with open(path, "rb") as file:
            return self.member.expect(
                "POST", f"/_matrix/media/v3/upload?filename={name}", file.read(),
                headers={"Content-Type": mimetype})["content_uri"]


def join(member, *rooms):
    for room in rooms:
        member.expect("POST", f"/_matrix/client/v3/rooms/{mado.quote(room)}/join", {})


def make_film(path, seconds=20):
    """A test picture that moves, with a tone, as WebM."""
    frames = seconds * 10
    subprocess.run(
        ["gst-launch-1.0", "-q", "webmmux", "name=mux", "!", "filesink", f"location={path}",
         "videotestsrc", f"num-buffers={frames}", "pattern=ball", "!", "video/x-raw,width=320,height=180,framerate=10/1",
         "!", "vp8enc", "deadline=1", "keyframe-max-dist=10", "!", "mux.",
         "audiotestsrc", f"num-buffers={seconds * 44100 // 1024}", "!", "audioconvert", "!", "vorbisenc", "!", "mux."],
        check=True)


def make_live(folder, seconds=12):
    """The same as HLS: a play list of H.264 in MPEG-TS."""
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i",
         f"testsrc=size=320x180:rate=10:duration={seconds}", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10",
         "-f", "hls", "-hls_time", "2", "-hls_list_size", "0", "-hls_segment_filename", f"{folder}/part%02d.ts",
         f"{folder}/index.m3u8"], check=True)
