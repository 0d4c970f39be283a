"""Drives the program and a mail server against each other; see try-smtp."""

import json
import logging
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

logging.getLogger("mail.log").setLevel(logging.CRITICAL)
PROGRAM, FOLDER = sys.argv[1], sys.argv[2]
USER, PASSWORD = "letters@example.com", "a/secret:word"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, found, seconds=60):
    """The first thing found."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if thing := found():
            return thing
        time.sleep(0.1)
    raise SystemExit(f"{what}: not within {seconds} s")


class Mailboxes:
    """Keeps letters; refuses who is called nobody."""

    def __init__(self):
        self.letters = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = message_from_bytes(envelope.content)
        self.letters.append({
            "to": envelope.rcpt_tos[0], "id": letter["Message-ID"], "tls": session.ssl is not None,
            "user": session.auth_data, "text": letter.get_payload(0).get_payload(decode=True).decode(),
        })
        return "250 Taken"

    def to(self, address):
        return next((letter for letter in self.letters if letter["to"] == address), None)


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False, auth_data=data.login.decode() if right else None)


class Guarded(Controller):
    """Takes letters after STARTTLS and AUTH alone."""

    def factory(self):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(f"{FOLDER}/cert.pem", f"{FOLDER}/key.pem")
        return SMTP(self.handler, hostname="mail.example", tls_context=context, require_starttls=True,
                    authenticator=authenticate, auth_required=True, auth_require_tls=True)


class Program:
    """A server with a database of its own."""

    def __init__(self, name, **settings):
        self.address = f"127.0.0.1:{free_port()}"
        data = f"{FOLDER}/{name}"
        self.environment = {
            "PATH": os.environ["PATH"], "FORECOURT_DATA_DIR": data, "FORECOURT_LISTEN": self.address,
            "FORECOURT_ENVIRONMENT": "production", "FORECOURT_SHUTDOWN_PAUSE_MS": "0", **settings,
        }
        self.log = open(f"{FOLDER}/{name}.log", "w")

    @contextmanager
    def serving(self):
        process = subprocess.Popen([PROGRAM, "serve"], env=self.environment, cwd=FOLDER, stderr=self.log,
                                   stdout=subprocess.DEVNULL)
        try:
            until("the server", lambda: self.call("/health/ready"))
            yield self
            process.terminate()
            assert process.wait(30) == 0, "it ends in order"
        finally:
            process.kill()
            process.wait()

    def call(self, path, body=None):
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"http://{self.address}{path}", data, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except OSError:
            return None

    def register(self, email):
        body = {"email": email, "password": "violet tractor sonata", "first_name": "Ann", "last_name": "Lee",
                "accept_terms": True}
        assert self.call("/api/v1/auth/register", body) == 201

    def command(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments], env=self.environment, cwd=FOLDER, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def logged(self, words):
        with open(self.log.name) as log:
            return words in log.read()


def url(password, port, query="?tls=required"):
    return f"smtp://letters%40example.com:{password}@localhost:{port}{query}"


def guarded_and_away():
    """STARTTLS, AUTH, a recipient that is refused for good, and a server that is away."""
    port, boxes = free_port(), Mailboxes()
    program = Program("right", FORECOURT_SMTP_URL=url("a%2Fsecret%3Aword", port),
                      FORECOURT_SMTP_CA_FILE=f"{FOLDER}/cert.pem")
    with program.serving():
        program.register("away@example.com")
        until("a failed try", lambda: program.logged("a job failed and will be tried again"))
        assert program.command("jobs", "dead") == "", "a server that is away refuses nothing"
        mail = Guarded(boxes, hostname="localhost", port=port)
        mail.start()
        letter = until("the letter that waited", lambda: boxes.to("away@example.com"))
        assert letter["tls"] and letter["user"] == USER, letter
        print("ok: with STARTTLS and AUTH, after the server was away")
        program.register("nobody@example.com")
        dead = until("a dead letter", lambda: program.command("jobs", "dead"))
        assert "no such mailbox" in dead and len(dead.splitlines()) == 1, dead
        print("ok: refused for good, kept:", dead)
        program.register("ann@example.com")
        until("a letter after a refusal", lambda: boxes.to("ann@example.com"))
        mail.stop()
        program.register("later@example.com")
        time.sleep(2)
        mail = Guarded(boxes, hostname="localhost", port=port)
        mail.start()
        until("a letter after the server was stopped and started", lambda: boxes.to("later@example.com"))
        mail.stop()
        ids = [letter["id"] for letter in boxes.letters]
        assert len(ids) == len(set(ids)) == 3, ids
        print("ok: each letter once")


def refused_with(name, words, **settings):
    """A mistake of the operator's is told, and buries no letter."""
    port, boxes = free_port(), Mailboxes()
    mail = Guarded(boxes, hostname="localhost", port=port)
    mail.start()
    settings = {key: value.replace("PORT", str(port)) for key, value in settings.items()}
    program = Program(name, **settings)
    with program.serving():
        program.register("ann@example.com")
        until("a failed try", lambda: program.logged("a job failed and will be tried again"))
        assert program.logged(words), f"{name}: the log says why"
        assert program.command("jobs", "dead") == "" and not boxes.letters
    mail.stop()
    print("ok:", name)


guarded_and_away()
trusted = {"FORECOURT_SMTP_CA_FILE": f"{FOLDER}/cert.pem"}
refused_with("wrong-password", "535", FORECOURT_SMTP_URL=url("wrong", "PORT"), **trusted)
refused_with("without-tls", "530", FORECOURT_SMTP_URL="smtp://localhost:PORT")
refused_with("unknown-certificate", "certificate", FORECOURT_SMTP_URL=url("wrong", "PORT"))
