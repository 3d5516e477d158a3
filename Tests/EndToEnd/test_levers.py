"""Levers of an operator: freezes, revocation, credentials of old that pass, and a policy that is only tried out."""

import contextlib
import json
import re
import sqlite3
import subprocess
import threading

import pytest

from packages import fresh_name, wheel
from ports import until
from recording import answering
from registries import ROOT, basic
from races import RUNS, at_once
from test_exchange import minted
from test_generic import generic, put
from test_operations import beginning, change, command, published
from test_refusals import assert_refused
from wire import Form, head, post_json, read_answer, request, token_credential, upload

SCOPES = {"everything": [], "the registry python": ["--registry", "python"], "the publisher widgets-release": ["--publisher", "widgets-release"]}


def operate(gateway, *arguments, status=0) -> subprocess.CompletedProcess:
    run = command(gateway, *arguments, "-c", gateway.configuration)
    assert run.returncode == status, run.stdout + run.stderr
    return run


def send(gateway, token, distribution=None):
    return upload(gateway, Form.of(distribution or wheel(fresh_name())), token_credential(token))


# Freezes


@pytest.mark.parametrize("scope", SCOPES)
def test_what_is_frozen_is_refused_by_every_way_until_it_is_freed(started, issuer, recording, scope):
    gateway = started(recording)
    live = minted(gateway, issuer)
    assert operate(gateway, "freeze", *SCOPES[scope], "--why", "a stolen laptop").stdout == f"frozen: {scope}\n"
    [record] = gateway.audit(1, event="freeze")
    assert (record["granted"], record["detail"]) == (True, "a stolen laptop")
    assert {"everything": None, "the registry python": record.get("registry"),
            "the publisher widgets-release": record.get("publisher.id")}[scope] == (scope.split()[-1] if scope != "everything" else None)
    for token in (issuer.mint(), live):
        answer = send(gateway, token)
        assert (answer.status, answer.json["reason"]) == (403, "state.frozen")
        assert "stolen" not in str(answer)
    answer = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint()})
    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "not-enabled") and "state.frozen" in str(answer)
    assert all(record["detail"] == f"{scope} is frozen: a stolen laptop" for record in gateway.audit(2))
    assert not recording.requests
    operate(gateway, "unfreeze", *SCOPES[scope], "--why", "found again")
    assert gateway.audit(1, event="unfreeze")[0]["detail"] == "found again"
    until(lambda: send(gateway, live).status == 200, 5, "an upload after the unfreeze")


def test_a_freeze_of_something_else_stops_nothing(started, issuer, recording):
    gateway = started(recording)
    change(gateway, gateway.render() + """
  - id: other
    issuer: github
    when: {repository: acme/other, repository_owner_id: "42", environment: release}
    may_publish: {python: other}
""", by_signal=True)
    operate(gateway, "freeze", "--publisher", "other", "--why", "x")
    gateway.audit(1, event="freeze")
    assert published(gateway, issuer) == 200


def test_a_frozen_entry_stops_what_it_would_allow_and_no_more(started, issuer, recording):
    """A second entry means the same repository, and allows one package of its own: both kinds of credential are judged alike."""
    gateway = started(recording, packages='"shared-*"')
    change(gateway, gateway.render() + """
  - id: second
    issuer: github
    when: {repository: acme/widgets, repository_owner_id: "42", repository_id: "1234", workflow: release.yml}
    may_publish: {python: ["shared-*", "own-*"]}
    create: any
""", by_signal=True)
    before = minted(gateway, issuer)
    operate(gateway, "freeze", "--publisher", "widgets-release", "--why", "x")
    gateway.audit(1, event="freeze")
    during = minted(gateway, issuer)
    for token in (before, during, issuer.mint()):
        assert send(gateway, token, wheel(fresh_name("shared"))).json["reason"] == "state.frozen"
        assert send(gateway, token, wheel(fresh_name("own"))).status == 200
    assert [record["publisher.id"] for record in gateway.audit(2, event="exchange")] == ["widgets-release", "second"]
    operate(gateway, "freeze", "--publisher", "second", "--why", "x")
    gateway.audit(2, event="freeze")
    answer = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint()})
    assert answer.status == 422 and "state.frozen" in str(answer)


def test_a_freeze_outlives_a_restart_and_works_while_no_gateway_runs(started, issuer, recording):
    gateway = started(recording)
    gateway.stop()
    operate(gateway, "freeze", "--why", "at night")
    gateway.start()
    assert published(gateway, issuer) == 403
    assert gateway.audit(1, event="freeze")[0]["detail"] == "at night"


def test_what_is_frozen_is_listed(started, issuer, recording):
    gateway = started(recording)
    assert operate(gateway, "freeze", "--list").stdout == "nothing is frozen\n"
    for scope in SCOPES.values():
        operate(gateway, "freeze", *scope, "--why", "line one\nline two")
    listed = json.loads(operate(gateway, "freeze", "--list", "--json").stdout)
    assert [(freeze.get("registry"), freeze.get("publisher"), freeze["why"]) for freeze in listed] == [
        (None, None, "line one\nline two"), ("python", None, "line one\nline two"), (None, "widgets-release", "line one\nline two")]
    lines = operate(gateway, "freeze", "--list").stdout.splitlines()
    assert [line.split(", since 20")[0] for line in lines] == ["everything", "the registry python", "the publisher widgets-release"]


@pytest.mark.parametrize("fault", ["create: anyy", "no-such-key: x", "certificate"])
def test_a_freeze_needs_no_flawless_configuration(started, issuer, recording, fault):
    gateway = started(recording)
    text = gateway.render()
    wrong = text.replace("server:", "server:\n  tls: {certificate: gone.crt, key: gone.key}") if fault == "certificate" else text.replace(
        "create: any", fault)
    assert wrong != text
    gateway.configuration.write_text(wrong)
    run = operate(gateway, "freeze", "--publisher", "widgets-release", "--why", "an incident")
    assert run.stdout == "frozen: the publisher widgets-release\n"
    # A certificate need not even be readable for whoever runs the command.
    assert ("error: " in run.stderr) == (fault != "certificate")
    gateway.audit(1, event="freeze")
    assert published(gateway, issuer) == 403
    gateway.configuration.write_text(text.replace("state:", "state: {sqlite: }\nother:"))
    operate(gateway, "unfreeze", "--publisher", "widgets-release", status=2)


def test_a_deed_is_settled_when_it_is_recorded(started, issuer, recording):
    gateway = started(recording, audit_file=True)
    gateway.stop()
    folder, away = gateway.directory / "log", gateway.directory / "away"
    away.mkdir()
    gateway.audit_path = folder / "audit.jsonl"
    gateway.configuration.write_text(gateway.render().replace("audit.jsonl}", "audit.jsonl, on_failure: continue}"))
    gateway.start()
    operate(gateway, "freeze", "--why", "an incident")

    def deeds() -> int:
        with contextlib.closing(sqlite3.connect(gateway.state_path)) as database:
            return database.execute("SELECT count(*) FROM deeds WHERE leased_until > 0").fetchone()[0]

    until(lambda: deeds() == 1, 10, "the deed's lease")
    assert post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint()}).status == 422
    assert deeds() == 1
    away.rename(folder)
    assert gateway.audit(1, event="freeze")[0]["detail"] == "an incident"
    until(lambda: deeds() == 0, 10, "the settlement")


def test_misuse_of_the_commands_is_told(started, issuer, recording, tmp_path):
    gateway = started(recording)
    assert "no registry" in operate(gateway, "freeze", "--registry", "nowhere", "--why", "x", status=1).stderr
    assert "widgets-release" in operate(gateway, "freeze", "--publisher", "widgets-releas", "--why", "x", status=1).stderr
    assert "not frozen" in operate(gateway, "unfreeze", status=1).stderr
    operate(gateway, "freeze", status=64)
    operate(gateway, "freeze", "--list", "--why", "x", status=64)
    operate(gateway, "freeze", "--json", "--why", "x", status=64)
    operate(gateway, "freeze", "--registry", "python", "--publisher", "widgets-release", "--why", "x", status=64)
    gateway.configuration.write_text(gateway.render().replace("version: 1", "version: 2"))
    operate(gateway, "freeze", "--why", "x", status=2)
    gateway.configuration.write_text(gateway.render().replace(f"{{sqlite: {gateway.state_path}}}", "{memory: true}"))
    assert "memory" in operate(gateway, "freeze", "--why", "x", status=1).stderr
    gateway.configuration.write_text(gateway.render().replace(str(gateway.state_path), str(tmp_path / "none.db")))
    assert "can't be used" in operate(gateway, "freeze", "--why", "x", status=1).stderr
    assert not (tmp_path / "none.db").exists()


def test_a_freeze_during_an_upload_stops_it_before_the_registry_sees_a_byte(started, issuer, recording):
    gateway = started(recording)
    for run in range(RUNS):
        connection, rest = beginning(gateway, wheel(fresh_name(), padding=200_000), issuer.mint())
        operate(gateway, "freeze", "--registry", "python", "--why", f"run {run}")
        gateway.audit(run + 1, event="freeze")
        with connection:
            connection.sendall(rest)
            answer = read_answer(connection)
        assert (answer.status, answer.json["reason"]) == (403, "state.frozen")
        assert not recording.requests
        operate(gateway, "unfreeze", "--registry", "python")
        gateway.audit(run + 1, event="unfreeze")


def test_uploads_that_run_against_a_freeze_end_as_their_records_say(started, issuer, recording):
    """Whatever wins: what the registry has is what was recorded as published, and after the freeze is recorded nothing begins."""
    gateway = started(recording)
    frozen = threading.Event()
    statuses = []

    def publish(_):
        while not frozen.is_set():
            statuses.append(send(gateway, issuer.mint()).status)

    def freeze():
        operate(gateway, "freeze", "--why", "race")
        gateway.audit(1, event="freeze")
        frozen.set()

    freezer = threading.Timer(0.3, freeze)
    freezer.start()
    at_once(4, publish)
    freezer.join()
    assert send(gateway, issuer.mint()).status == 403
    assert set(statuses) <= {200, 403} and 200 in statuses
    published = [record for record in gateway.audit(len(statuses) + 1) if record["outcome"] == "published"]
    assert len(published) == statuses.count(200) == len(recording.requests)


# Upload tokens


def test_all_upload_tokens_of_a_publisher_are_revoked_at_once(started, issuer, recording):
    gateway = started(recording)
    tokens = [minted(gateway, issuer) for _ in range(3)]
    assert operate(gateway, "publishers", "revoke", "widgets-release", "--why", "leaked").stdout == "ended: 3 upload tokens of widgets-release\n"
    [record] = gateway.audit(1, event="revoke")
    assert (record["publisher.id"], record["detail"]) == ("widgets-release", "leaked")
    for token in tokens:
        assert send(gateway, token).json["reason"] == "credential.unknown-upload-token"
    assert published(gateway, issuer) == 200
    assert send(gateway, minted(gateway, issuer)).status == 200
    assert "widgets-release" in operate(gateway, "publishers", "revoke", "widgets-releas", "--why", "x", status=1).stderr


def test_upload_tokens_of_a_publisher_that_is_gone_are_revoked(started, issuer, recording):
    gateway = started(recording)
    minted(gateway, issuer)
    gateway.stop()
    gateway.configuration.write_text(gateway.render().replace("id: widgets-release", "id: another"))
    assert operate(gateway, "publishers", "revoke", "widgets-release", "--why", "x").stdout == "ended: 1 upload token of widgets-release\n"
    assert "no publisher" in operate(gateway, "publishers", "revoke", "widgets-release", "--why", "x", status=1).stderr


@pytest.mark.parametrize("end", ["burnt", "revoked"])
def test_a_token_that_ends_while_the_registry_is_asked_publishes_nothing(started, issuer, recording, end):
    """It is asked for the file once before the upload is entered into the store, and once after."""
    gateway = started(recording, registry={"overwrite": "refuse"})
    token = minted(gateway, issuer)
    asked = []

    def answer(exchange):
        exchange.read_body()
        asked.append(exchange.recorded.line)
        if len(asked) == 3 and end == "burnt":
            assert post_json(gateway, "/_/oidc/burn-token", {"token": token}).status == 202
        if len(asked) == 3 and end == "revoked":
            operate(gateway, "publishers", "revoke", "widgets-release", "--why", "a leak")
        exchange.answer("404 Not Found", b"no")

    recording.behaviour = answer
    assert_refused(gateway, send(gateway, token), 403, "state.ended")
    assert [line.split()[0] for line in asked] == ["GET"] * 4


def test_a_token_never_outlives_its_publishers_entry(started, issuer, recording):
    gateway = started(recording)
    token = minted(gateway, issuer)
    other = gateway.render().replace("id: widgets-release", "id: same-rights")
    change(gateway, other, by_signal=True)
    # Another entry of the same rights is not the one that it was given out for, and its own coming back revives nothing.
    answer = send(gateway, token)
    assert answer.status == 403
    change(gateway, gateway.render(), by_signal=True)
    assert send(gateway, token).json["reason"] == "credential.unknown-upload-token"


def test_tokens_of_an_issuer_that_was_replaced_are_worth_nothing(started, issuer, recording):
    gateway = started(recording)
    live = minted(gateway, issuer)
    change(gateway, gateway.render().replace(issuer.url, "http://127.0.0.1:1"), by_signal=True)
    assert_refused(gateway, send(gateway, live), 403, "publisher.issuer-replaced")
    assert not recording.requests


def test_a_token_that_was_asked_for_one_package_publishes_no_other(started, issuer, recording):
    gateway = started(recording)
    name = fresh_name()
    answer = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint(), "package": name.upper().replace("-", "_")})
    assert answer.status == 200
    token = answer.json["token"]
    assert_refused(gateway, send(gateway, token), 403, "scope.other-package")
    assert send(gateway, token, wheel(name)).status == 200
    answer = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint(), "package": "no package"})
    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "invalid-payload")


def test_the_published_pattern_finds_every_upload_token(started, issuer, recording):
    """The regular expression of the documents, as a secret scanner would use it."""
    pattern = re.search(r"`(impr_[^`]+)`", (ROOT / "Sources/Gateway/Documentation.docc/TrustOverTime.md").read_text())[1]
    gateway = started(recording)
    for _ in range(20):
        token = minted(gateway, issuer)
        assert re.fullmatch(pattern, token)
        assert re.findall(pattern, f'TWINE_PASSWORD="{token}"; echo {token}.') == [token, token]
    assert not re.search(pattern, "impr_" + "0" * 48)


# Credentials of old

STATIC = ("Authorization", basic("alice", "her.own.password"))


def test_a_static_credential_passes_where_the_operator_lets_it(started, issuer, recording):
    gateway = started(recording, registry={"legacy_credentials": "pass"})
    content = wheel(fresh_name())
    password = ("Authorization", basic("alice", "correct horse"))
    assert upload(gateway, Form.of(content), password).status == 200
    [sent] = recording.requests
    assert sent.values("Authorization") == [password[1]]
    [record] = gateway.audit(1)
    assert (record["outcome"], record["credential"], record["granted"]) == ("published", "legacy", False)
    assert record["artifact.hash"] == f"sha256:{content.sha256}"
    assert published(gateway, issuer) == 200
    assert recording.requests[1].values("Authorization") == [recording.authorization]
    assert recording.connections == 2


def test_a_static_credential_is_inspected_all_the_same(started, issuer, recording):
    gateway = started(recording, registry={"legacy_credentials": "pass"})
    answer = upload(gateway, Form.of(wheel(fresh_name()), name="other"), ("Authorization", basic("alice", "correct horse")))
    assert answer.status == 400
    assert not recording.requests


NEVER_LEGACY = {
    "a JWS that fails": lambda issuer, _: issuer.mint(audience="acme_other"),
    "a password of three parts": lambda issuer, _: "a.b.c",
    "an upload token that ended": lambda issuer, gateway: burnt(gateway, issuer),
    "an upload token cut short": lambda issuer, gateway: minted(gateway, issuer)[:-1],
}


def burnt(gateway, issuer) -> str:
    token = minted(gateway, issuer)
    assert post_json(gateway, "/_/oidc/burn-token", {"token": token}).status == 202
    return token


@pytest.mark.parametrize("case", NEVER_LEGACY)
def test_a_token_is_never_taken_for_a_password(started, issuer, recording, case):
    gateway = started(recording, registry={"legacy_credentials": "pass"})
    token = NEVER_LEGACY[case](issuer, gateway)
    for credential in (token_credential(token), ("Authorization", f"Bearer {token}")):
        assert upload(gateway, Form.of(wheel(fresh_name())), credential).status == 403
    if case != "a password of three parts":
        assert upload(gateway, Form.of(wheel(fresh_name())), ("Authorization", basic(token, "x"))).status == 400
    assert not recording.requests


def test_the_registry_challenges_its_own_users(started, issuer, recording):
    recording.behaviour = answering("401 Unauthorized", b"who?", 'WWW-Authenticate: Basic realm="index"')
    gateway = started(recording, registry={"legacy_credentials": "pass"})
    answer = upload(gateway, Form.of(wheel(fresh_name())), ("Authorization", basic("alice", "wrong")))
    assert (answer.status, answer.value("WWW-Authenticate")) == (401, 'Basic realm="index"')
    assert published(gateway, issuer) == 502


def test_a_static_credential_streams_a_file(started, issuer, nginx):
    gateway = generic(started, nginx, registry={"legacy_credentials": "pass", "overwrite": "refuse"})
    path = f"/{fresh_name()}/1.0/file.bin"
    own = ("Authorization", basic(nginx.username, nginx.password))
    assert put(gateway, path, b"bytes", own).status == 201
    assert put(gateway, path, b"other", own).status == 409
    assert put(gateway, f"/{fresh_name()}/1.0/file.bin", b"bytes", ("Authorization", basic("alice", "wrong"))).status in (401, 403)


# Trying it out


def reporting(started, registry, /, **settings):
    return started(registry, registry={"legacy_credentials": "pass", "mode": "report"}, **settings)


REPORTED = {
    "a grant": ({}, True, None),
    "another repository": ({"repository": "acme/gadgets", "repository_id": "9999"}, False, "publisher.no-publisher"),
    "another workflow": (
        {"workflow_ref": "acme/widgets/.github/workflows/test.yml@refs/tags/v1.0.0"}, False, "publisher.claim-mismatch"),
    "an expired token": ({"iat": 1, "nbf": 1, "exp": 600}, False, "token.expired"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_a_report_says_what_would_have_been_decided(started, issuer, recording, case):
    claims, granted, reason = REPORTED[case]
    gateway = reporting(started, recording)
    password = ("Authorization", basic("alice", "correct horse"))
    answer = upload(gateway, Form.of(wheel(fresh_name())), password, ("X-Imprimatur-Token", issuer.mint(**claims)))
    assert answer.status == 200
    [sent] = recording.requests
    assert sent.values("Authorization") == [password[1]] and not sent.values("X-Imprimatur-Token")
    [record] = gateway.audit(1)
    assert (record["outcome"], record["granted"], record.get("reason"), record["credential"]) == ("reported", granted, reason, "legacy")
    assert ("publisher.id" in record) == granted


def test_a_report_heeds_a_freeze(started, issuer, recording):
    gateway = reporting(started, recording)
    operate(gateway, "freeze", "--publisher", "widgets-release", "--why", "an incident")
    gateway.audit(1, event="freeze")
    fields = [("Authorization", basic("alice", "correct horse")), ("X-Imprimatur-Token", issuer.mint())]
    assert upload(gateway, Form.of(wheel(fresh_name())), *fields).status == 200
    [record] = gateway.audit(1)
    assert (record["outcome"], record["reason"], record["granted"]) == ("reported", "state.frozen", False)


@pytest.mark.parametrize("token", ["nonsense", ""])
def test_a_token_that_is_none_is_reported_as_such(started, issuer, recording, token):
    gateway = reporting(started, recording)
    answer = upload(gateway, Form.of(wheel(fresh_name())), ("Authorization", basic("alice", "x")), ("X-Imprimatur-Token", token))
    assert answer.status == 200
    assert gateway.audit(1)[0]["reason"] == "token.malformed"


def test_a_report_uses_up_nothing_and_teaches_nothing(started, issuer, recording):
    gateway = reporting(started, recording, when="{repository: acme/widgets, workflow: release.yml}")
    token = issuer.mint()
    for _ in range(2):
        answer = upload(gateway, Form.of(wheel(fresh_name())), ("Authorization", basic("alice", "x")), ("X-Imprimatur-Token", token))
        assert answer.status == 200
    assert {record["publisher.state"] for record in gateway.audit(2)} == {"pending"}
    assert published(gateway, issuer, repository_id="9999") == 200


def test_a_static_credential_alone_is_no_report(started, issuer, recording):
    gateway = reporting(started, recording)
    assert upload(gateway, Form.of(wheel(fresh_name())), ("Authorization", basic("alice", "x"))).status == 200
    assert gateway.audit(1)[0]["outcome"] == "published"
    # Ours goes upstream under a Grant, and under nothing less.
    assert request(gateway, "POST", "/", [("Content-Length", "0"), ("X-Imprimatur-Token", issuer.mint())]).status == 403
    assert published(gateway, issuer) == 200
    assert recording.requests[-1].values("Authorization") == [recording.authorization]


# Several entries


def test_a_token_of_a_shared_audience_is_for_every_registry_of_its_host(started, issuer, recording):
    gateway = started(recording, registry={"host": "127.0.0.1"})
    text = gateway.render()
    registry = text[text.index("  python:\n") : text.index("publishers:\n")]
    text = text.replace("publishers:\n", registry.replace("  python:\n", "  nightly:\n").replace("    host:", "    path: /nightly\n    host:") + "publishers:\n")
    text += """
  - id: nightly
    issuer: github
    when: {repository: acme/widgets, repository_owner_id: "42", ref_type: tag}
    may_publish: {nightly: "acme-widgets*"}
    create: any
"""
    change(gateway, text, by_signal=True)
    token = minted(gateway, issuer)
    assert send(gateway, token).status == 200
    assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(token), path="/nightly/").status == 200
    assert [record["publisher.id"] for record in gateway.audit(2)] == ["widgets-release", "nightly"]


def test_an_upload_goes_on_the_word_that_was_entered_or_not_at_all(started, issuer, recording):
    """While a streamed body is awaited, its publisher's entry is replaced by another of the same rights."""
    gateway = generic(started, recording)
    path = f"/{fresh_name()}/1.0/file.bin"
    connection = gateway.connect()
    fields = [("Host", "127.0.0.1"), ("Content-Length", "5"), ("Expect", "100-continue"), token_credential(issuer.mint())]
    connection.sendall(head("PUT", path, fields))
    # It is asked for the body once its name is claimed.
    assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
    change(gateway, gateway.render().replace("id: widgets-release", "id: same-rights"), by_signal=True)
    with connection:
        connection.sendall(b"bytes")
        answer = read_answer(connection)
    assert_refused(gateway, answer, 503, "gateway.configuration-changed")
    assert not recording.requests
    assert put(gateway, path, b"bytes", token_credential(issuer.mint())).status == 200
