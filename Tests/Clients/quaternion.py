"""Quaternion 0.0.95: what a person does in its window."""

import re
import time

from window import Window


class Quaternion(Window):
    # It shows that others type, and never says so itself.
    tells_typing = False
    shows_presence = True
    # The reason of each is in docs/clients.md.
    known_complaints = (r"dbus-daemon", r"QXcbConnection: XCB error: .*BadWindow")

    def __init__(self, name, folder, place, certificates):
        # A direct chat begins with eight events (creation, settings, two members): the first message has index 8.
        self.shown = 8
        super().__init__(
            ["quaternion"], folder, place, certificates, {"QT_LOGGING_RULES": "quotient.jobs*=true"})

    def log_in(self, user, password):
        """Through the login dialog, with the Matrix ID and the password only."""
        self.click("^Matrix ID$", "text", seconds=30)
        self.type(user)
        self.key("Tab")
        time.sleep(3)  # It looks for the server meanwhile.
        self.type(password)
        self.click("^Login$", "push button")
        self.wait_for_window("Quaternion$|^@")

    def ask(self, user):
        """Asks somebody for a direct chat; Quaternion 0.0.95 does not encrypt."""
        self.focus()
        self.key("ctrl+o")
        self.see("^Open room$")
        time.sleep(0.5)
        self.type(user)
        self.click("^Chat with user$", "push button")
        time.sleep(1)
        if self.shows("^Chat with user$"):  # The first click has closed the list of people that it knows.
            self.click("^Chat with user$", "push button")
        self.click("Yes$", "push button")
        self.see(r"^People \(1 room")

    def open(self, name):
        """It opens what it asked for by itself."""
        self.see(rf"^{name} ", role="frame")

    def begin_to_type(self, text):
        self.focus()
        x, y, width, height = self.see("^Attach$", role="check box")[0][3]
        self.click_at(x + width + 60, y + height // 2)
        self.type(text)

    def say(self, text):
        self.begin_to_type(text)
        self.key("Return")
        self._shows_next()

    def hears(self, name, text):
        self._shows_next()

    def _shows_next(self):
        """Its timeline is not given to assistive technology; its log says up to which event it is on the screen."""
        index = self.shown
        self.shown += 1
        self._until(
            lambda: re.search(rf"aybe-read message update: -?\d+ -> {index}$", open(self.log).read(), re.MULTILINE),
            20, f"event {index} of the timeline")

    def sees_typing(self, name):
        self.see(f"^Currently typing: {name}")

    def sees_presence(self, name):
        """The green dot at the name in the list of users."""
        def dot():
            for _, _, _, (x, y, _, height) in self.find(f"^{name}$", "table cell"):
                if self.is_green((x, y, 32, height)):
                    return True
        self._until(dot, 20, f"the green dot of {name}")
