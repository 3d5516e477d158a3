"""See Tests/Benchmarks/soak."""

import argparse
import contextlib
import itertools
import queue
import random
import socket
import sys
import threading
import time

from stand import Form, Stand, fresh_name, in_threads, wheel
from wire import head

# What may be more afterwards than before, and why.
MARGINS = {
    "descriptors": 8,  # SQLite's files and threads' pipes that are opened on first use
    "RSS in KiB": 96 << 10,  # what malloc keeps in its arenas of the most that was held at a time, and full caches
    "connections": 1,  # the look at /metrics itself
    "upstream connections": 4,  # kept alive for the next upload
    "spooled files": 0,
}
# What the second half of the uploads may add to RSS: nothing grows with their number once caches are full.
MORE_UPLOADS = 8 << 10
CLIENT_STAGES = ["before the head", "in the head", "before the body", "in the body", "while waiting", "in the answer"]
REGISTRY_STAGES = ["at once", "in the head", "in the body", "before the answer", "in the answer"]


def client(stand, stage: str):
    """Sends as much of an upload as `stage` says, then is gone, by a reset as often as not."""
    kind, body = Form.of(wheel(fresh_name(), padding=20_000)).encoded()
    lines = head("POST", "/", [("Host", f"127.0.0.1:{stand.gateway.port}"), ("Content-Type", kind), ("Content-Length", str(len(body))),
                               stand.credential()])
    sent = {"before the head": b"", "in the head": lines[: len(lines) // 2], "before the body": lines,
            "in the body": lines + body[: len(body) // 2]}.get(stage, lines + body)
    with stand.gateway.connect() as connection, contextlib.suppress(OSError):
        connection.sendall(sent)
        if stage == "in the answer":
            connection.settimeout(10)
            connection.recv(1)
        if random.random() < 0.5:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def vanishing(stage: str):
    """A registry that is gone at `stage`."""

    def behave(exchange):
        exchange.is_last = True
        if stage == "at once":
            return
        if stage == "in the body":
            exchange.read_body(at_most=100)
        elif stage != "in the head":
            exchange.read_body()
        if stage == "in the answer":
            exchange.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nst")

    return behave


def uploads(stand, count: int, failures: list):
    """`count` uploads by eight clients, each of a token of its own."""
    numbers = queue.SimpleQueue()
    for number in range(count):
        numbers.put(number)

    def run(_):
        with contextlib.suppress(queue.Empty):
            while True:
                numbers.get_nowait()
                status = stand.upload()
                if status != 200:
                    failures.append(status)

    for thread in in_threads(8, run):
        thread.join()


def hold(stand, count: int, byte: bytes) -> list:
    held = []
    for _ in range(count):
        with contextlib.suppress(OSError):
            connection = stand.gateway.connect()
            connection.settimeout(5)
            if byte:
                connection.sendall(b"POST / HTTP/1.1\r\nX: ")
            held.append(connection)
    return held


def drip(held: list, stopped: threading.Event):
    while not stopped.wait(0.5):
        for connection in held:
            with contextlib.suppress(OSError):
                connection.send(b"x", socket.MSG_DONTWAIT)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}, scale {options.scale:g}", flush=True)
    count = lambda whole: max(1, int(whole * options.scale))
    stand = Stand(limits={"connections": 12_000})
    failures = []
    uploads(stand, 200, failures)  # what is opened and kept once is opened and kept
    before = stand.held()
    begun = time.monotonic()

    stopped = threading.Event()
    idle, dripping = hold(stand, count(10_000), b""), hold(stand, count(1_000), b"x")
    dripper = threading.Thread(target=drip, args=(dripping, stopped))
    dripper.start()
    print(f"{len(idle)} idle, {len(dripping)} dripping connections: {stand.held()}", flush=True)

    uploads(stand, count(50_000), failures)
    half = stand.held()["RSS in KiB"]
    uploads(stand, count(50_000), failures)
    growth = stand.held()["RSS in KiB"] - half
    print(f"{count(100_000)} uploads, the second half took {growth} KiB, {len(failures)} failed {sorted(set(failures))}: {stand.held()}", flush=True)
    failed = len(failures)

    for stage, _ in itertools.product(CLIENT_STAGES, range(count(1_000))):
        client(stand, stage)
    print(f"clients vanished: {stand.held()}", flush=True)

    taking = stand.registry.behaviour
    for stage in REGISTRY_STAGES:
        stand.registry.behaviour = vanishing(stage)
        for _ in range(count(1_000)):
            stand.upload()
    stand.registry.behaviour = taking
    print(f"registries vanished: {stand.held()}", flush=True)

    stopped.set()
    dripper.join()
    for connection in idle + dripping:
        connection.close()
    deadline = time.monotonic() + 120
    while True:
        after = stand.held()
        grown = {key: (before[key], after[key]) for key in before if after[key] > before[key] + MARGINS[key]}
        if not grown or time.monotonic() > deadline:
            break
        time.sleep(1)
    works = stand.upload() == 200
    stand.close()
    print(f"before {before}\nafter  {after}\n{time.monotonic() - begun:.0f} s")
    if growth > MORE_UPLOADS and options.scale >= 1:
        print(f"FAILED RSS: {growth} KiB more after the second half of the uploads")
        failed += 1
    for key, (old, new) in grown.items():
        print(f"FAILED {key}: {old} before, {new} after, a margin of {MARGINS[key]}")
    if failed:
        print(f"FAILED {failed} uploads by well-behaved clients")
    if not works:
        print("FAILED an upload after all that")
    return 1 if grown or failed or not works else 0


if __name__ == "__main__":
    sys.exit(main())
