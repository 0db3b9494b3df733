"""The desktop's portal for screens, as far as a program that shows one needs it, and a PipeWire server with a screen."""
import os
import socket
import sys

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

    def __init__(self, node=0, server=None):
        """With the number of the screen's node, and the socket of its server."""
        self.node, self.server = node, server
        # What whoever is asked says.
        self.answer = self.GIVEN
        # What it was asked, by method; and the sessions that are open, the newest last.
        self.asked, self.sessions = {}, []
        super().__init__()

    def prepare(self):
        self.own(self.NAME, self.PATH, self.XML, None, lambda _: GLib.Variant("u", 3))

    def _answer(self, _, call):
        _connection, sender, path, _interface, method, parameters, invocation = call
        if method == "Close":
            self.sessions.remove(path)
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
                results = {"streams": GLib.Variant("a(ua{sv})", [(self.node, {})])}
        invocation.return_value(GLib.Variant("(o)", (request,)))
        self.connection.emit_signal(
            sender, request, "org.freedesktop.portal.Request", "Response", GLib.Variant("(ua{sv})", (answer, results)))

    def own_session(self, session):
        interface = Gio.DBusNodeInfo.new_for_xml(self.SESSION_XML).interfaces[0]
        self.connection.register_object(session, interface, lambda *call: self._answer(None, call), None, None)
        self.sessions.append(session)

    def _give_server(self, invocation):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.server)
            descriptors = Gio.UnixFDList()
            index = descriptors.append(connection.fileno())
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (index,)), descriptors)

    def end(self):
        """As the desktop's own button to stop does."""
        self.connection.emit_signal(
            None, self.sessions.pop(), self.SESSION, "Closed", GLib.Variant("(a{sv})", ({},)))
        self.connection.flush_sync(None)


class Screen(cameras.Cameras):
    """A PipeWire server with one screen, in one colour."""

    NAME = "Screen"

    def __init__(self, folder, colour):
        super().__init__(folder)
        self.server = f"{folder}/pipewire-0"
        self._start(
            "gst-launch-1.0", "-q", "videotestsrc", "is-live=true", f"pattern={colour}", "!",
            "video/x-raw,format=BGRx,width=1280,height=720,framerate=10/1", "!", "pipewiresink", "mode=provide",
            f"stream-properties=p,media.class=Video/Source,node.description={self.NAME}")
        self._until(lambda: self._node(self.NAME) is not None, "the screen")
        self.node = self._node(self.NAME)

    def is_shown(self):
        return self.is_used(self.NAME)
