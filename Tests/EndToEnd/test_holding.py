"""What a client without a grant can hold: places, connections, memory, and for how long."""

import contextlib
import os
import re
import socket
import ssl
import time
import urllib.request

import pytest

import recording as behaviours
from packages import fresh_name, wheel
from ports import until
from test_refusals import assert_refused
from wire import Form, head, read_answer, request, token_credential, upload

HOST = ("Host", "localhost")
AUDIENCE = head("GET", "/_/oidc/audience", [HOST])


def metric(gateway, name: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{gateway.admin_port}/metrics") as answer:
        return int(re.search(rf"^{name} (\d+)$", answer.read().decode(), re.M)[1])


def descriptors(gateway) -> int:
    return len(os.listdir(f"/proc/{gateway.child.pid}/fd"))


def is_closed(connection: socket.socket) -> bool:
    """Whether the gateway has ended it; what it still says is read."""
    connection.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        try:
            while connection.recv(65536):
                pass
            return True
        except ConnectionError:
            return True
    return False


def test_silent_tls_clients_are_closed_and_keep_nobody_out(started, recording, authority):
    gateway = started(recording, tls=authority, limits={"connections": 20, "handshake_timeout": "1s"})
    before = descriptors(gateway)
    silent = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(60)]

    def answers():
        with contextlib.suppress(ConnectionError):
            return request(gateway, "GET", "/_/oidc/audience", []).status == 200

    # Silent ones that were accepted before may be admitted after this one, and take its place.
    until(answers, 10, "an answer to somebody else")
    until(lambda: all(is_closed(connection) for connection in silent), 20, "the end of every silent connection")
    until(lambda: descriptors(gateway) <= before, 10, "their descriptors")
    for connection in silent:
        connection.close()


def test_a_newcomer_takes_the_place_of_a_connection_that_idles(started, recording):
    gateway = started(recording, limits={"connections": 3, "head_timeout": "1h"})
    held = [gateway.connect() for _ in range(3)]
    for connection in held:
        connection.sendall(AUDIENCE)
        assert read_answer(connection).status == 200
    assert request(gateway, "GET", "/_/oidc/audience", []).status == 200
    until(lambda: sum(is_closed(connection) for connection in held) == 1, 10, "the end of one that idles")
    for connection in held:
        connection.close()


def test_dripping_heads_are_gone_soon_after_their_time(started, recording):
    gateway = started(recording, limits={"head_timeout": "500ms"})
    dripping = [gateway.connect() for _ in range(200)]
    for connection in dripping:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
    until(lambda: all(is_closed(connection) for connection in dripping), 20, "the end of every head that drips")
    for connection in dripping:
        connection.close()


def test_a_client_that_takes_no_answers_is_closed(started, recording):
    """It is judged over 30 seconds, which this test takes."""
    gateway = started(recording)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", gateway.port))
        connection.setblocking(False)
        pending = AUDIENCE * 200_000
        sent = 0
        # Until the gateway reads no more, since its answers are not taken.
        stalled = 0
        while stalled < 20 and sent < len(pending):
            try:
                sent += connection.send(pending[sent:sent + 65536])
                stalled = 0
            except BlockingIOError:
                stalled += 1
                time.sleep(0.05)
        assert stalled == 20
        until(lambda: metric(gateway, "imprimatur_connections") == 0, 60, "the end of the connection")


def large(exchange):
    """More than both sockets and both processes hold on the way."""
    exchange.read_body()
    size = 256 << 20
    exchange.connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
    with contextlib.suppress(OSError):
        for _ in range(size >> 20):
            exchange.connection.sendall(b"x" * (1 << 20))


def test_a_client_that_reads_nothing_of_a_large_page_is_closed(started, recording):
    """It is judged over 30 seconds, which this test takes."""
    gateway = started(recording)
    recording.behaviour = large
    before = descriptors(gateway)
    with gateway.connect() as connection:
        connection.sendall(head("GET", "/simple/acme-widgets/", [HOST]))
        until(lambda: metric(gateway, "imprimatur_upstream_connections") == 1, 20, "the read upstream")
        assert metric(gateway, "imprimatur_memory_bytes") < 4 << 20
        until(lambda: metric(gateway, "imprimatur_connections") == 0, 60, "the end of the connection")
    until(lambda: metric(gateway, "imprimatur_upstream_connections") == 0, 10, "the end of the upstream connection")
    until(lambda: descriptors(gateway) <= before, 10, "their descriptors")


def test_forty_thousand_chunks_of_one_byte_are_one_upload(started, issuer, recording):
    gateway = started(
        recording, protocol="generic", packages='"**"',
        registry={"template": '"/{name}/{version}/{file}"', "methods": "[PUT]"})
    body = b"1\r\nx\r\n" * 40_000 + b"0\r\n\r\n"
    fields = [("Transfer-Encoding", "chunked"), ("Authorization", f"Bearer {issuer.mint()}")]
    assert request(gateway, "PUT", "/acme-widgets/1.0.0/x.tar.gz", fields, body).status == 200
    [sent] = recording.requests
    # What was small is gathered: far fewer chunks go on than came.
    assert len(sent.body) < 60_000


def test_forms_are_counted_and_bounded_for_one_publisher(started, issuer, recording):
    gateway = started(recording, limits={"memory_total": "8MiB"})
    before = metric(gateway, "imprimatur_memory_bytes")
    form = Form.of(wheel(fresh_name()))
    kind, encoded = form.encoded()
    boundary = re.search("boundary=(.*)", kind)[1].encode()
    beginning = b"--" + boundary + b'\r\nContent-Disposition: form-data; name="description"\r\n\r\n' + b"x" * (1500 << 10)
    fields = [HOST, ("Content-Type", kind), ("Content-Length", str(4 << 20)), token_credential(issuer.mint())]
    held = []
    for _ in range(2):
        connection = gateway.connect()
        connection.sendall(head("POST", "/", fields) + beginning)
        held.append(connection)
    until(lambda: metric(gateway, "imprimatur_memory_bytes") - before > 3000 << 10, 20, "the count of both forms")
    with gateway.connect() as connection:
        connection.sendall(head("POST", "/", fields) + beginning)
        answer = read_answer(connection)
    assert_refused(gateway, answer, 503, "memory.full")
    assert "widgets-release" in answer.reason and answer.value("Retry-After")
    for connection in held:
        connection.close()
    until(lambda: metric(gateway, "imprimatur_memory_bytes") <= before, 20, "the room of both forms")


def test_a_slow_upload_gives_way_to_another(started, issuer, recording):
    gateway = started(recording, limits={"spool_total": "1MiB", "spool_unverified": "1MiB"}, registry={"legacy_credentials": "pass"})
    kind, encoded = Form.of(wheel(fresh_name(), padding=600_000)).encoded()
    password = ("Authorization", "Basic c3ZjOmxvY2FsLXRlc3Q=")
    with gateway.connect() as slow:
        slow.sendall(head("POST", "/", [HOST, ("Content-Type", kind), ("Content-Length", str(len(encoded))), password]) + encoded[:-1])
        until(lambda: metric(gateway, "imprimatur_spool_bytes") > 500_000, 20, "the slow upload's bytes")

        def passes():
            return upload(gateway, Form.of(wheel(fresh_name(), padding=600_000)), password).status == 200

        # It is slow once its average has fallen below 256 KiB a second.
        until(passes, 30, "a later upload's room")
        answer = read_answer(slow)
        assert (answer.status, answer.json["reason"]) == (503, "body.displaced")


@pytest.mark.parametrize("leaves", ["with a reset", "in order"])
@pytest.mark.parametrize("kind", ["read", "publish"])
def test_a_client_that_leaves_takes_its_upstream_connection_with_it(started, issuer, recording, kind, leaves):
    gateway = started(recording)
    recording.behaviour = behaviours.answer_nothing
    connection = gateway.connect()
    if kind == "read":
        connection.sendall(head("GET", "/simple/acme-widgets/", [HOST]))
    else:
        content_type, encoded = Form.of(wheel(fresh_name())).encoded()
        fields = [HOST, ("Content-Type", content_type), ("Content-Length", str(len(encoded))), token_credential(issuer.mint())]
        connection.sendall(head("POST", "/", fields) + encoded)
    until(lambda: recording.requests and recording.requests[0].complete, 20, "the request upstream")
    assert metric(gateway, "imprimatur_upstream_connections") == 1
    if leaves == "with a reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
    until(lambda: metric(gateway, "imprimatur_upstream_connections") == 0, 30, "the end of the upstream connection")
    if kind == "publish":
        [record] = gateway.audit(1)
        assert (record["outcome"], record["reason"]) == ("aborted", "client.gone")


def test_reads_that_fail_leave_no_connection(started, recording):
    gateway = started(recording, limits={"upstream_timeout": "300ms"})
    recording.behaviour = behaviours.answer_nothing
    for _ in range(20):
        assert request(gateway, "GET", "/simple/acme-widgets/", []).status == 504
    until(lambda: metric(gateway, "imprimatur_upstream_connections") == 0, 10, "the end of every upstream connection")


def dripping(exchange):
    """An answer that never ends: a byte now and then."""
    exchange.read_body()
    exchange.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not exchange.stopped.wait(0.05):
        exchange.connection.sendall(b"x")


def test_a_dripping_answer_to_a_publish_does_not_outlive_its_time(started, issuer, recording):
    gateway = started(recording, limits={"upstream_timeout": "1s"})
    recording.behaviour = dripping
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()))
    assert_refused(gateway, answer, 504, "upstream.timed-out")


def test_no_more_connections_to_a_registry_are_open_than_may_be(started, recording):
    """With 160 descriptors a third of what is not reserved is 32, of which reads may have half."""
    gateway = started(recording, descriptors=160)
    recording.behaviour = behaviours.answer_nothing
    held = []
    for number in range(16):
        connection = gateway.connect()
        connection.sendall(head("GET", f"/simple/acme-{number}/", [HOST]))
        held.append(connection)
    until(lambda: metric(gateway, "imprimatur_upstream_connections") == 16, 20, "sixteen reads")
    answer = request(gateway, "GET", "/simple/acme-more/", [])
    assert (answer.status, answer.json["reason"]) == (503, "upstream.busy")
    for connection in held:
        connection.close()


def test_a_flood_of_refused_exchanges_leaves_few_records(started, issuer, recording):
    gateway = started(recording)
    refused = 200
    body = b'{"token": "x"}'
    sent = head("POST", "/_/oidc/mint-token", [HOST, ("Content-Length", str(len(body)))]) + body
    answers, connections = 0, 0
    while answers < refused:
        with gateway.connect() as connection:
            connections += 1
            with contextlib.suppress(ConnectionError):
                while answers < refused:
                    connection.sendall(sent)
                    assert read_answer(connection).status == 422
                    answers += 1
    # A connection ends after several.
    assert connections == refused // 5
    # Who has proven who he is has records of his own all the same.
    assert upload(gateway, Form.of(wheel("somebody-elses")), token_credential(issuer.mint())).status == 403
    gateway.audit(1)
    gateway.stop()
    own = [record for record in gateway.records() if record["event"] == "exchange"]
    gathered = [record for record in gateway.records() if record["event"] == "refusals"]
    assert len(own) + sum(record["count"] for record in gathered) == refused
    assert len(own) < refused / 2 and 1 <= len(gathered) <= 5
    for record in gathered:
        assert record["reasons"] == {"token.malformed": record["count"]}
        assert record["client.address"] == "127.0.0.1" and record["first"] <= record["last"] <= record["time"]
