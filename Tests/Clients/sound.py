"""A sound server for clients on a computer without sound: a microphone that hums, and a loudspeaker that nobody hears."""

import array
import os
import subprocess
import time

# As programs name it; their other choice is what the loudspeaker plays.
MICROPHONE = "Sine source at 440 Hz"


class SoundServer:
    def __init__(self, folder):
        os.makedirs(folder, mode=0o700)
        # Its own folder is named "pulse".
        self.socket = f"{folder}/socket"
        self.log = open(f"{folder}/log", "w")
        # For programs that are started from now on.
        os.environ["PULSE_SERVER"] = f"unix:{self.socket}"
        self.process = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
             "-L", f"module-native-protocol-unix socket={self.socket} auth-anonymous=1",
             "-L", "module-null-sink sink_name=loudspeaker", "-L", "module-sine-source source_name=microphone frequency=440"],
            env={**os.environ, "HOME": folder, "XDG_RUNTIME_DIR": folder}, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 60
        while not os.path.exists(self.socket):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the sound server did not start")
            time.sleep(0.1)
        subprocess.run(["pactl", "set-default-source", "microphone"], check=True, stdout=subprocess.DEVNULL)

    def peak(self):
        """The loudest of what the loudspeaker plays within half a second, 0…32768."""
        recorder = subprocess.Popen(
            ["parec", "--device=loudspeaker.monitor", "--raw", "--format=s16le", "--rate=48000", "--channels=1"],
            stdout=subprocess.PIPE, stderr=self.log)
        samples = array.array("h", recorder.stdout.read(48_000))
        recorder.terminate()
        recorder.wait()
        return max(map(abs, samples), default=0)

    def close(self):
        self.process.terminate()
        self.process.wait()
