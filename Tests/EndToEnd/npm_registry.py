"""A registry of npm packages that stores what it gets, documents built by hand, and npm."""

import base64
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import threading
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clients import environment
from crates import Sent
from packages import fresh_name
from registries import VENVS, basic
from wire import Answer, request

NPM = {"protocol": "npm", "audience": "npm:127.0.0.1"}
SYSTEM_NPM = Path("/usr/bin/npm")
CLIENTS = {"npm 10": (SYSTEM_NPM, None), "npm 11": (VENVS / "nodejs" / "bin" / "npm", VENVS / "nodejs" / "bin")}


class NPMRegistry:
    """Packuments, files, and publishes with the one credential."""

    name = "npm"
    username = "svc"
    password = "svc-not-a-real-secret"

    def __init__(self):
        self.ignores_case = False
        self.packages: dict[str, dict] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self.documents: list[dict] = []
        self.requests: list[Sent] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def credential(self) -> str:
        return basic(self.username, self.password)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def sent(self, method: str) -> list[Sent]:
        return [sent for sent in self.requests if sent.method == method]

    def answer(self, sent: Sent):
        path = urllib.parse.unquote(sent.path.split("?")[0]).lstrip("/")
        if sent.method in ("GET", "HEAD"):
            if "/-/" in path:
                name, file = path.split("/-/")
                content = self.files.get((name, file))
                return (200, "application/octet-stream", content) if content else (404, "application/json", b'{"error":"not found"}')
            package = self.packages.get(path.lower() if self.ignores_case else path)
            return (200, "application/json", json.dumps(package).encode()) if package else (404, "application/json", b'{"error":"not found"}')
        if sent.authorization != self.credential:
            return 401, "application/json", b'{"error":"authentication required"}'
        try:
            return 201, "application/json", self.publish(path, json.loads(sent.body))
        except (AssertionError, KeyError, ValueError) as problem:
            return 409 if "over" in str(problem) else 400, "application/json", json.dumps({"error": str(problem)}).encode()

    def publish(self, name: str, document: dict) -> bytes:
        assert document["name"] == name == document["_id"], "the document is of another package"
        [(key, attachment)] = [pair for pair in document["_attachments"].items() if pair[0].endswith(".tgz")]
        [(version, manifest)] = document["versions"].items()
        content = base64.b64decode(attachment["data"], validate=True)
        assert len(content) == attachment["length"] and key.endswith(f"-{version}.tgz"), "the attachment is another"
        assert (name, version) == (manifest["name"], manifest["version"]), "the manifest is of another version"
        own, written = read_package(content)
        assert own == name and comparable(written).startswith(comparable(version)), "the file is of another version"
        dist = manifest["dist"]
        assert dist["shasum"] == hashlib.sha1(content).hexdigest(), "the shasum is another"
        assert dist["tarball"].startswith(self.url), "the file is said to be elsewhere"
        package = self.packages.setdefault(name, {"_id": name, "name": name, "dist-tags": {}, "versions": {}})
        assert version not in package["versions"], f"You cannot publish over the previously published versions: {version}."
        package["versions"][version] = manifest
        package["dist-tags"].update(document["dist-tags"])
        self.files[name, dist["tarball"].rsplit("/", 1)[1]] = content
        self.documents.append(document)
        return b'{"ok":true}'

    def handler(registry):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sent = Sent(self.command, self.path, self.headers.get("Authorization"), body)
                registry.requests.append(sent)
                status, kind, content = registry.answer(sent)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = serve

            def log_message(self, *_):
                pass

        return Handler


def read_package(content: bytes) -> tuple[str, str]:
    """What a file says, by readers that are not the gateway's."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        [manifest] = [entry for entry in archive.getmembers() if entry.name.count("/") == 1 and entry.name.endswith("/package.json")]
        package = json.loads(archive.extractfile(manifest).read().decode("utf-8-sig"))
    return package["name"], package["version"].lstrip("v=")


def comparable(version: str) -> str:
    """Whatever npm and Yarn make of a version before they send it."""
    return re.sub(r"(?<!\d)0+(?=\d)|[^0-9a-z]", "", version)


@dataclass
class Package:
    """An upload built by hand. What is not said agrees with the rest; `...` leaves a member out."""

    name: str
    version: str = "1.0.0"
    manifest: str | bytes | None = None
    folder: str = "package"
    files: dict = field(default_factory=dict)
    document: dict = field(default_factory=dict)
    own: dict = field(default_factory=dict)  # of the version
    dist: dict = field(default_factory=dict)
    attachment: dict = field(default_factory=dict)
    key: str | None = None
    more: dict = field(default_factory=dict)  # attachments

    @property
    def content(self) -> bytes:
        manifest = json.dumps({"name": self.name, "version": self.version}) if self.manifest is None else self.manifest
        files = {f"{self.folder}/index.js": "", **({f"{self.folder}/package.json": manifest} if manifest else {}), **self.files}
        output = io.BytesIO()
        with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for path, text in files.items():
                data = text if isinstance(text, bytes) else text.encode()
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(data), 0o644
                archive.addfile(entry, io.BytesIO(data))
        return gzip.compress(output.getvalue(), mtime=0)

    def members(self, first: str = "") -> dict:
        content = self.content
        digest = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        dist = {"integrity": digest, "shasum": hashlib.sha1(content).hexdigest(), "tarball": "http://gateway.example.com/x.tgz", **self.dist}
        version = {"name": self.name, "version": self.version, "_id": f"{self.name}@{self.version}", **self.own, "dist": without(dist)}
        data = {"content_type": "application/octet-stream", "data": base64.b64encode(content).decode(), "length": len(content), **self.attachment}
        told = {
            "_id": self.name, "name": self.name, "dist-tags": {"latest": self.version}, "versions": {self.version: without(version)}, "access": None,
            "_attachments": {self.key or f"{self.name}-{self.version}.tgz": without(data), **self.more}, **self.document}
        told = without(told)
        return {**{key: told[key] for key in told if key == first}, **told}

    def body(self, first: str = "") -> bytes:
        """`first`: the member that stands before all others, as Yarn has the attachments."""
        return json.dumps(self.members(first), separators=(",", ":")).encode()

    @property
    def path(self) -> str:
        return self.name.replace("/", "%2f")


def without(members: dict) -> dict:
    return {key: value for key, value in members.items() if value is not ...}


def put(gateway, token: str | None, package: Package, body: bytes | None = None, path: str | None = None) -> Answer:
    body = package.body() if body is None else body
    credentials = [("Authorization", f"Bearer {token}")] if token else []
    fields = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *credentials]
    return request(gateway, "PUT", path or f"/{package.path}", fields, body)


@dataclass
class Run:
    status: int
    seen: str


@dataclass
class Project:
    directory: Path
    name: str
    version: str = "1.0.0"
    client: str = "npm 10"

    def __post_init__(self):
        self.directory.mkdir(parents=True)
        (self.directory / "index.js").write_text("module.exports = 42;\n")
        (self.directory / "package.json").write_text(json.dumps({"name": self.name, "version": self.version, "main": "index.js", "license": "MIT"}, indent=2))

    def npm(self, registry: str, *arguments: str, token: str | None = None, **variables: str) -> Run:
        program, folder = CLIENTS[self.client]
        if not program.exists():
            pytest.skip(f"{program} is not installed")
        home = self.directory / "home"
        home.mkdir(exist_ok=True)
        place = registry.split(":", 1)[1]
        lines = [f"registry={registry}", "fetch-retries=0", "update-notifier=false", "audit=false", "fund=false"]
        (home / ".npmrc").write_text("\n".join([*lines, *([f"{place}:_authToken={token}"] if token else [])]) + "\n")
        path = f"{folder}:{os.environ['PATH']}" if folder else os.environ["PATH"]
        done = subprocess.run(
            [program, *arguments], cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
            env=environment(home, **{"PATH": path, "npm_config_userconfig": str(home / ".npmrc"), "npm_config_cache": str(home / "cache"), **variables}))
        return Run(done.returncode, " ".join(done.stdout.decode(errors="replace").split()))


def fresh_package(scope: str = "") -> str:
    return f"{scope}{fresh_name('acme-widgets')}"
