"""A sound server for clients on a computer without sound: a microphone into which somebody whistles, and loudspeakers at which
the test listens."""

import array
import math
import os
import subprocess
import threading
import time

# As programs name it.
MICROPHONE = "Microphone"
# Hertz, into the microphone and by the other's program itself.
WHISTLE, OTHER_WHISTLE = 1720, 2160

# Samples a second, and of 20 ms: as much as one packet of sound holds.
RATE, WINDOW = 8000, 160


class SoundServer:
    def __init__(self, folder):
        os.makedirs(folder, mode=0o700)
        # Its own folder is named "pulse".
        self.socket = f"{folder}/socket"
        self.log = open(f"{folder}/log", "w")
        # For programs that are started from now on.
        os.environ["PULSE_SERVER"] = f"unix:{self.socket}"
        self.processes = []
        # The microphone is what is played into a sink: module-sine-source gives two seconds of sound at a time, of which
        # GStreamer's pulsesrc keeps a fifth of a second, so that nine tenths of a call were silence.
        self._start(
            "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
            "-L", f"module-native-protocol-unix socket={self.socket} auth-anonymous=1",
            "-L", "module-null-sink sink_name=loudspeaker rate=48000",
            "-L", "module-null-sink sink_name=earphones rate=48000",
            "-L", "module-null-sink sink_name=mouth rate=48000",
            "-L", "module-remap-source source_name=microphone master=mouth.monitor "
            f"source_properties=device.description={MICROPHONE}", HOME=folder, XDG_RUNTIME_DIR=folder)
        end = time.monotonic() + 60
        while not os.path.exists(self.socket):
            if self.processes[0].poll() is not None or time.monotonic() > end:
                raise RuntimeError("the sound server did not start")
            time.sleep(0.1)
        for kind, name in (("sink", "loudspeaker"), ("source", "microphone")):
            subprocess.run(["pactl", f"set-default-{kind}", name], check=True, stdout=subprocess.DEVNULL)
        self._start(
            "gst-launch-1.0", "-q", "audiotestsrc", "is-live=true", f"freq={WHISTLE}", "volume=0.5", "!",
            "audio/x-raw,rate=48000,channels=1", "!", "pulsesink", "device=mouth", "buffer-time=40000", "latency-time=10000")

    def _start(self, *command, **environment):
        self.processes.append(
            subprocess.Popen(command, env={**os.environ, **environment}, stdout=self.log, stderr=self.log))

    def listen(self, sink, tone):
        listener = Listener(sink, tone, self.log)
        self.processes.append(listener.recorder)
        return listener

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()


class Listener(threading.Thread):
    """Listens to what a sink plays, for one tone, until the recorder ends."""

    def __init__(self, sink, tone, log):
        super().__init__(daemon=True)
        self.turn = 2 * math.pi * tone / RATE
        # For each window since the beginning, when it was read, and whether there is little but the tone.
        self.windows = []
        self.recorder = subprocess.Popen(
            ["parec", f"--device={sink}.monitor", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=1",
             "--latency-msec=20"], stdout=subprocess.PIPE, stderr=log)
        self.start()

    def run(self):
        while len(samples := self.recorder.stdout.read(2 * WINDOW)) == 2 * WINDOW:
            self.windows.append((time.monotonic(), self._is_tone(array.array("h", samples))))

    def _is_tone(self, samples):
        """By Goertzel's algorithm: the tone's part of the whole power."""
        power = sum(sample * sample for sample in samples) / WINDOW
        if power < 100 * 100:
            return False
        one, two, factor = 0.0, 0.0, 2 * math.cos(self.turn)
        for sample in samples:
            one, two = sample + factor * one - two, one
        return 2 * (one * one + two * two - factor * one * two) / WINDOW ** 2 > 0.9 * power

    def first(self, since):
        """When the tone is first heard for a fifth of a second; None while it is not."""
        run = 0
        for at, is_tone in self.windows[:]:
            run = run + 1 if is_tone and at >= since else 0
            if run == 10:
                return at
        return None

    def longest_gap(self, since):
        """For how many seconds at most the tone is missing at a time."""
        longest, run = 0, 0
        for at, is_tone in self.windows[:]:
            run = 0 if is_tone or at < since else run + 1
            longest = max(longest, run)
        return longest * WINDOW / RATE

    def heard(self, since):
        """How many windows a second have the tone: 50 are all."""
        found = [is_tone for at, is_tone in self.windows[:] if at >= since]
        return 50 * sum(found) / max(1, len(found))
