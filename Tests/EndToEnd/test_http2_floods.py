"""What a client of HTTP/2 can make the gateway do for next to nothing is bounded, and others are served meanwhile."""

import pytest
from hyperframe.frame import ContinuationFrame, DataFrame, ExtensionFrame, HeadersFrame, PingFrame, PriorityFrame, RstStreamFrame, SettingsFrame, WindowUpdateFrame

from http2 import Client
from ports import until
from test_holding import metric
from test_http2 import CALM, MEBIBYTE, serving
from wire import token_credential

FLOODS = {
    "settings": lambda number: SettingsFrame(0, settings={4: number}),
    "ping": lambda number: PingFrame(0, opaque_data=b"12345678"),
    "priority": lambda number: PriorityFrame(2 * number + 1, stream_weight=3),
    "window updates": lambda number: WindowUpdateFrame(0, window_increment=1),
    "unknown frames": lambda number: ExtensionFrame(0x42, 0, body=b""),
    "empty data": lambda number: DataFrame(1),
}


@pytest.fixture(scope="module")
def gateway(started_once, registry, authority):
    return serving(started_once, registry, authority)


def serves(gateway):
    with Client(gateway, strict=True) as other:
        assert other.answer(other.put("/_/oidc/audience", method="GET", end=True)).status == 200


@pytest.mark.parametrize("frame", FLOODS.values(), ids=FLOODS)
def test_a_flood_ends_its_connection(gateway, issuer, frame):
    with Client(gateway) as client:
        client.put("/acme-widgets/1.0/a.bin", ("content-length", "100000"), token_credential(issuer.mint()))
        for number in range(5000):
            client.send_raw(frame(number).serialize())
            if client.closed:
                break
        client.until_closed()
        # The farewell is lost where the flood filled the socket.
        assert client.goodbye in (None, CALM)
    serves(gateway)


def test_streams_that_are_reset_at_once_end_their_connection(gateway, issuer):
    credential = token_credential(issuer.mint())
    with Client(gateway) as client:
        for _ in range(2000):
            number = client.put("/acme-widgets/1.0/a.bin", credential)
            client.send_raw(RstStreamFrame(number, error_code=8).serialize())
            client.h2.reset_stream(number)
            client.h2.data_to_send()
            if client.closed:
                break
        client.until_closed()
        assert client.goodbye in (None, CALM)
    serves(gateway)


def test_a_header_block_without_end_ends_its_connection(gateway):
    with Client(gateway) as client:
        client.send_raw(HeadersFrame(1, data=b"\x82").serialize())
        for _ in range(100):
            client.send_raw(ContinuationFrame(1, data=b"\x00\x01a\x01b" * 100).serialize())
        client.until_closed()
    serves(gateway)


def test_what_floods_held_is_given_back(started, issuer, recording, authority):
    gateway = serving(started, recording, authority)
    credential = token_credential(issuer.mint())
    for _ in range(5):
        with Client(gateway) as client:
            for index in range(20):
                number = client.put(f"/acme-widgets/1.0/{index}.bin", ("content-length", str(MEBIBYTE)), credential)
                client.send(number, bytes(4096), end=False)
                if index % 2:
                    client.h2.reset_stream(number, 8)
                    client.flush()
    for name in ("imprimatur_connections", "imprimatur_memory_bytes", "imprimatur_spool_bytes"):
        until(lambda name=name: metric(gateway, name) == 0, 60, f"{name}: {metric(gateway, name)}")
    serves(gateway)


def test_the_streams_of_a_connection_share_its_refused_exchanges(gateway):
    content = b'{"token": "none"}'
    with Client(gateway) as client:
        for _ in range(5):
            number = client.put("/_/oidc/mint-token", ("content-type", "application/json"), ("content-length", str(len(content))), method="POST")
            client.send(number, content)
            assert 400 <= client.wait(number).statuses[-1] < 500
        client.until_closed()
        assert client.goodbye == CALM
    serves(gateway)


def test_a_connection_without_a_stream_is_closed_as_one_without_a_head(started, recording, authority):
    gateway = serving(started, recording, authority, limits={"head_timeout": "1s"})
    with Client(gateway) as client:
        client.until_closed()
        assert client.goodbye == 0


def test_an_idle_connection_gives_its_place_to_a_newcomer(started, recording, authority):
    gateway = serving(started, recording, authority, limits={"connections": 2})
    with Client(gateway) as idle:
        assert idle.answer(idle.put("/_/oidc/audience", method="GET", end=True)).status == 200
        serves(gateway)
        idle.until_closed()


def test_a_stream_without_a_place_is_refused_unseen(started, issuer, recording, authority):
    gateway = serving(started, recording, authority, limits={"connections": 2})
    with Client(gateway) as client:
        first = client.put("/acme-widgets/1.0/a.bin", ("content-length", "5"), ("expect", "100-continue"), token_credential(issuer.mint()))
        while not client.streams[first].statuses:
            client.receive()
        second = client.put("/acme-widgets/1.0/b.bin", ("content-length", "5"), token_credential(issuer.mint()))
        assert client.wait(second).reset == 7
        client.send(first, b"bytes")
        assert client.answer(first).status == 200


def test_a_client_that_keeps_its_window_shut_is_given_up(started, recording, authority):
    gateway = serving(started, recording, authority)
    with Client(gateway) as client:
        client.socket.settimeout(90)
        client.h2.update_settings({SettingsFrame.INITIAL_WINDOW_SIZE: 0})
        number = client.put("/_/oidc/audience", method="GET", end=True)
        assert client.wait(number).statuses == [200]
        assert client.streams[number].reset == 8
    serves(gateway)


def test_a_client_that_vanishes_amid_its_body_leaves_a_record(started, issuer, recording, authority):
    gateway = serving(started, recording, authority)
    for vanish in (lambda client, number: client.socket.close(), lambda client, number: client.h2.reset_stream(number, 8) or client.flush()):
        with Client(gateway) as client:
            number = client.put("/acme-widgets/1.0/a.bin", ("content-length", str(MEBIBYTE)), token_credential(issuer.mint()))
            client.send(number, b"bytes", end=False)
            until(lambda: len(recording.requests) > 0, 10, "the upload's beginning")
            vanish(client, number)
            before = len(gateway.records())
            until(lambda: len([record for record in gateway.records() if record["event"] == "publish"]) > 0, 10, "its record")
    assert {record["reason"] for record in gateway.audit(2)} <= {"body.incomplete", "client.gone"}


def test_what_runs_is_finished_before_the_end(started, issuer, recording, authority):
    gateway = serving(started, recording, authority)
    with Client(gateway, strict=True) as client:
        number = client.put("/acme-widgets/1.0/a.bin", ("content-length", "5"), ("expect", "100-continue"), token_credential(issuer.mint()))
        while not client.streams[number].statuses:
            client.receive()
        gateway.signal(15)
        while client.goodbye is None:
            client.receive()
        client.send_raw(DataFrame(number, data=b"bytes", flags=["END_STREAM"]).serialize())
        # h2 reads nothing behind a farewell.
        while client.socket.recv(65536):
            pass
    assert gateway.stop() == 0
    assert gateway.audit(1)[0]["outcome"] == "published"
