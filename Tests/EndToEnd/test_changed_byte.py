"""The proof that the comparison behind every client's test would notice a gateway that changes a byte."""

import socket
import threading

import pytest

from packages import fresh_name, wheel
from registries import assert_stored
from wire import Form, token_credential, upload


class Relay:
    """Passes bytes on to a registry, and answers back; `change` may alter what is sent."""

    name, username, password = "relay", "svc", "svc-not-a-real-secret"

    def __init__(self, registry, change):
        self.registry = registry
        self.change = change
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        connection, _ = self.listener.accept()
        with connection, socket.create_connection(("127.0.0.1", self.registry.port)) as registry:
            back = threading.Thread(target=self.copy, args=(registry, connection, bytes), daemon=True)
            back.start()
            self.copy(connection, registry, self.change)
            back.join(20)

    @staticmethod
    def copy(source, sink, change):
        while data := source.recv(1 << 20):
            sink.sendall(change(data))


@pytest.mark.parametrize("changed", [False, True])
def test_a_changed_byte_is_noticed(started, issuer, pypiserver, changed):
    distribution = wheel(fresh_name())
    at = distribution.content.index(b'"""') + 3
    marker = distribution.content[at : at + 32]
    relay = Relay(pypiserver, lambda data: data.replace(marker, b"!" + marker[1:]) if changed else data)
    gateway = started(relay)
    # The digest that the form states would have the registry refuse it.
    answer = upload(gateway, Form.of(distribution, sha256_digest=None), token_credential(issuer.mint()))
    assert answer.status == 200, answer
    if changed:
        with pytest.raises(AssertionError, match="another file"):
            assert_stored(pypiserver, distribution)
    else:
        assert_stored(pypiserver, distribution)
    relay.listener.close()
