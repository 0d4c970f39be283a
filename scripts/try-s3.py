"""Files in a store that speaks S3."""

import hashlib
import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError
from PIL import Image

from program import FOLDER, PASSWORD, Program, free_port, until

BUCKET = "cars"
port = free_port()
endpoint = f"http://127.0.0.1:{port}"
credentials = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
os.environ.update(credentials)
store = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")


def up():
    try:
        store.list_buckets()
        return True
    except Exception:
        return False


def there(key):
    try:
        return store.head_object(Bucket=BUCKET, Key=key)
    except ClientError:
        return None


def send(method, url, body=None, headers=None):
    """Status, headers and bytes of an answer."""
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def picture():
    image = Image.new("RGB", (1200, 800))
    image.putdata([((x * 3) % 256, (y * 5) % 256, (x * y // 50) % 256) for y in range(800) for x in range(1200)])
    exif = image.getexif()
    exif[0x010E] = "taken at 40.7128 N 74.0060 W"
    bytes_ = io.BytesIO()
    image.save(bytes_, "JPEG", exif=exif)
    return bytes_.getvalue()


def announce(token, body, **more):
    new = {"filename": "car.jpg", "content_type": "image/jpeg", "size": len(body), "purpose": "avatar", **more}
    return program.ask("/api/v1/files/presign", new, token, "POST")


def complete(token, upload):
    status, _, body = send("POST", f"http://{program.address}/api/v1/files/{upload['file_id']}/complete", b"",
                           {"authorization": f"Bearer {token}"})
    return status, json.loads(body)


def refused(what, token, upload, code):
    status, body = complete(token, upload)
    assert status == 400 and body["errors"][0]["code"] == code, (what, status, body)
    assert there(f"incoming/{upload['file_id']}") is None, "nothing is left behind"
    print(f"ok: {what} is refused ({code}), and nothing is left behind")


moto = subprocess.Popen([f"{os.path.dirname(sys.executable)}/moto_server", "-H", "127.0.0.1", "-p", str(port)],
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    until("the store", up)
    store.create_bucket(Bucket=BUCKET)
    program = Program("s3", FORECOURT_ENVIRONMENT="development", FORECOURT_REQUIRE_EMAIL_VERIFICATION="false",
                      FORECOURT_S3_BUCKET=BUCKET, FORECOURT_S3_ENDPOINT=endpoint, **credentials)
    with program.serving():
        body = {"email": "ann@example.com", "password": PASSWORD, "first_name": "Ann", "last_name": "Lee", "accept_terms": True}
        token = program.ask("/api/v1/auth/register", body)["access_token"]
        jpeg = picture()

        upload = announce(token, jpeg, sha256=hashlib.sha256(jpeg).hexdigest())
        assert upload["url"].startswith(endpoint), "straight to the store"
        signed = upload["url"].lower()
        assert "content-type" in signed and "x-amz-checksum-sha256" in signed, "type and hash are bound into the signature"
        status, _, answer = send("PUT", upload["url"], jpeg, upload["headers"])
        assert status == 200, answer
        status, file = complete(token, upload)
        assert status == 200 and (file["width"], file["height"]) == (1200, 800), file
        name = upload["file_id"]
        shown = f"http://{program.address}/media/{name}/800.webp"
        until("the picture", lambda: send("GET", shown)[0] == 200)
        assert there(f"public/{name}/1600.jpg")["ContentType"] == "image/jpeg"
        until("the original to go", lambda: there(f"originals/{name}") is None)
        assert there(f"incoming/{name}") is None
        _, headers, webp = send("GET", shown)
        assert headers["content-type"] == "image/webp" and Image.open(io.BytesIO(webp)).size == (800, 533)
        full = store.get_object(Bucket=BUCKET, Key=f"public/{name}/1600.jpg")["Body"].read()
        assert b"40.7128" not in full and b"Exif" not in full, "no place leaves"
        print("ok: a picture comes straight to the store, is drawn in three widths, and its original goes")

        status, _, _ = send("PUT", upload["url"], jpeg, upload["headers"])
        assert complete(token, upload)[0] == 200
        assert send("GET", shown)[2] == webp
        print("ok: what is brought again changes nothing")

        upload = announce(token, jpeg)
        send("PUT", upload["url"], jpeg + b"more", upload["headers"])
        refused("a wrong size", token, upload, "size_mismatch")
        upload = announce(token, jpeg)
        send("PUT", upload["url"], b"x" * len(jpeg), upload["headers"])
        refused("a wrong type", token, upload, "type_mismatch")
        other = bytearray(jpeg)
        other[-3] ^= 1
        upload = announce(token, jpeg, sha256=hashlib.sha256(jpeg).hexdigest())
        store.put_object(Bucket=BUCKET, Key=f"incoming/{upload['file_id']}", Body=bytes(other))
        refused("a wrong hash", token, upload, "hash_mismatch")

        moto.terminate()
        moto.wait()
        status, headers, answer = send("GET", shown)
        assert status == 503 and json.loads(answer)["code"] == "unavailable", (status, answer)
        print("ok: with the store away the answer is 503, and the program goes on")
finally:
    moto.kill()
    moto.wait()
