"""What a hostile or a broken registry could answer, and what of a request it gets to see."""

import base64
import json
import random
import re
import subprocess
import threading

import pytest

from clients import Publishing, client
from packages import fresh_name, wheel
from ports import until
from recording import RecordingRegistry, accept, answering, close, early, echo_credential, only_uploads, surplus
from test_refusals import assert_refused
from wire import Form, head, read_answer, request, token_credential, upload

PASSWORD = "svc-not-a-real-secret"
ENCODED = base64.b64encode(f"svc:{PASSWORD}".encode()).decode()


def form() -> Form:
    return Form.of(wheel(fresh_name()))


def raw(data: bytes):
    """Reads all, then says exactly these bytes and closes."""

    def behave(exchange):
        exchange.read_body()
        exchange.connection.sendall(data)
        exchange.is_last = True

    return behave


def pieces(*data: bytes):
    """The same in pieces that no reader gets at once."""

    def behave(exchange):
        exchange.read_body()
        for piece in data:
            exchange.connection.sendall(piece)
            threading.Event().wait(0.02)
        exchange.is_last = True

    return behave


OK = b"HTTP/1.1 200 OK\r\n"
FAILURES = {
    "401": ("upstream.credential-refused", answering("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="x"')),
    "407": ("upstream.credential-refused", answering("407 Proxy Authentication Required")),
    "a redirect": ("upstream.redirected", answering("302 Found", b"", "Location: https://elsewhere.example.com/")),
    "a redirect of the method": ("upstream.redirected", answering("308 Permanent Redirect", b"", "Location: /x")),
    "gzip": ("upstream.encoded-answer", answering("200 OK", b"\x1f\x8b", "Content-Encoding: gzip")),
    "2 MiB": ("upstream.answer-too-large", answering("200 OK", b"x" * (2 << 20))),
    "2 MiB until the end": ("upstream.answer-too-large", raw(OK + b"\r\n" + b"x" * (2 << 20))),
    "nothing": ("upstream.closed", close),
    "half a head": ("upstream.closed", raw(OK + b"Content-Le")),
    "half a body": ("upstream.closed", raw(OK + b"Content-Length: 10\r\n\r\nhalf")),
    "half a chunk": ("upstream.closed", raw(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nha")),
    "two lengths": ("upstream.malformed-answer", raw(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc")),
    "a length and chunks": ("upstream.malformed-answer", raw(OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
    "a folded field": ("upstream.malformed-answer", raw(OK + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n")),
    "bare line feeds": ("upstream.malformed-answer", raw(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n")),
    "another protocol": ("upstream.malformed-answer", raw(b"SSH-2.0-server\r\n\r\n")),
    "HTTP/2": ("upstream.malformed-answer", raw(b"HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n")),
    "a status of two digits": ("upstream.malformed-answer", raw(b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")),
    "a switch of protocols": ("upstream.malformed-answer", raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")),
    "a chunk size of text": ("upstream.malformed-answer", raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")),
    "endless fields": ("upstream.malformed-answer", raw(OK + b"X-Pad: x\r\n" * 100_000)),
    "the password": ("upstream.credential-echoed", answering("400 Bad Request", f"you said {PASSWORD}".encode())),
    "the whole credential": ("upstream.credential-echoed", answering("400 Bad Request", f"Basic {ENCODED}".encode())),
    "the password in JSON": ("upstream.credential-echoed", answering("400 Bad Request", ("\\u0073" + PASSWORD[1:]).encode())),
    "the password, percent-encoded": ("upstream.credential-echoed", answering("400 Bad Request", PASSWORD.replace("-", "%2D").encode())),
    "the password in the reason": ("upstream.credential-echoed", answering(f"400 {PASSWORD}")),
    "the password in a field": ("upstream.credential-echoed", answering("400 Bad Request", b"", f"X-Debug: {PASSWORD}")),
    "the password in two chunks": (
        "upstream.credential-echoed",
        pieces(b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n", b"b\r\nsvc-not-a-r\r\n", b"a\r\neal-secret\r\n", b"0\r\n\r\n")),
    "the request's head": ("upstream.credential-echoed", echo_credential),
}


def test_an_upload_that_was_taken_stays_taken_where_the_answer_holds_the_password(started, issuer, recording):
    recording.behaviour = answering("200 OK", f"stored for {PASSWORD}".encode(), f"X-Debug: {PASSWORD}", f"ETag: {PASSWORD}")
    gateway = started(recording)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert answer.status == 200 and b"not passed on" in answer.body
    assert PASSWORD not in str(answer)
    assert gateway.audit(1)[0]["outcome"] == "published"


def test_a_word_of_a_weak_password_costs_a_refusal_its_text_and_nothing_else(started, issuer, recording):
    weak = "filename-release"
    recording.password = weak
    fields = ("Content-Type: text/plain", 'ETag: "filename-rel"', "Cache-Control: no-store")
    recording.behaviour = answering("400 Bad filename-release", b"the filename is wrong", *fields)
    gateway = started(recording)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert (answer.status, answer.json["reason"]) == (502, "upstream.credential-echoed"), "all of it stands in the reason"
    recording.behaviour = answering("400 Bad filename-", b"the filename-r is wrong", *fields)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert (answer.status, answer.reason) == (400, ""), answer
    assert answer.body == b"The registry refused this with status 400. Its explanation can't be passed on.\n"
    assert (answer.value("ETag"), answer.value("Content-Type")) == (None, "text/plain; charset=utf-8")
    assert [record["reason"] for record in gateway.audit(2)] == ["upstream.credential-echoed", "upstream.refused"]


LATIN = {
    "its bytes": "grün-ist-blau".encode("latin-1"),
    "escapes": rb"gr\xfcn-ist-blau",
    "what it took them for": "grün-ist-blau".encode().decode("latin-1").encode(),
}


@pytest.mark.parametrize("case", LATIN)
@pytest.mark.parametrize("status", ["400 Bad Request", "200 OK"])
def test_a_password_that_a_registry_writes_in_latin_1_stays_here(started, issuer, recording, case, status):
    recording.password = "grün-ist-blau"
    recording.behaviour = answering(status, b"you said " + LATIN[case], "Content-Type: text/plain; charset=iso-8859-1")
    gateway = started(recording)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert LATIN[case] not in answer.body
    assert answer.status == (200 if status.startswith("200") else 502), answer


def test_the_registrys_address_stays_here_and_its_reason_passes(started, issuer, recording):
    place = f"127.0.0.1:{recording.port}"
    body = f"no such field, see http://{place}/help or {place}".encode()
    recording.behaviour = answering(f"400 ask {place}", body, "Content-Type: text/plain", f'ETag: "{place}"')
    answer = upload(started(recording), form(), token_credential(issuer.mint()))
    assert (answer.status, answer.reason) == (400, "ask [registry]"), answer
    assert answer.body == b"no such field, see http://[registry]/help or [registry]"
    assert str(recording.port) not in str(answer)


# "It is there already", as registries say it
EXISTING = {
    "pypiserver": ("409 Conflict", b"<!DOCTYPE HTML><h1>Error: 409 Conflict</h1><pre>Cannot upload it since it already exists! </pre>", "text/html"),
    "devpi": ("409 acme_widgets-1.0.0.tar.gz already exists in non-volatile index", b"", "text/html"),
    "PyPI": ("400 File already exists ('f', with blake2_256 hash '0').", b"<html>400</html>", "text/html"),
    "Nexus": ("400 Repository does not allow updating assets: pypi-internal", b"", "text/html"),
    "Artifactory": ("403 Forbidden", b'{"errors":[{"message":"Not enough permissions to overwrite artifact \'f\'"}]}', "application/json"),
}


@pytest.mark.parametrize("case", EXISTING)
def test_a_file_that_is_there_already_is_told_in_one_sentence(started, issuer, recording, case):
    status, body, kind = EXISTING[case]
    recording.behaviour = answering(status, body, f"Content-Type: {kind}")
    gateway = started(recording)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert_refused(gateway, answer, int(status[:3]), "upstream.conflict")
    # By these words, or by 409, twine's --skip-existing goes on.
    for said in (answer.reason, answer.json["message"]):
        assert "already exists" in said and "overwrite artifact" in said, said
    assert len(recording.requests) == 1, "nothing is asked about the credential"


def test_twine_sees_that_a_file_is_there_and_can_skip_it(started, issuer, pypiserver, tmp_path):
    gateway = started(pypiserver)
    publishing = Publishing(gateway, issuer, tmp_path / "project", fresh_name(), {})
    built = publishing.built()
    words = ["twine", "upload", "--non-interactive", "--disable-progress-bar", "--repository-url", gateway.url, "-u", "__token__"]
    assert publishing.run([*words, "-p", publishing.token, *publishing.files], built).status == 0
    run = publishing.run([*words, "-p", publishing.token, *publishing.files], built)
    assert run.status != 0 and "the file already exists in the registry" in run.seen and "upstream.conflict" in run.seen, run.seen
    assert str(pypiserver.port) not in run.seen
    # twine 7 takes --skip-existing for no URL but PyPI's: its function that decides is asked, for each status of a conflict that it knows.
    answer = upload(gateway, Form.of(built[0]), token_credential(issuer.mint()))
    decide = "import sys; from types import SimpleNamespace as N; from twine.commands.upload import skip_upload as skips; " \
        "sys.exit(not skips(N(status_code=int(sys.argv[1]), reason=sys.argv[2], text=sys.argv[3]), True, None))"
    for status in ("409", "400"):
        asked = [client("twine").parent / "python", "-c", decide, status, answer.reason, answer.body.decode()]
        assert subprocess.run(asked).returncode == 0, status


# Whose fault a 403 is


def test_a_403_to_the_file_passes_and_one_to_the_credential_does_not(started, issuer, recording):
    refused = answering("403 Forbidden", b"not this file", "Content-Type: text/plain")
    recording.behaviour = only_uploads(refused)
    gateway = started(recording)

    def send():
        return upload(gateway, form(), token_credential(issuer.mint()))

    def standing():
        return json.loads(gateway.admin("/ready")[1])["credentials"]

    answer = send()
    assert (answer.status, answer.body, standing()) == (403, b"not this file", {"python": "accepted"})
    assert len(recording.requests) == 2 and b"file_upload" in recording.requests[1].body and b"content" not in recording.requests[1].body
    assert recording.requests[1].values("Authorization") == [recording.authorization]
    # Once a minute at most.
    assert (send().status, len(recording.requests)) == (403, 3)
    assert [record["reason"] for record in gateway.audit(2)] == ["upstream.refused"] * 2


def test_a_credential_that_the_registry_refuses_is_told_apart_from_a_refused_file(started, issuer, recording):
    recording.behaviour = only_uploads(answering("403 Forbidden", b"no"), probe="403 Forbidden")
    gateway = started(recording)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert_refused(gateway, answer, 502, "upstream.credential-refused")
    assert gateway.audit(1)[0]["upstream.status"] == 403
    status, ready = gateway.admin("/ready")
    assert (status, json.loads(ready)["credentials"]) == (200, {"python": "refused"})
    [line] = gateway.told("credential.refused")
    assert (line["registry"], line["status"]) == ("python", "403")
    assert re.search(r'imprimatur_publishes_total\{.*reason="upstream.credential-refused"\} 1$', gateway.admin("/metrics")[1], re.M)
    # The answer of the probe holds for a minute, unless the registry takes something meanwhile.
    assert upload(gateway, form(), token_credential(issuer.mint())).json["reason"] == "upstream.credential-refused"
    assert len(recording.requests) == 3
    recording.behaviour = accept
    assert upload(gateway, form(), token_credential(issuer.mint())).status == 200
    assert json.loads(gateway.admin("/ready")[1])["credentials"] == {"python": "accepted"}
    gateway.told("credential.accepted")


def test_a_dead_credential_of_a_real_index_is_seen(started, issuer, pypiserver):
    gateway = started(pypiserver, password="no-longer-the-password")
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert_refused(gateway, answer, 502, "upstream.credential-refused")
    assert json.loads(gateway.admin("/ready")[1])["credentials"] == {"python": "refused"}


@pytest.mark.parametrize("case", FAILURES)
def test_an_answer_that_may_not_be_passed_on_is_a_502(started, issuer, recording, case):
    reason, recording.behaviour = FAILURES[case]
    gateway = started(recording)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert (answer.status, answer.json["reason"]) == (502, reason), answer
    [record] = gateway.audit(1)
    assert (record["outcome"], record["reason"], record["granted"]) == ("failed", reason, True), record
    said = str(gateway.lines) + str(answer) + (gateway.directory / "stderr").read_text()
    assert PASSWORD not in said and ENCODED not in said
    # Nobody knows what the connection holds: the next upload has one of its own.
    recording.behaviour = accept
    assert upload(gateway, form(), token_credential(issuer.mint())).status == 200
    assert recording.connections == 2


PASSED = {
    "an interim answer before it": (200, raw(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK + b"Content-Length: 6\r\n\r\nstored")),
    "chunks": (200, raw(OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nsto\r\n3\r\nred\r\n0\r\n\r\n")),
    "until the end": (200, raw(OK + b"\r\nstored")),
    "HTTP/1.0": (200, raw(b"HTTP/1.0 200 OK\r\n\r\nstored")),
    "byte by byte": (200, pieces(*[bytes([byte]) for byte in OK + b"Content-Length: 6\r\n\r\nstored"])),
    "no reason": (409, raw(b"HTTP/1.1 409 \r\nContent-Length: 6\r\n\r\nstored")),
}


@pytest.mark.parametrize("case", PASSED)
def test_an_unusual_answer_is_passed_on(started, issuer, recording, case):
    status, recording.behaviour = PASSED[case]
    gateway = started(recording)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert (answer.status, answer.body) == (status, b"stored"), answer


def interim_while_reading(exchange):
    """Says twice that it is still there, while the body comes."""
    for size in (1 << 20, 8 << 20):
        exchange.read_body(at_most=size)
        exchange.connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
    exchange.read_body()
    exchange.answer("200 OK", b"stored")


@pytest.mark.parametrize("protocol", ["pypi", "generic"])
def test_an_interim_answer_does_not_end_the_sending(started, issuer, recording, protocol):
    recording.behaviour = interim_while_reading
    if protocol == "pypi":
        answer = upload(started(recording), Form.of(wheel(fresh_name(), padding=24 << 20)), token_credential(issuer.mint()))
    else:
        gateway = started(recording, protocol="generic", registry={"template": '"/{name}/{version}/{file}"'})
        content = random.Random(7).randbytes(24 << 20)
        fields = [("Content-Length", str(len(content))), token_credential(issuer.mint())]
        answer = request(gateway, "PUT", f"/{fresh_name()}/1.0/content.bin", fields, content)
    assert (answer.status, answer.body) == (200, b"stored"), answer
    assert recording.requests[-1].complete and len(recording.requests) == 1


UNREAD = {
    "HTML": (b"<p>No.</p>", "text/html; charset=utf-8"),
    "HTML of another name": (b"\n<!DOCTYPE html><p>No.</p>", "text/plain"),
    "another charset": (b"No.", "text/plain; charset=utf-16"),
    "UTF-16": ("No.".encode("utf-16"), "text/plain"),
    "UTF-16 of ASCII, without a mark": ("No.".encode("utf-16-le"), "text/plain; charset=utf-8"),
    "Latin-1": ("Nö.".encode("latin-1"), "text/plain; charset=ISO-8859-1"),
}


@pytest.mark.parametrize("case", UNREAD)
def test_an_explanation_that_is_no_plain_text_is_replaced(started, issuer, recording, case):
    body, kind = UNREAD[case]
    recording.behaviour = answering("409 Conflict", body, f"Content-Type: {kind}")
    gateway = started(recording)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert (answer.status, answer.value("Content-Type")) == (409, "text/plain; charset=utf-8"), answer
    assert answer.body.startswith(b"The registry refused this with status 409."), answer


def test_an_explanation_in_another_language_is_passed_on(started, issuer, recording):
    body = "Gibt’s schon: größer".encode()
    recording.behaviour = answering("409 Conflict", body, "Content-Type: text/plain; charset=UTF-8")
    answer = upload(started(recording), form(), token_credential(issuer.mint()))
    assert (answer.status, answer.body) == (409, body)


def test_of_an_answers_head_only_what_is_for_the_client_is_passed_on(started, issuer, recording):
    fields = ["Content-Type: text/plain", "ETag: \"x\"", "Set-Cookie: session=x", "WWW-Authenticate: Basic", "Server: x", "X-Powered-By: x",
              "Connection: keep-alive", "Strict-Transport-Security: max-age=1", "X-Request-Id: theirs"]
    recording.behaviour = answering("200 OK", b"stored", *fields)
    gateway = started(recording)
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert {name.lower() for name, _ in answer.fields} == {"content-type", "etag", "content-length", "x-request-id"}
    assert answer.value("X-Request-Id") != "theirs"


def test_a_refusal_before_the_body_was_read_is_passed_on(started, issuer, recording):
    recording.behaviour = early("413 Content Too Large", b"too large for this registry")
    gateway = started(recording)
    answer = upload(gateway, Form.of(wheel(fresh_name(), padding=16 << 20)), token_credential(issuer.mint()))
    assert (answer.status, answer.body) == (413, b"too large for this registry")
    assert gateway.audit(1)[0]["reason"] == "upstream.refused"


def test_a_success_before_the_body_was_read_is_none(started, issuer, recording):
    recording.behaviour = early("200 OK", b"stored")
    gateway = started(recording)
    answer = upload(gateway, Form.of(wheel(fresh_name(), padding=16 << 20)), token_credential(issuer.mint()))
    assert_refused(gateway, answer, 502, "upstream.early-success")


def test_what_follows_an_answer_never_becomes_the_next_one(started, issuer, recording):
    gateway = started(recording)
    recording.behaviour = surplus
    first = upload(gateway, form(), token_credential(issuer.mint()))
    recording.behaviour = answering("409 Conflict", b"there already")
    second = upload(gateway, form(), token_credential(issuer.mint()))
    assert (first.body, second.body) == (b"stored\n", b"there already")
    assert recording.connections == 2


def test_what_comes_while_a_connection_idles_ends_it_and_the_keeping(started, issuer, recording):
    gateway = started(recording)
    answered, ended = threading.Event(), threading.Event()

    def late(exchange):
        accept(exchange)
        answered.wait(20)
        exchange.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
        try:
            exchange.hold()
        finally:
            ended.set()

    recording.behaviour = late
    upload(gateway, form(), token_credential(issuer.mint()))
    answered.set()
    assert ended.wait(20)
    recording.behaviour = accept
    for connections in (2, 3, 4):
        assert upload(gateway, form(), token_credential(issuer.mint())).body == b"stored\n"
        assert recording.connections == connections


def test_a_connection_is_kept_and_a_stale_one_replaced_once(started, issuer, recording):
    gateway = started(recording)

    def die_unanswered(exchange):
        recording.behaviour = accept
        close(exchange)

    # One client's connection stays on one thread of the gateway's, which keeps the registry's connections for itself.
    with gateway.connect() as client:

        def send():
            kind, body = form().encoded()
            fields = [("Host", "localhost"), ("Content-Type", kind), ("Content-Length", str(len(body))), token_credential(issuer.mint())]
            client.sendall(head("POST", "/", fields) + body)
            return read_answer(client)

        assert [send().status for _ in range(3)] == [200] * 3
        assert recording.connections == 1
        recording.behaviour = die_unanswered
        assert send().status == 200
        assert (recording.connections, len(recording.requests)) == (2, 5)

        # Where the new one dies as well, nothing is tried any more.
        recording.behaviour = close
        assert send().json["reason"] == "upstream.closed"
        assert (recording.connections, len(recording.requests)) == (3, 7)
    assert [record["outcome"] for record in gateway.audit(5)] == ["published"] * 4 + ["failed"]


def test_a_registry_sees_nothing_of_the_clients_head(started, issuer, recording):
    gateway = started(recording)
    fields = [("Cookie", "session=x"), ("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1"), ("X-Api-Key", "x"), ("TE", "trailers"),
              ("Proxy-Authorization", "Basic eA=="), ("X-Original-URL", "/admin"), ("Accept-Encoding", "gzip"), ("User-Agent", "a-client/1.0")]
    token = issuer.mint()
    assert upload(gateway, form(), *fields, token_credential(token)).status == 200
    [sent] = recording.requests
    names = {line.split(b":")[0].decode().lower() for line in sent.head.split(b"\r\n")[1:]}
    allowed = {"host", "content-type", "content-length", "authorization", "user-agent", "accept", "accept-encoding", "connection",
               "x-request-id", "via"}
    assert names <= allowed, names
    assert sent.values("Authorization") == [recording.authorization]
    assert sent.values("Accept-Encoding") in ([], ["identity"])
    assert token.encode() not in sent.head + sent.body


@pytest.mark.parametrize("configured", ["drop", "pass"])
def test_attestations_are_dropped_or_passed_as_configured(started, issuer, recording, configured):
    gateway = started(recording, registry={"attestations": configured})
    attested = form()
    attested.fields.append(("attestations", '[{"version":1}]'))
    assert upload(gateway, attested, token_credential(issuer.mint())).status == 200
    assert (b'name="attestations"' in recording.requests[0].body) == (configured == "pass")


def test_a_credential_that_changes_is_used_from_then_on(started, issuer, recording):
    gateway = started(recording)
    assert upload(gateway, form(), token_credential(issuer.mint())).status == 200
    gateway.secret.write_text("another-registry-password\n")
    assert upload(gateway, form(), token_credential(issuer.mint())).status == 200
    used = [base64.b64decode(sent.values("Authorization")[0].removeprefix("Basic ")) for sent in recording.requests]
    assert used == [f"svc:{PASSWORD}".encode(), b"svc:another-registry-password"]
    gateway.told("credential.rotated")


def test_a_credential_that_can_not_be_read_refuses(started, issuer, recording):
    gateway = started(recording)
    gateway.secret.unlink()
    answer = upload(gateway, form(), token_credential(issuer.mint()))
    assert (answer.status, answer.json["reason"]) == (503, "upstream.credential-unreadable")
    assert not recording.requests
    gateway.secret.write_text(PASSWORD)
    assert upload(gateway, form(), token_credential(issuer.mint())).status == 200


def test_a_registry_behind_a_socket_of_this_machine(started, issuer, tmp_path):
    """A short and a long body, an early answer, a read, and no registry at all."""
    path = tmp_path / "registry.sock"
    registry = RecordingRegistry(path=path)
    gateway = started(registry)
    for padding in (0, 4 << 20):
        distribution = wheel(fresh_name(), padding=padding)
        assert upload(gateway, Form.of(distribution), token_credential(issuer.mint())).status == 200
        assert distribution.content in registry.requests[-1].body
    assert {recorded.values("Host")[0] for recorded in registry.requests} == {"localhost"}
    assert registry.requests[0].values("Authorization") == [registry.authorization]
    assert request(gateway, "GET", "/simple/", []).status == 200
    registry.behaviour = early("413 Content Too Large", b"too large")
    assert upload(gateway, Form.of(wheel(fresh_name(), padding=4 << 20)), token_credential(issuer.mint())).status == 413
    registry.close()
    path.unlink()
    answer = upload(started(registry), Form.of(wheel(fresh_name())), token_credential(issuer.mint()))
    assert (answer.status, answer.json["reason"]) == (502, "upstream.unreachable")
