"""Drives `mado-client-probe`, the client's network half as a program, wherever a test puts it."""
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading

import mado_server as mado


def path():
    return os.path.join(os.path.dirname(mado.BINARY), "mado-client-probe")


class Place:
    """Where a client is: here, with the whole computer's network."""

    address = "127.0.0.1"
    prefix = ()

    def remove(self):
        pass


class Namespace(Place):
    """A network of its own with one cable, to `address`, where the tests' proxies listen: no other way out, no names."""

    count = 0

    @staticmethod
    def is_possible():
        if os.geteuid() != 0 or not shutil.which("ip"):
            return False
        name = f"mado-can-{os.getpid()}"
        if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
            return False
        subprocess.run(["ip", "netns", "del", name], check=True)
        return True

    def __init__(self):
        Namespace.count += 1
        number = os.getpid() % 16000 * 4 + Namespace.count % 4
        self.name = f"mado-{os.getpid()}-{Namespace.count}"
        self.link = f"mado{number}"
        network = f"10.{77 + number // 65536}.{number // 256 % 256}.{number % 64 * 4}"
        base, last = network.rsplit(".", 1)
        self.address = f"{base}.{int(last) + 1}"
        inside = f"{base}.{int(last) + 2}"
        self.gateway = self.address
        self.prefix = ("ip", "netns", "exec", self.name)
        # An empty resolv.conf means 127.0.0.1, where nobody answers in there.
        os.makedirs(f"/etc/netns/{self.name}", exist_ok=True)
        with open(f"/etc/netns/{self.name}/resolv.conf", "w", encoding="utf-8"):
            pass
        self.run("ip", "netns", "add", self.name)
        self.run("ip", "link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        self.run("ip", "address", "add", f"{self.address}/30", "dev", self.link)
        self.run("ip", "link", "set", self.link, "up")
        self.inside("ip", "link", "set", "lo", "up")
        self.inside("ip", "address", "add", f"{inside}/30", "dev", "eth0")
        self.inside("ip", "link", "set", "eth0", "up")
        self.inside("ip", "route", "add", "default", "via", self.address)

    @staticmethod
    def run(*command, ok=False):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode and not ok:
            raise AssertionError(f"{' '.join(command)}: {done.stderr}")

    def inside(self, *command):
        self.run(*self.prefix, *command)

    def remove(self):
        self.run("ip", "netns", "del", self.name, ok=True)
        self.run("ip", "link", "del", self.link, ok=True)
        shutil.rmtree(f"/etc/netns/{self.name}", ignore_errors=True)


class Probe:
    """One running probe."""

    def __init__(self, place, environment=None, prefix=()):
        self.folder = tempfile.mkdtemp(prefix="mado-probe-")
        clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        clean |= {"GSETTINGS_BACKEND": "memory", "HOME": self.folder, **(environment or {})}
        self.process = subprocess.Popen(
            [*place.prefix, *prefix, path()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean)
        self.lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def put(self, what, **parameters):
        self.process.stdin.write(json.dumps({"do": what, **parameters}) + "\n")
        self.process.stdin.flush()

    def next(self, seconds=mado.DEADLINE):
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"nothing within {seconds} s after {self.seen[-20:]}") from None
        if line is None:
            raise AssertionError(f"the probe ended after {self.seen[-20:]}")
        self.seen.append(line)
        return line

    def until(self, condition, seconds=mado.DEADLINE):
        """The first line from now on that fulfils the condition."""
        while True:
            line = self.next(seconds)
            if condition(line):
                return line

    def until_state(self, *words, seconds=mado.DEADLINE):
        return self.until(lambda line: any(line.get("state", "").startswith(word) for word in words), seconds)

    def ask(self, what, **parameters):
        """A command and what it answers: the first line that is no report."""
        self.put(what, **parameters)
        return self.until(lambda line: "state" not in line and "applied" not in line)

    def states(self):
        return [line["state"].split("(")[0] for line in self.seen if "state" in line]

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(mado.DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError("the probe did not end") from None
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)
