"""Calls between running programs, with pictures and sound of GStreamer's test sources."""
import re
import time

import desktop
import mado_server as mado

SOURCES = {
    "MADODESKTOP_AUDIO_SOURCE": "audiotestsrc is-live=true wave=ticks",
    "MADODESKTOP_VIDEO_SOURCE": "videotestsrc is-live=true pattern=ball",
}
SOUND, PICTURES = "Packets of sound received", "Pictures received"


class CallTestCase(desktop.DesktopTestCase):
    """What tests of calls have in common."""

    def person(self, name, display_name, environment=None):
        """A program at a desk with camera and microphone."""
        program = self.desktop(environment={**SOURCES, **(environment or {})})
        return program.log_in(self.server.url, name, "correct horse")

    def team(self, *names, also=(), **environments):
        """People with a room of their own, "Team", each with a program in which it is open, but for those of `also`."""
        self.members = [self.member(name, name.capitalize()) for name in names]
        self.room = self.members[0].create_room(
            preset="trusted_private_chat", name="Team",
            invite=[member.user_id for member in [*self.members[1:], *also]])
        for member in [*self.members[1:], *also]:
            member.expect("POST", f"/_matrix/client/v3/join/{mado.quote(self.room)}", {})
        return [self.opened(name, "Team", environments.get(name)) for name in names]

    def opened(self, name, conversation, environment=None):
        program = self.person(name, name.capitalize(), environment)
        program.click(f"^{conversation}", "list item")
        program.see("^Message$")
        return program

    def pair(self, first="hanako", second="kenji", **more):
        """Two people with a conversation, which is open at both."""
        members = [self.member(first, first.capitalize()), self.member(second, second.capitalize())]
        room = members[0].create_room(preset="trusted_private_chat", is_direct=True, invite=[members[1].user_id])
        members[0].expect(
            "PUT", f"/_matrix/client/v3/user/{mado.quote(members[0].user_id)}/account_data/m.direct",
            {members[1].user_id: [room]})
        members[1].expect("POST", f"/_matrix/client/v3/join/{mado.quote(room)}", {})
        self.members, self.room = members, room
        return [
            self.opened(member, other.capitalize(), more.get(member))
            for member, other in ((first, second), (second, first))]

    def figures(self, program, name="Pictures received", of=None):
        """A number of the call's details; of one person where there are several."""
        for text in [program.text(node) for node in program.find(f"{name}: ")]:
            for paragraph in text.split("\n\n"):
                found = re.search(f"{name}: (\\d+)", paragraph)
                if found and (of is None or paragraph.startswith(f"{of}\n")):
                    return int(found[1])
        return 0

    def open_details(self, program):
        if not program.find("Pictures received"):
            program.click("^Details of the call$")
            program.see("Pictures received")

    def check_flows(self, *programs, picture=True, of=None):
        """Pictures and sound arrive, and go on arriving."""
        for program in programs:
            self.open_details(program)
            for name in [SOUND] + ([PICTURES] if picture else []):
                start = program.until(lambda: self.figures(program, name, of), f"{name} at all")
                program.until(lambda: self.figures(program, name, of) > start + 3, f"more {name.lower()}")

    def check_rests(self, program, *names):
        """Nothing more arrives; the figures themselves are new each second."""
        self.open_details(program)
        for name in names:
            seen = [None, 0]

            def rests():
                now, value = time.monotonic(), self.figures(program, name)
                if value != seen[0]:
                    seen[:] = [value, now]
                return now - seen[1] > 2.5
            program.until(rests, f"no more {name.lower()}")

    def check_colour(self, program, pattern, strongest):
        """What is shown has one colour: the first, second or third of red, green and blue."""
        def has_colour():
            nodes = program.find(pattern, "image|icon")
            colour = program.colour_of(nodes[0]) if nodes else (0, 0, 0)
            others = [value for index, value in enumerate(colour) if index != strongest]
            return colour[strongest] > 150 and max(others) < 90
        program.until(has_colour, f"/{pattern}/ in its colour")

    def begin(self, caller, called, kind="Video call", accept="Accept"):
        """A call that was accepted."""
        caller.click(f"^{kind}$", "push button")
        called.see("^[A-Z][a-z]+ calls$")
        called.click(f"^{accept}$", "push button")
        for program in (caller, called):
            program.see("^[A-Z][a-z, ]+ · 0:[0-9]{2}", "label")

    def end(self, program, *others):
        program.click("^Hang up$")
        for one in (program, *others):
            one.no_longer_see("^Hang up$")

    def ring(self, member, room, call):
        """Another program's invitation."""
        sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\n"
        member.expect(
            "PUT", f"/_matrix/client/v3/rooms/{mado.quote(room)}/send/m.call.invite/{call}",
            {"call_id": call, "party_id": "other", "version": "1", "lifetime": 90000,
             "offer": {"type": "offer", "sdp": sdp}})

    def until_event(self, member, room, kind, condition):
        """- Returns: the content of the newest such event."""
        def found():
            events = member.expect(
                "GET", f"/_matrix/client/v3/rooms/{mado.quote(room)}/messages?dir=b&limit=20")["chunk"]
            return next(
                (event["content"] for event in events if event["type"] == kind and condition(event["content"])), None)
        return mado.eventually(found, kind)
