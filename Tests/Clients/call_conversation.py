"""Voice and picture between this project's desktop program and nheko."""

import time

from beginning import Beginning
from cameras import Cameras
import drawn_people
from nheko import Nheko
from sound import WHISTLE, OTHER_WHISTLE, SoundServer
from window import LEFT, RIGHT, see_speaking


class CallConversation(Beginning):
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
        self.log_in(hanako, kenji)
        self.meet(hanako, kenji)
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
        start = time.monotonic()
        time.sleep(5)
        for who, listener in (("nheko", self.kenji_hears), ("Mado Desktop", self.hanako_hears)):
            heard, gap = listener.heard(start), listener.longest_gap(start)
            print(f"of 50 pieces of sound a second {who} plays {heard:.0f}; the longest gap is {gap:.2f} s", flush=True)
            # A program that lets the sound wait for pictures does so for longer, and not often.
            if heard < 45 or gap > 0.25:
                raise AssertionError("there are gaps in the sound")

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
