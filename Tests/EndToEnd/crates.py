"""A registry of crates that stores what it gets, crates built by hand, and cargo."""

import gzip
import hashlib
import io
import json
import os
import struct
import subprocess
import tarfile
import threading
import tomllib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clients import environment
from packages import fresh_name
from registries import basic
from wire import Answer, request

CARGO = Path.home() / ".cargo" / "bin" / "cargo"
needs_cargo = pytest.mark.skipif(not CARGO.exists(), reason="needs cargo")
CRATES = {"protocol": "cargo", "audience": "crates.example.com"}


@dataclass
class Sent:
    method: str
    path: str
    authorization: str | None
    body: bytes = b""


class CrateRegistry:
    """The web API and the sparse index of The Cargo Book. `guarded`: reads need the credential as well. `known_as`: the URL that it takes for its own."""

    name = "crates"
    username = "svc"
    password = "svc-not-a-real-secret"

    def __init__(self, guarded=False, index="", known_as=None, media_type="application/json"):
        self.guarded = guarded
        self.index = index
        self.media_type = media_type
        self.told: bytes | None = None  # of a publish, in place of a success
        self.crates: dict[str, list[dict]] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self.requests: list[Sent] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.known_as = known_as or self.url.rstrip("/")
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def credential(self) -> str:
        return basic(self.username, self.password)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def sent(self, method: str) -> list[Sent]:
        return [sent for sent in self.requests if sent.method == method]

    # What it answers

    def configuration(self) -> dict:
        told = {"dl": f"{self.known_as}/api/v1/crates", "api": self.known_as}
        return {**told, "auth-required": True} if self.guarded else told

    def answer(self, sent: Sent):
        if sent.authorization != self.credential and (self.guarded or sent.method not in ("GET", "HEAD")):
            return 401, "application/json", refusal("authentication required")
        path = sent.path.split("?")[0]
        if sent.method in ("GET", "HEAD"):
            return self.read(path)
        if (sent.method, path) == ("PUT", "/api/v1/crates/new"):
            try:
                told = self.publish(sent.body)
                return 200, "application/json", self.told or told
            except (AssertionError, ValueError, struct.error) as problem:
                return 400, "application/json", refusal(str(problem))
        if sent.method in ("PUT", "DELETE") and path.endswith(("/yank", "/unyank", "/owners")):
            return 200, "application/json", b'{"ok": true, "msg": "done"}'
        return 404, "application/json", refusal("not found")

    def read(self, path: str):
        if path == f"{self.index}/config.json":
            return 200, self.media_type, json.dumps(self.configuration()).encode()
        parts = path.removeprefix("/api/v1/crates/").split("/")
        if len(parts) == 3 and parts[2] == "download":
            content = self.files.get((parts[0], parts[1]))
            return (200, "application/gzip", content) if content else (404, "text/plain", b"")
        name = path.rsplit("/", 1)[-1]
        lines = self.crates.get(name.lower())
        if not lines or path != f"{self.index}/{index_path(name)}":
            return 404, "text/plain", b""
        return 200, "text/plain", b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    def publish(self, body: bytes) -> bytes:
        metadata, crate = unframed(body)
        name, version = read_crate(crate)
        assert (metadata["name"], metadata["vers"]) == (name, version), "the metadata are of another crate"
        lines = self.crates.setdefault(name.lower(), [])
        assert version not in [line["vers"] for line in lines], f"crate {name}@{version} is already uploaded"
        lines.append({
            "name": name, "vers": version, "deps": [], "cksum": hashlib.sha256(crate).hexdigest(), "features": metadata.get("features", {}),
            "yanked": False})
        self.files[name, version] = crate
        return json.dumps({"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}}).encode()

    def handler(registry):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sent = Sent(self.command, self.path, self.headers.get("Authorization"), body)
                registry.requests.append(sent)
                status, kind, content = registry.answer(sent)
                self.send_response(status)
                if kind:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = serve

            def log_message(self, *_):
                pass

        return Handler


def refusal(detail: str) -> bytes:
    return json.dumps({"errors": [{"detail": detail}]}).encode()


def index_path(name: str) -> str:
    name = name.lower()
    folder = {1: "1", 2: "2", 3: f"3/{name[:1]}"}.get(len(name), f"{name[:2]}/{name[2:4]}")
    return f"{folder}/{name}"


# Crates

@dataclass
class Crate:
    """A crate built by hand. What is not said agrees with the rest."""

    name: str
    version: str = "1.0.0"
    folder: str | None = None
    manifest: str | bytes | None = None
    original: str | bytes | None = None
    files: dict = field(default_factory=dict)  # by path below the crate's root
    links: dict = field(default_factory=dict)
    kinds: dict = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)
    trailing: bytes = b""

    @property
    def content(self) -> bytes:
        folder = self.folder or f"{self.name}-{self.version}"
        manifest = f'[package]\nname = "{self.name}"\nversion = "{self.version}"\n' if self.manifest is None else self.manifest
        files = {f"{folder}/src/lib.rs": "", **self.files}
        if manifest:
            files[f"{folder}/Cargo.toml"] = manifest
        if self.original is not None:
            files[f"{folder}/Cargo.toml.orig"] = self.original
        output = io.BytesIO()
        with tarfile.open(fileobj=output, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for path, text in files.items():
                data = text if isinstance(text, bytes) else text.encode()
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(data), 0o644
                archive.addfile(entry, io.BytesIO(data))
            for path, target in self.links.items():
                entry = tarfile.TarInfo(path)
                entry.type, entry.linkname = self.kinds.get(path, tarfile.SYMTYPE), target
                archive.addfile(entry)
        return gzip.compress(output.getvalue(), mtime=0) + self.trailing

    def json(self) -> dict:
        told = {"name": self.name, "vers": self.version, "deps": [], "features": {}, "authors": [], "description": "a crate", "license": "MIT"}
        return {key: value for key, value in {**told, **self.metadata}.items() if value is not ...}

    def body(self) -> bytes:
        return framed(json.dumps(self.json()).encode(), self.content)


def framed(metadata: bytes, crate: bytes) -> bytes:
    return struct.pack("<I", len(metadata)) + metadata + struct.pack("<I", len(crate)) + crate


def unframed(body: bytes) -> tuple[dict, bytes]:
    (length,) = struct.unpack_from("<I", body)
    metadata = json.loads(body[4 : 4 + length])
    (size,) = struct.unpack_from("<I", body, 4 + length)
    crate = body[8 + length :]
    assert len(crate) == size, "the crate has another length"
    return metadata, crate


def read_crate(crate: bytes) -> tuple[str, str]:
    """What a crate says, by readers that are not the gateway's."""
    with tarfile.open(fileobj=io.BytesIO(crate)) as archive:
        [manifest] = [entry for entry in archive.getmembers() if entry.name.count("/") == 1 and entry.name.lower().endswith("/cargo.toml")]
        package = tomllib.loads(archive.extractfile(manifest).read().decode())["package"]
    assert manifest.name == f"{package['name']}-{package['version']}/Cargo.toml", "the manifest is elsewhere"
    return package["name"], package["version"]


def publish(gateway, credential: str | None, body: bytes, path: str = "/", *fields: tuple[str, str]) -> Answer:
    credentials = [("Authorization", credential)] if credential else []
    length = ("Content-Length", str(len(body)))
    return request(gateway, "PUT", f"{path}api/v1/crates/new", [length, ("Accept", "application/json"), *credentials, *fields], body)


# Cargo

@dataclass
class Run:
    status: int
    seen: str


@dataclass
class Project:
    """A crate's sources in a folder of their own, and cargo run in it."""

    directory: Path
    name: str
    version: str = "1.0.0"
    manifest: str = ""

    def __post_init__(self):
        (self.directory / "src").mkdir(parents=True)
        (self.directory / "src" / "lib.rs").write_text("pub fn answer() -> u32 { 42 }\n")
        text = self.manifest or f'[package]\nname = "{self.name}"\nversion = "{self.version}"\nedition = "2021"\ndescription = "A tiny crate"\nlicense = "MIT"\n'
        (self.directory / "Cargo.toml").write_text(text)

    def cargo(self, *arguments: str, index: str, token: str | None = None) -> Run:
        home = self.directory / "home"
        variables = {
            "CARGO_HOME": str(home), "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
            "CARGO_REGISTRIES_ACME_INDEX": f"sparse+{index}",
            "CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS": "cargo:token", "CARGO_TERM_COLOR": "never", "CARGO_TERM_PROGRESS_WHEN": "never",
            **({"CARGO_REGISTRIES_ACME_TOKEN": token} if token else {}),
        }
        done = subprocess.run(
            [CARGO, *arguments], cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
            env=environment(home, **variables))
        return Run(done.returncode, " ".join(done.stdout.decode(errors="replace").split()))

    def publish(self, index: str, token: str, *arguments: str) -> Run:
        return self.cargo("publish", "--registry", "acme", "--no-verify", "--allow-dirty", *arguments, index=index, token=token)


def fresh_crate() -> str:
    return fresh_name("acme-widgets")
