"""A TURN client over TCP or TLS (RFC 8489, RFC 8656), as small as the tests of calls need it."""
import hashlib
import hmac
import os
import socket
import ssl
import struct

COOKIE = 0x2112A442
ALLOCATE, REFRESH, SEND, DATA, CREATE_PERMISSION, CHANNEL_BIND = 3, 4, 6, 7, 8, 9
USERNAME, INTEGRITY, ERROR, CHANNEL, LIFETIME, PEER, CONTENT = 0x06, 0x08, 0x09, 0x0C, 0x0D, 0x12, 0x13
REALM, NONCE, RELAYED, TRANSPORT = 0x14, 0x15, 0x16, 0x19


def message_type(method, kind=0):
    """kind: 0 request, 1 indication, 2 success, 3 error."""
    return (method & 0xF) | ((method & 0x70) << 1) | ((method & 0xF80) << 2) | ((kind & 1) << 4) | ((kind & 2) << 7)


def attribute(number, value):
    return struct.pack("!HH", number, len(value)) + value + b"\0" * (-len(value) % 4)


def encode_address(host, port):
    """XOR-MAPPED form of an IPv4 address."""
    number = struct.unpack("!I", socket.inet_aton(host))[0]
    return struct.pack("!BBHI", 0, 1, port ^ (COOKIE >> 16), number ^ COOKIE)


def decode_address(value):
    port, number = struct.unpack("!HI", value[2:8])
    return socket.inet_ntoa(struct.pack("!I", number ^ COOKIE)), port ^ (COOKIE >> 16)


class Refused(Exception):
    def __init__(self, code):
        super().__init__(f"error {code}")
        self.code = code


class Ended(Exception):
    """The connection was closed."""


class Relay:
    """One connection, and the relay that it may have."""

    def __init__(self, host, port, username="", password="", tls=True, alpn=None, timeout=10):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            if alpn:
                context.set_alpn_protocols(alpn)
            self.socket = context.wrap_socket(self.socket)
        self.username, self.password = username, password
        self.realm = self.nonce = None
        self.buffer = b""
        self.waiting = []
        self.relayed = None

    def close(self):
        self.socket.close()

    # Frames

    def fill(self, count):
        while len(self.buffer) < count:
            try:
                part = self.socket.recv(65536)
            except (ConnectionResetError, ssl.SSLEOFError):
                part = b""
            if not part:
                raise Ended()
            self.buffer += part

    def frame(self):
        self.fill(4)
        first, length = struct.unpack("!HH", self.buffer[:4])
        count = length + 20 if first < 0x4000 else (length + 4 + 3) & ~3
        self.fill(count)
        frame, self.buffer = self.buffer[:count], self.buffer[count:]
        return frame

    def send_raw(self, content):
        self.socket.sendall(content)

    # Messages

    def build(self, method, attributes, kind=0, sign=True):
        transaction = os.urandom(12)
        body = b"".join(attribute(number, value) for number, value in attributes)
        if sign and self.nonce:
            body += attribute(USERNAME, self.username.encode()) + attribute(REALM, self.realm) + attribute(NONCE, self.nonce)
            head = struct.pack("!HHI", message_type(method, kind), len(body) + 24, COOKIE) + transaction
            key = hashlib.md5(self.username.encode() + b":" + self.realm + b":" + self.password.encode()).digest()
            body += attribute(INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest())
        return transaction, struct.pack("!HHI", message_type(method, kind), len(body), COOKIE) + transaction + body

    @staticmethod
    def attributes(frame):
        found, place = {}, 20
        while place < len(frame):
            number, length = struct.unpack("!HH", frame[place:place + 4])
            found.setdefault(number, frame[place + 4:place + 4 + length])
            place += 4 + (length + 3 & ~3)
        return found

    def answer(self, transaction):
        while True:
            frame = self.frame()
            if frame[0] < 0x40 and frame[8:20] == transaction:
                return struct.unpack("!H", frame[:2])[0], self.attributes(frame), frame
            self.waiting.append(frame)

    def ask(self, method, attributes):
        """The answer's attributes; authenticates when that is asked for."""
        for _ in range(3):
            transaction, message = self.build(method, attributes)
            self.send_raw(message)
            kind, found, frame = self.answer(transaction)
            if kind & 0x110 == 0x100:
                return found
            code = found[ERROR][2] * 100 + found[ERROR][3]
            if code in (401, 438) and NONCE in found and found[NONCE] != self.nonce:
                self.realm, self.nonce = found[REALM], found[NONCE]
                continue
            self.last_error = (found, frame)
            raise Refused(code)
        raise Refused(401)

    # What TURN does

    def allocate(self):
        found = self.ask(ALLOCATE, [(TRANSPORT, b"\x11\0\0\0")])
        self.relayed = decode_address(found[RELAYED])
        return self.relayed

    def refresh(self, lifetime):
        return self.ask(REFRESH, [(LIFETIME, struct.pack("!I", lifetime))])

    def permit(self, *peers):
        self.ask(CREATE_PERMISSION, [(PEER, encode_address(*peer)) for peer in peers])

    def bind(self, channel, peer):
        self.ask(CHANNEL_BIND, [(CHANNEL, struct.pack("!HH", channel, 0)), (PEER, encode_address(*peer))])

    def send(self, peer, content):
        self.send_raw(self.build(SEND, [(PEER, encode_address(*peer)), (CONTENT, content)], kind=1, sign=False)[1])

    def send_channel(self, channel, content):
        self.send_raw(struct.pack("!HH", channel, len(content)) + content + b"\0" * (-len(content) % 4))

    def receive(self):
        """Where from, and what: an address or a channel's number, and bytes."""
        frame = self.waiting.pop(0) if self.waiting else self.frame()
        first, length = struct.unpack("!HH", frame[:4])
        if first >= 0x4000:
            return first, frame[4:4 + length]
        found = self.attributes(frame)
        return decode_address(found[PEER]), found[CONTENT]

    def integrity_is_right(self, frame):
        """Whether MESSAGE-INTEGRITY, the last attribute of the answer, is of this user."""
        key = hashlib.md5(self.username.encode() + b":" + self.realm + b":" + self.password.encode()).digest()
        return hmac.new(key, frame[:-24], hashlib.sha1).digest() == frame[-20:]


def converse(port, username, password):
    """Carries out the lines of standard input, and says a line for each: for tests that need a client elsewhere."""
    import sys
    try:
        relay = Relay("127.0.0.1", port, username, password, tls=False, timeout=30)
    except ConnectionRefusedError:
        relay = None
    for line in sys.stdin:
        word, *rest = line.split()
        try:
            if relay is None:
                said = "no connection"
            elif word == "allocate":
                said = "allocated {} {}".format(*relay.allocate())
            elif word == "permit":
                relay.permit((rest[0], int(rest[1])))
                said = "permitted"
            elif word == "send":
                relay.send((rest[0], int(rest[1])), b"x" * int(rest[2]))
                said = "sent"
            else:
                said = f"received {len(relay.receive()[1])}"
        except (Ended, ConnectionError):
            said = "ended"
        except Refused as refused:
            said = f"refused {refused.code}"
        print(said, flush=True)


if __name__ == "__main__":
    import sys
    converse(int(sys.argv[1]), sys.argv[2], sys.argv[3])
