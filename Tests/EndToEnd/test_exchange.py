"""The exchange of an OIDC token for an upload token."""

import base64
import json
import time

import pytest

from packages import fresh_name, sdist, wheel
from races import RUNS, at_once
from wire import Form, post_json, request, token_credential, upload


def minted(gateway, issuer, **claims) -> str:
    answer = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint(**claims)})
    assert answer.status == 200, answer
    return answer.json["token"]


def test_the_audience_is_told(started, recording):
    gateway = started(recording)
    answer = request(gateway, "GET", "/_/oidc/audience", [])
    assert (answer.status, answer.json) == (200, {"audience": "acme_python"})
    assert not recording.requests


@pytest.mark.parametrize("path", ["/_/oidc/mint-token", "/_/oidc/github/mint-token"])
def test_an_upload_token_publishes_both_files_of_a_version(started, issuer, recording, path):
    gateway = started(recording)
    token = issuer.mint()
    answer = post_json(gateway, path, {"token": token})
    assert (answer.status, answer.json["success"], answer.value("Cache-Control")) == (200, True, "no-store")
    assert 14 * 60 < answer.json["expires"] - time.time() < 16 * 60
    [record] = gateway.audit(1, event="exchange")
    assert (record["granted"], record["action"], record["credential"]) == (True, "mint", "oidc")
    assert answer.json["token"] not in json.dumps(gateway.lines) and token not in json.dumps(gateway.lines)

    name = fresh_name()
    for distribution in (wheel(name), sdist(name)):
        assert upload(gateway, Form.of(distribution), token_credential(answer.json["token"])).status == 200
    assert [(entry["credential"], entry["outcome"]) for entry in gateway.audit(2)] == [("upload-token", "published")] * 2
    assert [sent.values("Authorization") for sent in recording.requests] == [[recording.authorization]] * 2


def test_a_burnt_token_publishes_nothing(started, issuer, recording):
    gateway = started(recording)
    token = minted(gateway, issuer)
    assert post_json(gateway, "/_/oidc/burn-token", {"token": token}).status == 202
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(token))
    assert (answer.status, answer.json["reason"]) in {(403, "credential.unknown-upload-token"), (403, "state.ended")}
    # Nobody learns which tokens live.
    assert post_json(gateway, "/_/oidc/burn-token", {"token": token}).status == 202
    assert [record["granted"] for record in gateway.audit(2, event="revoke")] == [True, False]
    gateway.audit(1)
    assert not recording.requests


REFUSED = {
    "not JSON": ("invalid-payload", None),
    # PyPI calls a token without an issuer a malformed payload. Here the code is of the stage, and the description says which claim is missing.
    "no issuer": ("invalid-token", {"iss": None}),
    "an unknown issuer": ("invalid-payload", {"iss": "https://issuer.example.com"}),
    "another audience": ("invalid-token", {"audience": "acme_other"}),
    "another workflow": ("invalid-publisher", {"workflow_ref": "acme/widgets/.github/workflows/test.yml@refs/tags/v1.0.0"}),
    "another repository": ("invalid-publisher", {"repository": "acme/gadgets", "repository_id": "9999"}),
    "pull_request_target": ("invalid-publisher", {"event_name": "pull_request_target"}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_exchange_speaks_pypis_words(started, issuer, recording, case):
    code, claims = REFUSED[case]
    gateway = started(recording)
    if claims is None:
        answer = request(gateway, "POST", "/_/oidc/mint-token", [("Content-Length", "3")], b"{x}")
    else:
        answer = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint(**claims)})
    assert (answer.status, answer.json["errors"][0]["code"]) == (422, code), answer
    assert "token" not in answer.json
    [record] = gateway.audit(1, event="exchange")
    assert (record["granted"], record["outcome"]) == (False, "refused")
    assert record["request.id"] in answer.json["errors"][0]["description"]


NO_TOKENS = ["", "[]", '"token"', "3", "null", "{}", *(f'{{"token": {value}}}' for value in ("null", "3.14", "0", '[""]', "[]", "{}")),
             '{"wrongkey": ""}']


def test_a_body_without_a_token_is_an_invalid_payload(started, recording):
    gateway = started(recording)
    for body in NO_TOKENS:
        answer = request(gateway, "POST", "/_/oidc/mint-token", [("Content-Length", str(len(body)))], body.encode())
        assert (answer.status, answer.json["errors"][0]["code"]) == (422, "invalid-payload"), (body, answer)
        assert "token" not in answer.json
    assert {record["reason"] for record in gateway.audit(len(NO_TOKENS), event="exchange")} == {"credential.malformed-exchange"}


def test_of_64_simultaneous_mints_of_one_token_exactly_one_succeeds(started, issuer, recording):
    gateway = started(recording)
    for run in range(RUNS):
        token = issuer.mint()
        answers = at_once(64, lambda _: post_json(gateway, "/_/oidc/mint-token", {"token": token}))
        assert sorted(answer.status for answer in answers) == [200] + [422] * 63
        assert {answer.json["errors"][0]["code"] for answer in answers if answer.status == 422} == {"invalid-reuse-token"}
        records = gateway.audit(64 * (run + 1), event="exchange")[64 * run :]
        assert sorted(record.get("reason", "") for record in records) == [""] + ["state.replayed"] * 63


@pytest.mark.parametrize("exchanged", [False, True])
def test_of_two_simultaneous_first_uses_for_different_versions_exactly_one_succeeds(started, issuer, recording, exchanged):
    gateway = started(recording)
    for attempt in range(1, RUNS + 1):
        token = minted(gateway, issuer) if exchanged else issuer.mint()
        name = fresh_name()
        answers = at_once(
            2, lambda index: upload(gateway, Form.of(wheel(name, f"1.{index}.0")), token_credential(token)))
        assert sorted(answer.status for answer in answers) == [200, 403], answers
        assert [answer.json["reason"] for answer in answers if answer.status == 403] == ["state.other-version"]
        assert len(recording.requests) == attempt
    assert sorted(record["outcome"] for record in gateway.audit(2 * RUNS)) == ["published"] * RUNS + ["refused"] * RUNS


def test_one_token_sends_a_file_again_but_no_other_bytes(started, issuer, recording):
    gateway = started(recording)
    token = issuer.mint()
    name = fresh_name()
    first, other = wheel(name), wheel(name)
    assert upload(gateway, Form.of(first), token_credential(token)).status == 200
    assert upload(gateway, Form.of(first), token_credential(token)).status == 200
    answer = upload(gateway, Form.of(other), token_credential(token))
    assert (answer.status, answer.json["reason"]) == (403, "state.other-bytes")
    assert len(recording.requests) == 2


def test_a_use_outlives_a_restart(started, issuer, recording):
    gateway = started(recording)
    token = issuer.mint()
    assert post_json(gateway, "/_/oidc/mint-token", {"token": token}).status == 200
    gateway.kill()
    gateway.start()
    answer = post_json(gateway, "/_/oidc/mint-token", {"token": token})
    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "invalid-reuse-token")


def test_a_bearer_is_as_good_as_a_password(started, issuer, recording):
    gateway = started(recording)
    for credential in (("Authorization", f"Bearer {issuer.mint()}"), ("authorization", "basic " + encoded(f"anybody:{issuer.mint()}"))):
        assert upload(gateway, Form.of(wheel(fresh_name())), credential).status == 200


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
