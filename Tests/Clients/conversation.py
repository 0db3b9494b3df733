"""Two people, two clients, one server: log in, ask for a chat, accept, talk both ways, see typing and presence.

    conversation.py MADO nheko|nheko-encrypted|quaternion|neochat|mado-desktop|calls|board|arcade

`board` is another one: what a plain client makes of the portal's board.

To be run on an X display and a session bus of its own (see `run`). Ends with 1 when anything did not happen, when the
server answered what it should not, or when a client complained about what docs/clients.md does not explain.
"""

import os
import re
import subprocess
import sys
import time
import traceback

from mado_desktop import MadoDesktop
from neochat import NeoChat
from nheko import Nheko
from quaternion import Quaternion
from server import Server
import browser
import reversi
from call_conversation import CallConversation
from window import LEFT, PASSWORD, RIGHT, open_keyring, picture, prepare_accessibility


# Refusals that are right; the reason of each is in docs/clients.md.
KNOWN_REFUSALS = (
    ("GET", r"/room_keys/version$", 404),
    ("POST", r"/client/v3/register$", 401),
    ("GET", r"/account_data/", 404),
    ("GET", r"/profile/", 404),
    ("GET", r"/profile/[^/]*%3A$", 400),
    ("POST", r"/keys/query$", 400),
    ("POST", r"/read_markers$", 400, r'M_INVALID_PARAM: m\.\S+ is not an event ID"?$'),
    ("GET", r"/client/r0/rooms/[^/]*/messages\?from=&", 403),
    ("POST", r"/second/arcade/api/login/address$", 404),
    ("GET", r"/_mado/v1/sessions/addresses/", 404),
    # Of a board that is still open when the arcade is stopped at the end.
    ("GET", r"/second/arcade/", 502),
)


class Conversation(CallConversation):
    pictures = {
        "nheko": "nheko-two-people", "nheko-encrypted": "nheko-verified", "quaternion": "quaternion-and-nheko", "neochat": "neochat-and-nheko",
        "mado-desktop": "desktop-and-nheko", "calls": "desktop-calls-nheko", "board": "nheko-board",
        "arcade": "desktop-and-nheko-playing"}

    def __init__(self, program, name):
        self.folder = f"{os.environ['CLIENTS_SCRATCH']}/{name}"
        self.name = name
        self.program = program
        os.makedirs(self.folder)
        prepare_accessibility()
        self.server = Server(program, f"{self.folder}/server")
        self.hanako = self.server.add_member("hanako", "Hanako", PASSWORD)
        self.kenji = self.server.add_member("kenji", "Kenji", PASSWORD)
        self.windows = []
        self.keyring = None

    def open(self, kind, name, place, **more):
        window = kind(name, f"{self.folder}/{name}", place, self.server.certificates, **more)
        self.windows.append(window)
        return window

    def open_mado_desktop(self, name, place, environment=None):
        """The one that was built beside the server."""
        program = os.path.join(os.path.dirname(os.path.realpath(self.program)), "mado-desktop")
        window = MadoDesktop(program, f"{self.folder}/{name}", place, self.server, environment)
        self.windows.append(window)
        return window

    def step(self, text):
        print(f"{self.name}: {text}", flush=True)

    def talk(self, hanako, kenji):
        """Both have the room open."""
        self.step("messages both ways")
        hanako.say("Good morning! Is the ferry to Takamatsu on time?")
        kenji.hears("Hanako", "Good morning! Is the ferry")
        kenji.say("Yes, it leaves at 10:40 from pier 3.")
        hanako.hears("Kenji", "Yes, it leaves at 10:40")
        hanako.say("Then there is time for the budget. At ten?")
        kenji.hears("Hanako", "Then there is time")
        self.step("typing")
        if kenji.tells_typing:
            kenji.begin_to_type("Gladly, I bring the")
            hanako.sees_typing("Kenji")
            kenji.key("ctrl+a", "BackSpace")
        kenji.say("Gladly. I bring the figures.")
        hanako.hears("Kenji", "Gladly. I bring")
        hanako.begin_to_type("See you in the")
        kenji.sees_typing("Hanako")
        self.step("presence")
        hanako.sees_presence("Kenji")
        if kenji.shows_presence:
            kenji.sees_presence("Hanako")
        self.keep_picture()

    def keep_picture(self, name=None):
        if os.environ.get("PICTURES"):
            picture(f"{os.environ['PICTURES']}/{name or self.pictures[self.name]}.png")

    def nheko(self):
        hanako, kenji = self.open(Nheko, "hanako", LEFT), self.open(Nheko, "kenji", RIGHT)
        self.step("log in, set up encryption")
        self.log_in(hanako, kenji)
        self.step("ask for a chat, accept")
        self.meet(hanako, kenji)
        self.talk(hanako, kenji)
        if not any(re.search(r"/send/m\.room\.encrypted/", target) for _, target, _ in self.server.answers()):
            raise AssertionError("the messages were not encrypted")

    def nheko_encrypted(self):
        hanako, kenji = self.open(Nheko, "hanako", LEFT), self.open(Nheko, "kenji", RIGHT)
        self.step("log in, ask for a chat, accept")
        self.log_in(hanako, kenji)
        self.server.mend_backup(self.kenji, PASSWORD)
        kenji.restart()
        self.meet(hanako, kenji)
        hanako.say("Good morning! Is the ferry on time?")
        kenji.hears("Hanako", "Good morning! Is the ferry")
        kenji.say("Yes, it is.")
        hanako.hears("Kenji", "Yes, it is.")
        self.step("verify each other")
        hanako.verify("Kenji")
        kenji.accept_verification()
        self.same_signs(hanako, kenji)
        self.keep_picture()
        for window in (hanako, kenji):
            window.focus()
            window.confirm_signs()
        for window in (hanako, kenji):
            window.focus()
            window.is_verified()
            window.trusts()
        self.step("a picture, a reaction, a correction, a thread")
        hanako.send_picture(self.paint("pier.png"))
        kenji.see("^Hanako sent an image")
        kenji.react("Nice")
        self.is_answered(r"/send/m\.reaction/")  # Reactions are not given to assistive technology.
        hanako.say("It is at peer three")
        kenji.hears("Hanako", "It is at peer")
        hanako.edit("It is at pier three")
        kenji.hears("Hanako", "It is at pier")
        kenji.begin_thread("Which side of it?")
        hanako.hears("Kenji", "Which side of it?")
        self.keep_picture("nheko-encrypted")
        self.step("keys are in the backup")
        self.is_answered(r"/room_keys/keys/")
        hanako.say("The gate is number 4.")
        kenji.hears("Hanako", "The gate is number 4.")
        self.step("another device, trusted by the recovery key, reads what was said before and hears what is said from then on")
        pocket = self.open(Nheko, "kenji-pocket", LEFT)
        pocket.log_in(self.kenji, PASSWORD, kenji.recovery_key)
        pocket.open("Hanako")
        pocket.hears("Hanako", "The gate is number 4.")
        self.is_answered(r"/room_keys/keys/", "GET")
        pocket.trusts()
        # The list of rooms does not show the line with which a device gets its first key.
        hanako.say("The left one.")
        kenji.hears("Hanako", "The left one.")
        hanako.say("See you there.")
        for window in (kenji, pocket):
            window.hears("Hanako", "See you there.")
        hanako.trusts()
        sent = {target.split("/send/")[1].split("/")[0] for _, target, _ in self.server.answers() if "/send/" in target}
        if not {"m.room.encrypted"} <= sent <= {"m.room.encrypted", "m.reaction"}:
            raise AssertionError(f"not encrypted: {sent}")

    def same_signs(self, hanako, kenji, seconds=10):
        """The seven signs appear one after the other."""
        end = time.monotonic() + seconds
        while True:
            signs = hanako.signs(), kenji.signs()
            if signs[0] == signs[1] and len(signs[0]) == 7:
                return
            if time.monotonic() > end:
                raise AssertionError(f"they see different signs: {signs}")
            time.sleep(0.2)

    def is_answered(self, pattern, method="PUT", seconds=20):
        """Waits for a request to the server."""
        end = time.monotonic() + seconds
        while not any(
                verb == method and re.search(pattern, target) and status == 200
                for verb, target, status in self.server.answers()):
            if time.monotonic() > end:
                raise AssertionError(f"no request {pattern} within {seconds} s")
            time.sleep(0.2)

    def paint(self, name):
        file = f"{self.folder}/{name}"
        subprocess.run(
            ["convert", "-size", "320x200", "gradient:skyblue-navy", "-fill", "white", "-pointsize", "32", "-gravity",
             "center", "-annotate", "0", "Pier 3", file], check=True)
        return file

    def quaternion(self):
        hanako, kenji = self.open(Nheko, "hanako", LEFT), self.open(Quaternion, "kenji", RIGHT)
        self.step("log in")
        kenji.log_in(self.kenji, PASSWORD)
        hanako.focus()
        hanako.log_in(self.hanako, PASSWORD)
        self.step("ask for a chat, accept")
        kenji.ask(self.hanako)
        hanako.accept("Kenji")
        hanako.see("^Write a message", role="text")
        self.talk(hanako, kenji)

    def neochat(self):
        self.keyring = open_keyring(f"{self.folder}/keyring")
        hanako, kenji = self.open(Nheko, "hanako", LEFT), self.open(NeoChat, "kenji", RIGHT)
        self.step("log in")
        kenji.focus()
        kenji.log_in(self.kenji, PASSWORD)
        hanako.focus()
        hanako.log_in(self.hanako, PASSWORD)
        self.step("ask for a chat, accept")
        self.meet(hanako, kenji)
        self.talk(hanako, kenji)

    def board(self):
        """Announcements and news in a client that knows nothing of them: read, not written to, and who is named there is
        asked for a chat."""
        self.server.announce(self.kenji, PASSWORD, "Canteen closed", "On Friday. Ask Kenji.")
        self.server.publish("house", "House news", "The lift works again", self.kenji)
        hanako, kenji = self.open(Nheko, "hanako", LEFT), self.open(Nheko, "kenji", RIGHT)
        self.step("log in, set up encryption")
        self.log_in(hanako, kenji)
        self.step("the board is read, and not written to")
        hanako.hears("Mado", "Canteen closed")
        hanako.open("Announcements")
        hanako.may_only_read("Announcements")
        self.keep_picture()
        self.step("so is the feed")
        hanako.hears("Mado", "The lift works")
        hanako.open("House news")
        hanako.may_only_read("House news")
        self.keep_picture("nheko-feed")
        self.step("ask the one who answers for it for a chat, accept")
        self.meet(hanako, kenji)
        hanako.see("^Write a message", role="text")

    def mado_desktop(self):
        hanako, kenji = self.open_mado_desktop("hanako", LEFT), self.open(Nheko, "kenji", RIGHT)
        self.step("log in")
        self.log_in(hanako, kenji)
        self.step("ask for a chat, accept")
        hanako.ask(self.kenji)
        hanako.waits_for("Kenji")
        kenji.accept("Hanako")
        hanako.open("Kenji")
        kenji.see("^Write a message", role="text")
        self.talk(hanako, kenji)
        self.step("ask for a chat from the other side, accept")
        maria = self.open_mado_desktop("maria", LEFT)
        maria.log_in(self.server.add_member("maria", "Maria", PASSWORD), PASSWORD)
        kenji.ask(f"@maria:{self.server.name}")
        maria.accept("Kenji")
        kenji.open("Maria")
        maria.say("Is the ferry full?")
        kenji.hears("Maria", "Is the ferry full?")
        kenji.say("Half of it.")
        maria.hears("Kenji", "Half of it.")

    def arcade(self):
        """Reversi from Mado Desktop with somebody who has nheko and a browser."""
        arcade = self.server.start_arcade()
        try:
            self.play_together()
        finally:
            arcade.terminate()
            arcade.wait()

    def play_together(self):
        hanako, kenji = self.open_mado_desktop("hanako", LEFT), self.open(Nheko, "kenji", RIGHT)
        self.step("log in, ask for a chat, accept")
        self.log_in(hanako, kenji)
        self.meet(hanako, kenji)
        kenji.see("^Write a message", role="text")
        hanako.say("A game before lunch?")
        kenji.hears("Hanako", "A game before")
        kenji.say("Gladly.")
        hanako.hears("Kenji", "Gladly.")
        self.step("Reversi from the Function bar; the card in nheko")
        reversi.open_together(hanako)
        hanako.see("^You are talking with Kenji now")
        hanako.click("^Together Together$", "push button")
        hanako.see("^Waiting for Kenji")
        kenji.hears("Hanako", "Hanako waits for you")
        self.step("the card's link, in Chromium")
        link = kenji.follow_link()
        window = browser.Browser(width=700, height=800)
        try:
            window.open(link)
            window.type("#user", "kenji")
            window.type("#password", PASSWORD)
            window.click("#login button")
            window.click("[data-answer=accept]")
            self.play(hanako, window)
            self.step("the result, in both conversations")
            hanako.see("^Reversi: (Hanako|Kenji) won \\(13:0\\)")
            # Its text stands in the timeline, which is not given to assistive technology; the list tells of it.
            kenji.see("^Hanako sent a notification")
            self.keep_picture()
            if os.environ.get("PICTURES"):
                window.picture(f"{os.environ['PICTURES']}/arcade-of-a-nheko-user.png")
            if complaints := window.errors():
                raise AssertionError(complaints)
        finally:
            window.close()

    def play(self, hanako, window):
        """To the end, whoever begins."""
        self.step("a game to its end")
        board = reversi.Board(hanako)
        said = window.until(
            "const said = document.querySelector('#state').textContent; return said || null", "whose turn it is")
        for number, move in enumerate(reversi.WIPE_OUT):
            if (number % 2 == 0) == (said == "Your turn"):
                window.click(f".cell.possible[aria-label^='{move},']")
            else:
                board.move(move)
        window.until("return document.querySelector('#state').textContent.includes('(13:0)')", "the result")

    # What is left to check

    def refusals(self):
        for method, target, status, said in self.server.refusals():
            if not any(
                    (method, status) == (known[0], known[2]) and re.search(known[1], target)
                    and re.search(known[3] if len(known) > 3 else "", said)
                    for known in KNOWN_REFUSALS):
                yield f"{status} {method} {target}: {said}"

    def complaints(self):
        for window in self.windows:
            for line in window.complaints(window.known_complaints):
                yield f"{os.path.basename(os.path.dirname(window.log))}: {line}"

    def run(self):
        try:
            getattr(self, self.name.replace("-", "_"))()
            found = list(self.refusals()) + list(self.complaints())
            for line in found:
                print(f"{self.name}: not expected: {line}", file=sys.stderr)
            return not found
        except Exception:
            picture(f"{self.folder}/failed.png")
            with open(f"{self.folder}/failed.txt", "w") as dump:
                for window in self.windows:
                    for node in window.nodes():
                        print(*node, file=dump)
            traceback.print_exc()
            return False
        finally:
            for window in self.windows:
                window.quit()
            if self.keyring:
                self.keyring.terminate()
            self.close_devices()
            if self.server.stop() != 0:
                raise RuntimeError("the server did not end well")


if __name__ == "__main__":
    sys.exit(0 if Conversation(sys.argv[1], sys.argv[2]).run() else 1)
