"""Drives the program and a mail server against each other; see try-smtp."""

import logging
import ssl
import time
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from program import FOLDER, Program, free_port, until

logging.getLogger("mail.log").setLevel(logging.CRITICAL)
USER, PASSWORD = "letters@example.com", "a/secret:word"


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
