"""Networks between programs, made of namespaces and a wire in user space that loses and delays what runs through it.

The kernel's own means for that (netem) is not everywhere. As root only.
"""
import collections
import fcntl
import os
import random
import select
import shutil
import socket
import struct
import subprocess
import threading
import time

SIOCETHTOOL, SET_TX_CHECKSUMS = 0x8946, 0x17


def run(*command, ok=False):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and not ok:
        raise AssertionError(f"{' '.join(command)}: {done.stderr}")


class Wire:
    """A switch with an end for this computer (10.86.N.1) and one for each place. What runs between two places is lost
    with a probability, and gets through no faster than a rate; a wire that takes no TCP loses all of that between two
    places. What runs to this computer is not touched."""

    count = 0

    def __init__(self, places, loss=0.0, rate=None, delay=0.0, takes_tcp=True):
        """`rate` in bits a second for each direction, `delay` in seconds."""
        # Not one that a test which was killed has left behind.
        while True:
            Wire.count += 1
            self.number = (os.getpid() * 4 + Wire.count) % 250 + 1
            if not os.path.exists(f"/sys/class/net/mwo{self.number}x0"):
                break
        self.loss, self.rate, self.delay, self.takes_tcp = loss, rate, delay, takes_tcp
        self.address = f"10.86.{self.number}.1"
        self.lost = self.passed = 0
        self.sockets, self.links = [], []
        self.places, self.namespaces = [], []
        self._add_end(None, f"{self.address}/24")
        for index in range(places):
            name = f"mado-wire-{self.number}-{index}"
            self._add_namespace(name)
            self.places.append(name)
            self._add_end(name, f"10.86.{self.number}.{index + 2}/24")
        self.where = {}
        self.queues = collections.defaultdict(collections.deque)
        self.free = collections.defaultdict(float)
        self.random = random.Random(1)
        self.is_running = True
        self.thread = threading.Thread(target=self._carry, daemon=True)
        self.thread.start()

    def _add_namespace(self, name):
        run("ip", "netns", "add", name)
        self.namespaces.append(name)
        run("ip", "netns", "exec", name, "ip", "link", "set", "lo", "up")

    def translate(self, index):
        """Puts a router before a place: what is behind it is reached only by those whom it has spoken to."""
        router, place = self.places[index], f"{self.places[index]}-in"
        self._add_namespace(place)
        run("ip", "link", "add", "out", "netns", place, "type", "veth", "peer", "name", "in", "netns", router)
        for name, link, host in ((router, "in", 1), (place, "out", 2)):
            run("ip", "netns", "exec", name, "ip", "address", "add", f"192.168.{index}.{host}/24", "dev", link)
            run("ip", "netns", "exec", name, "ip", "link", "set", link, "up")
        run("ip", "netns", "exec", place, "ip", "route", "add", "default", "via", f"192.168.{index}.1")
        run("ip", "netns", "exec", router, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        run("ip", "netns", "exec", router, "nft",
            f'table ip mado {{\nchain out {{\ntype nat hook postrouting priority 100\n'
            f'oifname "{self.link(index)}" masquerade\n}}\n}}')
        self.places[index] = place

    def link(self, index):
        """The interface of a place towards the wire."""
        return f"mwi{self.number}x{index + 1}"

    def move(self, index, host):
        """A place comes into another network, so to say: its address goes, and another one comes."""
        inside = ("ip", "netns", "exec", self.places[index], "ip", "address")
        run(*inside, "flush", "dev", self.link(index), "scope", "global")
        run(*inside, "add", f"10.86.{self.number}.{host}/24", "dev", self.link(index))

    def _add_end(self, place, address):
        index = len(self.links)
        inner, outer = f"mwi{self.number}x{index}", f"mwo{self.number}x{index}"
        run("ip", "link", "add", inner, "type", "veth", "peer", "name", outer)
        self.links.append(outer)
        # What comes out here must be whole: nobody computes its checksum later.
        self._compute_checksums(inner)
        inside = ("ip", "netns", "exec", place) if place else ()
        if place:
            run("ip", "link", "set", inner, "netns", place)
        run(*inside, "ip", "address", "add", address, "dev", inner)
        run(*inside, "ip", "link", "set", inner, "up")
        run("ip", "link", "set", outer, "up", "promisc", "on")
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        end.bind((outer, 0))
        end.setblocking(False)
        self.sockets.append(end)

    @staticmethod
    def _compute_checksums(link):
        value = bytearray(struct.pack("II", SET_TX_CHECKSUMS, 0))
        buffer = (ctypes_address(value))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, SIOCETHTOOL, struct.pack("16sP", link.encode(), buffer[0]))

    def _carry(self):
        while self.is_running:
            ready, _, _ = select.select(self.sockets, [], [], self._wait())
            for end in ready:
                try:
                    frame, sender = end.recvfrom(65536)
                except OSError:
                    continue
                # 4: what goes out here comes back to the socket.
                if sender[2] != 4:
                    self._switch(self.sockets.index(end), frame)
            self._deliver()

    def _wait(self):
        first = min((queue[0][0] for queue in self.queues.values() if queue), default=None)
        return 0.2 if first is None else max(0.0, min(0.2, first - time.monotonic()))

    def _switch(self, source, frame):
        self.where[frame[6:12]] = source
        target = self.where.get(frame[0:6])
        ends = [target] if target is not None else [end for end in range(len(self.sockets)) if end != source]
        for end in ends:
            if 0 in (source, end):
                self._send(end, frame)
            elif self.random.random() < self.loss or not self.takes_tcp and self._is_tcp(frame):
                self.lost += 1
            else:
                self._queue(source, end, frame)

    @staticmethod
    def _is_tcp(frame):
        kind = frame[12:14]
        return kind == b"\x08\x00" and frame[23:24] == b"\x06" or kind == b"\x86\xdd" and frame[20:21] == b"\x06"

    def _queue(self, source, end, frame):
        now = time.monotonic()
        due = now + self.delay
        if self.rate:
            start = max(now, self.free[end])
            # As routers do: what would wait for longer than this is lost.
            if start - now > 0.3:
                self.lost += 1
                return
            self.free[end] = start + len(frame) * 8 / self.rate
            due = self.free[end] + self.delay
        self.passed += 1
        self.queues[end].append((due, frame))

    def _deliver(self):
        now = time.monotonic()
        for end, queue in self.queues.items():
            while queue and queue[0][0] <= now:
                self._send(end, queue.popleft()[1])

    def _send(self, end, frame):
        try:
            self.sockets[end].send(frame)
        except OSError:
            self.lost += 1

    def remove(self):
        self.is_running = False
        self.thread.join()
        for end in self.sockets:
            end.close()
        for name in self.namespaces:
            run("ip", "netns", "del", name, ok=True)
        for link in self.links:
            run("ip", "link", "del", link, ok=True)


def ctypes_address(buffer):
    import ctypes
    holder = (ctypes.c_char * len(buffer)).from_buffer(buffer)
    return ctypes.addressof(holder), holder


def is_possible():
    return os.geteuid() == 0 and shutil.which("ip") is not None
