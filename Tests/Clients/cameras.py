"""Cameras for clients on a computer without one: nodes of a PipeWire server of the test's own, which GStreamer finds as it
finds those of a desk. What they show are people who are drawn, and speak."""

import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Desktop"))
import drawn_people  # noqa: E402

# Less often nheko takes no pictures.
SIZE, RATE = (640, 480), "15/1"


class Cameras:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, mode=0o700)
        self.log = open(f"{folder}/log", "w")
        self.processes = []
        # For programs that are started from now on, whatever folder they have for themselves.
        os.environ["PIPEWIRE_RUNTIME_DIR"] = folder
        self._start("pipewire")
        self._until(lambda: os.path.exists(f"{folder}/pipewire-0"), "the server of cameras")
        # It connects those who want a picture with the camera.
        self._start("wireplumber")

    def add(self, person):
        """- Returns: the camera's name."""
        name = f"Camera-{person}"
        pictures = self._draw(person)
        width, height = SIZE
        self._start(
            "gst-launch-1.0", "-q", "multifilesrc", f"location={pictures}", "loop=true", "stop-index=1",
            "caps=image/png,framerate=3/1", "!", "pngdec", "!", "videoconvert", "!", "videorate", "!",
            f"video/x-raw,format=YUY2,width={width},height={height},framerate={RATE}", "!", "clocksync", "!", "pipewiresink",
            "mode=provide", f"stream-properties=p,media.class=Video/Source,node.description={name}")
        self._until(lambda: self._node(name) is not None, name)
        return name

    def add_device(self, person):
        """A camera of GStreamer's own, for a program that needs to know when each picture was taken: those that come through
        PipeWire 0.3.65 from another program do not tell. nheko lays its own picture over the other's by that, and ends
        the call otherwise. - Returns: the camera's name, and the environment in which a program finds it."""
        name, library = f"Camera-{person}", f"{self.folder}/libmadotestcameras.so"
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "gstreamer-1.0"], check=True, capture_output=True, text=True).stdout.split()
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "camera_device.c")
        subprocess.run(["cc", "-shared", "-fPIC", source, "-o", library, *flags], check=True)
        return name, {"GST_PLUGIN_PATH": self.folder, "MADO_CAMERA": name, "MADO_CAMERA_PICTURES": self._draw(person)}

    def _draw(self, person):
        for number, speaks in enumerate((False, True)):
            drawn_people.person(person, f"{self.folder}/{person}-{number}.png", speaks)
        return f"{self.folder}/{person}-%d.png"

    def is_used(self, name):
        """Whether anybody takes pictures of it: its light would be on."""
        node = self._node(name)
        return any(
            entry["type"] == "PipeWire:Interface:Link" and entry["info"]["output-node-id"] == node
            for entry in self._dump())

    def _node(self, name):
        for entry in self._dump():
            if entry["type"] == "PipeWire:Interface:Node" and entry["info"]["props"].get("node.description") == name:
                return entry["id"]
        return None

    def _dump(self):
        """All objects. What changes meanwhile comes as another list, and what is gone has no facts there."""
        found = subprocess.run(["pw-dump"], capture_output=True, text=True)
        text, objects = found.stdout.strip() if found.returncode == 0 else "", {}
        while text:
            entries, end = json.JSONDecoder().raw_decode(text)
            objects.update((entry["id"], entry) for entry in entries)
            text = text[end:].lstrip()
        return [entry for entry in objects.values() if entry.get("info")]

    def _start(self, *command):
        environment = {**os.environ, "HOME": self.folder, "XDG_RUNTIME_DIR": self.folder}
        self.processes.append(subprocess.Popen(command, env=environment, stdout=self.log, stderr=self.log))

    def _until(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if any(process.poll() is not None for process in self.processes) or time.monotonic() > end:
                raise RuntimeError(f"{what} did not start: {self.folder}/log")
            time.sleep(0.1)

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
