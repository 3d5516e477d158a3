"""A registry of the made-up ecosystem, and its client."""

import base64
import hashlib
import json
import os
import secrets
from pathlib import Path

import pytest

from recording import Exchange, RecordingRegistry
from registries import ROOT
from wire import Answer, request

MADE_UP = Path(os.environ.get("IMPRIMATUR_MADE_UP", ROOT / ".build" / "debug" / "MadeUpGateway"))
DEPOT = {"protocol": "depot", "packages": '"@acme/*"', "binary": MADE_UP}
needs_made_up = pytest.mark.skipif(not MADE_UP.exists(), reason="needs the binary with the made-up ecosystem, of the debug build")


def started_depot(started, depot, /, **settings):
    own = {"path": "/depot", "label": "blue", **settings.pop("registry", {})}
    return started(depot, **DEPOT, registry=own, **settings)


class Depot(RecordingRegistry):
    """Takes deliveries. `reads` answers what is read: by path, the status, the body and fields of the answer."""

    def __init__(self):
        super().__init__(self.behave)
        self.reads: dict[str, tuple] = {}
        self.slot = f"{self.url}slots/7?once=1"
        self.filled = ("204 No Content", b"", f"Location: {self.url}slots/7/close")

    def behave(self, exchange: Exchange):
        exchange.read_body()
        method, target, _ = exchange.recorded.line.split(" ")
        if method == "PUT":
            status, body, *fields = self.filled
        elif target.startswith("/slots?"):
            status, body, *fields = "200 OK", json.dumps({"slot": self.slot}).encode()
        elif target == "/slots/7/close":
            status, body, *fields = "200 OK", json.dumps({"crate": f"{self.url}crates/7"}).encode()
        else:
            status, body, *fields = self.reads.get(target, ("404 Not Found", b"nothing here"))
        exchange.answer(status, b"" if method == "HEAD" or status.startswith("204") else body, tuple(fields))

    @property
    def lines(self) -> list[str]:
        return [sent.line.removesuffix(" HTTP/1.1") for sent in self.requests]


class TokenDepot(Depot):
    """Takes nothing but tokens of its own service, which is at `realm`. `lifetime`: theirs, in seconds; `refuses_token`: how it gives none."""

    def __init__(self):
        super().__init__()
        self.realm = f"{self.url}token?account=depot"
        self.lifetime = 300
        self.refuses_token = None
        self.live: set[str] = set()
        self.given: list[str] = []

    def behave(self, exchange: Exchange):
        _, target, _ = exchange.recorded.line.split(" ")
        authorization = exchange.recorded.values("Authorization")
        if target.startswith("/token?"):
            exchange.read_body()
            if authorization != [self.authorization]:
                return exchange.answer("401 Unauthorized", b"", ("WWW-Authenticate: Basic realm=token",))
            if self.refuses_token:
                return exchange.answer(*self.refuses_token)
            token = f"token-{secrets.token_hex(8)}"
            self.live.add(token)
            self.given.append(token)
            return exchange.answer("200 OK", json.dumps({"token": token, "expires_in": self.lifetime}).encode())
        if not any(authorization == [f"Bearer {token}"] for token in self.live):
            exchange.read_body()
            return exchange.answer("401 Unauthorized", b"", (f'WWW-Authenticate: Bearer realm="{self.realm}",service="the depot"',))
        return super().behave(exchange)


def document(content: bytes, crate="@acme/widgets", number="7", **changes) -> bytes:
    members = {"crate": crate, "number": number, "sha256": hashlib.sha256(content).hexdigest(), "data": base64.b64encode(content).decode(), **changes}
    return json.dumps({key: value for key, value in members.items() if value is not None}, separators=(",", ":")).encode()


def ask(gateway, path: str, key: str | None = None, method: str = "GET", *fields: tuple[str, str]) -> Answer:
    return request(gateway, method, path, [*([("X-Depot-Key", key)] if key else []), *fields])


def deliver(gateway, key: str, body: bytes) -> Answer:
    return request(gateway, "POST", "/depot/crates", [("X-Depot-Key", key), ("Content-Length", str(len(body)))], body)
