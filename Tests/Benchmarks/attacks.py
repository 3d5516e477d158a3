"""See Tests/Benchmarks/attacks."""

import argparse
import contextlib
import gzip
import io
import socket
import sys
import tarfile
import threading
import time

from stand import Form, Stand, fresh_name, in_threads, measure, percentile, wheel
from recording import answer_nothing
from packages import Distribution, metadata
from wire import head

WITHIN = 3


class Attack:
    """Runs until `stopped`, in threads of its own; `begun` once it is under way."""

    def __init__(self, stand, scale: float):
        self.stand = stand
        self.scale = scale
        self.stopped = threading.Event()
        self.begun = threading.Event()
        self.held = []

    def count(self, whole: int) -> int:
        return max(1, int(whole * self.scale))

    def host(self):
        return "Host", f"127.0.0.1:{self.stand.gateway.port}"

    def connect(self) -> socket.socket:
        """A socket in the clear, whatever the gateway speaks."""
        connection = socket.create_connection(("127.0.0.1", self.stand.gateway.port), timeout=10)
        self.held.append(connection)
        return connection

    def send(self, method: str, path: str, fields: list, body: bytes):
        """Sends it all and waits for the first bytes of an answer."""
        with contextlib.suppress(OSError), contextlib.closing(self.connect()) as connection:
            connection.sendall(head(method, path, [self.host(), ("Content-Length", str(len(body))), *fields]) + body)
            connection.recv(4096)

    def form(self, form: Form):
        kind, body = form.encoded()
        self.send("POST", "/", [("Content-Type", kind), self.stand.credential()], body)

    def repeatedly(self, count: int, act):
        def run(_):
            while not self.stopped.is_set():
                self.begun.set()
                with contextlib.suppress(OSError):
                    act()

        return in_threads(count, run)

    def drip(self, connections: list, byte: bytes, pause: float):
        def run(_):
            self.begun.set()
            while not self.stopped.wait(pause):
                for connection in connections:
                    with contextlib.suppress(OSError):
                        connection.send(byte, socket.MSG_DONTWAIT)

        return in_threads(1, run)

    def end(self, threads: list):
        self.stopped.set()
        for connection in self.held:
            connection.close()
        for thread in threads:
            thread.join(30)


def silent_tls(attack):
    for _ in range(attack.count(600)):
        with contextlib.suppress(OSError):
            attack.connect()
    attack.begun.set()
    return []


def pipelined_without_reading(attack):
    one = head("GET", "/simple/x/", [attack.host()])
    connections = [attack.connect() for _ in range(attack.count(100))]
    return attack.drip(connections, one * 50, 0.05)


def dripping_heads(attack):
    connections = [attack.connect() for _ in range(attack.count(600))]
    for connection in connections:
        connection.sendall(b"POST / HTTP/1.1\r\nX: ")
    return attack.drip(connections, b"x", 0.2)


def chunks_of_one_byte(attack):
    body = b"1\r\nx\r\n" * attack.count(40_000) + b"0\r\n\r\n"

    def act():
        with contextlib.closing(attack.connect()) as connection:
            kind = ("Content-Type", "multipart/form-data; boundary=b")
            connection.sendall(head("POST", "/", [attack.host(), kind, ("Transfer-Encoding", "chunked"), attack.stand.credential()]) + body)
            connection.recv(4096)

    return attack.repeatedly(4, act)


def deep_paths(attack):
    name = fresh_name()
    stem = f"{name.replace('-', '_')}-1.0.0"
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as archive:
        text = metadata(name, "1.0.0").encode()
        member = tarfile.TarInfo(f"{stem}/PKG-INFO")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
        for number in range(attack.count(5_000)):
            archive.addfile(tarfile.TarInfo(f"{stem}/{number}" + "/a" * 2_000))
    content = gzip.compress(output.getvalue(), mtime=0)
    return attack.repeatedly(4, lambda: attack.form(Form.of(Distribution(name, "1.0.0", f"{stem}.tar.gz", content))))


def forms_of_8_mebibytes(attack):
    """Held in memory: each stops just before its end."""
    text = "x" * max(1, int((8 << 20) * min(1, attack.scale * 10)) - 4096)

    def hold(_):
        kind, body = Form.of(wheel(fresh_name()), description=text).encoded()
        with contextlib.suppress(OSError):
            connection = attack.connect()
            fields = [attack.host(), ("Content-Type", kind), ("Content-Length", str(len(body))), attack.stand.credential()]
            connection.sendall(head("POST", "/", fields) + body[:-100])
        attack.begun.set()

    return in_threads(30, hold)


def slow_large_spools(attack):
    connections = []
    for _ in range(attack.count(20)):
        connection = attack.connect()
        kind, body = Form.of(wheel(fresh_name(), padding=100_000)).encoded()
        fields = [attack.host(), ("Content-Type", kind), ("Content-Length", str(1 << 30)), attack.stand.credential()]
        connection.sendall(head("POST", "/", fields) + body[:90_000])
        connections.append(connection)
    return attack.drip(connections, b"x" * 1024, 0.5)


def hanging_reads(attack):
    """The registry hangs for reads alone."""
    taking = attack.stand.registry.behaviour
    attack.stand.registry.behaviour = lambda exchange: (answer_nothing if exchange.recorded.line.startswith("GET") else taking)(exchange)
    for _ in range(attack.count(300)):
        attack.connect().sendall(head("GET", "/simple/x/", [attack.host()]))
    attack.begun.set()
    return []


def refused_exchanges(attack):
    def act():
        with contextlib.closing(attack.connect()) as connection:
            connection.settimeout(5)
            one = head("POST", "/_/oidc/mint-token", [attack.host(), ("Content-Length", "2")]) + b"{}"
            while not attack.stopped.is_set():
                connection.sendall(one * 20)
                if not connection.recv(65536):
                    return

    return attack.repeatedly(attack.count(4), act)


ATTACKS = {
    "silent-tls": (silent_tls, {"tls": True}),
    "pipelined-without-reading": (pipelined_without_reading, {}),
    "dripping-heads": (dripping_heads, {}),
    "chunks-of-one-byte": (chunks_of_one_byte, {}),
    "deep-paths": (deep_paths, {}),
    "forms-of-8-mebibytes": (forms_of_8_mebibytes, {}),
    "slow-large-spools": (slow_large_spools, {}),
    "hanging-reads": (hanging_reads, {}),
    "refused-exchanges": (refused_exchanges, {}),
}


def during(name: str, scale: float, attacked: Stand, act) -> float:
    """What `act` gives while the attack on that gateway is at its height."""
    attack = Attack(attacked, scale)
    threads = ATTACKS[name][0](attack)
    try:
        attack.begun.wait(60)
        time.sleep(1)
        return act()
    finally:
        attack.end(threads)


def tried(name: str, scale: float, samples: int) -> bool:
    """Gateways of its own for each attack; one that takes no more uploads counts as endless.

    Attackers take processor time from everybody on a small machine: what the same attack does to the client if it meets another gateway is told beside.
    """
    settings = {"limits": {"connections": 500}, **ATTACKS[name][1]}
    stand, other = Stand(**settings), Stand(**settings)

    def client():
        assert stand.upload() == 200

    def p99() -> float:
        try:
            return percentile(measure(client, samples), 0.99)
        except (AssertionError, OSError) as error:
            print(f"       the client got none: {error!r}"[:160])
            return float("inf")

    try:
        measure(client, 20)
        without = p99()
        beside = during(name, scale, other, p99)
        own = during(name, scale, stand, p99)
    finally:
        stand.close()
        other.close()
    holds = own <= WITHIN * max(without, beside)
    print(
        f"{'ok    ' if holds else 'FAILED'} {name:28} p99 {without:7.1f} ms without, {beside:7.1f} ms with an attack on another gateway, "
        f"{own:7.1f} ms on this: x {own / without:.1f}, x {own / beside:.1f}", flush=True)
    return holds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--samples", type=int, default=0, help="uploads a measurement (default: 300 at full scale, 50 at least)")
    parser.add_argument("--only", help="names, with commas")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else ATTACKS
    samples = options.samples or max(50, int(300 * options.scale))
    return 0 if all([tried(name, options.scale, samples) for name in names]) else 1


if __name__ == "__main__":
    sys.exit(main())
