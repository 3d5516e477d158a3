"""A registry that takes anything, answers 200, and records each request that it can make out, surplus bytes that look like one included."""

import re
import socket
import threading

LIMIT = 64 * 1024 * 1024


class Recorded:
    """One request as the registry saw it."""

    def __init__(self, head):
        self.head = head
        lines = re.split(rb"\r?\n", head.rstrip(b"\r\n"))
        self.line = lines[0]
        self.fields = []
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            self.fields.append((name.strip().lower(), value.strip()))
        self.body = b""
        self.trailers = b""
        self.complete = False
        self.unreadable = False

    @property
    def method(self):
        return self.line.split(b" ")[0]

    def values(self, name):
        return [value for field, value in self.fields if field == name]

    def faults(self, options):
        """What a canonical request, written by the gateway itself, would not hold."""
        if not re.fullmatch(rb"[A-Z]+ /[!-~]* HTTP/1\.1\r\n(?:[A-Za-z0-9-]+: ?[ -~]*\r\n)+\r\n", self.head):
            yield "the head is not canonical"
        for name in (b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization", b"expect"):
            if len(self.values(name)) > 1:
                yield f"{name.decode()} is repeated"
        if self.values(b"content-length") and self.values(b"transfer-encoding"):
            yield "two framings"
        if self.values(b"te") or self.values(b"trailer") or self.values(b"upgrade"):
            yield "a field of the client's connection was forwarded"
        if self.trailers:
            yield "trailers were forwarded"
        if self.unreadable:
            yield "its framing can't be read"
        if options.registry_hosts and not set(self.values(b"host")) <= options.registry_hosts:
            yield f"foreign host {self.values(b'host')}"
        if options.client_secret and options.client_secret in self.head:
            yield "the client's own credential was forwarded"
        if options.credential:
            count = self.head.count(options.credential)
            if count > 1 or (count == 0 and self.method in (b"PUT", b"POST")):
                yield f"the injected credential stands {count} times in the head"
            if options.credential in self.body + self.trailers:
                yield "the injected credential stands in the body"


class Recorder:
    """A registry that takes anything."""

    def __init__(self, port):
        self.lock = threading.Lock()
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", port), backlog=512, reuse_port=False)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        stream = Stream(connection)
        try:
            while self.one(stream, connection):
                pass
        except (OSError, EOFError):
            pass
        finally:
            connection.close()

    def one(self, stream, connection):
        try:
            head = stream.head()
        except EOFError:
            if stream.buffer:
                # Bytes that are no whole head are a request to somebody more lenient still.
                self.note(Recorded(bytes(stream.buffer)))
            return False
        request = Recorded(head)
        self.note(request)
        if any(b"100-continue" in value.lower() for value in request.values(b"expect")):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            if any(b"chunked" in value.lower() for value in request.values(b"transfer-encoding")):
                stream.chunks(request)
            elif request.values(b"content-length"):
                stream.exactly(int(request.values(b"content-length")[-1]), request)
        except ValueError:
            request.unreadable = True
            return False
        request.complete = True
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n"
        connection.sendall(answer if request.method == b"HEAD" else answer + b"ok")
        return not any(b"close" in value.lower() for value in request.values(b"connection"))

    def note(self, request):
        with self.lock:
            self.requests.append(request)


class Stream:
    """Reads HTTP leniently from a socket, within a bound."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = bytearray()

    def more(self):
        data = self.connection.recv(65536)
        if not data or len(self.buffer) > LIMIT:
            raise EOFError
        self.buffer += data

    def take(self, count):
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def until(self, pattern):
        while not (found := re.search(pattern, self.buffer)):
            self.more()
        return self.take(found.end())

    def head(self):
        return self.until(rb"\r?\n\r?\n")

    def exactly(self, count, request):
        while count > 0:
            if not self.buffer:
                self.more()
            data = self.take(count)
            request.body += data
            count -= len(data)

    def chunks(self, request):
        while True:
            size = int(self.until(rb"\n").split(b";")[0].strip() or b"0", 16)
            if size == 0:
                break
            self.exactly(size, request)
            self.until(rb"\n")
        while (line := self.until(rb"\n")).strip():
            request.trailers += line
