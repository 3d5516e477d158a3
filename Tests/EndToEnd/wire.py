"""HTTP by hand: what is sent is exactly what the test wrote."""

import json
import secrets
import socket
from dataclasses import dataclass

import codes
from registries import basic


@dataclass(frozen=True)
class Answer:
    status: int
    reason: str
    fields: list[tuple[str, str]]
    body: bytes

    def value(self, name: str) -> str | None:
        found = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(found) <= 1, found
        return found[0] if found else None

    @property
    def json(self) -> dict:
        value = json.loads(self.body)
        codes.note(value)
        return value


def read_answer(connection: socket.socket) -> Answer:
    """The next final answer; interim ones are skipped."""
    data = b""

    def more():
        received = connection.recv(65536)
        if not received:
            raise ConnectionError(f"closed after {data!r}")
        return received

    while True:
        while b"\r\n\r\n" not in data:
            data += more()
        head, data = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        _, status, reason = (lines[0] + " ").split(" ", 2)
        if not status.startswith("1"):
            break
    fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
    answer = Answer(int(status), reason.strip(), fields, b"")
    length = int(answer.value("Content-Length") or 0)
    chunked = (answer.value("Transfer-Encoding") or "").lower() == "chunked"
    while (not data.endswith(b"0\r\n\r\n")) if chunked else (len(data) < length):
        data += more()
    return Answer(answer.status, answer.reason, fields, dechunked(data) if chunked else data[:length])


def dechunked(data: bytes) -> bytes:
    body = b""
    while data:
        size, data = data.split(b"\r\n", 1)
        count = int(size, 16)
        if count == 0:
            break
        body, data = body + data[:count], data[count + 2:]
    return body


def head(method: str, path: str, fields: list[tuple[str, str]]) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", *(f"{key}: {value}" for key, value in fields), "", ""]).encode()


def request(gateway, method: str, path: str, fields: list[tuple[str, str]], body: bytes = b"") -> Answer:
    with gateway.connect() as connection:
        try:
            connection.sendall(head(method, path, [("Host", f"127.0.0.1:{gateway.port}"), *fields]) + body)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return read_answer(connection)


def post_json(gateway, path: str, value: dict) -> Answer:
    body = json.dumps(value).encode()
    return request(gateway, "POST", path, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body)


@dataclass
class Form:
    """A PyPI upload as twine writes it. `fields` may repeat and contradict."""

    fields: list[tuple[str, str]]
    filename: str
    content: bytes

    @classmethod
    def of(cls, distribution, **changes) -> "Form":
        wheel = distribution.filename.endswith(".whl")
        fields = {
            ":action": "file_upload",
            "protocol_version": "1",
            "metadata_version": "2.1",
            "name": distribution.name,
            "version": distribution.version,
            "filetype": "bdist_wheel" if wheel else "sdist",
            "pyversion": "py3" if wheel else "source",
            "sha256_digest": distribution.sha256,
            **changes,
        }
        return cls([(key, value) for key, value in fields.items() if value is not None], distribution.filename, distribution.content)

    def encoded(self) -> tuple[str, bytes]:
        boundary = secrets.token_hex(16)
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in self.fields]
        disposition = f'Content-Disposition: form-data; name="content"; filename="{self.filename}"'
        parts.append(f"--{boundary}\r\n{disposition}\r\nContent-Type: application/octet-stream\r\n\r\n".encode() + self.content)
        return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"\r\n--{boundary}--\r\n".encode()


def token_credential(token: str) -> tuple[str, str]:
    return "Authorization", basic("__token__", token)


def upload(gateway, form: Form, *credentials: tuple[str, str], path: str = "/") -> Answer:
    kind, body = form.encoded()
    return request(gateway, "POST", path, [("Content-Type", kind), ("Content-Length", str(len(body))), *credentials], body)
