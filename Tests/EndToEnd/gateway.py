"""The binary under test: its configuration, its process, its log lines and its audit records."""

import contextlib
import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import codes
from ports import until
from registries import ROOT

BINARY = Path(os.environ.get("IMPRIMATUR_BINARY", ROOT / ".build" / "release" / "imprimatur"))

AUDIT_EVENTS = {"publish", "exchange", "revoke", "read", "forget", "freeze", "unfreeze", "refusals"}


@dataclass
class Settings:
    """What the tests vary; the rest stands in `render`. Values of `limits`, `server` and `registry` are written as they are."""

    issuer: str
    upstream: str
    provider: str = "github"  # and whatever else the issuer's entry says
    protocol: str = "pypi"
    audience: str = "acme_python"
    username: str = "svc"
    key_field: str = ""  # the field in which the registry wants the password, instead of Basic
    password: str = "svc-not-a-real-secret"
    packages: str = '"acme-widgets*"'
    when: str = '{repository: acme/widgets, repository_owner_id: "42", repository_id: "1234", workflow: release.yml}'
    create: str = "any"
    pin: str = ""
    expires: str = "2099-01-01"
    elsewhere: str = ""  # what the publisher may publish to another registry instead
    limits: dict = field(default_factory=dict)
    server: dict = field(default_factory=dict)
    registry: dict = field(default_factory=dict)
    audit_file: bool = False
    state: str = ""
    binary: Path = field(default_factory=lambda: BINARY)
    descriptors: int = 0  # how many the process may open, where that is bounded


class Gateway:
    def __init__(self, directory: Path, settings: Settings, tls: "Authority | None" = None):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.settings = settings
        self.tls = tls
        self.configuration = directory / "imprimatur.yaml"
        self.secret = directory / "registry-password"
        self.audit_path = directory / "audit.jsonl"
        self.state_path = directory / "state.db"
        self.secret.write_text(settings.password)
        self.secret.chmod(0o600)
        self.configure()
        self.lines = []
        self.child = None

    def configure(self):
        self.configuration.write_text(self.render())

    def render(self) -> str:
        settings = self.settings
        limits = {"spool_directory": self.directory / "spool", **settings.limits}
        limits["spool_directory"].mkdir(exist_ok=True)
        server = {"listen": "127.0.0.1:0", **settings.server}
        if self.tls:
            server["tls"] = f"{{certificate: {self.tls.certificate}, key: {self.tls.key}}}"
        state = settings.state or f"{{sqlite: {self.state_path}}}"
        lines = ["version: 1", "server:"]
        lines += [f"  {key}: {value}" for key, value in server.items()]
        lines += ["  limits:"] + [f"    {key}: {value}" for key, value in limits.items()]
        lines += ["admin: {listen: 127.0.0.1:0}", f"state: {state}"]
        if settings.audit_file:
            lines += [f"audit: {{file: {self.audit_path}}}"]
        lines += ["issuers:", f"  github: {{provider: {settings.provider}, url: {settings.issuer}, allow_http: true}}"]
        lines += [
            "registries:",
            "  python:",
            f"    protocol: {settings.protocol}",
            f"    audience: {settings.audience}",
            "    upstream:",
            f"      url: {settings.upstream}",
            f"      credential: {{{self.credential()}}}",
        ]
        lines += [f"    {key}: {value}" for key, value in settings.registry.items()]
        if settings.elsewhere:
            lines += [
                "  elsewhere:",
                "    host: elsewhere.example.com",
                "    protocol: pypi",
                "    audience: acme_elsewhere",
                f"    upstream: {{url: {settings.upstream}, credential: {{none: true}}}}",
            ]
        may_publish = f"elsewhere: [{settings.elsewhere}]" if settings.elsewhere else f"python: [{settings.packages}]"
        lines += [
            "publishers:",
            "  - id: widgets-release",
            "    issuer: github",
            f"    when: {settings.when}",
            f"    may_publish: {{{may_publish}}}",
            f"    create: {settings.create}",
            f"    expires: {settings.expires}",
            *([f"    pin: {settings.pin}"] if settings.pin else []),
            "",
        ]
        return "\n".join(lines)

    def credential(self) -> str:
        if self.settings.key_field:
            return f"header: {{name: {self.settings.key_field}, value: {{file: {self.secret}}}}}"
        return f"basic: {{username: {self.settings.username}, password: {{file: {self.secret}}}}}"

    # The process

    def start(self, environment: dict | None = None) -> "Gateway":
        self.errors = open(self.directory / "stderr", "ab")
        settings = self.settings
        count = settings.descriptors
        limit = ["prlimit", f"--nofile={count}:{count}"] if count else []
        self.child = subprocess.Popen(
            [*limit, settings.binary, "serve", "-c", self.configuration],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, cwd=self.directory,
            # Python ignores SIGXFSZ, and so does its child here: a write past a size limit is then an error, as on a full disk.
            env={**os.environ, **(environment or {})}, restore_signals=False)
        self.first_line = len(self.lines)
        self.collector = threading.Thread(target=self.collect, args=(self.child.stdout,), daemon=True)
        self.collector.start()
        started = until(self.started_or_ended, 30, "server.started")
        self.port = int(started["server.port"])
        self.admin_port = int(started["admin.port"])
        return self

    def started_or_ended(self):
        started = self.logged("server.started", self.first_line)
        if not started and self.child.poll() is not None:
            raise AssertionError(
                f"the gateway ended with {self.child.returncode}: {self.lines} {(self.directory / 'stderr').read_text()}")
        return started[0] if started else None

    def collect(self, output):
        for line in output:
            try:
                self.lines.append(json.loads(line))
                codes.note(self.lines[-1])
            except ValueError:
                self.lines.append({"not JSON": line.decode(errors="replace")})

    def logged(self, event: str, since: int = 0) -> list[dict]:
        """What was read so far. An answer says nothing of it: the log comes by a pipe of its own."""
        return [line for line in list(self.lines)[since:] if line.get("event") == event]

    def told(self, event: str, count: int = 1) -> list[dict]:
        """Waits for at least `count` lines of `event`."""
        until(lambda: len(self.logged(event)) >= count, 15, f"{count} lines of {event}; so far {self.logged(event)}")
        return self.logged(event)

    def signal(self, number: int):
        self.child.send_signal(number)

    def freeze(self):
        """Returns when none of its threads runs any more."""
        self.signal(signal.SIGSTOP)
        threads = list(Path(f"/proc/{self.child.pid}/task").iterdir())
        until(lambda: all(") T " in (thread / "stat").read_text() for thread in threads), 10, "SIGSTOP")

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self, seconds=30.0) -> int:
        if self.child and self.child.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"SIGTERM did not end the gateway within {seconds:g} s") from None
            self.collector.join(seconds)
        return self.child.returncode if self.child else 0

    def peak_memory(self) -> int:
        """VmHWM in bytes: the most memory that was ever resident."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024

    def open_files(self) -> list[str]:
        found = []
        for entry in Path(f"/proc/{self.child.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                found.append(os.readlink(entry))
        return found

    def limit_files(self, size: int):
        """No write of the gateway's goes past `size` bytes of any file, as on a full disk; -1 lifts that."""
        resource.prlimit(self.child.pid, resource.RLIMIT_FSIZE, (size, -1))

    # What it says

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{'localhost' if self.tls else '127.0.0.1'}:{self.port}/"

    def records(self) -> list[dict]:
        if not self.settings.audit_file:
            return [line for line in list(self.lines) if line.get("event") in AUDIT_EVENTS]
        if not self.audit_path.exists():
            return []
        lines = self.audit_path.read_text().splitlines(keepends=True)
        records = [json.loads(line) for line in lines if line.endswith("\n")]
        for record in records:
            codes.note(record)
        return [record for record in records if record["event"] in AUDIT_EVENTS]

    def audit(self, count: int = 1, event: str = "publish", seconds=15.0) -> list[dict]:
        """Exactly `count` records of `event`: waits for them, and fails at one more."""

        def enough():
            found = [record for record in self.records() if record["event"] == event]
            return found if len(found) >= count else None

        found = until(enough, seconds, f"{count} audit records of {event}; so far {self.records()}") if count else []
        found = [record for record in self.records() if record["event"] == event]
        assert len(found) == count, found
        return found

    def admin(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        if not self.tls:
            return connection
        context = ssl.create_default_context(cafile=self.tls.authority)
        return context.wrap_socket(connection, server_hostname="localhost")


class Authority:
    """A CA and a certificate for localhost, made by openssl."""

    def __init__(self, directory: Path):
        directory.mkdir(parents=True, exist_ok=True)
        self.authority = directory / "ca.pem"
        self.certificate = directory / "tls.pem"
        self.key = directory / "tls.key"
        extensions = directory / "extensions"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n")
        request, authority_key = directory / "tls.csr", directory / "ca.key"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        for command in (
            ["req", "-x509", *curve, "-keyout", authority_key, "-out", self.authority, "-days", "2", "-subj", "/CN=Tests",
             "-addext", "keyUsage=critical,keyCertSign,cRLSign"],
            ["req", *curve, "-keyout", self.key, "-out", request, "-subj", "/CN=localhost"],
            ["x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", authority_key, "-CAcreateserial", "-out",
             self.certificate, "-days", "2", "-extfile", extensions],
        ):
            subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
