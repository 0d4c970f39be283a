"""Drives the program and a sink against each other, and asks the libraries; see try-webhooks."""

import json
import subprocess
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

from program import FOLDER, PASSWORD, Program, free_port, until

HEARD = []


class Sink(BaseHTTPRequestHandler):
    """Keeps what it hears."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        HEARD.append({"headers": headers, "body": body})
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def listen():
    """A sink with TLS."""
    port = free_port()
    server = ThreadingHTTPServer(("127.0.0.1", port), Sink)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{FOLDER}/cert.pem", f"{FOLDER}/key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"https://localhost:{port}/hook"


def with_python(secret, message):
    try:
        Webhook(secret).verify(message["body"], message["headers"])
        return True
    except Exception:  # whatever it throws, it does not accept
        return False


def with_node(cases):
    lines = "".join(json.dumps({"secret": secret} | message) + "\n" for secret, message in cases)
    done = subprocess.run(["node", f"{FOLDER}/try-webhooks.mjs"], input=lines, text=True, capture_output=True, cwd=FOLDER)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def tampered(message):
    """The same message, each time with something else about it."""
    headers, body = message["headers"], message["body"]
    signature = headers["webhook-signature"]
    other = "A" if signature[10] != "A" else "B"
    yield "body", {"headers": headers, "body": body.replace("type", "tipe", 1)}
    yield "one more space", {"headers": headers, "body": body + " "}
    for name, value in [
        ("webhook-id", headers["webhook-id"][:-1] + ("0" if headers["webhook-id"][-1] != "0" else "1")),
        ("webhook-timestamp", str(int(headers["webhook-timestamp"]) - 1)),
        ("webhook-timestamp", str(int(headers["webhook-timestamp"]) - 3_600)),
        ("webhook-signature", signature[:10] + other + signature[11:]),
        ("webhook-signature", "v2" + signature[2:]),
    ]:
        yield name, {"headers": headers | {name: value}, "body": body}


def judge(title, cases):
    """Both libraries say of each case what is expected."""
    by_node = with_node([(secret, message) for _, secret, message, _ in cases])
    assert len(by_node) == len(cases)
    for (what, secret, message, expected), node in zip(cases, by_node):
        assert with_python(secret, message) == expected, f"PyPI: {title}: {what}: {message}"
        assert node == expected, f"npm: {title}: {what}: {message}"
    print(f"ok: {title}: {sum(case[3] for case in cases)} accepted, {sum(not case[3] for case in cases)} refused")


def heard(count):
    return until("the message", lambda: HEARD[count - 1] if len(HEARD) >= count else None)


program = Program("webhooks", FORECOURT_ENVIRONMENT="development", FORECOURT_REQUIRE_EMAIL_VERIFICATION="false",
                  FORECOURT_WEBHOOK_PRIVATE="allow", SSL_CERT_FILE=f"{FOLDER}/cert.pem")
program.command("admin", "create", "--email", "root@example.com", given=f"{PASSWORD}\n")
with program.serving():
    signed_in = program.ask("/api/v1/auth/login", {"email": "root@example.com", "password": PASSWORD})
    token = signed_in["access_token"]
    made = program.ask("/api/v1/webhooks", {"url": listen(), "events": ["user.*"]}, token)
    first, path = made["secret"], f"/api/v1/webhooks/{made['id']}"

    program.register("ann@example.com")
    message = heard(1)
    assert json.loads(message["body"])["type"].startswith("user."), message
    stranger = "whsec_" + "A" * 43 + "="
    cases = [("as it came", first, message, True), ("another secret", stranger, message, False)]
    judge("an event", cases + [(what, first, other, False) for what, other in tampered(message)])

    second = program.ask(f"{path}/rotate-secret", token=token, method="POST")["secret"]
    before = len(HEARD)
    assert program.ask(f"{path}/test", token=token, method="POST")
    message = heard(before + 1)
    cases = [("by the old secret", first, message, True), ("by the new one", second, message, True)]
    judge("while a secret rotates", cases + [("another secret", stranger, message, False)])
