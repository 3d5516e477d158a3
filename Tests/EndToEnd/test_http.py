"""The client's side of HTTP: when it is asked for its body, what it gets to read, and how long it may take."""

import socket
import ssl

import pytest

from packages import fresh_name, wheel
from ports import until
from test_refusals import assert_refused
from wire import Form, head, read_answer, request, token_credential, upload

HOST = ("Host", "localhost")


def encoded(distribution=None) -> tuple[tuple[str, str], bytes]:
    kind, body = Form.of(distribution or wheel(fresh_name())).encoded()
    return ("Content-Type", kind), body


def length(body: bytes) -> tuple[str, str]:
    return "Content-Length", str(len(body))


def test_the_body_is_asked_for_once_the_head_is_accepted(started, issuer, recording):
    gateway = started(recording)
    kind, body = encoded()
    with gateway.connect() as connection:
        connection.sendall(head("POST", "/", [HOST, kind, length(body), ("Expect", "100-continue"), token_credential(issuer.mint())]))
        interim = connection.recv(65536)
        assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert read_answer(connection).status == 200
    assert not any(sent.values("Expect") for sent in recording.requests)


@pytest.mark.parametrize("credential", ["none", "a forged token"])
def test_the_body_is_not_asked_for_where_the_head_is_refused(started, issuer, recording, credential):
    gateway = started(recording)
    kind, body = encoded()
    credentials = [] if credential == "none" else [token_credential(issuer.mint()[:-8] + "AAAAAAAA")]
    with gateway.connect() as connection:
        connection.sendall(head("POST", "/", [HOST, kind, length(body), ("Expect", "100-continue"), *credentials]))
        assert connection.recv(65536).startswith(b"HTTP/1.1 403 ")
    assert not recording.requests


def test_an_offer_of_http2_is_ignored(started, issuer, recording):
    gateway = started(recording)
    offer = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA")]
    assert upload(gateway, Form.of(wheel(fresh_name())), *offer, token_credential(issuer.mint())).status == 200
    [sent] = recording.requests
    assert not sent.values("Upgrade") and not sent.values("HTTP2-Settings")


def test_http_1_0_is_served_and_closed(started, issuer, recording):
    gateway = started(recording)
    kind, body = encoded()
    with gateway.connect() as connection:
        lines = head("POST", "/", [HOST, kind, length(body), token_credential(issuer.mint())]).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
        connection.sendall(lines + body)
        answer = read_answer(connection)
        assert answer.status == 200 and answer.value("Transfer-Encoding") is None
        assert connection.recv(1) == b""


def test_requests_follow_one_another_on_one_connection(started, issuer, recording):
    gateway = started(recording)
    uploads = b""
    for _ in range(3):
        kind, body = encoded()
        uploads += head("POST", "/", [HOST, kind, length(body), token_credential(issuer.mint())]) + body
    with gateway.connect() as connection:
        # All of them at once; they are answered in their order.
        connection.sendall(uploads)
        data = b""
        while data.count(b"HTTP/1.1 200 ") < 3:
            data += connection.recv(65536)
    assert [record["outcome"] for record in gateway.audit(3)] == ["published"] * 3


def test_what_stands_behind_a_refusal_is_not_a_request(started, issuer, recording):
    gateway = started(recording)
    kind, body = encoded(wheel(fresh_name("stranger")))
    _, allowed = encoded()
    token = token_credential(issuer.mint())
    with gateway.connect() as connection:
        connection.sendall(head("POST", "/", [HOST, kind, length(body), token]) + body)
        connection.sendall(head("POST", "/", [HOST, kind, length(allowed), token]) + allowed)
        assert read_answer(connection).status == 403
        assert connection.recv(1) == b""
    gateway.audit(1)
    assert not recording.requests


def test_a_refusal_is_read_by_a_client_that_sends_all_before_it_listens(started, recording):
    gateway = started(recording)
    kind, _ = encoded()
    body = b"x" * (20 << 20)
    answer = request(gateway, "POST", "/", [kind, length(body)], body)
    assert_refused(gateway, answer, answer.status, "credential.missing")
    assert answer.value("Connection") == "close"


FRAMING = {
    "a head of 40 KiB": (431, "framing.head-too-large", [(f"X-{number}", "x" * 4000) for number in range(10)], "/"),
    "a line of 9 KiB": (414, "framing.request-line-too-long", [], "/" + "x" * 9000),
    "a connection that is not a token": (400, "framing.malformed-connection", [("Connection", "keep alive")], "/"),
    "101 fields": (431, "framing.too-many-fields", [(f"X-{number}", "x") for number in range(101)], "/"),
}


@pytest.mark.parametrize("case", FRAMING)
def test_a_head_beyond_its_limits_is_refused(started, recording, case):
    status, reason, fields, path = FRAMING[case]
    gateway = started(recording)
    assert_refused(gateway, request(gateway, "POST", path, fields), status, reason)




SLOW = {
    "a head": ("body.timed-out", {"head_timeout": "300ms"}, lambda lines, body: lines[: len(lines) // 2]),
    "a body": ("body.timed-out", {"body_timeout": "500ms"}, lambda lines, body: lines + body[: len(body) // 2]),
}


@pytest.mark.parametrize("case", SLOW)
def test_a_request_that_does_not_end_is_ended(started, issuer, recording, case):
    reason, limits, sent = SLOW[case]
    gateway = started(recording, limits=limits)
    kind, body = encoded()
    with gateway.connect() as connection:
        connection.sendall(sent(head("POST", "/", [HOST, kind, length(body), token_credential(issuer.mint())]), body))
        answer = read_answer(connection)
    assert (answer.status, answer.json["reason"]) == (408, reason)
    assert gateway.audit(1)[0]["reason"] == reason
    assert not recording.requests


def test_a_body_that_does_not_flow_is_ended(started, issuer, recording):
    """It is judged over 30 seconds, which this test takes."""
    gateway = started(recording)
    kind, body = encoded()
    with gateway.connect() as connection:
        connection.sendall(head("POST", "/", [HOST, kind, length(body), token_credential(issuer.mint())]) + body[:100])
        answer = read_answer(connection)
    assert_refused(gateway, answer, 408, "body.too-slow")
    assert not recording.requests


def test_no_more_connections_are_served_than_may_be(started, recording):
    gateway = started(recording, limits={"connections": 2})
    held = [gateway.connect() for _ in range(2)]
    for connection in held:
        connection.sendall(head("POST", "/_/oidc/mint-token", [HOST, ("Content-Length", "100"), ("Expect", "100-continue")]))
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
    answer = request(gateway, "GET", "/_/oidc/audience", [])
    assert (answer.status, answer.json["reason"]) == (503, "gateway.overloaded")
    assert int(answer.value("Retry-After")) > 0
    held.pop().close()
    until(lambda: request(gateway, "GET", "/_/oidc/audience", []).status == 200, 10, "a free place")


def test_an_unknown_host_is_misdirected(started, issuer, recording):
    gateway = started(recording, registry={"host": "upload.example.com"})
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()))
    assert_refused(gateway, answer, 421, "route.unknown-host")
    assert not recording.requests


@pytest.mark.parametrize("trusted, expected", [("[]", "127.0.0.1"), ("[127.0.0.1/32]", "192.0.2.7"), ("[127.0.0.0/8, 192.0.2.7/32]", "203.0.113.9")])
def test_whose_forwarded_address_is_believed(started, issuer, recording, trusted, expected):
    gateway = started(recording, server={"trusted_proxies": trusted})
    forwarded = ("X-Forwarded-For", "203.0.113.9, 192.0.2.7")
    assert upload(gateway, Form.of(wheel(fresh_name())), forwarded, token_credential(issuer.mint())).status == 200
    assert gateway.audit(1)[0]["client.address"] == expected


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_is_of_a_version_that_is_safe(started, recording, authority):
    gateway = started(recording, tls=authority)
    context = ssl.create_default_context(cafile=authority.authority)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", gateway.port)) as plain, context.wrap_socket(plain, server_hostname="localhost") as secure:
        assert secure.version() == "TLSv1.3"
        assert secure.selected_alpn_protocol() == "h2"
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", gateway.port)) as plain, pytest.raises(OSError):
        context.wrap_socket(plain, server_hostname="localhost")
