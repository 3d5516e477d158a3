"""A registry that records each request's bytes and answers as a test tells it to."""

import contextlib
import re
import socket
import threading
from dataclasses import dataclass, field

from registries import basic


@dataclass
class Recorded:
    head: bytes = b""
    body: bytearray = field(default_factory=bytearray)
    complete: bool = False

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode()

    def values(self, name: str) -> list[str]:
        fields = (line.split(b":", 1) for line in self.head.split(b"\r\n")[1:] if b":" in line)
        return [value.strip().decode() for key, value in fields if key.decode().lower() == name.lower()]


class Exchange:
    """One request on one connection, read only as far as the behaviour asks."""

    def __init__(self, connection: socket.socket, recorded: Recorded, rest: bytes, stopped: threading.Event):
        self.connection = connection
        self.recorded = recorded
        self.rest = rest
        self.stopped = stopped
        self.is_last = False
        self.sized = recorded.values("Content-Length")
        self.chunked = bool(recorded.values("Transfer-Encoding"))

    def receive(self) -> bytes:
        if self.rest:
            data, self.rest = self.rest, b""
            return data
        return self.connection.recv(65536)

    def read_body(self, at_most: int | None = None):
        """The body's bytes as they are framed; a chunked one to its last chunk."""
        body = self.recorded.body
        length = int(self.sized[0]) if self.sized else 0
        while not (body.endswith(b"0\r\n\r\n") if self.chunked else len(body) >= length):
            if at_most is not None and len(body) >= at_most:
                return
            data = self.receive()
            if not data:
                return
            body += data
        self.recorded.complete = True

    def answer(self, status: str, body: bytes = b"", fields: tuple[str, ...] = ()):
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
        self.connection.sendall("\r\n".join(head).encode() + body)

    def hold(self):
        """Until the other side goes away or the registry closes."""
        while not self.stopped.is_set():
            with contextlib.suppress(TimeoutError):
                self.connection.settimeout(0.05)
                if not self.connection.recv(1, socket.MSG_PEEK):
                    return
                self.stopped.wait(0.02)


def accept(exchange: Exchange):
    exchange.read_body()
    exchange.answer("200 OK", b"stored\n")


def answering(status: str, body: bytes = b"", *fields: str):
    """Reads all, then answers so."""

    def behave(exchange: Exchange):
        exchange.read_body()
        exchange.answer(status, body, fields)

    return behave


def only_uploads(behaviour, probe: str = "400 Bad Request"):
    """Behaves so where a body comes; a publish of nothing gets another answer."""

    def behave(exchange: Exchange):
        if exchange.sized and int(exchange.sized[0]) < 200:
            exchange.read_body()
            return exchange.answer(probe, b"nothing was sent")
        return behaviour(exchange)

    return behave


def remembering():
    """An index that has what it was sent, by the file's name, and nothing else; a name's page lists its files."""
    forms = []

    def behave(exchange: Exchange):
        exchange.read_body()
        method, path, _ = exchange.recorded.line.split(" ")
        if method == "POST":
            forms.append(bytes(exchange.recorded.body))
            return exchange.answer("200 OK", b"stored\n")
        name = path.rstrip("/").rsplit("/", 1)[-1].encode()
        files = [re.search(rb'filename="([^"]+)"', form)[1] for form in forms if b'name="name"\r\n\r\n' + name + b"\r\n" in form]
        page = b"".join(b'<a href="../../packages/%s#sha256=0">%s</a><br>\n' % (file, file) for file in files)
        exchange.answer(*(("200 OK", page) if files and path.startswith("/simple/") else ("404 Not Found", b"no")))

    return behave


def early(status: str, body: bytes = b"", *fields: str):
    """Answers before the body is read, and closes once the other side does."""

    def behave(exchange: Exchange):
        exchange.answer(status, body, ("Connection: close", *fields))
        with contextlib.suppress(OSError):
            exchange.connection.shutdown(socket.SHUT_WR)
        while exchange.receive():
            pass

    return behave


def surplus(exchange: Exchange):
    """A 200 with bytes after its end, which would be a next request's answer."""
    exchange.read_body()
    exchange.answer("200 OK", b"stored\n")
    exchange.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
    exchange.hold()


def echo_credential(exchange: Exchange):
    """A registry in debug mode: the request's head in the answer's body and in a field."""
    exchange.read_body()
    authorization = exchange.recorded.values("Authorization")
    exchange.answer("403 Forbidden", exchange.recorded.head, (f"X-Debug-Authorization: {authorization}",))


def read_nothing(exchange: Exchange):
    exchange.hold()


def read_half(exchange: Exchange):
    exchange.read_body(at_most=max(1, int(exchange.sized[0]) // 2) if exchange.sized else 1)
    exchange.hold()


def answer_nothing(exchange: Exchange):
    exchange.read_body()
    exchange.hold()


def close(exchange: Exchange):
    """Reads all, and says nothing."""
    exchange.read_body()
    exchange.is_last = True


class RecordingRegistry:
    name = "recording"
    username = "svc"
    password = "svc-not-a-real-secret"

    def __init__(self, behaviour=accept, path=None):
        """`path`: of a socket of this machine, instead of a port."""
        self.behaviour = behaviour
        self.requests: list[Recorded] = []
        self.connections = 0
        self.stopped = threading.Event()
        self.listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        # A small window, so that "reads nothing" is felt by the sender early.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        self.listener.bind(str(path) if path else ("127.0.0.1", 0))
        self.listener.listen(256)
        self.port = None if path else self.listener.getsockname()[1]
        self.url = f"unix:{path}" if path else f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self.accept_all, daemon=True).start()

    @property
    def authorization(self) -> str:
        return basic(self.username, self.password)

    def close(self):
        self.stopped.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept_all(self):
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket):
        with connection, contextlib.suppress(OSError):
            rest = b""
            while not self.stopped.is_set():
                while b"\r\n\r\n" not in rest:
                    data = connection.recv(65536)
                    if not data:
                        return
                    rest += data
                head, rest = rest.split(b"\r\n\r\n", 1)
                recorded = Recorded(head)
                self.requests.append(recorded)
                exchange = Exchange(connection, recorded, rest, self.stopped)
                self.behaviour(exchange)
                rest = exchange.rest
                if exchange.is_last or not recorded.complete:
                    return
