"""How long a credential is remembered: for longer than a verifier takes its token, or it could be used twice."""

import contextlib
import sqlite3
import time

import pytest

from packages import fresh_name, wheel
from test_generic import generic, put
from wire import Form, post_json, token_credential, upload

# Seconds past `exp` for which a token is taken, and for which it is remembered beyond that. PyPI forgets it 30 s past `exp`, crates.io 60 s past it.
CLOCK_SKEW, MARGIN = 30, 60


def mint(started, recording, token):
    gateway = started(recording)
    return gateway, lambda _: post_json(gateway, "/_/oidc/mint-token", {"token": token})


def publish(started, recording, token):
    gateway = started(recording)
    name = fresh_name()
    return gateway, lambda version: upload(gateway, Form.of(wheel(name, version)), token_credential(token))


def stream(started, recording, token):
    gateway = generic(started, recording)
    name = fresh_name()
    return gateway, lambda version: put(gateway, f"/{name}/{version}/file.bin", b"bytes", token_credential(token))


@pytest.mark.parametrize("age", [-300, 0, 10], ids=["long before its end", "at its end", "10 s past its end"])
@pytest.mark.parametrize("use", [mint, publish, stream])
def test_a_token_is_remembered_past_the_last_moment_at_which_it_is_taken(started, issuer, recording, use, age):
    expiry = int(time.time()) - age
    gateway, act = use(started, recording, issuer.mint(iat=expiry - 600, nbf=expiry - 600, exp=expiry))
    assert act("1.0").status == 200
    with contextlib.closing(sqlite3.connect(gateway.state_path)) as database:
        [(remembered,)] = database.execute("SELECT remembered_until FROM credentials WHERE kind IN (1, 2)").fetchall()
    assert remembered == expiry + CLOCK_SKEW + MARGIN
    again = act("2.0")
    if use is mint:
        assert (again.status, again.json["errors"][0]["code"]) == (422, "invalid-reuse-token"), again
    else:
        assert (again.status, again.json["reason"]) == (403, "state.other-version"), again
