"""What records of refusals and of commands tell of who."""

import os
import pwd
import socket
import subprocess
import time

import pytest

from gateway import BINARY
from issuer import github_claims
from packages import fresh_name, wheel
from registries import basic
from test_generic import generic, put
from test_learning import UNNAMED
from test_refusals import broken
from wire import Form, post_json, token_credential, upload

CLAIM = "oidc.claim."


def sent(gateway, token, package=None):
    return upload(gateway, Form.of(wheel(package or fresh_name())), token_credential(token))


def claims(record) -> dict:
    return {key.removeprefix(CLAIM): value for key, value in record.items() if key.startswith(CLAIM)}


OTHER = "acme/widgets/.github/workflows/test.yml@refs/tags/v1.0.0"
CALLED = "evil/actions/.github/workflows/release.yml@refs/tags/v1.0.0"

# The publisher that is nearest, and how the detail begins.
REFUSED = {
    "another workflow": ({"workflow_ref": OTHER, "job_workflow_ref": OTHER}, None, "widgets-release", 'workflow: expected "release.yml", got '),
    "a job of another file": ({"job_workflow_ref": CALLED}, None, "widgets-release", f'reusable_workflow: expected none, got "{CALLED}"'),
    "a stranger's event": ({"event_name": "issue_comment"}, None, "widgets-release", "event_name: "),
    "a package out of scope": ({}, "stranger", "widgets-release", "the publisher widgets-release may publish "),
    "another repository": ({"repository": "evil/widgets", "repository_id": "9"}, None, None, "no publisher is configured for "),
    "a missing claim": ({"sha": None}, None, None, "the token has no usable claim sha"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_names_the_nearest_publisher_and_every_claim_that_a_condition_can_compare(started, issuer, recording, case):
    overrides, package, nearest, detail = REFUSED[case]
    gateway = started(recording)
    token = {"environment": "release", "run_attempt": "2", **overrides}
    assert sent(gateway, issuer.mint(**token), package).status == 403
    assert (post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint(**token)}).status == 200) == bool(package)
    [record] = gateway.audit(1)
    assert (record.get("publisher.nearest"), record["granted"], "publisher.id" in record) == (nearest, False, False), record
    assert record["detail"].startswith(detail)
    recorded = claims(record)
    # `actor` is a name for display, the id of the token stands by itself.
    assert recorded.keys().isdisjoint({"actor", "jti", "iss", "exp", "nbf", "iat"})
    for name in ("aud", "environment", "repository_id", "ref_type", "workflow_ref", "run_id"):
        assert recorded[name] == github_claims(issuer.url, "acme_python", **token)[name]
    assert record["vcs.repository.name"] == overrides.get("repository", "acme/widgets") and record["oidc.jti"]
    [exchanged] = gateway.audit(1, event="exchange")
    if not package:
        assert (exchanged.get("publisher.nearest"), claims(exchanged)) == (nearest, recorded)


def test_a_grant_names_no_nearest_publisher_and_the_same_claims(started, issuer, recording):
    gateway = started(recording)
    live = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint(environment="release")}).json["token"]
    for token in (issuer.mint(environment="release"), live):
        assert sent(gateway, token).status == 200
    for record in [*gateway.audit(2), *gateway.audit(1, event="exchange")]:
        assert "publisher.nearest" not in record and record["publisher.id"] == "widgets-release"
        assert claims(record)["environment"] == "release" and claims(record)["aud"] == "acme_python"


PAST = int(time.time()) - 3600
UNVERIFIED = {
    "a forged signature": lambda issuer: broken(issuer.mint(environment="release")),
    "an expired token": lambda issuer: issuer.mint(environment="release", iat=PAST, nbf=PAST, exp=PAST + 300),
    "another audience": lambda issuer: issuer.mint(environment="release", audience="acme_other"),
    "another issuer": lambda issuer: issuer.mint(environment="release", iss="https://issuer.example.com"),
}


@pytest.mark.parametrize("case", UNVERIFIED)
def test_nothing_of_a_token_that_is_not_verified_is_recorded(started, issuer, recording, case):
    gateway = started(recording)
    assert sent(gateway, UNVERIFIED[case](issuer)).status == 403
    [record] = gateway.audit(1)
    assert claims(record) == {} and not any(key.startswith(("vcs.", "cicd.", "publisher.")) for key in record), record
    if case == "an expired token":
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(PAST + 300))
        assert record["detail"] == f"the token has expired: it was valid until {moment}"


def test_a_publisher_that_has_expired_says_since_when(started, issuer, recording):
    gateway = started(recording, expires="2026-01-02")
    assert sent(gateway, issuer.mint()).status == 403
    [record] = gateway.audit(1)
    assert (record["reason"], record["publisher.nearest"]) == ("publisher.expired", "widgets-release")
    assert record["detail"] == "the publisher widgets-release has expired: it was valid until 2026-01-02T00:00:00Z"


def test_a_report_names_the_nearest_publisher(started, issuer, recording):
    gateway = started(recording, registry={"legacy_credentials": "pass", "mode": "report"})
    fields = [("Authorization", basic("alice", "x")), ("X-Imprimatur-Token", issuer.mint(workflow_ref=OTHER))]
    assert upload(gateway, Form.of(wheel(fresh_name())), *fields).status == 200
    [record] = gateway.audit(1)
    assert (record["outcome"], record["publisher.nearest"], claims(record)["workflow_ref"]) == ("reported", "widgets-release", OTHER)


@pytest.mark.parametrize("scope", [[], ["--publisher", "widgets-release"]], ids=["everything", "publisher"])
def test_an_upload_of_a_frozen_publisher_tells_whose_it_is(started, issuer, recording, scope):
    gateway = started(recording)
    operate(gateway, "freeze", *scope, "--why", "x")
    gateway.audit(1, event="freeze")
    assert sent(gateway, issuer.mint()).status == 403
    [record] = gateway.audit(1)
    assert record["reason"] == "state.frozen" and claims(record)["repository"] == "acme/widgets"
    assert record.get("publisher.nearest") == ("widgets-release" if scope else None)


TAGGED = '{repository: acme/widgets, repository_owner_id: "42", repository_id: "1234", tag: "v{version}"}'


def test_a_run_on_a_branch_is_told_the_tag_that_its_version_needs(started, issuer, recording):
    gateway = generic(started, recording, when=TAGGED)
    on_a_branch = issuer.mint(ref="refs/heads/main", ref_type="branch")
    answer = put(gateway, "/acme-widgets/2.0.0/a.bin", b"bytes", token_credential(on_a_branch))
    expected = 'expected tag "v2.0.0", this run is on refs/heads/main (publisher widgets-release)'
    assert answer.status == 403 and expected in answer.json["message"]
    assert gateway.audit(1)[0]["detail"] == expected
    answer = put(gateway, "/acme-widgets/2.0.0/a.bin", b"bytes", token_credential(issuer.mint()))
    assert 'expected tag "v2.0.0", this run is on refs/tags/v1.0.0' in answer.json["message"]
    assert put(gateway, "/acme-widgets/1.0.0/a.bin", b"bytes", token_credential(issuer.mint())).status == 200


# Commands


def operate(gateway, *arguments, **variables):
    run = subprocess.run(
        [BINARY, *arguments, "-c", gateway.configuration], capture_output=True, text=True, timeout=60, cwd=gateway.directory,
        env={**{key: value for key, value in os.environ.items() if key != "SUDO_USER"}, **variables})
    assert run.returncode == 0, run.stdout + run.stderr


COMMANDS = {
    "freeze": ["freeze", "--why", "x"], "unfreeze": ["unfreeze"], "forget": ["publishers", "forget", "widgets-release", "--why", "x"],
    "revoke": ["publishers", "revoke", "widgets-release", "--why", "x"],
}


def test_a_command_that_changes_something_is_recorded_with_who_ran_it_and_where(started, issuer, recording):
    gateway = started(recording, when=UNNAMED)
    assert sent(gateway, issuer.mint()).status == 200
    for event, arguments in COMMANDS.items():
        operate(gateway, *arguments)
        [record] = gateway.audit(1, event=event)
        assert (record["operator.user"], record["operator.host"]) == (pwd.getpwuid(os.getuid()).pw_name, socket.gethostname())
    assert "operator.user" not in gateway.audit(1)[0]


@pytest.mark.parametrize("caller, suffix", [("daemon", " (sudo from daemon)"), ("nobody-of-that-name", ""), ("", "")])
def test_the_user_behind_sudo_is_recorded_if_there_is_one(started, recording, caller, suffix):
    gateway = started(recording)
    operate(gateway, "freeze", "--why", "x", SUDO_USER=caller)
    # Of anybody but root the variable proves nothing.
    user = pwd.getpwuid(os.getuid()).pw_name
    assert gateway.audit(1, event="freeze")[0]["operator.user"] == user + (suffix if os.getuid() == 0 else "")
