"""Reads pass through to the registry, with the client's own credential and never with ours."""

import subprocess
import sys

import pytest

from clients import client as client_program
from packages import fresh_name, wheel
from ports import until
from recording import answering
from registries import basic, get
from wire import Form, head, read_answer, request, token_credential, upload


def test_pip_installs_through_the_gateway(started, issuer, pypiserver, tmp_path):
    gateway = started(pypiserver)
    distribution = wheel(fresh_name())
    assert upload(gateway, Form.of(distribution), token_credential(issuer.mint())).status == 200
    run = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--isolated", "--no-cache-dir", "--no-deps", "--disable-pip-version-check", "--index-url",
         f"{gateway.url}simple/", "-d", tmp_path, distribution.name],
        capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / distribution.filename).read_bytes() == distribution.content


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_installers_find_the_files_of_a_registry_behind_a_path(started, issuer, pypiserver, tmp_path, client):
    gateway = started(pypiserver, registry={"path": "/python"})
    distribution = wheel(fresh_name())
    assert upload(gateway, Form.of(distribution), token_credential(issuer.mint()), path="/python/").status == 200
    page = request(gateway, "GET", f"/python/simple/{distribution.name}/", [])
    assert f'href="/python/packages/{distribution.filename}#'.encode() in page.body, page
    assert request(gateway, "GET", f"/packages/{distribution.filename}", []).status == 404
    index = ["--index-url", f"{gateway.url}python/simple/"]
    command = [sys.executable, "-m", "pip", "download", "--isolated", "--no-cache-dir", "--no-deps", "--disable-pip-version-check", *index, "-d",
               tmp_path, distribution.name]
    if client == "uv":
        command = [client_program("uv"), "pip", "install", "--no-cache", "--no-config", "--no-deps", *index, "--target", tmp_path, distribution.name]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert any(tmp_path.iterdir())


PAGE = b'<a href="/packages/x-1.0.whl#sha256=00" data-core-metadata="/x">x</a>'
WRITTEN = b'<a href="/python/packages/x-1.0.whl#sha256=00" data-core-metadata="/x">x</a>'


def test_a_page_is_asked_for_plainly_and_written_anew(started, recording):
    recording.behaviour = say(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: \"x\"\r\n\r\n" + PAGE)
    gateway = started(recording, registry={"path": "/python"})
    answer = request(gateway, "GET", "/python/simple/x/", [("Accept-Encoding", "gzip")])
    assert (answer.status, answer.body, answer.value("ETag")) == (200, WRITTEN, '"x"')
    assert answer.value("Content-Length") == str(len(WRITTEN))
    assert recording.requests[0].values("Accept-Encoding") == ["identity"]
    # Elsewhere nothing is read.
    assert request(gateway, "GET", "/python/x/", [("Accept-Encoding", "gzip")]).body == PAGE
    assert recording.requests[1].values("Accept-Encoding") == ["gzip"]


def test_what_is_not_a_page_passes_below_an_index(started, recording):
    gateway = started(recording, registry={"path": "/python"})
    for kind, status in [("application/octet-stream", "200 OK"), ("text/html", "404 Not Found")]:
        recording.behaviour = answering(status, PAGE, f"Content-Type: {kind}")
        assert request(gateway, "GET", "/python/simple/x/x-1.0.whl", []).body == PAGE
    recording.behaviour = say(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 70\r\n\r\n")
    with gateway.connect() as connection:
        connection.sendall(head("HEAD", "/python/simple/x/", [("Host", "localhost")]))
        data = connection.recv(65536).lower()
        assert data.startswith(b"http/1.1 200 ") and b"content-length" not in data


UNREADABLE = {
    "in UTF-16": ("upstream.unreadable-document", answering("200 OK", PAGE.decode().encode("utf-16"), "Content-Type: text/html")),
    "no JSON": ("upstream.unreadable-document", answering("200 OK", PAGE, "Content-Type: application/vnd.pypi.simple.v1+json")),
    "a part": ("upstream.unreadable-document", answering("206 Partial Content", PAGE, "Content-Type: text/html")),
    "compressed": ("upstream.encoded-answer", answering("200 OK", b"\x1f\x8b", "Content-Type: text/html", "Content-Encoding: gzip")),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_page_whose_links_cant_be_told_is_refused(started, recording, case):
    code, recording.behaviour = UNREADABLE[case]
    gateway = started(recording, registry={"path": "/python"})
    answer = request(gateway, "GET", "/python/simple/x/", [])
    assert (answer.status, answer.json["reason"]) == (502, code)


def say(data: bytes):
    """These bytes, then the connection's end."""

    def behave(exchange):
        exchange.connection.sendall(data)
        exchange.is_last = True

    return behave


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
FRAMED = {
    "by its length": OK + b"Content-Length: 10\r\n\r\n0123456789",
    "in chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6;x=y\r\n456789\r\n0\r\nX: y\r\n\r\n",
    "by the connection's end": OK + b"\r\n0123456789",
}


@pytest.mark.parametrize("framing", FRAMED)
def test_an_answer_passes_however_it_is_framed(started, recording, framing):
    recording.behaviour = say(FRAMED[framing])
    gateway = started(recording)
    answer = request(gateway, "GET", "/simple/x/?format=json", [])
    assert (answer.status, answer.body, answer.value("Content-Type")) == (200, b"0123456789", "text/html")
    assert recording.requests[0].line == "GET /simple/x/?format=json HTTP/1.1"


CUT = {
    "by its length": OK + b"Content-Length: 10\r\n\r\n01234",
    "in chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n45",
}


@pytest.mark.parametrize("framing", CUT)
def test_an_answer_that_is_cut_off_does_not_end_well(started, recording, framing):
    recording.behaviour = say(CUT[framing])
    gateway = started(recording)
    with pytest.raises(ConnectionError, match="closed after"):
        request(gateway, "GET", "/packages/x", [])
    # Of a page that is read whole, the client hears it.
    answer = request(gateway, "GET", "/simple/x/", [])
    assert (answer.status, answer.json["reason"]) == (502, "upstream.closed")


def test_head_range_and_not_modified_keep_their_meaning(started, recording):
    gateway = started(recording)
    recording.behaviour = say(OK + b"Content-Length: 10\r\n\r\n")
    with gateway.connect() as connection:
        connection.sendall(head("HEAD", "/packages/x.whl", [("Host", "localhost")]))
        data = connection.recv(65536)
        assert b"content-length: 10\r\n" in data.lower() and data.endswith(b"\r\n\r\n")
    recording.behaviour = say(b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/10\r\nContent-Length: 2\r\n\r\n01")
    partial = request(gateway, "GET", "/packages/x.whl", [("Range", "bytes=0-1")])
    assert (partial.status, partial.value("Content-Range"), partial.body) == (206, "bytes 0-1/10", b"01")
    assert recording.requests[-1].values("Range") == ["bytes=0-1"]
    recording.behaviour = say(b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n')
    with gateway.connect() as connection:
        connection.sendall(head("GET", "/simple/x/", [("Host", "localhost"), ("If-None-Match", '"x"')]))
        assert connection.recv(65536).startswith(b"HTTP/1.1 304 ")
    assert recording.requests[-1].values("If-None-Match") == ['"x"']


def test_whose_credential_a_read_carries(started, issuer, recording):
    gateway = started(recording)
    upload_token = "impr_" + "0" * 49
    own = basic("reader", "a-readers-password")
    sent = [token_credential(issuer.mint()), token_credential(upload_token), ("Authorization", f"Bearer {issuer.mint()}"), ("Authorization", own)]
    for field in sent:
        assert request(gateway, "GET", "/simple/x/", [field, ("Cookie", "session=x")]).status == 200
    assert [recorded.values("Authorization") for recorded in recording.requests] == [[], [], [], [own]]
    assert not any(recorded.values("Cookie") for recorded in recording.requests)
    assert recording.connections == len(sent)
    assert not gateway.records()


def test_reads_are_refused_where_they_are_configured_so(started, recording):
    gateway = started(recording, registry={"reads": "refuse"})
    answer = request(gateway, "GET", "/simple/x/", [])
    assert (answer.status, answer.json["reason"]) == (404, "route.reads-refused")
    assert not recording.requests


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS"])
def test_another_method_is_no_way_in(started, issuer, recording, method):
    gateway = started(recording)
    answer = request(gateway, method, "/simple/x/", [token_credential(issuer.mint()), ("Content-Length", "0")])
    assert answer.status in (404, 405), answer
    assert (answer.value("Allow") is not None) == (answer.status == 405)
    assert not recording.requests


def test_a_large_read_takes_no_memory(started, nginx):
    gateway = started(nginx)
    file = nginx.files / fresh_name()
    with open(file, "wb") as content:
        content.truncate(512 << 20)
    assert request(gateway, "GET", f"/{file.name}", [("Range", "bytes=0-9")]).status == 206
    before = gateway.peak_memory()
    with gateway.connect() as connection:
        connection.sendall(head("GET", f"/{file.name}", [("Host", "localhost")]))
        received = 0
        while received < 512 << 20:
            data = connection.recv(1 << 20)
            assert data
            received += len(data)
    file.unlink()
    assert gateway.peak_memory() - before < 32 << 20


def test_a_client_that_takes_nothing_is_not_read_for(started, nginx):
    gateway = started(nginx)
    file = nginx.files / fresh_name()
    with open(file, "wb") as content:
        content.truncate(256 << 20)
    before = gateway.peak_memory()
    stalled = []
    for _ in range(8):
        connection = gateway.connect()
        connection.sendall(head("GET", f"/{file.name}", [("Host", "localhost")]))
        assert connection.recv(12) == b"HTTP/1.1 200"
        stalled.append(connection)
    # All is well for others meanwhile.
    recorded = get(f"{gateway.url}{file.name}", Range="bytes=0-9")
    assert len(recorded) == 10
    assert gateway.peak_memory() - before < 64 << 20
    for connection in stalled:
        connection.close()
    file.unlink()


def test_hatchs_question_before_its_upload_is_answered(started, issuer, recording):
    recording.behaviour = answering("404 Not Found", b"no such package")
    gateway = started(recording)
    with gateway.connect() as connection:
        connection.sendall(head("GET", "/%2Bsimple/acme-widgets/", [("Host", "localhost"), token_credential(issuer.mint())]))
        assert read_answer(connection).body == b"no such package"
    assert recording.requests[0].line == "GET /%2Bsimple/acme-widgets/ HTTP/1.1"
    until(lambda: "imprimatur_reads_total" in gateway.admin("/metrics")[1], 10, "the read to be counted")
