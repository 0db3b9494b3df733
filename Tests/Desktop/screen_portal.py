"""The desktop's portal for screens, as far as a program that shows one needs it, and a PipeWire server with a screen."""
import os
import socket
import sys
import time

from gi.repository import Gio, GLib

import services

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Clients"))
import cameras  # noqa: E402


class ScreenPortal(services.Bus):
    """org.freedesktop.portal.ScreenCast: says what it is told to when a program asks for the screen."""

    GIVEN, REFUSED, FAILED = range(3)
    NAME = "org.freedesktop.portal.Desktop"
    PATH = "/org/freedesktop/portal/desktop"
    XML = """<node><interface name="org.freedesktop.portal.ScreenCast">
        <method name="CreateSession"><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
        <method name="SelectSources"><arg type="o" direction="in"/><arg type="a{sv}" direction="in"/>
        <arg type="o" direction="out"/></method>
        <method name="Start"><arg type="o" direction="in"/><arg type="s" direction="in"/>
        <arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
        <method name="OpenPipeWireRemote"><arg type="o" direction="in"/><arg type="a{sv}" direction="in"/>
        <arg type="h" direction="out"/></method>
        <property name="AvailableCursorModes" type="u" access="read"/></interface></node>"""
    SESSION = "org.freedesktop.portal.Session"
    SESSION_XML = """<node><interface name="org.freedesktop.portal.Session"><method name="Close"/>
        <signal name="Closed"><arg type="a{sv}"/></signal></interface></node>"""

    def __init__(self, screen=None):
        self.screen = screen
        # What whoever is asked says.
        self.answer = self.GIVEN
        # What it was asked, by method; and what is shown in the sessions that are open, the newest last.
        self.asked, self.sessions = {}, {}
        super().__init__()

    def prepare(self):
        self.own(self.NAME, self.PATH, self.XML, None, lambda _: GLib.Variant("u", 3))

    def _answer(self, _, call):
        _connection, sender, path, _interface, method, parameters, invocation = call
        if method == "Close":
            self._forget(path)
            return invocation.return_value(None)
        *_, options = parameters.unpack()
        self.asked[method] = options
        if method == "OpenPipeWireRemote":
            return self._give_server(invocation)
        name = sender[1:].replace(".", "_")
        request = f"{self.PATH}/request/{name}/{options['handle_token']}"
        answer, results = self.GIVEN, {}
        if method == "CreateSession":
            session = f"{self.PATH}/session/{name}/{options['session_handle_token']}"
            self.own_session(session)
            results = {"session_handle": GLib.Variant("s", session)}
        elif method == "Start":
            answer = self.answer
            if answer == self.GIVEN:
                session, *_ = parameters.unpack()
                self.sessions[session] = self.screen.show()
                results = {"streams": GLib.Variant("a(ua{sv})", [(self.sessions[session], {})])}
        invocation.return_value(GLib.Variant("(o)", (request,)))
        self.connection.emit_signal(
            sender, request, "org.freedesktop.portal.Request", "Response", GLib.Variant("(ua{sv})", (answer, results)))

    def own_session(self, session):
        interface = Gio.DBusNodeInfo.new_for_xml(self.SESSION_XML).interfaces[0]
        self.connection.register_object(session, interface, lambda *call: self._answer(None, call), None, None)
        self.sessions[session] = None

    def _forget(self, session):
        node = self.sessions.pop(session)
        if node is not None:
            self.screen.hide(node)

    def _give_server(self, invocation):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.screen.server)
            descriptors = Gio.UnixFDList()
            index = descriptors.append(connection.fileno())
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (index,)), descriptors)

    def end(self):
        """As the desktop's own button to stop does."""
        session = next(reversed(self.sessions))
        self.connection.emit_signal(None, session, self.SESSION, "Closed", GLib.Variant("(a{sv})", ({},)))
        self.connection.flush_sync(None)
        self._forget(session)


class Screen(cameras.Cameras):
    """A PipeWire server with a screen in one colour. As at a desk, each who may see it gets a stream of their own: a
    pipewiresink of PipeWire 0.3.65 that is left and taken again sometimes gives nothing any more, to anybody."""

    def __init__(self, folder, colour):
        super().__init__(folder)
        self.server = f"{folder}/pipewire-0"
        self.colour = colour
        self.shown = {}

    def show(self):
        """- Returns: the number of the stream's node."""
        name = f"Screen-{time.monotonic_ns()}"
        self._start(
            "gst-launch-1.0", "-q", "videotestsrc", "is-live=true", f"pattern={self.colour}", "!",
            "video/x-raw,format=BGRx,width=1280,height=720,framerate=10/1", "!", "pipewiresink", "mode=provide",
            f"stream-properties=p,media.class=Video/Source,node.description={name}")
        process = self.processes[-1]
        self._until(lambda: self._node(name) is not None, "the screen")
        node = self._node(name)
        self.shown[node] = process
        return node

    def hide(self, node):
        process = self.shown.pop(node)
        self.processes.remove(process)
        process.terminate()
        process.wait()

    def is_taken(self):
        """Whether anybody takes pictures of it."""
        return any(
            entry["type"] == "PipeWire:Interface:Node" and entry["info"]["props"].get("media.class") == "Stream/Input/Video"
            for entry in self._dump())
