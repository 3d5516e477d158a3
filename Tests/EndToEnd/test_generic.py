"""Files at paths: a real curl through the gateway into nginx's WebDAV, streamed and never spooled."""

import hashlib
import os
import socket
import subprocess
import threading

import pytest

from packages import fresh_name
from ports import until
from recording import answering
from test_refusals import assert_refused
from wire import head, post_json, read_answer, request, token_credential

TEMPLATE = {"template": '"/{name}/{version}/{file}"'}
MEBIBYTE = 1 << 20


def generic(started, registry, /, **settings):
    settings["registry"] = {**TEMPLATE, **settings.get("registry", {})}
    return started(registry, protocol="generic", **settings)


def test_files_are_published_by_exchange_only_where_that_is_so_configured(started, issuer, recording):
    gateway = generic(started, recording, registry={"direct": "refuse"})
    token = issuer.mint()
    answer = put(gateway, "/acme-widgets/1.0/a.bin", b"bytes", token_credential(token))
    assert_refused(gateway, answer, 403, "credential.direct-token-refused")
    exchanged = post_json(gateway, "/_/oidc/mint-token", {"token": token}).json["token"]
    for name in ("a.bin", "b.bin"):
        assert put(gateway, f"/acme-widgets/1.0/{name}", b"bytes", token_credential(exchanged)).status == 200
    assert put(gateway, "/acme-widgets/2.0/a.bin", b"bytes", token_credential(exchanged)).json["reason"] == "state.other-version"


def curl(gateway, path: str, token: str, *arguments: str, **streams) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["curl", "-sS", "--max-time", "120", "-H", f"Authorization: Bearer {token}", *arguments, f"{gateway.url}{path}"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **streams)


def put(gateway, path: str, content: bytes, *fields: tuple[str, str]):
    return request(gateway, "PUT", path, [("Content-Length", str(len(content))), *fields], content)


def sha256(path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(MEBIBYTE):
            digest.update(piece)
    return digest.hexdigest()


SENT = {
    "with its length": ["-T", "artifact"],
    "in chunks": ["-T", "-"],
    "when it is asked for it": ["-T", "artifact", "-H", "Expect: 100-continue", "--expect100-timeout", "30"],
    "by HTTP/1.0": ["--http1.0", "-T", "artifact"],
    "by POST": ["--data-binary", "@artifact"],
}


@pytest.mark.parametrize("way", SENT)
def test_curl_publishes_a_file(started, issuer, nginx, recording, tmp_path, way):
    # nginx's WebDAV knows no POST.
    registry = recording if way == "by POST" else nginx
    gateway = generic(started, registry)
    name = fresh_name()
    content = os.urandom(3 * MEBIBYTE + 7)
    (tmp_path / "artifact").write_bytes(content)
    with open(tmp_path / "artifact", "rb") as artifact:
        run = curl(gateway, f"{name}/1.0/artifact.bin", issuer.mint(), "-w", "%{http_code}", *SENT[way], stdin=artifact, cwd=tmp_path)
    assert run.stdout[-3:] in (b"201", b"200"), run.stdout
    if registry is nginx:
        assert (nginx.files / name / "1.0" / "artifact.bin").read_bytes() == content
    [record] = gateway.audit(1)
    assert (record["outcome"], record["package.name"], record["package.version"]) == ("published", name, "1.0")
    assert (record["artifact.filename"], record["artifact.size"]) == ("artifact.bin", len(content))
    assert record["artifact.hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert record["http.request.body.size"] == len(content)


@pytest.mark.parametrize("way", ["with its length", "in chunks"])
def test_a_gibibyte_takes_no_memory(started, issuer, nginx, tmp_path, way):
    gateway = generic(started, nginx)
    name = fresh_name()
    with open(tmp_path / "artifact", "wb") as artifact:
        artifact.write(os.urandom(MEBIBYTE))
        artifact.truncate(1 << 30)
    small = curl(gateway, f"{name}/1.0/small.bin", issuer.mint(), "-T", "-", input=b"x" * 4096)
    assert small.returncode == 0
    before = gateway.peak_memory()
    with open(tmp_path / "artifact", "rb") as artifact:
        run = curl(gateway, f"{name}/1.0/artifact.bin", issuer.mint(), "-w", "%{http_code}", *SENT[way], stdin=artifact, cwd=tmp_path)
    assert run.stdout[-3:] == b"201", run.stdout
    grown = gateway.peak_memory() - before
    stored = nginx.files / name / "1.0" / "artifact.bin"
    record = gateway.audit(2)[1]
    assert record["artifact.size"] == 1 << 30
    assert record["artifact.hash"] == f"sha256:{sha256(stored)}" == f"sha256:{sha256(tmp_path / 'artifact')}"
    stored.unlink()
    assert grown < 32 * MEBIBYTE, grown


def test_one_token_sends_a_file_again_only_with_the_same_bytes(started, issuer, recording):
    gateway = generic(started, recording)
    path, credential = f"/{fresh_name()}/1.0/a.bin", token_credential(issuer.mint())
    assert put(gateway, path, b"first", credential).status == 200
    assert put(gateway, path, b"first", credential).status == 200
    other = put(gateway, path, b"other", credential)
    assert (other.status, other.json["reason"]) == (403, "state.other-bytes")
    assert put(gateway, path.replace("a.bin", "b.bin"), b"other", credential).status == 200
    version = put(gateway, path.replace("1.0", "1.1"), b"first", credential)
    assert (version.status, version.json["reason"]) == (403, "state.other-version")
    assert [bytes(sent.body) for sent in recording.requests] == [b"first", b"first", b"other"]


def test_without_a_digest_one_token_sends_a_file_once(started, issuer, recording):
    gateway = generic(started, recording, registry={"digest": "none"})
    path, credential = f"/{fresh_name()}/1.0/a.bin", token_credential(issuer.mint())
    assert put(gateway, path, b"first", credential).status == 200
    again = put(gateway, path, b"first", credential)
    assert (again.status, again.json["reason"]) == (403, "state.already-sent")
    assert "artifact.hash" not in gateway.audit(2)[0]
    assert len(recording.requests) == 1


def test_what_the_registry_refused_may_be_sent_again(started, issuer, recording):
    gateway = generic(started, recording)
    path, credential = f"/{fresh_name()}/1.0/a.bin", token_credential(issuer.mint())
    recording.behaviour = answering("507 Insufficient Storage")
    assert put(gateway, path, b"first", credential).status == 507
    recording.behaviour = answering("201 Created")
    assert put(gateway, path, b"first", credential).status == 201


def test_of_two_at_once_one_waits(started, issuer, recording):
    gateway = generic(started, recording)
    path, credential = f"/{fresh_name()}/1.0/a.bin", token_credential(issuer.mint())
    fields = [("Host", "localhost"), ("Content-Length", "10"), credential]
    with gateway.connect() as first:
        first.sendall(head("PUT", path, fields) + b"01234")
        until(lambda: recording.requests and bytes(recording.requests[0].body) == b"01234", 10, "the first half at the registry")
        second = put(gateway, path, b"0123456789", credential)
        assert_refused(gateway, second, 503, "state.in-flight")
        assert int(second.value("Retry-After")) > 0
        first.sendall(b"56789")
        assert read_answer(first).status == 200
    assert len(recording.requests) == 1


def test_out_of_scope_is_refused_before_the_body_is_asked_for(started, issuer, recording):
    gateway = generic(started, recording)
    fields = [("Host", "localhost"), ("Content-Length", "1000000"), ("Expect", "100-continue"), token_credential(issuer.mint())]
    with gateway.connect() as connection:
        connection.sendall(head("PUT", f"/{fresh_name('stranger')}/1.0/a.bin", fields))
        first = connection.recv(12)
        assert first == b"HTTP/1.1 403"
    gateway.audit(1)
    assert not recording.requests


def test_a_client_is_asked_for_its_credential(started, recording):
    gateway = generic(started, recording)
    answer = put(gateway, f"/{fresh_name()}/1.0/a.bin", b"x")
    assert answer.status in (401, 403)
    assert answer.json["reason"] == "credential.missing"
    assert (answer.status == 401) == (answer.value("WWW-Authenticate") is not None)
    assert not recording.requests


def test_a_client_that_goes_away_has_published_nothing(started, issuer, recording):
    gateway = generic(started, recording)
    path, credential = f"/{fresh_name()}/1.0/a.bin", token_credential(issuer.mint())
    with gateway.connect() as connection:
        connection.sendall(head("PUT", path, [("Host", "localhost"), ("Content-Length", "10"), credential]) + b"01234")
        until(lambda: recording.requests, 10, "the registry to see the upload")
        connection.shutdown(socket.SHUT_WR)
    [record] = gateway.audit(1)
    assert (record["outcome"], record["reason"]) == ("aborted", "body.incomplete"), record
    assert not recording.requests[0].complete


def test_what_reaches_the_registry_is_the_form_that_was_decided_on(started, issuer, recording):
    gateway = generic(started, recording)
    name = fresh_name()
    escaped = "".join(f"%{ord(letter):02x}" for letter in name)
    for file, forwarded in (
        ("%66ile%2Ebin%7E", "file.bin~"), ("a%2Db%5f%30", "a-b_0"), ("%C3%A9%2b%20", "%C3%A9%2b%20"), ("..%2ea", "...a"), ("%EF%BC%8Eb", "%EF%BC%8Eb"),
    ):
        assert put(gateway, f"/{escaped}/%31.0/{file}", b"x", token_credential(issuer.mint())).status == 200
        assert recording.requests[-1].line == f"PUT /{name}/1.0/{forwarded} HTTP/1.1"
        assert request(gateway, "GET", f"/{escaped}/%31.0/{file}", []).status == 200
        assert recording.requests[-1].line == f"GET /{name}/1.0/{forwarded} HTTP/1.1"
    records = gateway.audit(5)
    assert {(record["package.name"], record["package.version"]) for record in records} == {(name, "1.0")}
    assert [record["artifact.filename"] for record in records] == ["file.bin~", "a-b_0", "\u00e9+ ", "...a", "\uff0eb"]
    # Nothing is decided about a name that only looks allowed, in whatever form it comes.
    answer = put(gateway, "/%73tranger/1.0/a", b"x", token_credential(issuer.mint()))
    assert answer.json["reason"] == "scope.package-not-allowed"


NAMES = {
    "a parent": (400, "route.path-dot-segment", "/{name}/../1.0/a.bin"),
    "an encoded parent": (400, "route.path-dot-segment", "/{name}/%2e%2e/1.0/a.bin"),
    "an encoded slash": (400, "route.path-encoded-delimiter", "/{name}/1.0/..%2fa.bin"),
    "an encoded backslash": (400, "route.path-encoded-delimiter", "/{name}/1.0/a%5cb.bin"),
    "an escape escaped": (400, "route.path-encoded-delimiter", "/{name}/1.0/%252e%252e"),
    "two slashes": (400, "route.path-empty-segment", "/{name}//1.0/a.bin"),
    "a NUL": (400, "route.path-encoded-control", "/{name}/1.0/a%00.bin"),
    "a line end": (400, "route.path-encoded-control", "/{name}/1.0/a%0d%0a.bin"),
    "half an escape": (400, "route.path-malformed-escape", "/{name}/1.0/a%2"),
    "an overlong slash": (400, "route.path-malformed-utf8", "/{name}/1.0/..%c0%afa.bin"),
    "two dots in one character": (400, "route.path-compatibility-form", "/{name}/%E2%80%A5/a.bin"),
    "two full-width dots": (400, "route.path-compatibility-form", "/{name}/1.0/%EF%BC%8E%EF%BC%8E"),
    "a full-width slash": (400, "route.path-compatibility-form", "/{name}/1.0/..%EF%BC%8Fa.bin"),
    "a full-width backslash": (400, "route.path-compatibility-form", "/{name}%EF%BC%BCevil/1.0/a.bin"),
    "a semicolon": (400, "route.path-forbidden-byte", "/{name}/1.0/a.bin;x=y"),
    "one segment more": (404, "route.upload-elsewhere", "/{name}/1.0/x/a.bin"),
    "one segment less": (404, "route.upload-elsewhere", "/{name}/a.bin"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_path_that_two_servers_could_read_differently_is_refused(started, issuer, recording, case):
    status, reason, path = NAMES[case]
    gateway = generic(started, recording)
    answer = put(gateway, path.format(name=fresh_name()), b"x", token_credential(issuer.mint()))
    assert_refused(gateway, answer, status, reason)
    assert not recording.requests


def test_many_files_of_one_version_go_at_once(started, issuer, recording):
    gateway = generic(started, recording)
    name, credential = fresh_name(), token_credential(issuer.mint())
    statuses = []

    def send(number):
        statuses.append(put(gateway, f"/{name}/1.0/{number}.bin", b"x" * 100_000, credential).status)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses == [200] * 32
    assert len(recording.requests) == len(gateway.audit(32)) == 32
