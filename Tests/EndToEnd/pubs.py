"""Packages of Dart, a client as `dart pub publish` is, request by request, and a repository of our own that reads packages with Python."""

import gzip
import http.client
import io
import json
import re
import secrets
import tarfile
import threading
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml

from registries import Registry, basic

PUB = {"protocol": "pub", "audience": "acme_pub", "packages": '"acme_*"'}
MEDIA_TYPE = "application/vnd.pub.v2+json"


def started_pub(started, server, /, **settings):
    return started(server, **{**PUB, **settings})


def pubspec(name="acme_widgets", version="1.0.0", more="") -> str:
    return f"""# A package of nothing much.
name: {name}
description: >-
  A tiny package: it has
  a long description.
version: {version}
homepage: https://example.com/#fragment

environment:
  sdk: '>=3.0.0 <4.0.0'   # or newer

dependencies:
  meta: ^1.9.0
  flutter: {{sdk: flutter}}
dev_dependencies: {{}}
platforms: [linux, web]
{more}"""


def archive(text: str | None = None, files=(), before=True) -> bytes:
    text = pubspec() if text is None else text
    members = [("lib/acme.dart", b"int answer() => 42;\n"), *files]
    members.insert(0 if before else len(members), ("pubspec.yaml", text.encode()))
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(output.getvalue(), mtime=0)


# The client


@dataclass
class Published:
    """How `dart pub publish` ended: whether it succeeded, what a person saw, whether it still has its token, and what it sent."""

    succeeded: bool
    seen: str
    has_token: bool
    requests: list[str]


def publish(host: str, token: str, package: bytes, losing: str = "") -> Published:
    """`losing`: the step whose first answer is lost, so that it is tried again."""
    host = host.rstrip("/")
    requests = []

    def ask(method: str, url: str, body: bytes = b"", kind: str | None = None) -> tuple[int, dict, bytes]:
        place = urllib.parse.urlsplit(url)
        assert place.scheme and place.netloc, f"{url} is not absolute"
        headers = {"accept": MEDIA_TYPE, "user-agent": "Dart pub 3.9.0"}
        if f"{url}/".startswith(f"{host}/"):
            headers["authorization"] = f"Bearer {token}"
        if kind:
            headers["content-type"] = kind
        for attempt in range(7):
            requests.append(f"{method} {place.path}")
            connection = http.client.HTTPConnection(place.netloc, timeout=30)
            connection.request(method, f"{place.path}?{place.query}" if place.query else place.path, body or None, headers)
            answer = connection.getresponse()
            found = answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
            connection.close()
            if not (answer.status in (408, 429) or answer.status >= 500 or attempt == 0 and losing and losing in place.path):
                return found
        return found

    def challenged(status: int, headers: dict) -> Published | None:
        if status not in (401, 403):
            return None
        message = re.search(r'realm="pub", message="([^"]*)"', headers.get("www-authenticate", ""))
        return Published(False, message[1] if message else "Authentication failed!", status == 403, requests)

    status, headers, body = ask("GET", f"{host}/api/packages/versions/new")
    if refused := challenged(status, headers):
        return refused
    if status != 200:
        return Published(False, json.loads(body)["error"]["message"], True, requests)
    asked = json.loads(body)
    boundary = "dart-http-boundary-" + secrets.token_urlsafe(40)[:51].rstrip("-")
    form = b"".join(
        f'--{boundary}\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in asked["fields"].items())
    form += (f'--{boundary}\r\ncontent-type: application/octet-stream\r\ncontent-disposition: form-data; name="file"; '
             'filename="package.tar.gz"\r\n\r\n').encode() + package + f"\r\n--{boundary}--\r\n".encode()
    status, headers, body = ask("POST", asked["url"], form, f"multipart/form-data; boundary={boundary}")
    if refused := challenged(status, headers):
        return refused
    if not 200 <= status < 400:
        message = re.search(r"<Message>(.*?)</Message>", body.decode(), re.S) if b"<?xml" in body else None
        return Published(False, message[1] if message else "Failed to upload the package.", True, requests)
    status, headers, body = ask("GET", headers["location"])
    if refused := challenged(status, headers):
        return refused
    said = json.loads(body)
    return Published(status == 200, said["success"]["message"] if status == 200 else said["error"]["message"], True, requests)


# The repository


class PubServer(Registry):
    """Takes packages in three steps with its one credential. A version is taken once."""

    name = "pub"

    def __init__(self):
        self.lines: list[str] = []
        self.pending: dict[str, bytes] = {}
        self.packages: dict[tuple[str, str], bytes] = {}
        self.elsewhere = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def handler(server):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status: int, value: dict | bytes, *fields: tuple[str, str]):
                body = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                for name, value in (("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(body))), *fields):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                authorization = self.headers.get("Authorization")
                server.lines.append(f"{self.command} {self.path} {'with' if authorization == basic(server.username, server.password) else authorization}")
                path, _, number = self.path.partition("?id=")
                base = server.url.rstrip("/")
                if found := re.fullmatch(r"/api/packages/(\w+)(?:/versions/([^/]+))?", path):
                    key = [key for key in server.packages if key[0] == found[1] and (found[2] is None or urllib.parse.unquote(found[2]) == key[1])]
                    return self.answer(200 if key else 404, {"name": found[1]} if key else {"error": {"code": "NotFound", "message": "no"}})
                if authorization != basic(server.username, server.password):
                    return self.answer(401, {}, ("WWW-Authenticate", 'Bearer realm="pub", message="who are you?"'))
                if path == "/api/packages/versions/new":
                    number = secrets.token_hex(4)
                    return self.answer(200, {"url": server.elsewhere or f"{base}/uploads?id={number}", "fields": {"key": f"upload {number}", "x-more": "1"}})
                if path == "/uploads":
                    if f'name="key"\r\n\r\nupload {number}\r\n'.encode() not in body:
                        return self.answer(400, b"<?xml version='1.0'?><Error><Code>Bad</Code><Message>no key</Message></Error>")
                    server.pending[number] = body.split(b'filename="package.tar.gz"', 1)[1].split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
                    return self.answer(204, b"", ("Location", f"{base}/finish?id={number}"))
                if path == "/finish" and number in server.pending:
                    return self.answer(*server.take(server.pending.pop(number)))
                return self.answer(404, {"error": {"code": "NotFound", "message": "nothing here"}})

            do_GET = do_POST = serve

        return Handler

    def take(self, package: bytes) -> tuple[int, dict]:
        with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as tar:
            written = yaml.load(tar.extractfile("pubspec.yaml").read(), yaml.BaseLoader)
        key = written["name"], written["version"]
        if key in self.packages:
            return 400, {"error": {"code": "PackageRejected", "message": f"Version {key[1]} of package {key[0]} already exists."}}
        self.packages[key] = package
        return 200, {"success": {"message": f"Successfully uploaded {key[0]} version {key[1]}."}}
