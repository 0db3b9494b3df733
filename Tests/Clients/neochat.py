"""NeoChat 23.01: what a person does in its window."""

import time

from window import Window


class NeoChat(Window):
    tells_typing = True
    shows_presence = False
    # The reason of each is in docs/clients.md.
    known_complaints = (
        r"dbus-daemon", r"^(qrc|file):.*(QML|TypeError|ReferenceError)", r"Hspell|hspell", r"GetWellknownJob",
        r"GetRoomEventsJob", r"Error body", r"Unrecognized request|You are not in this room",
        r"localhost:\d*/\.well-known",
    )

    def __init__(self, name, folder, place, certificates):
        self.shown = 0
        super().__init__(["neochat"], folder, place, certificates, {"QT_LOGGING_RULES": "quotient.jobs*=true"})
        self.wait_for_window()

    def log_in(self, user, password):
        """With the Matrix ID and the password only."""
        self.click("^@user:matrix.org$", "text", seconds=30)
        self.type(user)
        time.sleep(3)  # It looks for the server at each letter.
        self.click("^Continue$", "push button")
        self.see("^Enter your password$")
        time.sleep(0.5)
        self.type(password)
        self.key("Return")
        self.see(f"^{user}$", 30)

    def accept(self, name):
        self.focus()
        self.click(f"^{name}", "list item")
        self.click("^Accept$", "push button")
        self.see("^Send a message", role="text")

    def begin_to_type(self, text):
        self.focus()
        self.click("^Send a message", "text")
        self.type(text)

    def say(self, text):
        self.begin_to_type(text)
        self.key("Return")
        self._shows_next()

    def hears(self, name, text):
        self._shows_next()

    def _shows_next(self):
        """What is said is not given to assistive technology, only by whom and when: one more of these."""
        self.shown += 1
        self._until(
            lambda: len(self.find(r"^\d\d:\d\d:\d\d$", "label")) == self.shown, 20, f"message {self.shown}")

    def sees_typing(self, name):
        self.see(f"^{name} is typing$")
