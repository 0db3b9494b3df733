"""The desktop's portal for screens and cameras, as far as a program that shows them needs it, and PipeWire servers with them."""
import os
import socket
import sys
import time

from gi.repository import Gio, GLib

import services

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Clients"))
import cameras  # noqa: E402


class Portal(services.Bus):
    """Says what it is told to when a program asks for something."""

    GIVEN, REFUSED, FAILED = range(3)
    NAME = "org.freedesktop.portal.Desktop"
    PATH = "/org/freedesktop/portal/desktop"

    def __init__(self):
        # What whoever is asked says; and what it was asked, by method.
        self.answer = self.GIVEN
        self.asked = {}
        super().__init__()

    def _respond(self, call, answer, results={}):
        """The answer to a question comes as a signal."""
        sender, invocation, (*_, options) = call[1], call[-1], call[5].unpack()
        request = f"{self.PATH}/request/{self._name(sender)}/{options['handle_token']}"
        invocation.return_value(GLib.Variant("(o)", (request,)))
        self.connection.emit_signal(
            sender, request, "org.freedesktop.portal.Request", "Response", GLib.Variant("(ua{sv})", (answer, results)))

    @staticmethod
    def _name(sender):
        return sender[1:].replace(".", "_")

    @staticmethod
    def _give_server(invocation, server):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(server)
            descriptors = Gio.UnixFDList()
            index = descriptors.append(connection.fileno())
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (index,)), descriptors)


class CameraPortal(Portal):
    """org.freedesktop.portal.Camera."""

    XML = """<node><interface name="org.freedesktop.portal.Camera">
        <method name="AccessCamera"><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
        <method name="OpenPipeWireRemote"><arg type="a{sv}" direction="in"/><arg type="h" direction="out"/></method>
        <property name="IsCameraPresent" type="b" access="read"/></interface></node>"""

    def __init__(self, server):
        """With the socket of the server that has the camera."""
        self.server = server
        super().__init__()

    def prepare(self):
        self.own(self.NAME, self.PATH, self.XML, None, lambda _: GLib.Variant("b", True))

    def _answer(self, _, call):
        method, invocation = call[4], call[-1]
        self.asked[method] = self.asked.get(method, 0) + 1
        if method == "AccessCamera":
            self._respond(call, self.answer)
        else:
            self._give_server(invocation, self.server)


class ScreenPortal(Portal):
    """org.freedesktop.portal.ScreenCast."""

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
        # What is shown in the sessions that are open, the newest last.
        self.sessions = {}
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
            return self._give_server(invocation, self.screen.server)
        answer, results = self.GIVEN, {}
        if method == "CreateSession":
            session = f"{self.PATH}/session/{self._name(sender)}/{options['session_handle_token']}"
            self.own_session(session)
            results = {"session_handle": GLib.Variant("s", session)}
        elif method == "Start":
            answer = self.answer
            if answer == self.GIVEN:
                session, *_ = parameters.unpack()
                self.sessions[session] = self.screen.show()
                results = {"streams": GLib.Variant("a(ua{sv})", [(self.sessions[session], {})])}
        self._respond(call, answer, results)

    def own_session(self, session):
        interface = Gio.DBusNodeInfo.new_for_xml(self.SESSION_XML).interfaces[0]
        self.connection.register_object(session, interface, lambda *call: self._answer(None, call), None, None)
        self.sessions[session] = None

    def _forget(self, session):
        node = self.sessions.pop(session)
        if node is not None:
            self.screen.hide(node)

    def end(self):
        """As the desktop's own button to stop does."""
        session = next(reversed(self.sessions))
        self.connection.emit_signal(None, session, self.SESSION, "Closed", GLib.Variant("(a{sv})", ({},)))
        self.connection.flush_sync(None)
        self._forget(session)


class Pictures(cameras.Cameras):
    """A PipeWire server. What gives pictures there gives them once: a pipewiresink of PipeWire 0.3.65 that is left and
    taken again sometimes gives nothing any more, to anybody."""

    def __init__(self, folder):
        super().__init__(folder)
        self.server = f"{folder}/pipewire-0"

    def give(self, name, colour, properties=""):
        """Pictures in one colour."""
        self._start(
            "gst-launch-1.0", "-q", "videotestsrc", "is-live=true", f"pattern={colour}", "!",
            "video/x-raw,format=BGRx,width=1280,height=720,framerate=10/1", "!", "pipewiresink", "mode=provide",
            f"stream-properties=p,media.class=Video/Source,node.description={name}{properties}")
        self._until(lambda: self._node(name) is not None, name)

    def stop(self, process):
        self.processes.remove(process)
        process.terminate()
        process.wait()

    def is_taken(self):
        """Whether anybody takes pictures of it."""
        return any(
            entry["type"] == "PipeWire:Interface:Node" and entry["info"]["props"].get("media.class") == "Stream/Input/Video"
            for entry in self._dump())


class Camera(Pictures):
    """A server with a camera."""

    def __init__(self, folder, colour):
        super().__init__(folder)
        self.colour = colour
        self._begin()

    def _begin(self):
        self.give("Camera", self.colour, ",media.role=Camera")

    def start_anew(self):
        """Before it is taken a second time."""
        self.stop(self.processes[-1])
        self._until(lambda: self._node("Camera") is None, "the end of the camera")
        self._begin()


class Screen(Pictures):
    """A server with a screen. As at a desk, each who may see it gets a stream of their own."""

    def __init__(self, folder, colour):
        super().__init__(folder)
        self.colour = colour
        self.shown = {}

    def show(self):
        """- Returns: the number of the stream's node."""
        name = f"Screen-{time.monotonic_ns()}"
        self.give(name, self.colour)
        node = self._node(name)
        self.shown[node] = self.processes[-1]
        return node

    def hide(self, node):
        self.stop(self.shown.pop(node))
