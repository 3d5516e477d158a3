"""Each refusal: its status, its text, one audit record, and nothing at the registry."""

import socket
import time

import pytest

from issuer import Issuer
from packages import fresh_name, sdist, wheel
from ports import free_port, until
from recording import answer_nothing, answering, only_uploads
from wire import Form, post_json, token_credential, upload

# The policy had granted it, which the record says.
GRANTED = (
    "upstream.", "state.", "spool.", "scope.digest-mismatch", "scope.malformed-archive", "scope.metadata-", "scope.malformed-metadata",
    "scope.inspection-too-long", "scope.unavailable", "gateway.configuration-changed")
FAILURES = ("token.keys-unavailable", "scope.unavailable", "scope.existence-unknown", "gateway.", "spool.", "state.unavailable", "upstream.", "audit.unavailable",
            "memory.", "body.displaced")


def assert_refused(gateway, answer, status, reason):
    """The answer's own words and the one record's agree. Returns the record."""
    assert (answer.status, answer.value("Content-Type")) == (status, "application/json"), answer
    body = answer.json
    assert body["reason"] == reason, body
    assert body["code"].startswith(f"{status} ")
    assert body["message"] == body["error"] == body["errors"][0]["message"] == body["errors"][0]["detail"]
    assert body["request_id"] in body["message"]
    assert reason in answer.reason and answer.reason.isascii()
    assert answer.value("X-Request-Id") == body["request_id"]
    [record] = gateway.audit(1)
    assert (record["request.id"], record["granted"]) == (body["request_id"], reason.startswith(GRANTED)), record
    assert (record["outcome"], record["reason"]) == ("failed" if reason.startswith(FAILURES) else "refused", reason), record
    assert record["detail"]
    assert record["time"].endswith("Z")
    for secret in (gateway.settings.password,):
        assert secret not in str(record) and secret not in str(body)
    return record


# Credentials

CREDENTIALS = {
    "no token": (403, "credential.missing", lambda issuer: []),
    "two Authorization fields": (400, "credential.repeated", lambda issuer: [token_credential(issuer.mint())] * 2),
    "a password": (403, "credential.not-accepted", lambda issuer: [token_credential("hunter2")]),
    "another scheme": (400, "credential.unknown-scheme", lambda issuer: [("Authorization", "Digest username=x")]),
    "another audience": (403, "token.wrong-audience", lambda issuer: [token_credential(issuer.mint(audience="acme_other"))]),
    "two audiences": (403, "token.invalid-claim", lambda issuer: [token_credential(issuer.mint(audience=["acme_python", "acme_other"]))]),
    "an expired token": (
        403, "token.expired",
        lambda issuer: [token_credential(issuer.mint(iat=int(time.time()) - 900, nbf=int(time.time()) - 900, exp=int(time.time()) - 600))]),
    "a token of the future": (
        403, "token.not-yet-valid",
        lambda issuer: [token_credential(issuer.mint(iat=int(time.time()), nbf=int(time.time()) + 600, exp=int(time.time()) + 900))]),
    "a token of a week": (
        403, "token.lifetime-too-long", lambda issuer: [token_credential(issuer.mint(exp=int(time.time()) + 7 * 86400))]),
    "a signature with a changed byte": (403, "token.bad-signature", lambda issuer: [token_credential(broken(issuer.mint()))]),
    "another issuer": (403, "token.unknown-issuer", lambda issuer: [token_credential(issuer.mint(iss="https://issuer.example.com"))]),
    "another repository": (403, "publisher.no-publisher", lambda issuer: [token_credential(issuer.mint(repository="acme/gadgets", repository_id="9999"))]),
    "another owner of that name": (
        403, "publisher.claim-mismatch", lambda issuer: [token_credential(issuer.mint(repository_owner_id="43"))]),
    "another workflow": (
        403, "publisher.claim-mismatch",
        lambda issuer: [token_credential(issuer.mint(workflow_ref="acme/widgets/.github/workflows/test.yml@refs/tags/v1.0.0"))]),
    "a callee of another repository": (
        403, "publisher.claim-mismatch",
        lambda issuer: [token_credential(issuer.mint(job_workflow_ref="evil/actions/.github/workflows/release.yml@refs/tags/v1.0.0"))]),
    "pull_request_target": (
        403, "publisher.forbidden-event", lambda issuer: [token_credential(issuer.mint(event_name="pull_request_target"))]),
}


def broken(token: str) -> str:
    signed, signature = token.rsplit(".", 1)
    return f"{signed}.{'B' if signature[0] != 'B' else 'C'}{signature[1:]}"


@pytest.mark.parametrize("case", CREDENTIALS)
def test_a_credential_is_refused(started, issuer, recording, case):
    status, reason, credentials = CREDENTIALS[case]
    gateway = started(recording)
    answer = upload(gateway, Form.of(wheel(fresh_name())), *credentials(issuer))
    if case == "no token":
        assert answer.status in (401, 403)
        status = answer.status
    assert_refused(gateway, answer, status, reason)
    assert not recording.requests


def test_an_exchanged_token_is_not_taken_again(started, issuer, recording):
    gateway = started(recording)
    token = issuer.mint()
    assert post_json(gateway, "/_/oidc/mint-token", {"token": token}).status == 200
    assert_refused(gateway, upload(gateway, Form.of(wheel(fresh_name())), token_credential(token)), 403, "state.replayed")
    assert not recording.requests


# The registry


class Nowhere:
    username, password = "svc", "svc-not-a-real-secret"

    def __init__(self):
        self.url = f"http://127.0.0.1:{free_port()}/"


def test_a_registry_that_is_down_is_a_502(started, issuer):
    gateway = started(Nowhere())
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()))
    assert_refused(gateway, answer, 502, "upstream.unreachable")


def test_a_registry_that_says_nothing_is_a_504(started, issuer, recording):
    recording.behaviour = answer_nothing
    gateway = started(recording, limits={"upstream_timeout": "300ms"})
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()))
    assert_refused(gateway, answer, 504, "upstream.timed-out")
    assert len(recording.requests) == 1


@pytest.mark.parametrize("status", ["400 Bad Name", "403 Forbidden", "409 Conflict", "500 Internal Server Error"])
def test_a_registry_that_refuses_is_heard_in_its_own_words(started, issuer, recording, status):
    recording.behaviour = only_uploads(answering(status, b"the registry's own words", "Content-Type: text/plain"))
    gateway = started(recording)
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()))
    assert (f"{answer.status} {answer.reason}", answer.body) == (status, b"the registry's own words")
    [record] = gateway.audit(1)
    assert (record["granted"], record["reason"], record["upstream.status"]) == (True, "upstream.refused", int(status[:3])), record
    assert record["outcome"] in ("refused", "failed")


# The gateway's own needs


def assert_unavailable(gateway, answer, reason):
    assert_refused(gateway, answer, 503, reason)
    assert int(answer.value("Retry-After")) > 0


def test_without_the_issuers_keys_nothing_is_decided(started, recording):
    away = Issuer()
    away.available = False
    gateway = started(recording, issuer=away.url)
    assert_unavailable(gateway, upload(gateway, Form.of(wheel(fresh_name())), token_credential(away.mint())), "token.keys-unavailable")
    assert not recording.requests
    # A gateway that starts before its network is not held up for a minute.
    away.available = True
    until(lambda: upload(gateway, Form.of(wheel(fresh_name())), token_credential(away.mint())).status == 200, why="the issuer's keys")
    away.close()


def test_a_full_spool_refuses(started, issuer, recording):
    gateway = started(recording, limits={"spool_total": "64KiB"})
    large = Form.of(wheel(fresh_name(), padding=256 << 10))
    assert_unavailable(gateway, upload(gateway, large, token_credential(issuer.mint())), "spool.full")
    assert not recording.requests
    small = Form.of(wheel(fresh_name()))
    assert upload(gateway, small, token_credential(issuer.mint())).status == 200


def test_a_state_store_that_can_not_be_written_refuses_until_it_can(started, issuer, recording):
    gateway = started(recording)
    gateway.limit_files(1)
    assert_unavailable(gateway, upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint())), "state.unavailable")
    assert not recording.requests
    gateway.limit_files(-1)
    assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint())).status == 200


def test_an_audit_file_that_can_not_be_written_refuses_until_it_can(started, issuer, recording):
    gateway = started(recording, audit_file=True, state="{memory: true}")
    gateway.limit_files(1)
    first = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()))
    second = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()))
    assert (second.status, second.json["reason"]) == (503, "audit.unavailable")
    # The first was forwarded before anybody could know, and is answered truthfully.
    assert (first.status, len(recording.requests)) in {(200, 1), (503, 0)}
    gateway.limit_files(-1)
    assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint())).status == 200


def test_too_many_bytes_are_a_413(started, issuer, recording):
    gateway = started(recording, limits={"upload": "64KiB"})
    large = Form.of(wheel(fresh_name(), padding=256 << 10))
    assert_refused(gateway, upload(gateway, large, token_credential(issuer.mint())), 413, "body.too-large")
    assert not recording.requests


def test_an_archive_that_takes_too_long_to_read_is_refused(started, issuer, recording):
    gateway = started(recording, limits={"inspection_timeout": "1ms"})
    large = sdist(fresh_name(), padding=8 << 20)
    assert_refused(gateway, upload(gateway, Form.of(large), token_credential(issuer.mint())), 400, "scope.inspection-too-long")
    assert not recording.requests


@pytest.mark.parametrize("path", ["/", "/python2/", "/pytho", "/other/python/"])
def test_a_path_of_no_registry_is_not_found(started, issuer, recording, path):
    gateway = started(recording, registry={"path": "/python"})
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()), path=path)
    assert_refused(gateway, answer, 404, "route.not-found")
    assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()), path="/python/").status == 200


@pytest.mark.parametrize("path", ["/pypi/", "/legacy/x", "/simple/"])
def test_another_path_names_the_right_one(started, issuer, recording, path):
    gateway = started(recording)
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()), path=path)
    assert_refused(gateway, answer, 404, "route.upload-elsewhere")
    assert "/legacy/" in answer.json["message"] and not recording.requests
