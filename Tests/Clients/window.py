"""A client's window: found by what it says to assistive technology, acted upon by mouse and keyboard."""

import os
import re
import subprocess
import time

import pyatspi
from gi.repository import Atspi

Atspi.set_timeout(1500, 2000)
# Where two windows stand side by side, and what everybody logs in with.
LEFT, RIGHT = (0, 20, 790, 860), (800, 20, 790, 860)
PASSWORD = "correct-horse"


def prepare_accessibility():
    """Has the bus for assistive technology running before any client looks for it: they look only once."""
    subprocess.run(
        ["gdbus", "call", "--session", "-d", "org.a11y.Bus", "-o", "/org/a11y/bus", "-m",
         "org.freedesktop.DBus.Properties.Set", "org.a11y.Status", "IsEnabled", "<true>"],
        check=True, stdout=subprocess.DEVNULL)
    pyatspi.Registry.getDesktop(0).childCount


def open_keyring(folder):
    """Starts the keyring that some clients keep their token in, unlocked."""
    os.makedirs(folder)
    keyring = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": folder, "XDG_DATA_HOME": f"{folder}/data", "XDG_RUNTIME_DIR": folder})
    keyring.stdin.write(b"of no value")
    keyring.stdin.close()
    return keyring


class NotSeen(Exception):
    """Something did not appear on the screen in time."""


def xdotool(*arguments):
    return subprocess.run(["xdotool", *map(str, arguments)], capture_output=True, text=True).stdout


def clipboard():
    """Empty while nobody has copied anything."""
    return subprocess.run(
        ["xclip", "-selection", "clipboard", "-o"], capture_output=True, text=True, timeout=10).stdout


def put_on_clipboard(png):
    """Has a picture pasted by the next one who pastes."""
    subprocess.run(
        ["xclip", "-selection", "clipboard", "-t", "image/png", "-i", png], check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)


def picture(file):
    """Keeps what is on the screen, in few colours."""
    subprocess.run(["import", "-window", "root", "+dither", "-colors", "64", file], check=True)


def pixels_of(box):
    """What a part of the screen shows, as three bytes a pixel."""
    x, y, width, height = box
    return subprocess.run(
        ["import", "-window", "root", "-crop", f"{width}x{height}+{x}+{y}", "+repage", "-depth", "8", "rgb:-"],
        capture_output=True, check=True).stdout


class Screen:
    """All of the screen, at one moment."""

    WIDTH = 1600

    def __init__(self):
        self.pixels = subprocess.run(
            ["import", "-window", "root", "-depth", "8", "rgb:-"], capture_output=True, check=True).stdout

    def rows(self, box):
        x, y, width, height = box
        for row in range(max(0, y), y + height):
            start = 3 * (row * self.WIDTH + x)
            yield row, self.pixels[start:start + 3 * width]

    def find_colour(self, colour, box, tolerance=20):
        """Where a part of it has much of a colour: the box around it; None where it has not."""
        columns, rows = [], []
        by_red, by_blue = colour[1] - colour[0], colour[1] - colour[2]
        for row, line in self.rows(box):
            for at in range(0, len(line), 3):
                red, green, blue = line[at:at + 3]
                # What is as light, and of another hue, is something else.
                if (abs(green - colour[1]) <= tolerance and abs(green - red - by_red) <= tolerance * 2 // 3
                        and abs(green - blue - by_blue) <= tolerance * 2 // 3):
                    columns.append(box[0] + at // 3)
                    rows.append(row)
        if len(rows) < 1500:
            return None
        columns.sort()
        # A few pixels elsewhere are of no account.
        few = len(rows) // 50
        return columns[few], rows[few], columns[-1 - few] - columns[few], rows[-1 - few] - rows[few]

    def brightness(self, box):
        part = b"".join(line for _, line in self.rows(box))
        return sum(part) / max(1, len(part))


def see_speaking(colour, box, seconds=60):
    """Waits until somebody in a shirt of this colour (`drawn_people`) is in a part of the screen, and speaks."""
    end = time.monotonic() + seconds
    seen = set()
    while time.monotonic() < end:
        screen = Screen()
        shirt = screen.find_colour(colour, box)
        if shirt:
            x, y, width, _ = shirt
            seen.add(round(screen.brightness((x + width * 2 // 5, y - width // 3, width // 5, width // 8))))
            if max(seen) - min(seen) > 15:
                return
        time.sleep(0.2)
    raise NotSeen(f"somebody in {colour} who speaks was not seen within {seconds} s, but {seen}")


class Window:
    """A program with one main window, in a home folder of its own."""

    # These say that they are hidden although what they hold is not.
    containers = ("filler", "panel")

    def __init__(self, command, folder, place, certificates, environment):
        os.makedirs(folder, exist_ok=True)
        self.log = f"{folder}/client.log"
        self.place = place
        variables = {
            "HOME": folder, "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "xcb", "QT_QUICK_BACKEND": "software",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "XDG_RUNTIME_DIR": f"{folder}/run",
        }
        os.makedirs(f"{folder}/run", mode=0o700)
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            variables[f"XDG_{name}_HOME"] = f"{folder}/{name.lower()}"
        # In a mount namespace of its own the program finds the test's certificates where the system's are.
        privilege = [] if os.getuid() == 0 else ["--map-root-user", "--user"]
        script = 'mount --bind "$0" /etc/ssl/certs && exec "$@"'
        self.command = ["unshare", *privilege, "--mount", "sh", "-c", script, certificates, *command]
        self.environment = {**os.environ, **variables, **environment}
        self.window = None
        self.start()

    def start(self):
        """Starts it, or starts it again after it has been left."""
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=log)
        return self.process

    def wait_for_window(self, title="."):
        """Waits for the main window and puts it into its place."""
        def find():
            for window in xdotool("search", "--onlyvisible", "--pid", self.process.pid).split():
                if re.search(title, xdotool("getwindowname", window)):
                    return window
        self.window = self._until(find, 90, f"a window of {self.process.args[-1]}")
        x, y, width, height = self.place
        xdotool("windowsize", "--sync", self.window, width, height)
        xdotool("windowmove", self.window, x, y)
        return self.window

    def _until(self, find, seconds, what):
        deadline = time.monotonic() + seconds
        while True:
            found = find()
            if found:
                return found
            if self.process.poll() is not None:
                raise NotSeen(f"{what}: the program ended with {self.process.returncode}")
            if time.monotonic() > deadline:
                raise NotSeen(f"{what} did not appear within {seconds} s")
            time.sleep(0.2)

    # What is there

    def nodes(self):
        """What is showing: (role, text, description, (x, y, width, height)), in the order of the screen's tree."""
        desktop = pyatspi.Registry.getDesktop(0)
        for index in range(desktop.childCount):
            try:
                application = desktop.getChildAtIndex(index)
                if application is not None and application.get_process_id() == self.process.pid:
                    yield from self._walk(application)
            except Exception:  # A node may vanish while it is looked at; what is there is looked at again.
                continue

    def _walk(self, node, depth=0):
        try:
            role = node.getRoleName()
            showing = node.getState().contains(pyatspi.STATE_SHOWING)
            if not showing and depth > 2 and role not in self.containers:
                return
            if showing:
                yield role, self._text(node), node.description or "", self._extents(node)
            count = node.childCount
        except Exception:
            return
        for index in range(count):
            try:
                child = node.getChildAtIndex(index)
            except Exception:
                continue
            if child is not None:
                yield from self._walk(child, depth + 1)

    @staticmethod
    def _text(node):
        if node.name:
            return node.name
        try:
            return node.queryText().getText(0, -1)
        except Exception:
            return ""

    @staticmethod
    def _extents(node):
        try:
            extents = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
            return extents.x, extents.y, extents.width, extents.height
        except Exception:
            return None

    def find(self, pattern, role=None):
        """Nodes whose text or description matches, of this role."""
        return [
            node for node in self.nodes()
            if role in (None, node[0]) and re.search(pattern, node[1] or node[2]) and node[3]]

    def shows(self, pattern, role=None):
        return bool(self.find(pattern, role))

    def see(self, pattern, seconds=20, role=None):
        """Waits until something that matches is showing."""
        return self._until(lambda: self.find(pattern, role), seconds, f"/{pattern}/")

    def no_longer_see(self, pattern, seconds=20):
        self._until(lambda: not self.shows(pattern), seconds, f"the end of /{pattern}/")

    # What a person does

    def focus(self):
        xdotool("windowactivate", "--sync", self.window)

    def click(self, pattern, role=None, seconds=20, which=-1):
        self.see(pattern, seconds, role)
        time.sleep(0.3)  # Dialogs move while they open.
        found = self.find(pattern, role) or self.see(pattern, seconds, role)
        x, y, width, height = found[which][3]
        self.click_at(x + width // 2, y + height // 2)

    def click_at(self, x, y, button=1):
        xdotool("mousemove", "--sync", x, y)
        time.sleep(0.15)
        xdotool("click", button)

    @staticmethod
    def type(text):
        xdotool("type", "--delay", 25, text)

    @staticmethod
    def key(*keys):
        xdotool("key", "--delay", 40, *keys)

    def is_green(self, box, least=150):
        """Whether a part of the screen has the green of somebody who is there, or a darker one."""
        pixels = pixels_of(box)
        green = sum(
            1 for r, g, b in zip(pixels[0::3], pixels[1::3], pixels[2::3]) if g > least and r < 90 and b < 150)
        return green >= 8

    def complaints(self, known):
        """Lines of the program's log that warn or complain, except those that are known."""
        for line in open(self.log, errors="replace"):
            if re.search(r"warn|error|critical|fail", line, re.IGNORECASE):
                if not any(re.search(pattern, line) for pattern in known):
                    yield line.strip()

    def restart(self):
        self.quit()
        self.start()
        self.wait_for_window()

    def quit(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
