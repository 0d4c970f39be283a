"""Second factors by a public library."""

import json
import time
import urllib.error
import urllib.request

import pyotp

from program import PASSWORD, Program

program = Program("totp", FORECOURT_ENVIRONMENT="development", FORECOURT_REQUIRE_EMAIL_VERIFICATION="false",
                  FORECOURT_RATE_LIMIT="off")


def ask(method, path, body=None, token=None):
    """Status and JSON of an answer, whatever it is."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"http://{program.address}/api/v1{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def sign_in(code=None):
    body = {"email": "ann@example.com", "password": PASSWORD} | ({"totp": code} if code else {})
    status, answer = ask("POST", "/auth/login", body)
    return status, answer.get("code")


with program.serving():
    person = {"email": "ann@example.com", "password": PASSWORD, "first_name": "Ann", "last_name": "Lee", "accept_terms": True}
    token = ask("POST", "/auth/register", person)[1]["access_token"]
    status, factor = ask("POST", "/me/totp", None, token)
    assert status == 201 and len(factor["recovery_codes"]) == 10, (status, factor)
    reader = pyotp.parse_uri(factor["otpauth_url"])
    assert reader.secret == factor["secret"] and reader.name == "ann@example.com", factor["otpauth_url"]
    assert sign_in()[0] == 200, "not in force before a code confirms it"
    status, answer = ask("POST", "/me/totp/confirm", {"code": reader.now()}, token)
    assert status in (200, 204), (status, answer)
    print("ok: the library reads the address, and its code confirms")
    assert sign_in() == (401, "totp_required"), sign_in()
    wrong = f"{(int(reader.now()) + 1) % 1_000_000:06}"
    assert sign_in(wrong)[0] in (400, 401), "a wrong code"
    time.sleep(31 - time.time() % 30)
    code = reader.now()
    assert sign_in(code)[0] == 200, "the next code"
    assert sign_in(code)[0] in (400, 401), "the same code again"
    print("ok: each code signs in once")
    spare = factor["recovery_codes"][0]
    assert sign_in(spare)[0] == 200, "a recovery code"
    assert sign_in(spare)[0] in (400, 401), "the same recovery code again"
    print("ok: each recovery code signs in once")
