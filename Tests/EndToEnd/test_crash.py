"""kill -9 at named points of an upload, on a store on disk; afterwards records, store and registry must tell the same."""

import contextlib
import json
import random
import shutil
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from packages import Distribution, fresh_name, wheel
from ports import until
from recording import RecordingRegistry, accept
from wire import Form, head, post_json, read_answer, request, token_credential, upload

ROUNDS = 20


# What is uploaded, in both body plans


class Spooled:
    """A form: the whole of it is there before the registry sees a byte, so that its digest is bound."""

    settings = {}

    def send(self, gateway, distribution: Distribution, token: str):
        return upload(gateway, Form.of(distribution), token_credential(token))

    def may_be_repeated(self) -> bool:
        return True


class Streamed:
    """A file at a path: after a crash nobody knows what of it the registry has."""

    settings = {"protocol": "generic", "registry": {"template": '"/{name}/{version}/{file}"'}}

    def send(self, gateway, distribution: Distribution, token: str):
        path = f"/{distribution.name}/{distribution.version}/{distribution.filename}"
        fields = [("Content-Length", str(len(distribution.content))), token_credential(token)]
        return request(gateway, "PUT", path, fields, distribution.content)

    def may_be_repeated(self) -> bool:
        return False


# Where it is killed


class DeafRegistry:
    """A port that takes no connection, since its queue is full: who connects waits."""

    name, username, password = "deaf", "svc", "svc-not-a-real-secret"

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.queued = [socket.socket() for _ in range(4)]
        for waiting in self.queued:
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", self.port))

    def holds(self, gateway) -> bool:
        """Whether a connection of the gateway waits for it: SYN_SENT by the kernel's table, which may lack a line while others come and go."""
        remote = f"0100007F:{self.port:04X}"
        waiting = {line.split()[9] for line in open("/proc/net/tcp") if line.split()[2:4] == [remote, "02"]}
        return any(f"socket:[{inode}]" in gateway.open_files() for inode in waiting)

    def close(self):
        for waiting in [*self.queued, self.listener]:
            waiting.close()


def killed_before_the_first_byte(gateway, kind, distribution, token) -> list:
    deaf = DeafRegistry()
    pointed_at(gateway, deaf.url)
    with sending(gateway, kind, distribution, token):
        until(lambda: deaf.holds(gateway), 10, "a connection to the registry")
        gateway.kill()
    deaf.close()
    return []


def killed_in_the_middle(gateway, kind, distribution, token) -> list:
    registry = RecordingRegistry(lambda exchange: (exchange.read_body(at_most=1 << 20), gateway.kill(), exchange.hold()))
    pointed_at(gateway, registry.url)
    with sending(gateway, kind, distribution, token):
        until(lambda: gateway.child.poll() is not None, 10, "the kill")
    registry.close()
    return registry.requests


def killed_before_the_record(gateway, kind, distribution, token) -> list:
    """The registry has said 200, and the gateway, which was stopped before that, never gets to hear it."""

    def answer_the_stopped(exchange):
        exchange.read_body()
        gateway.freeze()
        exchange.answer("200 OK", b"stored\n")
        gateway.kill()

    registry = RecordingRegistry(answer_the_stopped)
    pointed_at(gateway, registry.url)
    with sending(gateway, kind, distribution, token):
        until(lambda: gateway.child.poll() is not None, 10, "the kill")
    registry.close()
    return registry.requests


def pointed_at(gateway, url: str):
    """Starts it in front of another registry, with the state and the records that it had."""
    gateway.stop()
    gateway.settings.upstream = url
    gateway.configure()
    gateway.start()


@contextlib.contextmanager
def sending(gateway, kind, distribution, token) -> Iterator[None]:
    """An upload on a thread of its own, whose client sees no more than the end of its connection."""
    answers = []

    def send():
        try:
            answers.append(kind.send(gateway, distribution, token))
        except OSError:
            pass

    thread = threading.Thread(target=send)
    thread.start()
    yield
    thread.join(20)
    assert not thread.is_alive() and not answers, answers


POINTS = {
    "before the first byte": (killed_before_the_first_byte, []),
    "in the middle": (killed_in_the_middle, [False]),
    "before the record": (killed_before_the_record, [True]),
}


# What is compared


def intents(gateway) -> int:
    """How many uploads the store of a dead gateway holds as begun. Of a copy, since to open it is to recover it."""
    with tempfile.TemporaryDirectory() as folder:
        for file in gateway.directory.glob("state.db*"):
            shutil.copy(file, folder)
        with contextlib.closing(sqlite3.connect(Path(folder, gateway.state_path.name))) as database:
            return database.execute("SELECT count(*) FROM intents").fetchone()[0]


def records_of(gateway, distribution) -> list[dict]:
    return [record for record in gateway.records() if record["event"] == "publish" and record["package.name"] == distribution.name]


@pytest.mark.parametrize("kind", [Spooled(), Streamed()], ids=["spooled", "streamed"])
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_gateway_knows_afterwards_what_it_began(started, issuer, recording, point, kind):
    kill, arrived = POINTS[point]
    gateway = started(recording, audit_file=True, **kind.settings)
    for number in range(ROUNDS):
        distribution = wheel(fresh_name(), padding=4 << 20)
        token = issuer.mint()
        exchanged = kind.settings == {} and number % 2 == 1
        credential = post_json(gateway, "/_/oidc/mint-token", {"token": token}).json["token"] if exchanged else token

        requests = kill(gateway, kind, distribution, credential)

        assert [recorded.complete for recorded in requests] == arrived
        assert intents(gateway) == 1
        assert records_of(gateway, distribution) == []
        pointed_at(gateway, recording.url)
        [record] = until(lambda: records_of(gateway, distribution), 10, "the record of the interrupted upload")
        assert (record["outcome"], record["reason"], record["granted"]) == ("failed", "gateway.interrupted", True), record
        assert (record["package.version"], record["artifact.filename"]) == (distribution.version, distribution.filename)
        assert record["credential"] == ("upload-token" if exchanged else "oidc")
        assert token not in str(record) and credential not in str(record)

        # The token is bound to what it began to send.
        other = wheel(distribution.name, "2.0.0")
        assert kind.send(gateway, other, credential).json["reason"] == "state.other-version"
        again = kind.send(gateway, distribution, credential)
        if kind.may_be_repeated():
            assert again.status == 200, again
        else:
            assert again.json["reason"] == "state.already-sent", again
        if kind.settings == {}:
            assert post_json(gateway, "/_/oidc/mint-token", {"token": token}).status == 422

        outcomes = ["failed", "refused", "published" if kind.may_be_repeated() else "refused"]
        assert [record["outcome"] for record in records_of(gateway, distribution)] == outcomes
    gateway.stop()
    assert intents(gateway) == 0
    lines = gateway.audit_path.read_text().splitlines()
    gateway.start()
    assert gateway.audit_path.read_text().splitlines() == lines


def test_an_exchange_that_a_crash_cuts_off_makes_at_most_one_token(started, issuer, recording):
    seed = random.randrange(1 << 32)
    moments = random.Random(seed)
    print(f"seed {seed}")
    gateway = started(recording, audit_file=True)
    for _ in range(ROUNDS):
        token = issuer.mint()
        answers = []
        killer = threading.Timer(moments.uniform(0, 0.004), gateway.kill)
        killer.start()
        try:
            answers.append(post_json(gateway, "/_/oidc/mint-token", {"token": token}))
        except OSError:
            pass
        killer.join()
        gateway.child.wait()
        gateway.start()
        again = post_json(gateway, "/_/oidc/mint-token", {"token": token})
        if answers:
            assert (answers[0].status, again.status) == (200, 422), (answers, again)
            live = answers[0].json["token"]
            assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(live)).status == 200
        else:
            # Either the first one was remembered, and its answer lost with its token, or it never was.
            assert again.status in (200, 422)
        direct = upload(gateway, Form.of(wheel(fresh_name())), token_credential(token))
        assert direct.json["reason"] == "state.replayed", direct


@pytest.mark.parametrize("room", [0, 150], ids=["no byte of it fits", "some of it fits"])
def test_an_upload_whose_record_could_not_be_written_is_found_after_a_crash(started, issuer, recording, room):
    """The disk of the audit log fills up while the registry answers; until the record is there, the intent is."""
    gateway = started(recording, audit_file=True)
    gateway.audit_path.write_text(json.dumps({"event": "none", "pad": "y" * (8 << 20)}) + "\n")
    size = gateway.audit_path.stat().st_size

    def fill_up(exchange):
        exchange.read_body()
        gateway.limit_files(size + room)
        exchange.answer("200 OK", b"stored")

    recording.behaviour = fill_up
    distribution = wheel(fresh_name())
    assert upload(gateway, Form.of(distribution), token_credential(issuer.mint())).status == 200
    gateway.kill()
    assert intents(gateway) == 1
    assert gateway.audit_path.stat().st_size == size + room
    gateway.start()
    whole = until(lambda: [line for line in gateway.audit_path.read_text().splitlines() if distribution.name in line], 10, "the record")
    record = json.loads(whole[0])
    assert (record["outcome"], record["reason"], len(whole)) == ("failed", "gateway.interrupted", 1)
    gateway.stop()
    assert intents(gateway) == 0


def test_a_record_that_was_cut_off_does_not_swallow_the_next(started, issuer, recording):
    gateway = started(recording, audit_file=True)
    assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint())).status == 200
    gateway.audit(1)
    gateway.kill()
    with gateway.audit_path.open("a") as file:
        file.write('{"time":"2026-01-01T00:00:00.000Z","event":"pub')
    gateway.start()
    assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint())).status == 200
    lines = until(lambda: len(found := gateway.audit_path.read_text().splitlines()) > 2 and found, 10, "the second record")
    assert [line.endswith("}") for line in lines] == [True, False, True]


def spooled(gateway) -> list[str]:
    """The spool's files, which have no name."""
    return [target for target in gateway.open_files() if target.startswith(str(gateway.directory / "spool"))]


def test_a_client_that_stops_in_the_middle_holds_nothing_afterwards(started, issuer, recording):
    gateway = started(recording, limits={"body_timeout": "1s"})
    kind, body = Form.of(wheel(fresh_name(), padding=1 << 20)).encoded()
    stalled = []
    for _ in range(8):
        connection = gateway.connect()
        fields = [("Host", "localhost"), ("Content-Type", kind), ("Content-Length", str(len(body))), token_credential(issuer.mint())]
        connection.sendall(head("POST", "/", fields) + body[: len(body) // 2])
        stalled.append(connection)
    until(lambda: len(spooled(gateway)) == 8, 10, "eight spooled files")
    until(lambda: not spooled(gateway), 20, "the files' end")
    assert [record["reason"] for record in gateway.audit(8)] == ["body.timed-out"] * 8
    for connection in stalled:
        assert read_answer(connection).status == 408
        connection.close()
    assert not recording.requests


def test_a_registry_that_takes_nothing_is_given_up(started, issuer):
    registry = RecordingRegistry(lambda exchange: exchange.hold())
    gateway = started(registry, limits={"upstream_timeout": "500ms"})
    answer = upload(gateway, Form.of(wheel(fresh_name(), padding=16 << 20)), token_credential(issuer.mint()))
    assert (answer.status, answer.json["reason"]) == (504, "upstream.timed-out")
    registry.behaviour = accept
    assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint())).status == 200
    registry.close()
