"""Drives the program against what stands in for Twilio and for a push service, and asks the libraries; see try-phones."""

import base64
import json
import os
import threading
import urllib.error
import urllib.parse
import urllib.request
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from twilio.request_validator import RequestValidator

from program import PASSWORD, Program, free_port, until

SID, TOKEN = "AC" + "0123456789abcdef" * 2, "the account's secret"
FROM, PHONE = "+12125550100", "+12125550199"
SENT, PUSHED = [], []
KILL = threading.Event()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Twilio(BaseHTTPRequestHandler):
    """The Messages resource, as far as it is used: it takes messages, and lists them."""

    def allowed(self):
        given = base64.b64decode(self.headers.get("authorization", "").removeprefix("Basic "))
        good = given.decode() == f"{SID}:{TOKEN}" and self.path.startswith(f"/2010-04-01/Accounts/{SID}/Messages.json")
        if not good:
            self.answer(401, {"code": 20003, "message": "Authenticate", "more_info": "", "status": 401})
        return good

    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        if not self.allowed():
            return
        if not form["To"].startswith("+"):
            self.answer(400, {"code": 21211, "message": "Invalid 'To' Phone Number", "more_info": "", "status": 400})
            return
        SENT.append(form | {"at": formatdate(usegmt=True)})
        if KILL.is_set():
            # It is on its way, and the program never hears that it is.
            KILL.clear()
            program.process.kill()
        else:
            self.answer(201, {"sid": "SM1", "status": "queued"})

    def do_GET(self):
        if self.allowed():
            to = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["To"][0]
            known = [{"body": form["Body"], "direction": "outbound-api", "status": "sent", "date_created": form["at"]}
                     for form in reversed(SENT) if form["To"] == to]
            self.answer(200, {"messages": known})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Pushes(Twilio):
    """A browser's push service."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        PUSHED.append({"headers": {name.lower(): value for name, value in self.headers.items()}, "body": body})
        self.answer(201, {})


def listen(handler):
    port = free_port()
    threading.Thread(target=ThreadingHTTPServer(("127.0.0.1", port), handler).serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{port}"


def say(text, change=lambda form: form, sender=PHONE):
    """Somebody replies; what Twilio would hand on. The status of the answer, and its text."""
    url = f"http://{program.address}/api/v1/twilio/inbound"
    form = {"AccountSid": SID, "From": sender, "To": FROM, "Body": text, "NumMedia": "0", "Ünicode": "ß & +"}
    signature = RequestValidator(TOKEN).compute_signature(url, form)
    data = urllib.parse.urlencode(change(dict(form))).encode()
    request = urllib.request.Request(url, data, {"x-twilio-signature": signature})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def reason(token, channel):
    return program.ask("/api/v1/me/notification-preferences", token=token)["channels"][channel]["reason"]


PASSWORDS = ["amber canoe violin", "silver meadow trumpet", "copper lantern orchid", "marble harbour cello"]


def change_password(token):
    """Something that people are told: the account's password is another. Her session goes on."""
    global password
    new = PASSWORDS.pop(0)
    program.ask("/api/v1/auth/password/change", {"old_password": password, "new_password": new}, token)
    password = new


def at_rest():
    """Nothing waits, and nobody works."""
    figures = program.ask("/api/v1/admin/jobs", token=admin)
    return figures if figures and figures["due"] == figures["running"] == 0 else None


program = Program("phones", FORECOURT_ENVIRONMENT="development", FORECOURT_REQUIRE_EMAIL_VERIFICATION="false",
                  FORECOURT_RATE_LIMIT="off", FORECOURT_WEBHOOK_PRIVATE="allow", FORECOURT_TWILIO_URL=listen(Twilio),
                  FORECOURT_TWILIO_ACCOUNT_SID=SID, FORECOURT_TWILIO_AUTH_TOKEN=TOKEN, FORECOURT_TWILIO_SMS_FROM=FROM)
program.command("admin", "create", "--email", "root@example.com", given=f"{PASSWORD}\n")
password = PASSWORD
browser, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
point = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

with program.serving():
    admin = program.ask("/api/v1/auth/login", {"email": "root@example.com", "password": PASSWORD})["access_token"]
    program.register("ann@example.com")
    token = program.ask("/api/v1/auth/login", {"email": "ann@example.com", "password": password})["access_token"]
    program.ask("/api/v1/me", {"phone": PHONE}, token, "PATCH")
    chosen = {"kinds": {"password_changed": {"sms": True}}}
    assert program.ask("/api/v1/me/notification-preferences", chosen, token, "PATCH")
    service = listen(Pushes)
    key = program.ask("/api/v1/push/key")["key"]
    device = {"endpoint": f"{service}/push/1", "keys": {"p256dh": b64(point), "auth": b64(auth)}}
    assert program.ask("/api/v1/me/devices", device, token)

    change_password(token)
    until("the message", lambda: SENT)
    assert SENT[0]["To"] == PHONE and SENT[0]["From"] == FROM and SENT[0]["Body"] == "Your password was changed", SENT
    print("ok: a message leaves by Twilio's API")

    pushed = until("the push", lambda: PUSHED)[0]
    opened = http_ece.decrypt(pushed["body"], private_key=browser, auth_secret=auth, version="aes128gcm")
    assert json.loads(opened)["title"] == "Your password was changed", opened
    header = pushed["headers"]["authorization"]
    assert Vapid02.verify(header.replace(", ", ",")), header
    assert not Vapid02.verify(header.replace(", ", ",").replace("t=ey", "t=eY", 1)), "another token"
    assert header.endswith(f"k={key}"), "the key that browsers were told of"
    claims = json.loads(base64.urlsafe_b64decode(header.split(".")[1] + "=="))
    assert claims["aud"] == service, claims
    print("ok: a push is opened by http_ece, and its sender verified by py_vapid")

    status, text = say("STOP", lambda form: form | {"From": "+12125550111"})
    assert status == 403, text
    status, text = say("START", lambda form: form | {"Body": "STOP"})
    assert status == 403 and reason(token, "sms") is None, text
    status, text = say("stop")
    assert status == 200 and text.endswith("<Response/>"), text
    assert reason(token, "sms") == "opted_out"
    change_password(token)
    until("the second push", lambda: len(PUSHED) > 1)
    until("the end of all work", at_rest)
    assert len(SENT) == 1, SENT
    assert say("Start")[0] == 200 and reason(token, "sms") is None
    print("ok: a reply signed by Twilio's library is heard, a tampered one is not")

    KILL.set()
    change_password(token)
    until("the end of the program", lambda: program.process.poll() is not None)
assert len(SENT) == 2, SENT

with program.serving():
    until("the end of all work", at_rest)
    assert len(SENT) == 2, SENT
    assert program.logged("it is not sent again")
    assert not program.logged(TOKEN), "a secret is in the log"
    print("ok: killed while a message leaves, the program does not send it again")
