"""What one connection of HTTP/2 may hold is bounded and given back, and nothing that comes behind what was refused is read."""

from hyperframe.frame import DataFrame, ExtensionFrame, RstStreamFrame

from http2 import Client
from ports import until
from test_holding import metric
from test_http2 import CALM, MEBIBYTE, serving
from test_http2_floods import serves
from wire import token_credential


def test_nothing_behind_a_flood_is_read(started, issuer, recording, authority):
    """A body with a gap would be another one."""
    gateway = serving(started, recording, authority)
    with Client(gateway) as client:
        number = client.put("/acme-widgets/1.0/a.bin", token_credential(issuer.mint()))
        client.send(number, b"A" * 1000, end=False)
        client.send_raw(ExtensionFrame(0x42, 0, body=b"").serialize() * 2000)
        client.send_raw(DataFrame(number, data=b"C" * 500, flags=["END_STREAM"]).serialize())
        client.until_closed()
    [record] = gateway.audit(1)
    assert record["outcome"] != "published", record
    serves(gateway)


def test_a_frame_that_is_only_announced_holds_nothing(started, recording, authority):
    gateway = serving(started, recording, authority)
    clients = [Client(gateway) for _ in range(4)]
    for client in clients:
        client.send_raw(b"\xff\xff\xff\x00\x00\x00\x00\x00\x01")
        client.until_closed()
        assert client.goodbye in (None, CALM)
    until(lambda: metric(gateway, "imprimatur_memory_bytes") == 0, 10, "the memory")
    serves(gateway)


def test_data_that_nobody_wants_is_not_held(started, issuer, recording, authority):
    gateway = serving(started, recording, authority)
    credential = token_credential(issuer.mint())
    with Client(gateway) as client:
        client.put("/acme-widgets/1.0/a.bin", ("content-length", str(MEBIBYTE)), credential)
        gone = client.put("/acme-widgets/1.0/b.bin", ("content-length", str(MEBIBYTE)), credential)
        client.send_raw(RstStreamFrame(gone, error_code=8).serialize())
        for _ in range(500):
            client.send_raw(DataFrame(gone, data=bytes(16384)).serialize())
        assert not client.closed and metric(gateway, "imprimatur_memory_bytes") < MEBIBYTE
    until(lambda: metric(gateway, "imprimatur_memory_bytes") == 0, 10, "the memory")


def test_one_connection_takes_an_eighth_of_the_places(started, issuer, recording, authority):
    gateway = serving(started, recording, authority, limits={"connections": 64})
    credential = token_credential(issuer.mint())
    with Client(gateway) as client:
        numbers = [client.put(f"/acme-widgets/1.0/{index}.bin", ("content-length", "5"), credential) for index in range(20)]
        for number in numbers[8:]:
            assert client.wait(number).reset == 7
        serves(gateway)
        for number in numbers[:8]:
            client.send(number, b"bytes")
            assert client.answer(number).status == 200


def test_a_connection_ends_on_which_many_requests_are_none(started, recording, authority):
    gateway = serving(started, recording, authority)
    with Client(gateway) as client:
        for _ in range(16):
            assert client.wait(client.put("/acme-widgets/1.0/a.bin", ("connection", "close"))).statuses == [400]
        client.until_closed()
        assert client.goodbye == CALM
    serves(gateway)
