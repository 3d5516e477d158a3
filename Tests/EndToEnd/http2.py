"""HTTP/2 by hand: a client that sends what a test tells it to, whether a client may or not."""

import socket
import ssl
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.exceptions

import codes
from wire import Answer

PORTION = 16384


def context_of(gateway, *protocols: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=gateway.tls.authority)
    context.check_hostname = False
    context.set_alpn_protocols(list(protocols or ("h2",)))
    return context


def connected(gateway, *protocols: str, name="localhost") -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", gateway.port), timeout=30)
    return context_of(gateway, *protocols).wrap_socket(plain, server_hostname=name)


@dataclass
class Stream:
    statuses: list[int] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    ended: bool = False
    reset: int | None = None

    @property
    def over(self) -> bool:
        return self.ended or self.reset is not None

    @property
    def answer(self) -> Answer:
        assert self.ended, self
        return Answer(self.statuses[-1], "", self.fields, self.body)


class Client:
    """One connection. `strict=False` sends also what h2 would refuse to send."""

    def __init__(self, gateway, strict=False, opens_windows=True, name="localhost"):
        self.socket = connected(gateway, name=name)
        assert self.socket.selected_alpn_protocol() == "h2"
        self.authority = f"{name}:{gateway.port}"
        self.opens_windows = opens_windows
        self.h2 = h2.connection.H2Connection(config=h2.config.H2Configuration(
            header_encoding="utf-8", validate_outbound_headers=strict, normalize_outbound_headers=strict, validate_inbound_headers=True))
        self.streams: dict[int, Stream] = {}
        self.closed = False
        self.goodbye: int | None = None
        self.h2.initiate_connection()
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        if data := self.h2.data_to_send():
            self.send_raw(data)

    def send_raw(self, data: bytes):
        try:
            self.socket.sendall(data)
        except OSError:
            self.closed = True

    def receive(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            self.closed = True
            return
        try:
            events = self.h2.receive_data(data)
        except h2.exceptions.ProtocolError:
            self.closed = True
            return
        for event in events:
            self.note(event)
        self.flush()

    def note(self, event):
        stream = self.streams.get(getattr(event, "stream_id", None) or 0, Stream())
        match event:
            case h2.events.InformationalResponseReceived():
                stream.statuses.append(int(dict(event.headers)[":status"]))
            case h2.events.ResponseReceived():
                stream.statuses.append(int(dict(event.headers)[":status"]))
                stream.fields = list(event.headers)
            case h2.events.DataReceived():
                stream.body += event.data
                if self.opens_windows and event.flow_controlled_length:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamEnded():
                stream.ended = True
            case h2.events.StreamReset():
                stream.reset = int(event.error_code)
            case h2.events.ConnectionTerminated():
                self.goodbye = int(event.error_code)

    # Requests

    def begin(self, fields, end=False) -> int:
        number = self.h2.get_next_available_stream_id()
        self.streams[number] = Stream()
        self.h2.send_headers(number, fields, end_stream=end)
        self.flush()
        return number

    def put(self, path: str, *fields: tuple[str, str], method="PUT", end=False) -> int:
        whole = [(":method", method), (":scheme", "https"), (":authority", self.authority), (":path", path)]
        return self.begin([*whole, *((name.lower(), value) for name, value in fields)], end)

    def send(self, number: int, data: bytes, end=True):
        """As the windows allow; stops when the stream is over."""
        while data and not self.closed and not self.streams[number].over:
            window = min(self.h2.local_flow_control_window(number), PORTION)
            if window == 0:
                self.receive()
                continue
            self.h2.send_data(number, data[:window])
            data = data[window:]
            self.flush()
        if end and not self.closed and not self.streams[number].over:
            self.h2.end_stream(number)
            self.flush()

    def wait(self, number: int) -> Stream:
        while not self.streams[number].over and not self.closed:
            self.receive()
        return self.streams[number]

    def until_closed(self):
        while not self.closed:
            self.receive()

    def answer(self, number: int) -> Answer:
        answer = self.wait(number).answer
        if answer.value("Content-Type") in ("application/json", "application/problem+json"):
            codes.note(answer.json)
        return answer


def upload(gateway, path: str, content: bytes, *fields: tuple[str, str], sized=True) -> Answer:
    with Client(gateway, strict=True) as client:
        length = [("content-length", str(len(content)))] if sized else []
        number = client.put(path, *length, *fields)
        client.send(number, content)
        return client.answer(number)
