"""What a desktop offers to its programs, for tests: a panel's place for status icons, a notification daemon, a keyring, a
screen saver."""
import os
import subprocess
import threading

from gi.repository import Gio, GLib

import mado_server as mado


class Bus:
    """A connection to the session's bus of its own, with a thread that serves it."""

    def __init__(self):
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        self._thread = threading.Thread(target=self._run, daemon=True)
        ready = threading.Event()
        self._ready = ready
        self._thread.start()
        ready.wait()

    def _run(self):
        self._context.push_thread_default()
        self.connection = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.prepare()
        self._ready.set()
        self._loop.run()

    def prepare(self):
        """On the thread, before anything is answered."""

    def own(self, name, path, xml, answer, property=None):
        """Also where the desktop's own service has been started meanwhile."""
        for interface in Gio.DBusNodeInfo.new_for_xml(xml).interfaces:
            self.connection.register_object(
                path, interface,
                lambda *call: self._answer(answer, call),
                (lambda _c, _s, _p, _i, wanted: property(wanted)) if property else None, None)
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                  GLib.Variant("(su)", (name, Gio.BusNameOwnerFlags.REPLACE)))

    @staticmethod
    def _answer(answer, call):
        _connection, sender, _path, _interface, method, parameters, invocation = call
        invocation.return_value(answer(sender, method, parameters.unpack()))

    def call(self, name, path, interface, method, parameters=None):
        answer = self.connection.call_sync(
            name, path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, 5000, None)
        return answer.unpack()

    def close(self):
        if self.connection.is_closed():
            return
        self._loop.quit()
        self._thread.join()
        self.connection.close_sync(None)


class Panel(Bus):
    """A panel's place for status icons: watcher and host in one (StatusNotifierItem)."""

    NAME = "org.kde.StatusNotifierWatcher"
    XML = """<node><interface name="org.kde.StatusNotifierWatcher">
        <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
        <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
        </interface></node>"""
    ITEM = "org.kde.StatusNotifierItem"

    def prepare(self):
        self.items = []
        self.signals = []
        self.connection.signal_subscribe(
            None, self.ITEM, None, "/StatusNotifierItem", None, Gio.DBusSignalFlags.NONE,
            lambda _c, sender, _p, _i, name, values: self.signals.append((sender, name, values.unpack())))
        self.own(self.NAME, "/StatusNotifierWatcher", self.XML, self._registered,
                 lambda _: GLib.Variant("b", True))

    def _registered(self, sender, _method, parameters):
        self.items.append(sender if parameters[0].startswith("/") else parameters[0])

    def item(self):
        """The bus name of the icon that came last."""
        return mado.eventually(lambda: self.items and self.items[-1], "a status icon")

    def value(self, name):
        return self.call(self.item(), "/StatusNotifierItem", "org.freedesktop.DBus.Properties", "Get",
                         GLib.Variant("(ss)", (self.ITEM, name)))[0]

    def activate(self):
        self.call(self.item(), "/StatusNotifierItem", self.ITEM, "Activate", GLib.Variant("(ii)", (0, 0)))

    def menu(self):
        """{label: id} of the icon's menu."""
        _, (_, _, children) = self.call(
            self.item(), self.value("Menu"), "com.canonical.dbusmenu", "GetLayout",
            GLib.Variant("(iias)", (0, -1, [])))
        return {child[1]["label"]: child[0] for child in children}

    def choose(self, label):
        self.call(self.item(), self.value("Menu"), "com.canonical.dbusmenu", "Event",
                  GLib.Variant("(isvu)", (self.menu()[label], "clicked", GLib.Variant("s", ""), 0)))


class ScreenSaver(Bus):
    """The desktop's screen saver, which knows since when nobody has touched anything, and locks the screen."""

    NAME = "org.freedesktop.ScreenSaver"
    PATH = "/org/freedesktop/ScreenSaver"
    XML = """<node><interface name="org.freedesktop.ScreenSaver">
        <method name="GetActive"><arg type="b" direction="out"/></method>
        <signal name="ActiveChanged"><arg type="b"/></signal></interface></node>"""

    def prepare(self):
        self.own(self.NAME, self.PATH, self.XML, lambda *_: GLib.Variant("(b)", (False,)))

    def lock(self, is_locked):
        self.connection.emit_signal(None, self.PATH, self.NAME, "ActiveChanged", GLib.Variant("(b)", (is_locked,)))
        self.connection.flush_sync(None)


class Logind(Bus):
    """systemd-logind with one session, whose screen is locked and unlocked."""

    NAME = "org.freedesktop.login1"
    MANAGER = "/org/freedesktop/login1"
    SESSION = "/org/freedesktop/login1/session/_31"
    MANAGER_XML = """<node><interface name="org.freedesktop.login1.Manager">
        <method name="GetSessionByPID"><arg type="u" direction="in"/><arg type="o" direction="out"/></method>
        </interface></node>"""
    SESSION_XML = """<node><interface name="org.freedesktop.login1.Session">
        <property name="LockedHint" type="b" access="read"/><signal name="Lock"/><signal name="Unlock"/>
        </interface></node>"""

    def prepare(self):
        self.is_locked = False
        self.own(self.NAME, self.MANAGER, self.MANAGER_XML, lambda *_: GLib.Variant("(o)", (self.SESSION,)))
        interface = Gio.DBusNodeInfo.new_for_xml(self.SESSION_XML).interfaces[0]
        self.connection.register_object(
            self.SESSION, interface, None, lambda *_: GLib.Variant("b", self.is_locked), None)

    def set_hint(self, is_locked):
        self.is_locked = is_locked
        self.emit("org.freedesktop.DBus.Properties", "PropertiesChanged", GLib.Variant("(sa{sv}as)", (
            "org.freedesktop.login1.Session", {"LockedHint": GLib.Variant("b", is_locked)}, [])))

    def ask(self, signal):
        """`Lock` or `Unlock`, as `loginctl lock-session` does."""
        self.emit("org.freedesktop.login1.Session", signal, None)

    def emit(self, interface, signal, arguments):
        self.connection.emit_signal(None, self.SESSION, interface, signal, arguments)
        self.connection.flush_sync(None)


class Dunst:
    """A real notification daemon. What it shows is noted by its script, and its menu of actions chooses by a file."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(f"{folder}/dunst", exist_ok=True)
        self._write("dunst/note", '#!/bin/sh\nprintf "%s\\036%s\\036%s\\n" "$DUNST_SUMMARY" "$DUNST_BODY" "$DUNST_URGENCY" '
                    f'>>"{folder}/shown"\n')
        # It gets the actions on its standard input, and says which one it is.
        self._write("dunst/choose", f'#!/bin/sh\ntee -a "{folder}/offered" | grep -- "$(cat "{folder}/choice")"\n')
        self._write("dunst/dunstrc", f"""
[global]
    monitor = 0
    dmenu = {folder}/dunst/choose
    mouse_left_click = do_action
    font = Sans 11
    width = 320
[urgency_low]
    timeout = 0
[urgency_normal]
    timeout = 0
[urgency_critical]
    timeout = 0
[all]
    script = {folder}/dunst/note
""")
        self.process = subprocess.Popen(
            ["dunst", "-conf", f"{folder}/dunst/dunstrc"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        mado.eventually(lambda: self._control("count", "displayed").strip().isdigit(), "dunst answers")

    def _write(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o700)

    @staticmethod
    def _control(*words):
        return subprocess.run(["dunstctl", *words], capture_output=True, text=True).stdout

    def shown(self):
        """(title, text, urgency) of everything that it has shown."""
        try:
            with open(f"{self.folder}/shown") as file:
                return [tuple(line.split("\x1e")) for line in file.read().split("\n")[:-1]]
        except FileNotFoundError:
            return []

    def count(self):
        return int(self._control("count", "displayed"))

    def choose(self, label):
        """Takes an action of the notification on top, from its menu."""
        self._write("choice", label)
        self._control("context")

    def clear(self):
        self._control("close-all")

    def close(self):
        self.process.terminate()
        self.process.wait()


class Keyring:
    """The real keyring service, unlocked."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.process = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "XDG_DATA_HOME": folder, "HOME": folder})
        self.process.stdin.write(b"of no value")
        self.process.stdin.close()
        mado.eventually(lambda: self._owner(), "the keyring answers")

    @staticmethod
    def _owner():
        return subprocess.run(
            ["gdbus", "call", "--session", "-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus", "-m",
             "org.freedesktop.DBus.GetNameOwner", "org.freedesktop.secrets"], capture_output=True).returncode == 0

    def close(self):
        self.process.terminate()
        self.process.wait()
