"""Gateways that share their state in one PostgreSQL server, and what they do when that is away."""

import json

import pytest

from gateway import Authority
from packages import fresh_name, wheel
from ports import until
from races import RUNS, at_once
from test_levers import operate
from wire import Form, post_json, token_credential, upload


@pytest.fixture
def pair(started, recording, postgres):
    """Two gateways in front of one registry, with one state."""
    return [started(recording, state=postgres.state) for _ in range(2)]


def exchanged(gateway, token):
    return post_json(gateway, "/_/oidc/mint-token", {"token": token})


def sent(gateway, token, distribution):
    return upload(gateway, Form.of(distribution), token_credential(token))


def test_of_64_simultaneous_mints_of_one_token_at_two_gateways_exactly_one_succeeds(pair, issuer):
    for _ in range(RUNS):
        token = issuer.mint()
        answers = at_once(64, lambda index: exchanged(pair[index % 2], token))
        assert sorted(answer.status for answer in answers) == [200] + [422] * 63
        assert {answer.json["errors"][0]["code"] for answer in answers if answer.status == 422} == {"invalid-reuse-token"}


def test_what_one_gateway_was_shown_binds_the_other(pair, issuer, recording):
    first, second = pair
    token, name = issuer.mint(), fresh_name()
    distribution = wheel(name)
    assert sent(first, token, distribution).status == 200
    assert sent(second, token, wheel(name, "2.0.0")).json["reason"] == "state.other-version"
    assert sent(second, token, wheel(name)).json["reason"] == "state.other-bytes"
    assert sent(second, token, distribution).status == 200
    assert exchanged(second, token).status == 422
    # An upload token is good at each of them, and burnt for all.
    live = exchanged(first, issuer.mint()).json["token"]
    assert sent(second, live, wheel(fresh_name())).status == 200
    assert post_json(second, "/_/oidc/burn-token", {"token": live}).status == 202
    assert sent(first, live, wheel(fresh_name())).status == 403
    assert len(recording.requests) == 3


def test_a_freeze_stops_every_gateway_and_is_recorded_by_one(pair, issuer):
    operate(pair[0], "freeze", "--why", "a stolen laptop")
    for gateway in pair:
        assert sent(gateway, issuer.mint(), wheel(fresh_name())).json["reason"] == "state.frozen"
    until(lambda: [record for gateway in pair for record in gateway.records() if record["event"] == "freeze"], 10, "the record")
    operate(pair[1], "unfreeze", "--why", "found again")
    for gateway in pair:
        until(lambda: sent(gateway, issuer.mint(), wheel(fresh_name())).status == 200, 10, "an upload after the unfreeze")
    records = [record["event"] for gateway in pair for record in gateway.records() if record["event"] in ("freeze", "unfreeze")]
    assert sorted(records) == ["freeze", "unfreeze"]


def test_explain_asks_the_common_state(started, issuer, recording, postgres, tmp_path):
    gateway = started(recording, state=postgres.state, when="{repository: acme/widgets, workflow: release.yml}")
    (tmp_path / "token").write_text(issuer.mint(repository_id="9999"))

    def explained(status):
        told = json.loads(operate(gateway, "explain", "--token", tmp_path / "token", "--json", status=status).stdout)
        return told.get("reason"), told["publishers"][0]["ids"]["state"]

    assert explained(2) == (None, "pending")
    assert sent(gateway, issuer.mint(), wheel(fresh_name())).status == 200
    assert explained(1) == ("publisher.identity-changed", "changed")
    operate(gateway, "freeze", "--why", "an incident")
    (tmp_path / "token").write_text(issuer.mint())
    assert explained(1) == ("state.frozen", "learnt")
    postgres.stop()
    assert explained(2) == (None, "unknown")


@pytest.mark.parametrize("outage", ["stopped", "frozen"])
def test_nothing_is_published_while_the_server_is_away_and_nothing_is_forgotten(pair, issuer, recording, postgres, outage):
    used, name = issuer.mint(), fresh_name()
    assert sent(pair[0], used, wheel(name)).status == 200
    minted = issuer.mint()
    assert exchanged(pair[1], minted).status == 200

    (postgres.stop if outage == "stopped" else postgres.freeze)()
    unused, distribution = issuer.mint(), wheel(fresh_name())
    asked = [lambda gateway: sent(gateway, unused, distribution), lambda gateway: exchanged(gateway, issuer.mint()),
             lambda gateway: gateway.admin("/ready")]
    answers = at_once(6, lambda index: asked[index // 2](pair[index % 2]))
    for answer in answers[:2]:
        assert (answer.status, answer.json["reason"]) == (503, "state.unavailable")
        assert answer.value("Retry-After")
    assert [answer.status for answer in answers[2:4]] == [503, 503]
    for status, body in answers[4:]:
        assert (status, json.loads(body)["state"]) == (503, "unavailable")
    for gateway in pair:
        assert gateway.admin("/live")[0] == 200
        gateway.told("state.unavailable")
    assert len(recording.requests) == 1

    (postgres.start if outage == "stopped" else postgres.thaw)()
    for gateway in pair:
        until(lambda: gateway.admin("/ready")[0] == 200, 20, "the state")
        gateway.told("state.available")
        assert sent(gateway, unused, distribution).status == 200
        assert sent(gateway, used, wheel(name, "2.0.0")).json["reason"] == "state.other-version"
        assert exchanged(gateway, minted).status == 422
        assert sent(gateway, minted, wheel(fresh_name())).json["reason"] == "state.replayed"


def test_an_upload_that_runs_while_the_server_restarts_is_ended_in_peace(pair, issuer, recording, postgres):
    """The registry has it; only the word that it has is owed to the server, which gets it when it is back."""
    def restart(exchange):
        exchange.read_body()
        postgres.stop()
        exchange.answer("200 OK", b"stored\n")

    recording.behaviour, behaviour = restart, recording.behaviour
    token, distribution = issuer.mint(), wheel(fresh_name())
    assert sent(pair[0], token, distribution).status == 200
    recording.behaviour = behaviour
    postgres.start()
    for gateway in pair:
        until(lambda: gateway.admin("/ready")[0] == 200, 20, "the state")
    assert sent(pair[1], token, distribution).status == 200
    assert [record["outcome"] for record in pair[0].audit(1)] == ["published"]
    for gateway in pair:
        assert gateway.stop() == 0
    assert not [line for gateway in pair for line in gateway.logged("gateway.interrupted")]


def test_a_gateway_starts_without_its_server_and_takes_a_new_password_without_a_restart(started, issuer, recording, postgres):
    postgres.tell(postgres.url.replace(postgres.password, "an-old-password"))
    gateway = started(recording, state=postgres.state)
    token, distribution = issuer.mint(), wheel(fresh_name())
    assert sent(gateway, token, distribution).json["reason"] == "state.unavailable"
    assert "28P01" in gateway.told("state.unavailable")[0]["failure"]
    postgres.tell(postgres.url)
    until(lambda: gateway.admin("/ready")[0] == 200, 20, "the state")
    assert sent(gateway, token, distribution).status == 200


def test_a_server_is_asked_for_its_certificate_where_the_url_says_so(started, issuer, recording, postgres, authority, tmp_path):
    postgres.stop()
    postgres.encrypt(authority)
    postgres.start()
    localhost = postgres.url.replace("127.0.0.1", "localhost")
    other = Authority(tmp_path / "other")
    postgres.tell(f"{localhost}?sslmode=verify-full&sslrootcert={other.authority}")
    gateway = started(recording, state=postgres.state)
    assert sent(gateway, issuer.mint(), wheel(fresh_name())).json["reason"] == "state.unavailable"
    postgres.tell(f"{localhost}?sslmode=verify-full&sslrootcert={authority.authority}")
    until(lambda: gateway.admin("/ready")[0] == 200, 20, "the state")
    for _ in range(20):
        assert sent(gateway, issuer.mint(), wheel(fresh_name())).status == 200
    assert len(gateway.told("state.unavailable")) == 1


def test_the_password_stands_in_nothing_that_is_said(started, issuer, recording, postgres):
    gateway = started(recording, state=postgres.state, audit_file=True)
    assert sent(gateway, issuer.mint(), wheel(fresh_name())).status == 200
    said = ""
    for url in (
        postgres.url.replace("/postgres", "/no-such-database"), postgres.url.replace("imprimatur:", "nobody:"),
        postgres.url.replace("127.0.0.1", "no-such-host.invalid"), f"{postgres.url}?sslmode=require", f"no URL {postgres.password}",
    ):
        postgres.tell(url)
        postgres.stop()
        postgres.start()
        assert sent(gateway, issuer.mint(), wheel(fresh_name())).json["reason"] == "state.unavailable", url
        said += gateway.admin("/ready")[1] + gateway.admin("/metrics")[1]
        run = operate(gateway, "publishers", "list", status=1)
        said += run.stdout + run.stderr
    gateway.stop()
    said += gateway.audit_path.read_text() + json.dumps(gateway.lines) + (gateway.directory / "stderr").read_text()
    assert len(gateway.logged("state.unavailable")) >= 4
    assert postgres.password not in said and "no-such" not in json.dumps(gateway.logged("state.unavailable"))
