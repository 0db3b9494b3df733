"""Mado's own desktop program: what a person does in its window, by way of what its own tests are written in."""

import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Desktop"))
import desktop  # noqa: E402

SECONDS = 20  # as for the other clients


class MadoDesktop(desktop.Desktop):
    tells_typing = True
    shows_presence = True
    # The reason of each is in docs/clients.md.
    known_complaints = (
        r"org\.freedesktop\.Notifications", r"libnice-WARNING .* alive TURN refreshes",
        r"Disabled hardware acceleration because GTK failed to initialize GL")

    def __init__(self, program, folder, place, server, environment=None):
        os.makedirs(folder)
        desktop.PROGRAM = program
        super().__init__("--server", server.address, "--authority", server.authority, home=folder, environment=environment)
        self.server = server
        self.place_on_screen = place
        self.start()
        self.place(*place)

    def log_in(self, user, password):
        """On the first page, where the server's address is offered already."""
        super().log_in(self.server.address, re.match("@([^:]*)", user)[1], password)

    def ask(self, user):
        """Asks somebody of the server's directory for a chat."""
        name = re.match("@([^:]*)", user)[1]
        self.command("win.find-people")
        self.write("Search people", name)
        self.click("^Select ", "check box")
        self.click("^Ask ")

    def waits_for(self, name):
        self.see(f"Waiting for {name} to accept", seconds=SECONDS)

    def accept(self, name):
        self.see(f"^{name} asks for a chat", seconds=SECONDS)
        self.click("^Accept$")
        self.see("^Message$", seconds=SECONDS)

    def open(self, name):
        """What was asked for or accepted opens by itself."""
        self.until(
            lambda: self.find("^Message$") and not self.find(f"Waiting for {name}"), f"{name} is there", SECONDS)

    def begin_to_type(self, text):
        self.write("^Message$", text)

    def hears(self, name, text):
        self.see(re.escape(text), seconds=SECONDS)

    def sees_typing(self, name):
        self.see(f"^{name} is typing", seconds=SECONDS)

    def sees_presence(self, name):
        """The words below the name at the top of the conversation."""
        self.see("^Ready", seconds=SECONDS)

    def choose_camera(self, name, others):
        """In the settings, among so many others; then it is tried."""
        self.activate()
        self.key("ctrl+comma")
        self.click("^Calls$")
        # After the system's own choice, in whatever order they were found.
        for at in range(1, others + 2):
            self.choose("^Camera", name, at)
            time.sleep(1)
            if self.find(f"^{name}$", "label"):
                break
        self.click("^Test Test the devices", "push button")
        self.see("^Stop Test the devices", "push button")

    def leave_settings(self):
        self.key("Escape")
        self.no_longer_see("^Stop Test the devices")

    def call(self, kind):
        self.click(f"^{kind}$", "push button")

    def take_call(self):
        self.see("^Kenji calls$", seconds=SECONDS)
        self.click("^Accept$")

    def talks(self, pattern):
        """The call's details say what arrives."""
        self.see("[0-9]+:[0-9]{2} · ", seconds=SECONDS)
        if not self.find("^Way: "):
            self.click("^Details of the call$")
        self.see(pattern, seconds=SECONDS)

    def hang_up(self):
        self.click("^Hang up$")

    def has_no_call(self):
        self.no_longer_see("^Hang up$")

    def focus(self):
        self.activate()

    def complaints(self, known):
        for line in self.read_log().splitlines():
            if re.search(r"warn|error|critical|fail", line, re.IGNORECASE):
                if not any(re.search(pattern, line) for pattern in known):
                    yield line.strip()
