"""What a hostile mind tried against trust that is to hold over time."""

import contextlib
import signal
import sqlite3
import ssl
import subprocess
import time

import pytest

from gateway import Gateway
from packages import fresh_name, wheel
from ports import until
from recording import RecordingRegistry, remembering
from registries import basic
from test_exchange import minted
from test_generic import generic, put
from test_learning import learning, published, publishers, renamed
from test_levers import operate
from test_operations import beginning, change, command
from wire import Form, head, read_answer, request, token_credential, upload

THEM = {"repository_id": "9999"}


class MutualTLS(RecordingRegistry):
    """A registry that knows who publishes by the client's certificate alone."""

    name = "mtls"

    def __init__(self, directory):
        run = lambda *arguments: subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self.ca = directory / "ca.pem"
        run("req", "-x509", *curve, "-keyout", directory / "ca.key", "-out", self.ca, "-days", "2", "-subj", "/CN=Tests",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        for name, extension in (("server", "subjectAltName=DNS:localhost,IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")):
            (directory / "extensions").write_text(extension)
            run("req", *curve, "-keyout", directory / f"{name}.key", "-out", directory / "csr", "-subj", f"/CN={name}")
            run("x509", "-req", "-in", directory / "csr", "-CA", self.ca, "-CAkey", directory / "ca.key", "-CAcreateserial",
                "-out", directory / f"{name}.pem", "-days", "2", "-extfile", directory / "extensions")
        self.client = f"{{certificate: {directory}/client.pem, key: {{file: {directory}/client.key}}}}"
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self.ca)
        self.context.load_cert_chain(directory / "server.pem", directory / "server.key")
        self.context.verify_mode = ssl.CERT_OPTIONAL
        self.peers = []
        super().__init__()
        self.url = f"https://localhost:{self.port}/"

    def serve(self, connection):
        with contextlib.suppress(OSError):
            connection = self.context.wrap_socket(connection, server_side=True)
            peer = connection.getpeercert()
            self.peers.append(dict(x[0] for x in peer["subject"])["commonName"] if peer else None)
            super().serve(connection)


@pytest.mark.parametrize("what", ["publish", "read"])
def test_nobody_but_the_policy_uses_our_client_certificate(started, issuer, tmp_path, what):
    registry = MutualTLS(tmp_path)

    def render(self, original=Gateway.render):
        text = original(self)
        start, end = text.index("      url: https"), text.index("    legacy_credentials")
        return text[:start] + (f"      url: {registry.url}\n      ca_file: {registry.ca}\n      client_certificate: {registry.client}\n"
                               "      credential: {none: true}\n") + text[end:]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gateway, "render", render)
        gateway = started(registry, registry={"legacy_credentials": "pass"})
    if what == "publish":
        answer = upload(gateway, Form.of(wheel("victim")), ("Authorization", basic("anybody", "garbage")))
    else:
        answer = request(gateway, "GET", "/simple/victim/", [])
    assert "client" not in registry.peers
    registry.close()


def test_whoever_was_forgotten_during_his_upload_does_not_publish(started, issuer, recording):
    gateway = learning(started, recording)
    assert published(gateway, issuer).status == 200
    # The one that was learnt is elsewhere now, and his upload is slow.
    connection, rest = beginning(gateway, wheel(fresh_name(), padding=200_000), issuer.mint(**renamed("evil/moved")))
    operate(gateway, "publishers", "forget", "widgets-release", "--why", "the name belongs to somebody else now")
    assert published(gateway, issuer, **THEM).status == 200
    with connection:
        connection.sendall(rest)
        answer = read_answer(connection)
    assert answer.status == 403, answer


def test_a_pending_one_knows_what_was_learnt_meanwhile(started, issuer, recording):
    gateway = learning(started, recording)
    connection, rest = beginning(gateway, wheel(fresh_name(), padding=200_000), issuer.mint())
    assert published(gateway, issuer, **THEM).status == 200
    with connection:
        connection.sendall(rest)
        assert read_answer(connection).status == 403


def test_a_deed_that_could_not_be_written_at_once_is_recorded_once(started, issuer, recording):
    gateway = started(recording, audit_file=True)
    operate(gateway, "freeze", "--why", "before")
    gateway.audit(1, event="freeze")
    kept = gateway.audit_path.with_suffix(".kept")
    gateway.audit_path.rename(kept)
    gateway.audit_path.symlink_to("/dev/full")
    gateway.signal(signal.SIGHUP)
    time.sleep(1)
    operate(gateway, "unfreeze", "--why", "once")
    with contextlib.closing(sqlite3.connect(gateway.state_path, isolation_level=None, timeout=10)) as database:
        for _ in range(3):
            until(lambda: database.execute("SELECT count(*) FROM deeds WHERE leased_until > 0").fetchone()[0], 10, "the lease")
            time.sleep(1)
            database.execute("UPDATE deeds SET leased_until = 0")  # A minute passes.
        time.sleep(1)
    gateway.audit_path.unlink()
    kept.rename(gateway.audit_path)
    gateway.signal(signal.SIGHUP)
    time.sleep(3)
    found = [record for record in gateway.records() if record["event"] == "unfreeze"]
    assert len(found) == 1, len(found)


def dripping(seconds: float, every: float = 1.0):
    """A page that comes byte by byte."""

    def behave(exchange):
        exchange.read_body()
        if not exchange.recorded.line.startswith("GET"):
            return exchange.answer("200 OK", b"stored")
        end = time.monotonic() + seconds
        exchange.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while time.monotonic() < end:
            exchange.connection.sendall(b"x")
            time.sleep(every)
        exchange.is_last = True

    return behave


def test_a_registry_that_drips_is_given_up(started, issuer, recording):
    recording.behaviour = dripping(40)
    gateway = started(recording, registry={"overwrite": "refuse"})
    began = time.monotonic()
    answer = published(gateway, issuer)
    took = time.monotonic() - began
    assert took < 25


def test_whoever_has_no_credential_keeps_nobody_from_publishing(started, issuer, nginx):
    gateway = generic(started, nginx, registry={"overwrite": "refuse", "legacy_credentials": "pass"})
    path = f"/{fresh_name()}/1.0/file.bin"
    with gateway.connect() as stranger:
        stranger.sendall(head("PUT", path, [("Host", "localhost"), ("Content-Length", "1000000"), ("Authorization", basic("x", "y"))]))
        time.sleep(2)
        answer = put(gateway, path, b"bytes", token_credential(issuer.mint()))
    assert answer.status == 201


def test_a_report_of_a_glob_says_what_would_have_been_decided(started, issuer, recording):
    recording.behaviour = remembering()
    name = fresh_name()
    strict = started(recording)
    assert published(strict, issuer, name).status == 200
    gateway = started(recording, create="named", registry={"legacy_credentials": "pass", "mode": "report"})
    form = Form.of(wheel(name, "2.0.0"))
    assert upload(gateway, form, ("Authorization", basic("alice", "x")), ("X-Imprimatur-Token", issuer.mint())).status == 200
    [record] = gateway.audit(1)
    enforced = started(recording, create="named")
    assert published(enforced, issuer, name).status == 200
    assert (record["granted"], record.get("reason")) == (True, None), record


def test_a_token_does_not_outlive_its_entry_through_a_restart(started, issuer, recording):
    gateway = started(recording)
    token = minted(gateway, issuer)
    gateway.stop()
    gateway.configuration.write_text(gateway.render().replace("id: widgets-release", "id: same-rights"))
    gateway.start()
    gateway.stop()
    gateway.configure()
    gateway.start()
    assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(token)).status == 403


def test_explain_knows_what_was_learnt(started, issuer, recording, tmp_path):
    gateway = learning(started, recording)
    name = fresh_name()
    assert published(gateway, issuer, name).status == 200
    (tmp_path / "token").write_text(issuer.mint(**THEM))
    run = command(gateway, "explain", "-c", gateway.configuration, "--token", tmp_path / "token", "--package", name, "--version", "2.0.0")
    assert published(gateway, issuer, name, **THEM).status == 403
    assert run.returncode == 1


def test_an_upload_that_two_entries_allow_is_taken(started, issuer, recording):
    recording.behaviour = remembering()
    name = fresh_name()
    assert published(started(recording), issuer, name).status == 200
    gateway = learning(started, recording, create="named", packages='"acme-*"')
    change(gateway, gateway.render() + f"""
  - id: named
    issuer: github
    when: {{repository: acme/widgets, workflow: release.yml}}
    may_publish: {{python: {name}}}
""", by_signal=True)
    for version in ("2.0.0", "3.0.0"):
        answer = upload(gateway, Form.of(wheel(name, version)), token_credential(issuer.mint()))
        assert answer.status == 200


def test_kill_at_once(started, issuer, recording):
    """What a client saw succeed is learnt, though the gateway is killed at the next moment."""
    gateway = learning(started, recording)
    lost = 0
    for _ in range(5):
        assert published(gateway, issuer).status == 200
        gateway.kill()
        gateway.start()
        if publishers(gateway)["widgets-release"]["state"] == "pending":
            lost += 1
        else:
            operate(gateway, "publishers", "forget", "widgets-release", "--why", "x")
    assert lost == 0
