"""nheko 0.11: what a person does in its window."""

import os
import time

from cameras import RATE, SIZE
from sound import MICROPHONE
from window import NotSeen, Window, clipboard, put_on_clipboard

SETTINGS = r"""
[General]
run_without_secure_secrets_service=true
[user]
desktop_notifications=false
fancy_effects=false
reduced_motion=true
sidebar\room_list_width=340
theme=light
window\tray=false
"""


class Nheko(Window):
    tells_typing = True
    shows_presence = True
    # The reason of each is in docs/clients.md.
    known_complaints = (
        r"dbus-daemon", r"\[qml\]", r"XDG_RUNTIME_DIR", r"WebRTC: failed to start device monitor", r"QStandardPaths",
        r"failed to retrieve profile info for @\S*$",
        r"failed to query device keys: (M_UNRECOGNIZED,400|\(http: 400\))", r"Failed to retrieve backup version",
        r"Skipping our own device", r"saving '", r"pulse|ALSA|GStreamer", r"(handling|ignore) key request",
        r"requested session not found", r"Not creating new session .* because of rate limit",
        r"has no property named 'wait-for-keyframe'", r"gupnp-context", r"failed to read_event",
        r"Already loading older messages", r"Not storing inbound session with newer first known index",
    )

    def __init__(self, name, folder, place, certificates, camera=None):
        """- Parameter camera: its name and the environment for it, of `Cameras`. Pictures of calls are drawn by OpenGL only,
        which takes much time here."""
        os.makedirs(f"{folder}/config/nheko")
        with open(f"{folder}/config/nheko/nheko.conf", "w") as settings:
            settings.write(SETTINGS)
            if camera:
                width, height = SIZE
                settings.write(
                    f"microphone={MICROPHONE}\ncamera={camera[0]}\ncamera_resolution={width}x{height}\ncamera_frame_rate={RATE}\n")
        # What it would open in a browser is written down instead.
        self.opened = f"{folder}/opened"
        os.makedirs(f"{folder}/bin")
        with open(f"{folder}/bin/xdg-open", "w") as opener:
            opener.write(f'#!/bin/sh\necho "$1" >>{self.opened}\n')
        os.chmod(f"{folder}/bin/xdg-open", 0o755)
        super().__init__(
            ["nheko", "--log-level", "debug", "--log-type", "stderr", f"--profile={name}"], folder, place,
            certificates, {
                **({"QT_QUICK_BACKEND": "", "LIBGL_ALWAYS_SOFTWARE": "1", **camera[1]} if camera else {}),
                "NHEKO_LOG_LEVEL": "debug", "PATH": f"{folder}/bin:{os.environ['PATH']}",
                # Always noon: the time of a message after midnight looks like how long a call has taken.
                "TZ": f"NOON{time.gmtime().tm_hour - 12}"})
        self.wait_for_window()

    def log_in(self, user, password, recovery_key=None):
        """Through the login page, with the Matrix ID and the password only; on a further device with the recovery key."""
        self.click("^LOGIN$", seconds=30)
        self.click("^Matrix ID$", "label")
        time.sleep(0.5)
        self.type(user)
        self.key("Tab")
        time.sleep(3)  # It looks for the server meanwhile, and shows nothing when it was found.
        self.type(password)
        self.click("^LOGIN$")
        if recovery_key:
            self.recover(recovery_key)
        else:
            self.set_up_encryption(password)

    def set_up_encryption(self, password):
        """The dialogs of a first login: cross-signing and key backup."""
        self.see("^Setup Encryption$", 30)
        self.click("^OK$", "push button")
        for _ in range(20):
            if self.shows("login password"):
                self.type(password)
                self.key("Return")
            if self.shows("recovery key"):
                self.recovery_key = self._copy_recovery_key()
                self.click("^OK$", "push button")
                return
            time.sleep(0.5)
        raise NotSeen("the recovery key")

    def _copy_recovery_key(self):
        """Between the dialog's text and its button, and not given to assistive technology."""
        x, y, width, height = self.find("recovery key")[0][3]
        self.click_at(x + width // 2, y + height + 15)
        for _ in range(20):
            self.key("ctrl+a", "ctrl+c")
            time.sleep(0.3)
            if key := clipboard():
                return key
        raise NotSeen("the recovery key on the clipboard")

    def recover(self, recovery_key):
        """The dialogs of a login where there is cross-signing already."""
        self.see("^Activate Encryption$", 30)
        self.click("^enter passphrase$", "push button")
        time.sleep(1)
        self.type(recovery_key)
        self.key("Return")
        self.no_longer_see("^Unverified login$", 30)

    def ask(self, user):
        """Asks somebody for a direct chat, which nheko encrypts when the other has keys."""
        self.focus()
        x, y, _, height = self.place
        self.click_at(x + 66, y + height - 20)
        time.sleep(1)
        self.key("Down", "Down", "Down", "Return")
        self.see("^Start Direct Chat$")
        self.click("^@user:server.tld", "text")
        self.type(user)
        time.sleep(1)
        self.click("^Start Direct Chat$", "push button")
        self.see("^Confirm invite$")
        self.click("^Yes$", "push button")

    def accept(self, name):
        self.open(name)
        self.click("^accept invite")

    def open(self, name):
        """A click on the room that is open already closes it."""
        self.focus()
        self.click(f"^{name}$", "label", which=0)
        time.sleep(1)
        if self.shows("^No room open"):
            self.click(f"^{name}$", "label", which=0)

    def begin_to_type(self, text):
        self.focus()
        self.click("^Write a message", "text")
        self.type(text)

    def say(self, text):
        self.begin_to_type(text)
        self.key("Return")

    def hears(self, name, text):
        """The timeline's text is not given to assistive technology; the room list's preview is, shortened."""
        self.see(f"^{name}: {text[:12]}")

    def call(self, kind):
        """By the button left of the place to write, and the dialog's choice: Voice or Video."""
        self.press_call_button()
        self.see(f"^{kind}$", role="push button")
        time.sleep(0.5)
        self.click(f"^{kind}$", "push button")

    def press_call_button(self):
        """Begins a call, and ends the one that goes on. It has no name of its own."""
        self.focus()
        x, y, _, height = self.find("^Write a message", "text")[-1][3]
        buttons = [
            box for role, _, _, box in self.nodes()
            if role == "push button" and box and box[0] < x and y - 10 < box[1] < y + height + 10
            # Those further left belong to the list of rooms.
            and box[0] > self.place[0] + 360]
        box = min(buttons, key=lambda found: found[0])
        self.click_at(box[0] + box[2] // 2, box[1] + box[3] // 2)

    def take_call(self):
        self.see("^Accept$", role="push button")
        time.sleep(0.5)
        self.focus()
        self.click("^Accept$", "push button")

    def talks(self):
        """Its bar counts the time."""
        self.see("^00:[0-9]{2}$", 20)

    def hang_up(self):
        self.press_call_button()

    def has_no_call(self):
        self.no_longer_see("^00:[0-9]{2}$")

    def may_only_read(self, room):
        """The room is open, and there is no place to write; that this is not allowed stands there as a picture only."""
        self.see(f"^{room}$")
        if self.shows("^Write a message"):
            raise AssertionError("there is a place to write")

    def sees_typing(self, name):
        self.see(f"{name}(</font>)? is typing")

    def sees_presence(self, name, seconds=20):
        """The green dot at the corner of somebody's picture, which holds their initial."""
        def dot():
            for _, _, _, (x, y, width, height) in self.find(f"^{name[0]}$", "label"):
                if self.is_green((x + width - 14, y + height - 14, 18, 18)):
                    return True
        self._until(dot, seconds, f"the green dot of {name}")

    # In an encrypted room

    def verify(self, name):
        """Asks somebody whose messages are showing to compare signs."""
        self.focus()
        # The picture beside the newest message: it leads to the profile.
        x, y, width, height = self.find(f"^{name[0]}$", "label")[-1][3]
        self.click_at(x + width // 2, y + height // 2)
        self.click("^Verify$", "push button")
        self.click("^Start verification$", "push button")

    def accept_verification(self):
        self.see("has requested to be verified")
        self.click("^Accept$", "push button")

    def signs(self):
        """The seven signs that are to be compared, by name."""
        self.see("^They match!$")
        texts = [text for role, text, _, _ in self.nodes() if role == "label"]
        start = next(index for index, text in enumerate(texts) if text.startswith("Please verify the following emoji"))
        return texts[start + 2:start + 15:2]

    def confirm_signs(self):
        self.click("^They match!$", "push button")

    def is_verified(self):
        self.see("^Verification successful!")
        self.click("^Close$", "push button")
        time.sleep(0.5)
        if self.shows("^OK$", "push button"):
            self.click("^OK$", "push button")

    def trusts(self, seconds=20):
        """The green shield at the top of the room, beside the search."""
        x, y, width, _ = self.place
        self._until(lambda: self.is_green((x + width - 112, y + 13, 32, 32), least=110), seconds, "a green shield")

    def send_picture(self, file):
        self.focus()
        put_on_clipboard(file)
        self.click("^Write a message", "text")
        self.key("ctrl+v")
        self.click("^Upload file$", "push button")

    def react(self, text):
        """To the newest message."""
        self.focus()
        self.click("^Write a message", "text")
        self.key("alt+Up")
        time.sleep(0.5)
        self.type(f"/react {text}")
        self.key("Return")

    def edit(self, text):
        """One's own last message."""
        self.focus()
        self.click("^Write a message", "text")
        self.key("Up")
        time.sleep(0.5)
        self.key("ctrl+a")
        self.type(text)
        self.key("Return")

    def follow_link(self):
        """The one at the beginning of the newest message's last line. - Returns: its address."""
        self.focus()
        box = next(node[3] for node in self.find("^Write a message", "text"))
        for above in range(25, 140, 8):
            self.click_at(box[0] + 60, box[1] - above)
            time.sleep(0.7)
            if os.path.exists(self.opened):
                with open(self.opened) as opened:
                    return opened.read().split()[-1]
        raise NotSeen("a link")

    def begin_thread(self, text):
        """From the newest message, by its menu, whose entries are not given to assistive technology."""
        self.focus()
        box = next(node[3] for node in self.find("^Write a message", "text"))
        self.click_at(box[0] + 100, box[1] - 50, button=3)
        time.sleep(1)
        self.key("t")
        time.sleep(1)
        self.type(text)
        self.key("Return")
