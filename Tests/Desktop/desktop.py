"""Mado's desktop program on a screen that nobody sees, read and acted upon through its accessibility."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import pyatspi
from gi.repository import Atspi, GLib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Integration"))
import mado_server as mado  # noqa: E402

Atspi.set_timeout(3000, 5000)
PROGRAM = ""
DEADLINE = 30  # seconds that anything may take before a test gives up

BUTTONS = ("list item", "push button", "toggle button", "check box", "radio button", "switch", "page tab")


def prepare_accessibility():
    """Has the bus for assistive technology running before a program looks for it: it looks only once."""
    subprocess.run(
        ["gdbus", "call", "--session", "-d", "org.a11y.Bus", "-o", "/org/a11y/bus", "-m",
         "org.freedesktop.DBus.Properties.Set", "org.a11y.Status", "IsEnabled", "<true>"],
        check=True, stdout=subprocess.DEVNULL)
    pyatspi.Registry.getDesktop(0).childCount


def picture(file):
    """Keeps what is on the screen."""
    subprocess.run(["import", "-window", "root", file], check=True)


class NotSeen(AssertionError):
    """Something did not appear on the screen in time."""


class Desktop:
    """One running program with a home folder of its own, which outlives its process."""

    count = 0

    def __init__(self, *options, home=None, environment=None, has_profile=True):
        # One program a profile: several at a time need one each.
        Desktop.count += 1
        profile = f"test-{os.getpid()}-{Desktop.count}"
        self.profile = ["--profile", profile] if has_profile else []
        self.folder_name = f"mado-{profile}" if has_profile else "mado"
        self.home = home or tempfile.mkdtemp(prefix="mado-desktop-")
        self.options = list(options)
        self.environment = environment or {}
        self.process = None

    def start(self, *more, waits=True):
        run = f"{self.home}/run"
        os.makedirs(run, mode=0o700, exist_ok=True)
        self.variables = variables = {
            "HOME": self.home, "XDG_RUNTIME_DIR": run, "GSK_RENDERER": "cairo", "GDK_BACKEND": "x11",
            "GTK_A11Y": "atspi", "NO_AT_BRIDGE": "0", "LC_ALL": "C.UTF-8", "GTK_USE_PORTAL": "0",
            "GSETTINGS_BACKEND": "memory", "MADODESKTOP_AUDIO_SINK": "fakesink",
            "MADODESKTOP_SECRETS": "file",
        }
        for name in ("CONFIG", "DATA", "CACHE"):
            variables[f"XDG_{name}_HOME"] = f"{self.home}/{name.lower()}"
        self.log = f"{self.home}/log"
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                [PROGRAM, *self.profile, *self.options, *more], stdout=log, stderr=log,
                env={name: value for name, value in {**os.environ, **variables, **self.environment}.items() if value})
        if waits:
            self.until(lambda: self.application() is not None, "the program is there")
        return self

    def call_again(self, *words):
        """Starts the program once more, as a second click on its icon does. - Returns: its exit status."""
        return subprocess.run(
            [PROGRAM, *self.profile, *words], env={**os.environ, **self.variables, **self.environment}, timeout=DEADLINE
        ).returncode

    def quit(self):
        """As a session's end does it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def remove(self):
        self.quit()
        shutil.rmtree(self.home, ignore_errors=True)

    def read_log(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    # What is there

    def until(self, find, what, seconds=DEADLINE):
        end = time.monotonic() + seconds
        while True:
            try:
                found = find()
            except Exception as error:  # A node may vanish while it is looked at.
                if isinstance(error, NotSeen):
                    raise
                found = None
            if found:
                return found
            if self.process.poll() is not None:
                raise NotSeen(f"{what}: the program ended with {self.process.returncode}\n{self.read_log()[-3000:]}")
            if time.monotonic() > end:
                if "DESKTOP_TEST_PICTURE" in os.environ:
                    picture(os.environ["DESKTOP_TEST_PICTURE"])
                raise NotSeen(f"not within {seconds} s: {what}. There is:\n{self.describe()}\n{self.read_log()[-2000:]}")
            time.sleep(0.03)

    def application(self):
        desktop = pyatspi.Registry.getDesktop(0)
        for index in range(desktop.childCount):
            application = desktop.getChildAtIndex(index)
            if application is not None and application.get_process_id() == self.process.pid:
                return application
        return None

    def nodes(self):
        """(role, name or text, node) of what is showing, in the order of the screen's tree."""
        application = self.application()
        if application is None:
            return
        for index in range(application.childCount):
            window = application.getChildAtIndex(index)
            if window is not None:
                yield from self._walk(window)

    def _walk(self, node):
        # GTK 4.8 does not say what is showing; what is not has no size. A stack's pages have none at all.
        try:
            size = node.queryComponent().getSize()
        except NotImplementedError:
            size = None
        if size is not None and 0 in tuple(size):
            return
        yield node.getRoleName(), self.text(node), node
        for index in range(node.childCount):
            child = node.getChildAtIndex(index)
            if child is not None:
                yield from self._walk(child)

    @staticmethod
    def text(node):
        try:
            text = node.queryText()
            return text.getText(0, -1) or node.name or ""
        except Exception:
            return node.name or ""

    def describe(self):
        try:
            return "\n".join(f"{role}: {text}" for role, text, _ in self.nodes() if text)
        except Exception as error:
            return f"(cannot be read: {error})"

    def find(self, pattern, role=None):
        """What is showing; a role may be one of several: `image|icon`."""
        end = time.monotonic() + 10
        while True:
            try:
                return [
                    node for found, text, node in self.nodes()
                    if (role is None or found in role.split("|"))
                    and re.search(pattern, f"{text}\n{node.name or ''}", re.MULTILINE)]
            except NotSeen:
                raise
            except Exception:  # A node may vanish while it is looked at: everything is looked at again.
                if self.process.poll() is not None or time.monotonic() > end:
                    raise
            time.sleep(0.03)

    def see(self, pattern, role=None, seconds=DEADLINE):
        return self.until(lambda: self.find(pattern, role), f"/{pattern}/", seconds)

    def no_longer_see(self, pattern, role=None):
        self.until(lambda: not self.find(pattern, role), f"the end of /{pattern}/")

    # What a person does

    def act(self, node, name="click"):
        actions = node.queryAction()
        for index in range(actions.nActions):
            if actions.getName(index) == name:
                try:
                    return actions.doAction(index)
                except GLib.Error as error:
                    # A program that is busy does it later. Asked again it would do it twice.
                    if "timeout" in error.message:
                        return True
                    raise
        raise NotSeen(f"{node} has no action {name}")

    def click(self, pattern, role=None, which=-1):
        """A button that can be pressed now."""
        def pressable():
            found = [
                node for node in self.find(pattern, role)
                if node.getRoleName() in BUTTONS and node.getState().contains(pyatspi.STATE_SENSITIVE)]
            return found[which] if found else None
        node = self.until(pressable, f"a {role} /{pattern}/ that can be pressed")
        # The outer node of a menu button has the name, the inner one the action.
        for candidate in [node, *[node.getChildAtIndex(i) for i in range(node.childCount)]]:
            try:
                if self.act(candidate):
                    return
            except Exception:
                continue
        # GTK 4.8 gives check boxes, switches and rows no action.
        self.press(node)

    def press(self, node):
        """With the mouse."""
        self.point_at(node)
        subprocess.run(["xdotool", "click", "1"], check=True)

    def point_at(self, node):
        """Puts the mouse onto it."""
        window, x, y, width, height = self.place_of(node)
        subprocess.run(["xdotool", "windowactivate", "--sync", window], check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["xdotool", "mousemove", "--sync", str(x + width // 2), str(y + height // 2)], check=True)

    def colour_of(self, node):
        """(red, green, blue), 0…255, of its middle, as it is on the screen."""
        window, x, y, width, height = self.place_of(node)
        subprocess.run(["xdotool", "windowraise", window], check=True, stderr=subprocess.DEVNULL)
        place = f"8x8+{x + width // 2 - 4}+{y + height // 2 - 4}"
        return tuple(subprocess.run(
            ["import", "-window", "root", "-crop", place, "-resize", "1x1!", "-depth", "8", "rgb:-"],
            check=True, capture_output=True).stdout[:3])

    def place_of(self, node):
        """Its window's number, and where it is on the screen: x, y, width and height in pixels."""
        window, x, y = self.until(lambda: self._place_of_window(node), f"a window of the size of that of {node}")
        place = self.until(lambda: self._resting_place(node), f"{node} at rest")
        return window, x + place.x, y + place.y, place.width, place.height

    def _place_of_window(self, node):
        """The number of its window, and where what GTK calls the window begins; None while none has its size."""
        inner = self._window_of(node).queryComponent().getExtents(pyatspi.WINDOW_COORDS)
        for window in self.windows():
            shell = subprocess.run(
                ["xdotool", "getwindowgeometry", "--shell", window], capture_output=True, text=True).stdout
            outer = {name: int(value) for name, value in (line.split("=") for line in shell.split())}
            # What GTK draws around its window is the window's own, the same on each side.
            margin = (outer["WIDTH"] - inner.width) // 2
            if 0 <= margin < 40 and abs(outer["HEIGHT"] - inner.height - 2 * margin) <= 2:
                return window, outer["X"] + margin, outer["Y"] + margin
        return None

    def _window_of(self, node):
        """Looked for from above: what libadwaita puts around a window's content knows no parent."""
        application = self.application()
        for window in [application.getChildAtIndex(index) for index in range(application.childCount)]:
            if window is not None and any(inner == node for _, _, inner in self._walk(window)):
                return window
        raise NotSeen(f"{node} is in no window")

    @staticmethod
    def _resting_place(node):
        """Where it is, once it does not move any more."""
        component = node.queryComponent()
        first = component.getExtents(pyatspi.WINDOW_COORDS)
        time.sleep(0.1)
        second = component.getExtents(pyatspi.WINDOW_COORDS)
        return second if (first.x, first.y) == (second.x, second.y) and second.width else None

    def focus(self, pattern, role=None):
        """Gives the keyboard to a part of the window that has it."""
        node = self.see(pattern, role)[-1]

        def has_focus():
            if node.getState().contains(pyatspi.STATE_FOCUSED):
                return True
            self.key("Tab")
        self.until(has_focus, f"/{pattern}/ has the keyboard")

    def choose(self, label, choice, at):
        """One of a drop-down's choices, which is the one after so many."""
        box = self.see(label, "combo box")[-1]
        # A click that follows another one closely opens nothing.
        def is_open():
            if self.find(f"^{choice}$", "label"):
                return True
            self.press(box)
            time.sleep(0.5)
        self.until(is_open, f"the choices of /{label}/")
        self.key("Home", *["Down"] * at, "Return")

    def command(self, name):
        """Runs one of the main window's actions, such as win.find-people."""
        def asked():
            for role, _, node in self.nodes():
                if role == "frame":
                    self.act(node, name)
                    return True
        self.until(asked, f"the window, for {name}")

    def write(self, label, text):
        """Replaces the text of a field that has this label."""
        def field():
            for node in self.find(label):
                for candidate in self._fields(node):
                    return candidate
        node = self.until(field, f"the field /{label}/")
        node.queryEditableText().setTextContents(text)

    def _fields(self, node):
        try:
            node.queryEditableText()
            yield node
        except Exception:
            pass
        for index in range(node.childCount):
            child = node.getChildAtIndex(index)
            if child is not None:
                yield from self._fields(child)

    def key(self, *keys):
        subprocess.run(["xdotool", "key", "--delay", "30", *keys], check=True, stdout=subprocess.DEVNULL)

    def type(self, text):
        subprocess.run(["xdotool", "type", "--delay", "12", text], check=True, stdout=subprocess.DEVNULL)

    def windows(self):
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)], capture_output=True, text=True).stdout
        return found.split()

    def size(self):
        """Where its window is, and how large: x, y, width and height in pixels."""
        window = self.until(self.windows, "a window")[-1]
        shell = subprocess.run(["xdotool", "getwindowgeometry", "--shell", window], capture_output=True, text=True).stdout
        found = dict(line.split("=") for line in shell.split())
        return tuple(int(found[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))

    def activate(self):
        """Gives the window the keyboard."""
        window = self.until(self.windows, "a window")[-1]
        subprocess.run(["xdotool", "windowactivate", "--sync", window], check=True, stderr=subprocess.DEVNULL)

    def place(self, x, y, width=None, height=None):
        window = self.until(self.windows, "a window")[-1]
        if width:
            subprocess.run(["xdotool", "windowsize", "--sync", window, str(width), str(height)], check=True)
        subprocess.run(["xdotool", "windowmove", window, str(x), str(y)], check=True)

    # What it is for

    def log_in(self, server, user, password):
        self.log_in_as(server, user, password, ("Server", "Continue", "User name", "Password", "Log in"))
        self.see("^Conversations")
        return self

    def log_in_as(self, server, user, password, words):
        """In a language whose words are given."""
        self.write(f"^{words[0]}$", server)
        self.click(f"^{words[1]}$")
        self.write(f"^{words[2]}$", user)
        self.write(f"^{words[3]}$", password)
        self.click(f"^{words[4]}$")

    def say(self, text):
        self.write("^Message$", text)
        self.click("^Send$")
        # It is pressed some time after the call has returned; the next text must not be what it sends.
        self.until(lambda: not self.find("^Send$"), "the field is empty again")


class DesktopTestCase(mado.unittest.TestCase):
    """Tests that share one server; each has its own members and programs."""

    server_environment = None

    @classmethod
    def setUpClass(cls):
        cls.server = mado.Server(environment=cls.server_environment).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()

    def desktop(self, *options, **more):
        desktop = Desktop(*options, **more)
        self.addCleanup(desktop.remove)
        return desktop.start()

    def copy_picture(self, file):
        """Has a PNG file in the clipboard, until the test has ended."""
        select = ["xclip", "-selection", "clipboard"]
        owner = subprocess.Popen(
            [*select, "-quiet", "-t", "image/png", "-i", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(owner.wait)
        self.addCleanup(owner.terminate)
        mado.eventually(lambda: b"image/png" in subprocess.run(
            [*select, "-o", "-t", "TARGETS"], capture_output=True, timeout=DEADLINE).stdout, "the picture is copied")

    def member(self, name, display_name=None):
        """A member with an account, and a session for the test itself."""
        member = self.server.register(name, "correct horse")
        if display_name:
            member.expect(
                "PUT", f"/_matrix/client/v3/profile/{mado.quote(member.user_id)}/displayname",
                {"displayname": display_name})
        return member

    def logged_in(self, name, display_name=None):
        """A member's own desktop program."""
        self.member(name, display_name)
        return self.desktop().log_in(self.server.url, name, "correct horse")


def main():
    global PROGRAM
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PATH-OF-MADO PATH-OF-MADO-DESKTOP [TEST…]")
    mado.BINARY = os.path.abspath(sys.argv.pop(1))
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    prepare_accessibility()
    mado.unittest.main(module="__main__", verbosity=2, warnings="ignore")
