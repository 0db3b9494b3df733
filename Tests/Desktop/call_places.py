"""Calls between people in networks of their own, and what is counted there. As root."""
import os
import re
import statistics
import tempfile
import time
import typing

import calls
import desktop
import mado_server as mado
import wire

HEADER = ("| {} | accept → picture | pictures a second | packets of sound a second | received | longest silence | lost, theirs and own | words |\n"
          "|---|---|---|---|---|---|---|---|")


class Facts:
    """The details of a call, read without looking for them each time: programs that show pictures answer slowly."""

    def __init__(self, program):
        self.program = program
        if not program.find("Pictures received"):
            program.click("^Details of the call$")
        self.node = program.see("Pictures received: ", "label")[-1]

    def text(self):
        return self.program.text(self.node)

    def number(self, name):
        found = re.search(f"{name}: (?:up to )?(\\d+)", self.text())
        return int(found[1]) if found else 0

    def until(self, condition, what, seconds=desktop.DEADLINE):
        return self.program.until(lambda: condition(self), f"{what}; there is {self.text()!r}", seconds)

    def way(self):
        return re.search("Way: (.*)", self.text())[1]

    def rates(self, *names, seconds):
        """How much each of these grows in a second. The program counts once a second: from one count to another."""
        def counts():
            return [self.number(name) for name in names]

        def until_another():
            before = counts()
            return self.program.until(
                lambda: (now := counts()) != before and (time.monotonic(), now), "another count")

        start, first = until_another()
        self.program.until(lambda: time.monotonic() >= start + seconds, "the end", max(desktop.DEADLINE, 2 * seconds))
        end, last = until_another()
        return [(after - before) / (end - start) for before, after in zip(first, last)]


class Row(typing.NamedTuple):
    """What one of two gets, in seconds, and a second."""

    picture_after: float
    pictures: float
    sound: float
    received: float
    silence: float
    # Of theirs and of the own, in per cent.
    lost: str
    words: str

    @classmethod
    def seen(cls, program, facts, seconds):
        pictures, sound = facts.rates("Pictures received", "Packets of sound received", seconds=seconds)
        words = [text for role, text, _ in program.nodes() if role == "label" and re.search("[0-9]:[0-9]{2} · ", text)][0]
        return cls(facts.number("First picture after") / 1000, pictures, sound, facts.number("Received"),
                   facts.number("Longest silence") / 1000,
                   " and ".join(re.search(r"Lost: (\S+) % of theirs, (\S+) %", facts.text()).groups()) + " %",
                   words.split(" · ", 2)[2])

    @classmethod
    def median(cls, rows):
        texts = ("; ".join(dict.fromkeys(values)) for values in list(zip(*rows))[-2:])
        return cls(*(statistics.median(values) for values in list(zip(*rows))[:-2]), *texts)

    def line(self, title):
        return (f"| {title} | {self.picture_after:.1f} s | {self.pictures:.1f} | {self.sound:.0f} of 50 | "
                f"{self.received:.0f} kbit/s | {self.silence:.1f} s | {self.lost} | {self.words} |")


class Places(calls.CallTestCase):
    """Each person is in a network of their own: `self.places`, names of namespaces. The server is reached from all."""

    # For each person, what the program needs there.
    environment = {}

    @classmethod
    def setUpClass(cls):
        if not wire.is_possible():
            raise cls.skipTest(cls, "networks of one's own need root and iproute2")

    @classmethod
    def tearDownClass(cls):
        pass

    def use(self, places, server, url):
        self.addCleanup(server.remove)
        self.places, self.server, self.url = iter(places), server, url

    def prepare(self, places, translated=(), **line):
        """People on one wire."""
        self.wire = wire.Wire(places, **line)
        self.addCleanup(self.wire.remove)
        for index in translated:
            self.wire.translate(index)
        server = mado.Server(scheme="https", name=self.wire.address)
        url = f"https://{self.wire.address}:{server.port}"
        server.options += ["--listen", url]
        server.start()
        self.use(self.wire.places, server, url)

    def person(self, name, display_name, environment=None):
        place = next(self.places)
        folder = tempfile.mkdtemp()
        program = f"{folder}/{name}"
        with open(program, "w") as file:
            file.write(f'#!/bin/sh\nexec ip netns exec {place} "{desktop.PROGRAM}" "$@"\n')
        os.chmod(program, 0o755)
        one = desktop.Desktop(
            "--server", self.url, "--authority", f"{self.server.folder}/certificates/ca.crt",
            environment={**calls.SOURCES, **self.environment, **(environment or {})})
        self.addCleanup(one.remove)
        before, desktop.PROGRAM = desktop.PROGRAM, program
        try:
            one.start()
        finally:
            desktop.PROGRAM = before
        return one.log_in(self.url, name, "correct horse")

    def connect(self):
        """Two people who talk. - Returns: both, and their details."""
        first, second = self.pair("leo", "mia")
        first.click("^Video call$", "push button")
        second.see("^Leo calls$")
        second.click("^Accept$")
        return first, second, [self.flowing(program) for program in (first, second)]

    @staticmethod
    def flowing(program):
        """Pictures and sound come, and by a known way."""
        program.see("[0-9]+:[0-9]{2} · ", "label")
        facts = Facts(program)
        for name in ("Pictures received", "Packets of sound received", "First picture after"):
            facts.until(lambda facts: facts.number(name) > 0, name.lower())
        facts.until(lambda facts: facts.way() != "unknown", "the way")
        return facts

    def row(self, title, program, facts, seconds):
        """A line of a table: what one of both gets."""
        row = Row.seen(program, facts, seconds)
        print(row.line(title), flush=True)
        return row.pictures, row.sound
