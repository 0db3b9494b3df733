"""Proxies that do what those of strict networks do, written for the tests: NTLM, interception, holding back, cutting."""
import base64
import hashlib
import hmac
import os
import select
import socket
import ssl
import struct
import subprocess
import threading
import time


class Peer:
    """Listens on an address and serves each connection on a thread."""

    def __init__(self, test, address, port=0):
        self.listener = socket.create_server((address, port))
        self.address = address
        self.port = self.listener.getsockname()[1]
        self.sockets = []
        self.log = []
        threading.Thread(target=self.accept, daemon=True).start()
        test.addCleanup(self.close)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.sockets.append(connection)
            threading.Thread(target=self.run, args=(connection,), daemon=True).start()

    def run(self, connection):
        try:
            self.serve(connection)
        except (OSError, ValueError, ssl.SSLError):
            pass
        finally:
            connection.close()

    def close(self):
        for one in [self.listener, *self.sockets]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def serve(self, connection):
        raise NotImplementedError


def read_head(connection):
    """A message's head, and nothing after it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            raise ValueError("closed")
        head += byte
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        if ":" in line:
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
    return lines[0], headers, head


def splice(left, right, seconds=None, is_frozen=lambda: False):
    """Carries bytes both ways until one side closes or the time is over. Frozen, it takes them and throws them away."""
    end = time.monotonic() + seconds if seconds else None
    while True:
        wait = max(0, end - time.monotonic()) if end else None
        readable, _, _ = select.select([left, right], [], [], wait)
        if not readable:
            return
        for one in readable:
            data = one.recv(65536)
            if not data:
                return
            if is_frozen():
                continue
            (right if one is left else left).sendall(data)


class ConnectProxy(Peer):
    """CONNECT to the names that it knows; `cut` ends each tunnel after so many seconds."""

    def __init__(self, test, address, names, cut=None, port=0):
        self.names = names
        self.cut = cut
        self.frozen = set()
        super().__init__(test, address, port)

    def serve(self, connection):
        while True:
            line, headers, _ = read_head(connection)
            self.log.append(line)
            if not self.authenticate(connection, headers):
                continue
            target = line.split(" ")[1]
            upstream = self.names.get(target)
            if not line.startswith("CONNECT ") or upstream is None:
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                continue
            server = socket.create_connection(upstream, 10)
            server.settimeout(None)
            self.sockets.append(server)
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            try:
                self.tunnel(connection, server, target.rsplit(":", 1)[0])
            finally:
                server.close()
            return

    def authenticate(self, connection, headers):
        return True

    def tunnel(self, connection, server, host):
        splice(connection, server, self.cut, lambda: connection in self.frozen)

    def freeze(self):
        """Forgets every connection without a word, as address translators do; new ones work."""
        self.frozen |= set(self.sockets)


class SecureProxy(ConnectProxy):
    """Spoken to through TLS, with the certificate in a file."""

    def __init__(self, test, address, names, file):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(file)
        super().__init__(test, address, names)

    def serve(self, connection):
        super().serve(SecureConnection(self.context.wrap_socket(connection, server_side=True)))


class SecureConnection:
    """A TLS connection for `splice`, which must not wait for bytes that are decrypted already."""

    def __init__(self, connection):
        self.connection = connection
        self.sendall = connection.sendall
        self.close = connection.close
        self.fileno = connection.fileno

    def recv(self, count):
        data = self.connection.recv(count)
        while self.connection.pending():
            data += self.connection.recv(self.connection.pending())
        return data


class SocksProxy(ConnectProxy):
    """SOCKS 5 with a name and a password. Source: RFC 1928, RFC 1929."""

    def __init__(self, test, address, names, user, password):
        self.credentials = (user.encode(), password.encode())
        super().__init__(test, address, names)

    def serve(self, connection):
        def take(count):
            data = b""
            while len(data) < count:
                part = connection.recv(count - len(data))
                if not part:
                    raise ValueError("closed")
                data += part
            return data

        methods = take(take(2)[1])
        if 2 not in methods:
            connection.sendall(b"\x05\xff")
            return
        connection.sendall(b"\x05\x02")
        take(1)
        user = take(take(1)[0])
        password = take(take(1)[0])
        self.log.append(f"{user.decode()} logs in")
        if (user, password) != self.credentials:
            connection.sendall(b"\x01\x01")
            return
        connection.sendall(b"\x01\x00")
        kind = take(4)[3]
        host = take(take(1)[0]).decode() if kind == 3 else str(kind)
        upstream = self.names.get(f"{host}:{struct.unpack('>H', take(2))[0]}")
        if upstream is None:
            connection.sendall(b"\x05\x04\x00\x01" + bytes(6))
            return
        connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
        server = socket.create_connection(upstream, 10)
        server.settimeout(None)
        splice(connection, server)


# NTLM. Source: MS-NLMP 2.2.1 (messages), 3.3.2 (NTLM version 2).


def md4(data):
    """RFC 1320; OpenSSL 3 has it no longer by default."""
    mask = 0xFFFFFFFF

    def rotated(value, by):
        value &= mask
        return (value << by | value >> (32 - by)) & mask

    rounds = (
        (lambda x, y, z: (x & y) | (~x & z), 0, range(16), (3, 7, 11, 19)),
        (lambda x, y, z: (x & y) | (x & z) | (y & z), 0x5A827999, [i % 4 * 4 + i // 4 for i in range(16)], (3, 5, 9, 13)),
        (lambda x, y, z: x ^ y ^ z, 0x6ED9EBA1, [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], (3, 9, 11, 15)),
    )
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + struct.pack("<Q", len(data) * 8)
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    for start in range(0, len(padded), 64):
        words = struct.unpack("<16I", padded[start:start + 64])
        a, b, c, d = state
        for function, constant, order, shifts in rounds:
            for step, index in enumerate(order):
                a, b, c, d = d, rotated(a + function(b, c, d) + words[index] + constant, shifts[step % 4]), b, c
        state = [(x + y) & mask for x, y in zip(state, (a, b, c, d))]
    return struct.pack("<4I", *state)


assert md4(b"abc").hex() == "a448017aaf21d8525fc10ae87aa6729d"


class NTLMProxy(ConnectProxy):
    """Lets in one user by NTLM version 2, one connection at a time, as the protocol has it."""

    CHALLENGE = bytes(range(8))
    # Unicode, NTLM, extended session security, target type domain, target information.
    FLAGS = 0x1 | 0x4 | 0x200 | 0x80000 | 0x10000 | 0x800000

    def __init__(self, test, address, names, user, password):
        self.user, self.password = user, password
        self.known = set()
        super().__init__(test, address, names)

    def authenticate(self, connection, headers):
        if connection in self.known:
            return True
        scheme, _, text = headers.get("proxy-authorization", "").partition(" ")
        message = base64.b64decode(text) if scheme == "NTLM" else b""
        kind = struct.unpack("<I", message[8:12])[0] if len(message) > 12 else 0
        if kind == 3 and self.is_right(message):
            self.known.add(connection)
            return True
        challenge = b"NTLM " + base64.b64encode(self.challenge()) if kind == 1 else b"NTLM"
        connection.sendall(
            b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: " + challenge +
            b"\r\nContent-Length: 0\r\n\r\n")
        return False

    def challenge(self):
        name = "OFFICE".encode("utf-16-le")
        information = struct.pack("<HH", 2, len(name)) + name + struct.pack("<HH", 0, 0)
        head = 48
        return (
            b"NTLMSSP\0" + struct.pack("<I", 2) + struct.pack("<HHI", len(name), len(name), head) +
            struct.pack("<I", self.FLAGS) + self.CHALLENGE + bytes(8) +
            struct.pack("<HHI", len(information), len(information), head + len(name)) + name + information)

    def is_right(self, message):
        def field(offset):
            length, _, start = struct.unpack("<HHI", message[offset:offset + 8])
            return message[start:start + length]

        response, domain, user = field(20), field(28), field(36)
        if user.decode("utf-16-le") != self.user or len(response) <= 24:
            return False
        key = hmac.new(
            md4(self.password.encode("utf-16-le")), self.user.upper().encode("utf-16-le") + domain, hashlib.md5).digest()
        proof = hmac.new(key, self.CHALLENGE + response[16:], hashlib.md5).digest()
        return hmac.compare_digest(proof, response[:16])


# Interception.


class Authority:
    """A certificate authority of a test's own."""

    def __init__(self, folder, name="Office Inspection"):
        self.folder = folder
        self.file = os.path.join(folder, "office-ca.crt")
        self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "office-ca.key",
            "-out", "office-ca.crt", "-subj", f"/O=Office/CN={name}", "-days", "30", "-addext", "keyUsage=keyCertSign")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name, start=None, end=None):
        """Certificate and key in one file. Times as in YYYYMMDDHHMMSSZ."""
        stem = f"{name}-{start}-{end}"
        with open(os.path.join(self.folder, "ca.cnf"), "w", encoding="utf-8") as out:
            out.write(
                "[ca]\ndefault_ca=d\n[d]\ndir=.\nnew_certs_dir=.\ndatabase=index.txt\nserial=serial\ndefault_md=sha256\n"
                f"policy=p\nx509_extensions=e\nunique_subject=no\n[p]\ncommonName=supplied\n[e]\n"
                f"subjectAltName={'IP' if name.replace('.', '').isdigit() else 'DNS'}:{name}\n")
        for file, content in (("index.txt", ""), ("serial", "01\n")):
            with open(os.path.join(self.folder, file), "w", encoding="utf-8") as out:
                out.write(content)
        self.openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", stem + ".key", "-out",
            stem + ".csr", "-subj", f"/CN={name}")
        times = ["-startdate", start, "-enddate", end] if start else ["-days", "7"]
        self.openssl(
            "ca", "-batch", "-config", "ca.cnf", "-cert", "office-ca.crt", "-keyfile", "office-ca.key", "-in",
            stem + ".csr", "-out", stem + ".crt", "-notext", *times)
        both = os.path.join(self.folder, stem + ".pem")
        with open(both, "wb") as out:
            for part in (".crt", ".key"):
                with open(os.path.join(self.folder, stem + part), "rb") as source:
                    out.write(source.read())
        return both


class InterceptingProxy(ConnectProxy):
    """Opens the encryption with certificates of its own. With `holds`, an answer is passed on when it is complete."""

    def __init__(self, test, address, names, authority, server_authority, holds=False):
        self.authority = authority
        self.holds = holds
        self.outside = ssl.create_default_context(cafile=server_authority)
        self.contexts = {}
        self.lock = threading.Lock()
        super().__init__(test, address, names)

    def context(self, host):
        with self.lock:
            if host not in self.contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.authority.issue(host))
                context.set_alpn_protocols(["http/1.1"])
                self.contexts[host] = context
            return self.contexts[host]

    def tunnel(self, connection, server, host):
        inner = self.context(host).wrap_socket(connection, server_side=True)
        outer = self.outside.wrap_socket(server, server_hostname=host)
        self.sockets += [inner, outer]
        try:
            while True:
                line, headers, head = read_head(inner)
                self.log.append(line)
                outer.sendall(head)
                self.copy(inner, outer, int(headers.get("content-length", 0)))
                self.answer(inner, outer)
        finally:
            inner.close()
            outer.close()

    @staticmethod
    def copy(source, sink, count):
        while count:
            data = source.recv(min(count, 65536))
            if not data:
                raise ValueError("closed")
            sink.sendall(data)
            count -= len(data)

    def answer(self, inner, outer):
        _, headers, head = read_head(outer)
        held = Held(inner) if self.holds else inner
        held.sendall(head)
        if headers.get("transfer-encoding") == "chunked":
            while True:
                size = b""
                while not size.endswith(b"\r\n"):
                    byte = outer.recv(1)
                    if not byte:
                        raise ValueError("closed")
                    size += byte
                held.sendall(size)
                self.copy(outer, held, int(size, 16) + 2)
                if int(size, 16) == 0:
                    break
        else:
            self.copy(outer, held, int(headers.get("content-length", 0)))
        if self.holds:
            held.release()


class Held:
    """Keeps an answer until it is complete."""

    def __init__(self, connection):
        self.connection = connection
        self.kept = b""

    def sendall(self, data):
        self.kept += data

    def release(self):
        self.connection.sendall(self.kept)


class Kerberos:
    """A realm with one user, hanako, and one service, HTTP at an address."""

    REALM = "OFFICE.TEST"

    def __init__(self, test, folder, address, port):
        self.folder = folder
        self.principal = f"HTTP/{address}@{self.REALM}"
        self.keytab = os.path.join(folder, "keytab")
        self.environment = {
            "KRB5_CONFIG": self.write("krb5.conf", f"""
[libdefaults]
default_realm = {self.REALM}
dns_canonicalize_hostname = false
dns_lookup_kdc = false
rdns = false
udp_preference_limit = 1
[realms]
{self.REALM} = {{
  kdc = {address}:{port}
}}
"""),
            "KRB5_KDC_PROFILE": self.write("kdc.conf", f"""
[realms]
{self.REALM} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  acl_file = {folder}/acl
  kdc_listen = {address}:{port}
  kdc_tcp_listen = {address}:{port}
}}
[logging]
kdc = FILE:{folder}/kdc.log
"""),
            "KRB5CCNAME": f"FILE:{folder}/tickets",
        }
        self.run("kdb5_util", "create", "-s", "-P", "master", "-r", self.REALM)
        for command in ("addprinc -pw secret hanako", f"addprinc -randkey {self.principal}",
                        f"ktadd -k {self.keytab} {self.principal}"):
            self.run("kadmin.local", "-r", self.REALM, "-q", command)
        os.chmod(self.keytab, 0o644)
        self.process = subprocess.Popen(
            ["krb5kdc", "-n", "-r", self.REALM], env=self.all(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        test.addCleanup(self.stop)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def all(self):
        return {**os.environ, **self.environment, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}

    def run(self, *command, text=None):
        subprocess.run(command, env=self.all(), input=text, text=True, check=True, capture_output=True)

    def log_in(self):
        self.run("kinit", "hanako", text="secret\n")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class TLSServer(Peer):
    """Answers nothing, behind the certificate in a file."""

    def __init__(self, test, address, file):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(file)
        super().__init__(test, address)

    def serve(self, connection):
        self.context.wrap_socket(connection, server_side=True).recv(1)


class FileServer(Peer):
    """Serves one text over HTTP, for automatic configurations."""

    def __init__(self, test, address, text):
        self.text = text.encode()
        super().__init__(test, address)

    def serve(self, connection):
        line, _, _ = read_head(connection)
        self.log.append(line)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ns-proxy-autoconfig\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(self.text), self.text))
