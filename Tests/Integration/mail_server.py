"""A mail server on loopback for the tests of this folder: real SMTP, with TLS and log-in if that is wanted."""
import email
import email.policy
import os
import re
import ssl
import subprocess
import tempfile
import threading
import urllib.parse

import mado_server as mado
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

SECRET = "client-secret.1"


def certificate(folder):
    """A certificate of its own for localhost, and the context that shows it."""
    paths = [os.path.join(folder, name) for name in ("mail.crt", "mail.key")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", paths[0], "-keyout", paths[1]],
        check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    return paths[0], context


class MailServer:
    """Keeps what it takes, in `messages`: (recipient, message) each."""

    def __init__(self, user=None, password=None, security="none"):
        self.folder = tempfile.mkdtemp(prefix="mado-mail-")
        self.messages = []
        self.refuses = None  # an answer instead of taking it
        self.secure = []  # whether each message came encrypted
        self.lock = threading.Lock()
        self.authority, context = certificate(self.folder)

        def authenticator(server, session, envelope, mechanism, data):
            good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
            return AuthResult(success=good, handled=False)

        class Handler:
            async def handle_DATA(_, server, session, envelope):
                if self.refuses:
                    return self.refuses
                message = email.message_from_bytes(envelope.content, policy=email.policy.default)
                with self.lock:
                    self.secure.append(security == "tls" or session.ssl is not None)
                    for recipient in envelope.rcpt_tos:
                        self.messages.append((recipient, message))
                return "250 OK"

        more = {}
        if user:
            more.update(authenticator=authenticator, auth_required=True, auth_require_tls=security == "starttls")
        if security == "starttls":
            more.update(tls_context=context, require_starttls=True)
        if security == "tls":
            more.update(ssl_context=context)
        self.port = mado.free_port()
        self.more = more
        self.handler = Handler()
        self.start()

    def start(self):
        """Tried several times: the library tries the server itself, and gives it one second for each step of that."""
        for attempt in range(3):
            # With a name, for the library asks the network for one otherwise.
            self.controller = Controller(
                self.handler, hostname="127.0.0.1", port=self.port, server_hostname="localhost", ready_timeout=30,
                **self.more)
            try:
                return self.controller.start()
            except Exception:
                self.controller.stop(no_assert=True)
                if attempt == 2:
                    raise

    def to(self, recipient):
        """What came for somebody, in order."""
        with self.lock:
            return [message for address, message in self.messages if address == recipient]

    def close(self):
        self.controller.stop()


def text(message):
    return message.get_body(("plain",)).get_content()


def link(message):
    """The link in a message's text."""
    return next(line.strip() for line in text(message).splitlines() if line.strip().startswith("http"))


def ask(server, purpose, address, attempt=1, secret=SECRET):
    """Asks for a mail, as clients do; the session."""
    path = {"add": "account/3pid", "register": "register", "password": "account/password"}[purpose]
    status, answer = server.request(
        "POST", f"/_matrix/client/v3/{path}/email/requestToken",
        {"client_secret": secret, "email": address, "send_attempt": attempt})
    assert status == 200, (status, answer)
    return answer["sid"]


def follow(server, message):
    """Opens the link of a mail and presses the button, as a browser does; the page that follows."""
    url = urllib.parse.urlsplit(link(message))
    status, page = server.request("GET", f"{url.path}?{url.query}")
    assert status == 200, (status, page)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.decode()))
    return server.request(
        "POST", url.path, urllib.parse.urlencode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded"})
