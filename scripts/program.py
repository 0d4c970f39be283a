"""The program as a process of its own, for scripts that try it against something real: given as first argument, with a folder to
live in as the second."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

PROGRAM, FOLDER = sys.argv[1], sys.argv[2]
PASSWORD = "violet tractor sonata"


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
        self.process = process
        try:
            until("the server", lambda: self.ask("/health/ready"))
            yield self
            if process.poll() is None:
                process.terminate()
                assert process.wait(30) == 0, "it ends in order"
        finally:
            process.kill()
            process.wait()

    def ask(self, path, body=None, token=None, method=None):
        """The answer's JSON, or none when there is no good answer."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(f"http://{self.address}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.loads(answer.read() or b"null")
        except OSError:
            return None

    def register(self, email):
        body = {"email": email, "password": PASSWORD, "first_name": "Ann", "last_name": "Lee", "accept_terms": True}
        assert self.ask("/api/v1/auth/register", body), email

    def command(self, *arguments, given=None):
        done = subprocess.run([PROGRAM, *arguments], env=self.environment, cwd=FOLDER, text=True, capture_output=True,
                              input=given)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def logged(self, words):
        with open(self.log.name) as log:
            return words in log.read()
