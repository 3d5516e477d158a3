"""HTTP/2 in front: the same machine, with the same strictness."""

import subprocess

import pytest

from http2 import Client, connected, upload
from recording import read_nothing
from wire import Answer, token_credential

TEMPLATE = {"template": '"/{name}/{version}/{file}"'}
MEBIBYTE = 1 << 20
CANCEL, PROTOCOL_ERROR, NO_ERROR, REFUSED_STREAM, CALM = 8, 1, 0, 7, 11


def serving(started, registry, authority, /, **settings):
    settings["registry"] = {**TEMPLATE, **settings.get("registry", {})}
    return started(registry, tls=authority, protocol="generic", **settings)


def refused(gateway, answer: Answer, status: int, reason: str):
    """HTTP/2 has no reason phrase: the body says it, and the record."""
    assert (answer.status, answer.json["reason"]) == (status, reason), answer
    (record,) = gateway.audit(1)
    assert (record["outcome"], record["reason"], record["request.id"]) == ("refused", reason, answer.value("x-request-id"))


@pytest.mark.parametrize("sized", [True, False], ids=["with its length", "without"])
def test_a_file_is_published(started, issuer, recording, authority, sized):
    gateway = serving(started, recording, authority)
    answer = upload(gateway, "/acme-widgets/1.0/a.bin", b"bytes" * 1000, token_credential(issuer.mint()), sized=sized)
    assert (answer.status, answer.body) == (200, b"stored\n")
    assert all(name == name.lower() and name not in ("connection", "transfer-encoding") for name, _ in answer.fields)
    (request,) = recording.requests
    assert b"bytes" * 1000 in bytes(request.body).replace(b"\r\n", b"") or not sized
    assert gateway.audit(1)[0]["outcome"] == "published"


def test_curl_uploads(started, issuer, recording, authority, tmp_path):
    gateway = serving(started, recording, authority)
    file = tmp_path / "artifact"
    file.write_bytes(b"x" * MEBIBYTE)
    for name, arguments in {"a": ["-T", file], "b": ["-T", "-"], "c": ["-T", file, "-H", "Expect: 100-continue"]}.items():
        run = subprocess.run(
            ["curl", "-sS", "--http2", "--cacert", authority.authority, "--max-time", "60", "-w", "%{http_version} %{http_code}", "-H",
             f"Authorization: Bearer {issuer.mint()}", *arguments, f"{gateway.url}acme-widgets/1.0/{name}.bin"],
            input=file.read_bytes(), capture_output=True)
        assert run.stdout == b"stored\n2 200", run


def test_curl_hears_why_its_upload_is_refused(started, issuer, recording, authority, tmp_path):
    gateway = serving(started, recording, authority)
    file = tmp_path / "artifact"
    file.write_bytes(bytes(64 * MEBIBYTE))
    run = subprocess.run(
        ["curl", "-sS", "--http2", "--cacert", authority.authority, "--max-time", "60", "-w", " %{http_version} %{http_code}", "-H",
         f"Authorization: Bearer {issuer.mint()}", "-T", file, f"{gateway.url}other-package/1.0/a.bin"], capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout.endswith(" 2 403") and "scope.package-not-allowed" in run.stdout, run
    assert not recording.requests


def test_a_refused_upload_is_told_why_before_it_is_sent(started, issuer, recording, authority):
    gateway = serving(started, recording, authority)
    with Client(gateway, strict=True) as client:
        number = client.put("/other-package/1.0/a.bin", ("content-length", str(64 * MEBIBYTE)), token_credential(issuer.mint()))
        answer = client.answer(number)
        refused(gateway, answer, 403, "scope.package-not-allowed")
        client.receive()
        assert client.streams[number].reset in (None, NO_ERROR)
        assert client.answer(client.put("/_/oidc/audience", method="GET", end=True)).status == 200
    assert not recording.requests


def test_an_upload_with_trailers_is_published_without_them(started, issuer, recording, authority):
    gateway = serving(started, recording, authority)
    with Client(gateway, strict=True) as client:
        number = client.put("/acme-widgets/1.0/a.bin", token_credential(issuer.mint()))
        client.send(number, b"bytes", end=False)
        client.h2.send_headers(number, [("x-digest", "1")], end_stream=True)
        client.flush()
        assert client.answer(number).status == 200
    (request,) = recording.requests
    assert b"x-digest" not in request.head.lower() + bytes(request.body).lower()


WRONG = {
    "framing.malformed-pseudo-fields": [(":scheme", "http")],
    "framing.upper-case-field-name": [("X-A", "b")],
    "framing.whitespace-around-value": [("x", " y")],
    "framing.connection-field": [("transfer-encoding", "chunked")],
    "framing.host-disagrees": [("host", "victim.example")],
    "framing.length-disagrees": [("content-length", "0")],
    "framing.unknown-method": [(":method", "TRACE")],
}


@pytest.mark.parametrize("code, fields", WRONG.items(), ids=WRONG)
def test_a_wrong_head_is_refused_and_recorded_as_in_http_1(started_once, issuer, registry, authority, code, fields):
    gateway = serving(started_once, registry, authority)
    whole = {":method": "PUT", ":scheme": "https", ":authority": f"localhost:{gateway.port}", ":path": "/acme-widgets/1.0/a.bin"}
    with Client(gateway) as client:
        number = client.begin([*{**whole, **dict(fields)}.items(), token_credential_lower(issuer)])
        client.send(number, b"bytes")
        answer = client.answer(number)
        assert answer.json["reason"] == code and answer.status in (400, 501)
        assert client.answer(client.put("/_/oidc/audience", method="GET", end=True)).status == 200
    assert [record["reason"] for record in gateway.audit(1)] == [code]
    assert not registry.requests


def token_credential_lower(issuer) -> tuple[str, str]:
    name, value = token_credential(issuer.mint())
    return name.lower(), value


def test_a_body_of_another_length_than_announced_is_reset(started, issuer, recording, authority):
    gateway = serving(started, recording, authority)
    for length, content in (("50", b"hello"), ("4", b"hello")):
        with Client(gateway) as client:
            number = client.put("/acme-widgets/1.0/a.bin", ("content-length", length), token_credential(issuer.mint()))
            client.send(number, content)
            assert client.wait(number).reset == PROTOCOL_ERROR
    assert [record["reason"] for record in gateway.audit(2)] == ["body.incomplete"] * 2
    assert not any(request.complete for request in recording.requests)


@pytest.mark.parametrize("where", ["server", "registry"])
def test_a_registry_that_refuses_http_2_is_not_offered_in_it(started, recording, authority, where):
    gateway = serving(started, recording, authority, **{where: {"http2": "refuse"}})
    with connected(gateway, "h2", "http/1.1") as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"


def test_a_request_in_http_2_for_a_registry_that_refuses_it_is_misdirected(started, issuer, recording, authority):
    gateway = serving(
        started, recording, authority, server={"http2": "refuse"}, registry={"host": "localhost", "http2": "allow"}, elsewhere="acme-widgets")
    with Client(gateway) as client:
        client.authority = f"elsewhere.example.com:{gateway.port}"
        number = client.put("/legacy/", ("content-length", "5"), token_credential(issuer.mint()), method="POST")
        client.send(number, b"bytes")
        refused(gateway, client.answer(number), 421, "route.http2-refused")
    with connected(gateway, "h2", "http/1.1", name="elsewhere.example.com") as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"


def test_prior_knowledge_is_not_offered_in_plain_text(started, recording):
    gateway = started(recording)
    with gateway.connect() as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 501 ")


def test_a_hundred_streams_are_served_at_once(started, issuer, recording, authority):
    gateway = serving(started, recording, authority)
    with Client(gateway, strict=True) as client:
        for wave in range(3):
            token = token_credential(issuer.mint())
            numbers = [client.put(f"/acme-widgets/{wave}.0/{index}.bin", ("content-length", "5"), token) for index in range(100)]
            for number in numbers:
                client.send(number, b"bytes")
            assert [client.answer(number).status for number in numbers] == [200] * 100
    gateway.audit(300)


def test_a_large_upload_is_held_back_by_its_registry(started, issuer, recording, authority):
    """What the registry does not take is not read from the client: its windows close."""
    gateway = serving(started, recording, authority)
    recording.behaviour = read_nothing
    with Client(gateway, strict=True) as client:
        number = client.put("/acme-widgets/1.0/a.bin", ("content-length", str(256 * MEBIBYTE)), token_credential(issuer.mint()))
        sent = 0
        client.socket.settimeout(2)
        try:
            while sent < 256 * MEBIBYTE:
                client.send(number, bytes(64 << 10), end=False)
                sent += 64 << 10
        except TimeoutError:
            pass
        assert 256 << 10 <= sent < 64 * MEBIBYTE
        assert gateway.peak_memory() < 256 * MEBIBYTE
