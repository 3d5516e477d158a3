"""Reads with the service credential: what a client asks before it uploads, of what it may publish."""

import subprocess
import threading
import time

import pytest

from depot import Depot, TokenDepot, ask, deliver, document, needs_made_up, started_depot
from gateway import BINARY
from ports import until
from recording import answer_nothing

pytestmark = needs_made_up

PATH = "/crates/@acme%2fwidgets"
OURS = f"/depot{PATH}"


@pytest.fixture
def depot():
    registry = Depot()
    yield registry
    registry.close()


def test_the_registry_is_asked_with_the_service_credential(started, issuer, depot):
    body = f"see {depot.url}x and http://127.0.0.1:{depot.port}/\0".encode() + bytes(range(256))
    challenges = [f"{name}: Basic realm=ours" for name in ("WWW-Authenticate", "Proxy-Authenticate")] + ["Set-Cookie: a=b", "X-Other: a"]
    depot.reads[PATH] = ("200 OK", body, "Content-Type: application/octet-stream", "ETag: e", *challenges, f"Location: {depot.url}crates/7")
    gateway = started_depot(started, depot)
    for key in (issuer.mint(), ask(gateway, "/depot/key/@acme%2fwidgets", issuer.mint(), "POST").body.decode()):
        answer = ask(gateway, OURS, key, "GET", ("Accept-Encoding", "gzip"), ("Range", "bytes=0-1"), ("Accept", "a/b"))
        assert (answer.status, answer.body) == (200, body)
        assert {name.lower() for name, _ in answer.fields} == {"content-type", "etag", "location", "content-length", "x-request-id"}
        assert answer.value("Location") == f"http://127.0.0.1:{gateway.port}/depot/crates/7"
    for sent in depot.requests:
        assert sent.line == f"GET {PATH} HTTP/1.1"
        assert (sent.values("Authorization"), sent.values("X-Depot-Key")) == ([depot.authorization], [])
        assert (sent.values("Accept-Encoding"), sent.values("Range"), sent.values("Accept")) == (["identity"], [], ["a/b"])
    assert not gateway.audit(0, event="read")
    metrics = gateway.admin("/metrics")[1]
    assert 'imprimatur_granted_reads_total{registry="python",outcome="completed"} 2' in metrics
    assert 'imprimatur_reads_total{registry="python",status="2xx"} 2' in metrics


def test_a_connection_serves_reads_and_deliveries_one_after_the_other(started, issuer, depot):
    depot.reads[PATH] = ("200 OK", b"7 8", "Content-Type: text/plain")
    gateway = started_depot(started, depot)
    token = issuer.mint()
    with gateway.connect() as connection:
        for _ in range(3):
            connection.sendall(f"GET {OURS} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Depot-Key: {token}\r\n\r\n".encode())
            data = b""
            while not data.endswith(b"7 8"):
                data += connection.recv(65536)
    assert deliver(gateway, token, document(b"abc")).status == 201


def test_head_has_no_body_and_the_gets_length(started, issuer, depot):
    gateway = started_depot(started, depot)
    depot.behaviour = lambda exchange: exchange.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\nETag: e\r\n\r\n")
    with gateway.connect() as connection:
        connection.sendall(f"HEAD {OURS} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Depot-Key: {issuer.mint()}\r\n\r\n".encode())
        data = b""
        while received := connection.recv(65536):
            data += received
    head = data.decode().lower()
    assert head.startswith("http/1.1 200 ") and "content-length: 5000000\r\n" in head and head.endswith("\r\n\r\n")


REFUSED = {
    "a crate of others": ("/depot/crates/@other%2fwidgets", {}, "scope.package-not-allowed"),
    "a stranger": (OURS, {"repository": "acme/gadgets", "repository_id": "9999"}, "publisher.no-publisher"),
    "a wrong workflow": (OURS, {"workflow_ref": "acme/widgets/.github/workflows/test.yml@refs/tags/v1.0.0"}, "publisher.claim-mismatch"),
    "an expired token": (OURS, {"iat": int(time.time()) - 900, "nbf": int(time.time()) - 900, "exp": int(time.time()) - 600}, "token.expired"),
    "a stranger who asks for the layout": ("/depot/layout", {"repository": "acme/gadgets", "repository_id": "9999"}, "publisher.no-publisher"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_client_may_not_publish_is_not_asked_for(started, issuer, depot, case):
    path, claims, code = REFUSED[case]
    gateway = started_depot(started, depot)
    answer = ask(gateway, path, issuer.mint(**claims))
    assert (answer.status, answer.json) == (400, {"while": "asking", "reason": code})
    [record] = gateway.audit(1, event="read")
    assert (record["granted"], record["outcome"], record["reason"], record["action"]) == (False, "refused", code, "read")
    assert record["protocol"] == "depot" and record["credential"] == "oidc" and "artifact.filename" not in record
    assert record.get("package.name") == ("@other/widgets" if "other" in path else None if "layout" in path else "@acme/widgets")
    assert not depot.requests
    assert f'imprimatur_granted_reads_total{{registry="python",outcome="refused",reason="{code}"}} 1' in gateway.admin("/metrics")[1]


MALFORMED = {"two keys": ([("X-Depot-Key", "a.b.c")], "credential.repeated"), "a key cut short": ([], "credential.malformed-upload-token")}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_key_is_refused_as_for_a_delivery(started, depot, case):
    fields, code = MALFORMED[case]
    gateway = started_depot(started, depot)
    assert ask(gateway, OURS, "impr_short", "GET", *fields).json == {"while": "asking", "reason": code}
    assert gateway.audit(1, event="read")[0]["reason"] == code
    assert not depot.requests


def test_a_key_reads_its_own_crate_until_it_is_burnt(started, issuer, depot):
    depot.reads |= {PATH: ("200 OK", b"7"), "/layout": ("200 OK", b"plain", "Content-Type: text/plain")}
    gateway = started_depot(started, depot)
    key = ask(gateway, "/depot/key/@acme%2fwidgets", issuer.mint(), "POST").body.decode()
    assert ask(gateway, OURS, key).status == 200
    assert ask(gateway, "/depot/layout", key).body == b"plain"
    assert ask(gateway, "/depot/crates/@acme%2fgadgets", key).json["reason"] == "scope.other-package"
    assert ask(gateway, "/depot/key", key, "DELETE").status == 204
    assert ask(gateway, OURS, key).json["reason"] == "credential.unknown-upload-token"
    assert len(depot.requests) == 2


@pytest.mark.parametrize("what", [[], ["--registry", "python"], ["--publisher", "widgets-release"]])
def test_a_freeze_holds(started, issuer, depot, what):
    if not BINARY.exists():
        pytest.skip("needs the product's binary for its commands")
    depot.reads[PATH] = ("200 OK", b"7")
    gateway = started_depot(started, depot)
    token = issuer.mint()
    assert ask(gateway, OURS, token).status == 200
    subprocess.run([BINARY, "freeze", "-c", gateway.configuration, *what, "--why", "a leak"], capture_output=True, check=True)
    until(lambda: ask(gateway, OURS, token).body.find(b"state.frozen") >= 0, 15, "the freeze")
    assert ask(gateway, "/depot/new", token).json == {"while": "announcing", "reason": "state.frozen"}


OWN = {"nothing": (None, []), "a key of the registry's own": ("my-own-key", ["my-own-key"])}


@pytest.mark.parametrize("case", OWN)
def test_without_a_token_the_client_reads_with_what_it_has(started, issuer, depot, case):
    key, sent = OWN[case]
    depot.reads[PATH] = ("401 Unauthorized", b"who?", 'WWW-Authenticate: Basic realm="depot"')
    gateway = started_depot(started, depot)
    answer = ask(gateway, OURS, key)
    assert (answer.status, answer.body, answer.value("WWW-Authenticate")) == (401, b"who?", 'Basic realm="depot"')
    assert depot.requests[0].values("Authorization") == [] and depot.requests[0].values("X-Depot-Key") == sent
    assert not gateway.audit(0, event="read")


def test_reads_that_are_refused_are_served_to_publishers(started, issuer, depot):
    depot.reads[PATH] = ("200 OK", b"7")
    gateway = started_depot(started, depot, registry={"reads": "refuse"})
    assert ask(gateway, OURS).json == {"while": "asking", "reason": "route.reads-refused"}
    assert ask(gateway, "/depot/other", issuer.mint()).json == {"while": "asking", "reason": "route.reads-refused"}
    assert ask(gateway, OURS, issuer.mint()).status == 200


SECRET = "svc-not-a-real-secret"
FAILED = {
    "too large": (("200 OK", bytes((4 << 20) + 1)), "upstream.answer-too-large"),
    "the credential in its body": (("200 OK", f"you are svc:{SECRET}".encode()), "upstream.credential-echoed"),
    "the credential in a field": (("200 OK", b"", f"ETag: {SECRET}"), "upstream.credential-echoed"),
    "our credential refused": (("401 Unauthorized", b"", "WWW-Authenticate: Basic realm=ours"), "upstream.credential-refused"),
    "compressed": (("200 OK", b"\x1f\x8b", "Content-Encoding: gzip"), "upstream.encoded-answer"),
}


@pytest.mark.parametrize("case", FAILED)
def test_an_answer_that_cant_be_passed_on_is_a_failure(started, issuer, depot, case):
    depot.reads[PATH], code = FAILED[case]
    gateway = started_depot(started, depot)
    answer = ask(gateway, OURS, issuer.mint())
    assert (answer.status, answer.json) == (400, {"while": "asking", "reason": code})
    [record] = gateway.audit(1, event="read")
    assert (record["granted"], record["outcome"], record["reason"]) == (True, "failed", code)
    assert record["upstream.status"] == int(depot.reads[PATH][0][:3])


def test_nothing_is_read_while_no_record_can_be_written(started, issuer, depot):
    depot.reads[PATH] = ("200 OK", b"7")
    gateway = started_depot(started, depot, audit_file=True, state="{memory: true}")
    gateway.limit_files(1)
    # The record of this one can't be written, which nobody could know before.
    assert ask(gateway, "/depot/crates/@other%2fwidgets", issuer.mint()).json["reason"] == "scope.package-not-allowed"
    answer = ask(gateway, OURS, issuer.mint())
    assert answer.json == {"while": "asking", "reason": "audit.unavailable"} and not depot.requests
    # Without a token nothing is granted, and there is nothing to record.
    assert ask(gateway, OURS).body == b"7" and depot.requests[0].values("Authorization") == []
    gateway.limit_files(-1)
    assert ask(gateway, OURS, issuer.mint()).body == b"7"


def test_a_read_is_judged_by_what_was_pinned_while_it_waited(started, issuer):
    """The first publish pins the repository's ids while a read of another repository of that name waits for its token."""
    depot = TokenDepot()
    waits, goes_on = threading.Event(), threading.Event()
    plain = depot.behaviour

    def behave(exchange):
        if exchange.recorded.line.startswith("GET /hello ") and not waits.is_set():
            waits.set()
            assert goes_on.wait(30)
        plain(exchange)

    try:
        depot.behaviour = behave
        depot.reads["/layout"] = ("200 OK", b"plain", "Content-Type: text/plain")
        unnamed = "{repository: acme/widgets, workflow: release.yml}"
        gateway = started_depot(started, depot, registry={"tokens": "wanted"}, when=unnamed)
        answers = []
        reader = threading.Thread(target=lambda: answers.append(ask(gateway, "/depot/layout", issuer.mint(repository_id="9999"))))
        reader.start()
        assert waits.wait(30)
        assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201
        goes_on.set()
        reader.join(30)
        assert answers[0].json["reason"] == "publisher.identity-changed"
        assert "GET /layout" not in depot.lines
    finally:
        goes_on.set()
        depot.close()


def test_a_large_answer_passes_whole(started, issuer, depot):
    depot.reads[PATH] = ("200 OK", bytes(300_000))
    assert ask(started_depot(started, depot), OURS, issuer.mint()).body == bytes(300_000)


def test_an_error_keeps_its_status_and_loses_what_may_be_an_echo(started, issuer, depot):
    gateway = started_depot(started, depot)
    depot.reads[PATH] = ("404 Not Found", b"no such crate", "Content-Type: text/plain")
    answer = ask(gateway, OURS, issuer.mint())
    assert (answer.status, answer.body) == (404, b"no such crate")
    depot.reads[PATH] = ("404 Not Found", SECRET[:12].encode(), "Content-Type: text/html")
    answer = ask(gateway, OURS, issuer.mint())
    assert (answer.status, answer.value("Content-Type")) == (404, "text/plain; charset=utf-8")
    assert SECRET[:12].encode() not in answer.body
    # In a document a part of it may be a word.
    depot.reads[PATH] = ("200 OK", SECRET[:12].encode())
    assert ask(gateway, OURS, issuer.mint()).body == SECRET[:12].encode()


def test_a_document_is_written_anew(started, issuer, depot):
    gateway = started_depot(started, depot)
    depot.reads["/layout"] = ("200 OK", b'{"crates": "%scrates/"}' % depot.url.encode(), "Content-Type: application/json")
    answer = ask(gateway, "/depot/layout", issuer.mint())
    assert answer.json == {"crates": f"http://127.0.0.1:{gateway.port}/depot/crates/"}
    assert depot.requests[0].values("Authorization") == [depot.authorization]
    depot.reads["/layout"] = ("200 OK", b"{}", "Content-Type: application/json")
    assert ask(gateway, "/depot/layout", issuer.mint()).json["reason"] == "upstream.unreadable-document"


def test_a_client_that_goes_away_ends_the_read(started, issuer, depot):
    gateway = started_depot(started, depot)
    depot.behaviour = answer_nothing
    connection = gateway.connect()
    connection.sendall(f"GET {OURS} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Depot-Key: {issuer.mint()}\r\n\r\n".encode())
    until(lambda: depot.requests, 15, "the request")
    connection.close()
    [record] = gateway.audit(1, event="read")
    assert (record["outcome"], record["reason"]) == ("aborted", "client.gone")
