"""Voice and picture between this project's desktop program and nheko."""

import re
import time

from cameras import Cameras
import drawn_people
from nheko import Nheko
from sound import WHISTLE, OTHER_WHISTLE, SoundServer
from window import LEFT, PASSWORD, RIGHT, see_speaking


class CallConversation:
    """Calls begun and ended by either, with a sound server, and cameras that show people who speak."""

    sound = None
    cameras = None
    # When the last call was taken.
    taken = 0.0

    def calls(self):
        self.sound = SoundServer(f"{self.folder}/sound")
        self.cameras = Cameras(f"{self.folder}/cameras")
        lens, other_lens = self.cameras.add("hanako"), self.cameras.add_device("kenji")
        # To have a choice.
        self.cameras.add("maria")
        hanako = self.open_mado_desktop("hanako", LEFT, {
            "MADODESKTOP_AUDIO_SOURCE": f"audiotestsrc is-live=true freq={OTHER_WHISTLE} volume=0.5",
            "MADODESKTOP_AUDIO_SINK": "pulsesink device=earphones"})
        kenji = self.open(Nheko, "kenji", RIGHT, camera=other_lens)
        self.hanako_hears = self.sound.listen("earphones", WHISTLE)
        self.kenji_hears = self.sound.listen("loudspeaker", OTHER_WHISTLE)
        self.step("log in, ask for a chat, accept")
        hanako.log_in(self.hanako, PASSWORD)
        kenji.focus()
        kenji.log_in(self.kenji, PASSWORD)
        hanako.ask(self.kenji)
        kenji.accept("Hanako")
        hanako.open("Kenji")
        kenji.open("Hanako")
        self.step("the camera is chosen among those that there are, and tried")
        hanako.choose_camera(lens, 1)
        see_speaking(drawn_people.shirt("hanako"), LEFT)
        hanako.leave_settings()
        self.wait(lambda: not self.cameras.is_used(lens), "the camera is let go")
        self.step("a voice call to nheko, ended here")
        hanako.call("Voice call")
        self.take(kenji)
        self.hear_each_other(hanako, kenji)
        hanako.hang_up()
        kenji.has_no_call()
        self.is_free(hanako)
        self.step("a voice call from nheko, ended there")
        kenji.call("Voice")
        self.take(hanako)
        self.hear_each_other(hanako, kenji)
        kenji.hang_up()
        hanako.has_no_call()
        self.is_free(hanako)
        self.step("a call with pictures to nheko, ended there")
        hanako.call("Video call")
        self.take(kenji)
        self.see_each_other(hanako, kenji)
        self.hear_each_other(hanako, kenji)
        self.keep_picture()
        kenji.hang_up()
        hanako.has_no_call()
        self.is_free(hanako)
        self.step("a call with pictures from nheko; the camera is off for a while; ended here")
        kenji.call("Video")
        self.take(hanako)
        self.see_each_other(hanako, kenji)
        self.hear_each_other(hanako, kenji)
        hanako.click("^Camera off$")
        self.wait(lambda: not self.cameras.is_used(lens), "the camera is let go")
        hanako.click("^Camera on$")
        self.see_each_other(hanako, kenji)
        hanako.hang_up()
        kenji.has_no_call()
        self.is_free(hanako)

    def take(self, person):
        """With the last call its sound has ended, too."""
        for who, listener in (("nheko", self.kenji_hears), ("Mado Desktop", self.hanako_hears)):
            self.wait(lambda: not listener.first(time.monotonic() - 1), f"{who} plays nothing of the last call any more", 5)
        person.take_call()
        self.taken = time.monotonic()

    def is_free(self, hanako):
        """Nobody is shown as talking any more."""
        self.wait(lambda: not hanako.find("^In a call$"), "who has hung up is free", 12)

    def see_each_other(self, hanako, kenji):
        see_speaking(drawn_people.shirt("kenji"), hanako.place_on_screen)
        see_speaking(drawn_people.shirt("hanako"), kenji.place)
        hanako.talks(r"Pictures received: [1-9]")

    def hear_each_other(self, hanako, kenji):
        """Each plays what the other whistles, soon after the call was taken and without gaps from then on."""
        hanako.talks(r"Packets of sound received: [1-9]")
        kenji.talks()
        for who, listener in (("nheko", self.kenji_hears), ("Mado Desktop", self.hanako_hears)):
            self.wait(lambda: listener.first(self.taken), f"{who} plays what is said")
            print(f"{who} plays what is said after {listener.first(self.taken) - self.taken:.1f} s", flush=True)
        packets, start = self.next_count(hanako)
        time.sleep(5)
        more, end = self.next_count(hanako)
        rates = (more - packets) / (end - start), self.hanako_hears.heard(start), self.kenji_hears.heard(start)
        print("of 50 pieces of sound a second, {:.0f} come from nheko, {:.0f} of them are heard; nheko plays {:.0f}".format(
            *rates), flush=True)
        if min(rates) < 45:
            raise AssertionError("there are gaps in the sound")

    def next_count(self, hanako):
        """- Returns: the packets of sound that have come, as the call's details say next, and when they said so."""
        found = []

        def is_another():
            # While the details are written anew they cannot be read.
            if (count := self.sound_packets(hanako)) is not None and count not in found:
                found.append(count)
            return len(found) == 2
        self.wait(is_another, "packets of sound are counted", 5)
        return found[1], time.monotonic()

    def sound_packets(self, hanako):
        """Those that have come, as the call's details say."""
        shown = "\n".join(f"{text}\n{node.name or ''}" for _, text, node in hanako.nodes())
        found = re.search("^Packets of sound received: ([0-9]+)", shown, re.MULTILINE)
        return int(found[1]) if found else None

    def wait(self, condition, what, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {what}")
            time.sleep(0.1)

    def close_devices(self):
        for servers in (self.sound, self.cameras):
            if servers:
                servers.close()
