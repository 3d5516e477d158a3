"""`imprimatur explain`: the real pipeline, told step by step."""

import json
import sqlite3
import subprocess
import time

import pytest

from clients import environment
from gateway import BINARY, Gateway, Settings
from issuer import github_claims
from packages import fresh_name, sdist, wheel
from test_learning import UNNAMED, published
from test_operations import change, command


@pytest.fixture
def explain(tmp_path, issuer):
    """explain(token, *arguments): the exit code and what was printed as JSON."""
    gateway = Gateway(
        tmp_path / "gateway",
        Settings(issuer=issuer.url, upstream="http://127.0.0.1:1/", when='{repository: acme/widgets, repository_owner_id: "42", '
                 'workflow: release.yml, tag: "v{version}"}'))

    def run(token: str, *arguments: str, form=("--json",)):
        (tmp_path / "token").write_text(token + "\n")
        done = subprocess.run(
            [BINARY, "explain", "-c", gateway.configuration, "--token", tmp_path / "token", *arguments, *form],
            capture_output=True, text=True, timeout=60, env=environment(tmp_path))
        return done.returncode, json.loads(done.stdout) if form and done.stdout else done.stdout + done.stderr

    return run


def test_a_grant_names_each_condition_with_what_it_expected_and_got(explain, issuer):
    code, told = explain(issuer.mint(), "--package", "Acme_Widgets", "--version", "1.0.0")
    assert (code, told["decision"], told["registry"]) == (0, "grant", "python"), told
    [publisher] = told["publishers"]
    assert (publisher["id"], publisher["allows_package"]) == ("widgets-release", True)
    conditions = {condition["key"]: condition for condition in publisher["conditions"]}
    assert conditions["repository"] == {"key": "repository", "expected": '"acme/widgets"', "got": "acme/widgets", "holds": True}
    assert conditions["tag"]["got"] == "refs/tags/v1.0.0"
    assert all(condition["holds"] for condition in publisher["conditions"])
    # No gateway has run: there is no state to ask.
    assert [step["name"] for step in told["steps"] if not step["holds"]] == ["state"]


REFUSALS = {
    "another version than the tag's": ("publisher.claim-mismatch", {}, ["--package", "acme-widgets", "--version", "2.0.0"]),
    "a package out of scope": ("scope.package-not-allowed", {}, ["--package", "stranger", "--version", "1.0.0"]),
    "another workflow": (
        "publisher.claim-mismatch", {"workflow_ref": "acme/widgets/.github/workflows/test.yml@refs/tags/v1.0.0"},
        ["--package", "acme-widgets", "--version", "1.0.0"]),
    "another audience": ("token.wrong-audience", {"audience": "acme_other"}, ["--package", "acme-widgets", "--version", "1.0.0"]),
    "another issuer": ("token.unknown-issuer", {"iss": "https://issuer.example.com"}, []),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_why(explain, issuer, case):
    reason, claims, arguments = REFUSALS[case]
    code, told = explain(issuer.mint(**claims), *arguments)
    assert (code, told["decision"], told["reason"]) == (1, "refusal", reason), told
    assert told["detail"]


def test_an_expired_token_is_refused_and_explained_as_of_its_own_time(explain, issuer):
    past = int(time.time()) - 3600
    code, told = explain(issuer.mint(iat=past, nbf=past, exp=past + 300), "--package", "acme-widgets", "--version", "1.0.0")
    assert (code, told["reason"]) == (1, "token.expired")
    assert all(condition["holds"] for condition in told["publishers"][0]["conditions"])


def test_without_a_package_or_without_keys_it_is_undecided(explain, issuer, tmp_path):
    assert explain(issuer.mint())[0] == 2
    code, told = explain(issuer.mint(), "--package", "acme-widgets", "--version", "1.0.0", "--keys", str(tmp_path / "missing"), form=())
    assert code == 2 and "missing can't be read" in told


def test_a_given_key_set_needs_no_issuer(explain, issuer, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps(issuer.jwks()))
    fetched = len(issuer.fetched)
    code, _ = explain(issuer.mint(), "--package", "acme-widgets", "--version", "1.0.0", "--keys", str(tmp_path / "keys.json"))
    assert (code, len(issuer.fetched)) == (0, fetched)


@pytest.mark.parametrize("make", [wheel, sdist])
def test_a_file_says_what_it_would_publish(explain, issuer, tmp_path, make):
    path = make(fresh_name()).write(tmp_path)
    assert explain(issuer.mint(), "--upload", str(path))[0] == 0
    path = make(fresh_name("stranger")).write(tmp_path)
    code, told = explain(issuer.mint(), "--upload", str(path))
    assert (code, told["reason"]) == (1, "scope.package-not-allowed")
    assert explain(issuer.mint(), "--upload", str(path.rename(tmp_path / "other-1.0.0.tar.gz")), form=())[0] == 2


def test_a_person_reads_it_as_lines(explain, issuer):
    code, told = explain(issuer.mint(), "--package", "stranger", form=())
    assert code == 1
    assert 'yes  repository: expected "acme/widgets", got "acme/widgets"' in told
    assert "NO   may publish acme-widgets*" in told
    assert "refusal: " in told
    assert "\x1b" not in told


def test_the_tree_holds_whose_token_it_is_and_each_registered_claim(explain, issuer):
    _, told = explain(issuer.mint(surprise="x"), "--package", "acme-widgets", "--version", "1.0.0")
    assert told["source"] == "token" and told["signature"] is True
    assert told["issuer"] == {"name": "github", "provider": "github", "url": issuer.url}
    assert [(claim["name"], claim["holds"]) for claim in told["claims"]] == [
        ("iss", True), ("aud", True), ("exp", True), ("nbf", True), ("iat", True), ("jti", True)]
    assert told["claims"][1]["expected"] == '"acme_python"' and told["claims"][1]["got"] == "acme_python"
    assert told["unaccounted_claims"] == ["surprise"]
    assert told["upload"] == {"package": "acme-widgets", "version": "1.0.0"}
    [publisher] = told["publishers"]
    assert (publisher["ids"], publisher["create"], publisher["allows_creation"]) == (
        {"state": "configured", "holds": True}, "any", True)
    assert (publisher["expires"], publisher["expired"], told["publisher"]) == ("2099-01-01", False, "widgets-release")
    assert next(c for c in publisher["conditions"] if c["key"] == "tag")["references"] == ["refs/tags/v1.0.0"]


def test_a_forged_token_is_refused_and_its_claims_are_told_all_the_same(explain, issuer):
    token = issuer.mint(environment="\x1b[2J")
    forged = token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")
    code, told = explain(forged, "--package", "acme-widgets", "--version", "1.0.0")
    assert (code, told["reason"], told["signature"]) == (1, "token.bad-signature", False)
    assert all(condition["holds"] for condition in told["publishers"][0]["conditions"])
    code, told = explain(issuer.mint(audience="them", exp=1), "--package", "acme-widgets", "--version", "1.0.0")
    assert (code, told["signature"], [c["name"] for c in told["claims"] if c["holds"] is False]) == (1, True, ["aud", "exp", "nbf"])


def test_keys_that_can_not_be_had_leave_it_undecided(explain, issuer):
    issuer.available = False
    code, told = explain(issuer.mint(), "--package", "acme-widgets", "--version", "1.0.0")
    issuer.available = True
    assert (code, told["decision"], told["reason"]) == (2, "undecided", "token.keys-unavailable")
    assert told["signature"] is None and told["publishers"]


# Claims


@pytest.fixture
def judge(tmp_path, issuer):
    """judge(claims, *arguments): the exit code and the JSON. The configuration's secret is nowhere."""
    gateway = Gateway(tmp_path / "gateway", Settings(issuer=issuer.url, upstream="http://127.0.0.1:1/", create="named", packages="acme-widgets, acme-x-*"))
    gateway.secret.unlink()

    def run(claims, *arguments, form=("--json",), text=None):
        done = subprocess.run(
            [BINARY, "explain", "-c", gateway.configuration, "--claims", "-", *arguments, *form],
            input=text if text is not None else json.dumps(claims), capture_output=True, text=True, timeout=60, cwd=tmp_path)
        return done.returncode, json.loads(done.stdout) if form and done.stdout else done.stdout + done.stderr

    return run


RELEASE = ("--package", "acme-widgets", "--version", "1.0.0")


def bare(issuer, **overrides) -> dict:
    """The claims of a release, without those that say when and for whom."""
    return github_claims(issuer.url, "", **{"aud": None, "exp": None, "iat": None, "nbf": None, "jti": None, **overrides})


def test_claims_alone_are_judged_without_a_signature_or_an_issuer(judge, issuer):
    fetched = len(issuer.fetched)
    code, told = judge(bare(issuer), *RELEASE)
    assert (code, told["decision"], told["source"], told["signature"]) == (0, "grant", "claims", None)
    assert {claim["name"]: claim["holds"] for claim in told["claims"]} == {
        "iss": True, "aud": None, "exp": None, "nbf": None, "iat": None, "jti": None}
    code, told = judge(bare(issuer), *RELEASE, form=())
    assert code == 0 and "signature: not judged: these are claims, not a token" in told
    assert len(issuer.fetched) == fetched


JUDGED = {
    "the audience": ({"aud": "them"}, "token.wrong-audience"), "the expiry": ({"exp": 1}, "token.expired"),
    "the beginning": ({"nbf": 4102444800}, "token.not-yet-valid"), "the moment of issue": ({"iat": 4102444800}, "token.not-yet-valid"),
    "a claim's type": ({"exp": "soon"}, "token.invalid-claim"), "the issuer": ({"iss": "https://issuer.example.com"}, "token.unknown-issuer"),
    "what the provider always sends": ({"sha": None}, "publisher.missing-claim"), "a condition": ({"repository_id": "9"}, "publisher.claim-mismatch"),
    "the name of a repository that has the ids": ({"repository": "acme/gizmos"}, "publisher.claim-mismatch"),
    "who": ({"repository": "evil/widgets", "repository_id": "9"}, "publisher.no-publisher"),
}


@pytest.mark.parametrize("case", JUDGED)
def test_of_claims_is_judged(judge, issuer, case):
    overrides, reason = JUDGED[case]
    code, told = judge(bare(issuer, **overrides), *RELEASE)
    assert (code, told["decision"], told["reason"]) == (1, "refusal", reason)


def test_claims_without_an_issuer_are_the_named_ones_or_the_only_ones(judge, issuer):
    claims = bare(issuer, iss=None)
    assert judge(claims, *RELEASE)[0] == 0
    assert judge(claims, *RELEASE, "--issuer", "github")[0] == 0
    code, told = judge(claims, *RELEASE, "--issuer", "gitlab", form=())
    assert code == 2 and 'there is no issuer "gitlab"' in told
    code, told = judge(bare(issuer), *RELEASE, "--issuer", "github", form=())
    assert code == 2 and "--issuer is for claims without iss" in told


@pytest.mark.parametrize("text", ["", "[]", '{"iss": "a", "iss": "b"}', '{"iss": "a"} {}', '{"exp": 01}'])
def test_what_is_no_object_of_claims_is_not_guessed_at(judge, text):
    code, told = judge(None, *RELEASE, text=text, form=())
    assert code == 2 and "the claims are no JSON object" in told


def test_whether_the_package_exists_is_asked_of_whoever_asks(judge, issuer):
    glob = ("--package", "acme-x-new", "--version", "1.0.0")
    code, told = judge(bare(issuer), *glob)
    assert (code, told["decision"], told["package_exists"]) == (2, "undecided", None) and "acme-x-new" in told["detail"]
    code, told = judge(bare(issuer), *glob, "--package-exists", "yes")
    assert (code, told["package_exists"]) == (0, True)
    code, told = judge(bare(issuer), *glob, "--package-exists", "no")
    assert (code, told["reason"], told["publishers"][0]["allows_creation"]) == (1, "scope.creation-not-allowed", False)


# What was learnt


def test_what_publishers_have_learnt_is_looked_up(started, issuer, recording, tmp_path):
    gateway = started(recording, when=UNNAMED)

    def ids(*arguments, **claims):
        (tmp_path / "token").write_text(issuer.mint(**claims))
        run = command(gateway, "explain", "-c", gateway.configuration, "--token", tmp_path / "token", *RELEASE, "--json")
        told = json.loads(run.stdout)
        return run.returncode, told.get("reason"), told["publishers"][0]["ids"]

    own = {"repository_id": "1234", "repository_owner_id": "42"}
    assert ids() == (0, None, {"state": "pending", "holds": True, "got": own})
    assert published(gateway, issuer).status == 200
    assert ids() == (0, None, {"state": "learnt", "holds": True, "learnt": own, "got": own})
    assert ids(repository_id="9") == (
        1, "publisher.identity-changed", {"state": "changed", "holds": False, "learnt": own, "got": {**own, "repository_id": "9"}})
    # A repository that was renamed is told by the ids that were learnt.
    reference = "acme/gadgets/.github/workflows/release.yml@refs/tags/v1.0.0"
    code, _, learnt = ids(repository="acme/gadgets", workflow_ref=reference, job_workflow_ref=reference)
    assert (code, learnt["state"]) == (0, "learnt")


def test_what_is_frozen_is_looked_up(started, issuer, recording, tmp_path):
    gateway = started(recording)
    (tmp_path / "claims").write_text(json.dumps(bare(issuer)))
    (tmp_path / "event").write_text(json.dumps(published(gateway, issuer) and gateway.audit(1)[0]))

    def told(*subject):
        run = command(gateway, "explain", "-c", gateway.configuration, *subject, "--json")
        told = json.loads(run.stdout)
        return run.returncode, told.get("reason"), told["steps"][-1]

    subjects = ("--claims", tmp_path / "claims", *RELEASE), ("--event", tmp_path / "event")
    free = {"name": "freeze", "holds": True, "detail": "nothing of it is frozen"}
    assert told(*subjects[0]) == (0, None, free) and told(*subjects[1])[2] == free
    for scope, words in (("--publisher", "widgets-release"), "the publisher widgets-release"), ((), "everything"):
        assert command(gateway, "freeze", "-c", gateway.configuration, *scope, "--why", "an incident").returncode == 0
        for subject in subjects:
            frozen = {"name": "freeze", "holds": False, "detail": f"{words} is frozen: an incident"}
            assert told(*subject) == (1, "state.frozen", frozen)


def test_a_grant_hangs_on_freezes_that_can_not_be_looked_up(started, issuer, recording, tmp_path):
    gateway = started(recording)
    (tmp_path / "claims").write_text(json.dumps(bare(issuer)))
    occupied = sqlite3.connect(gateway.state_path, isolation_level=None)
    occupied.execute("BEGIN IMMEDIATE")
    run = command(gateway, "explain", "-c", gateway.configuration, "--claims", tmp_path / "claims", *RELEASE, "--json")
    occupied.close()
    told = json.loads(run.stdout)
    assert (run.returncode, told["decision"], told["steps"][-1]["name"], told["steps"][-1]["holds"]) == (2, "undecided", "freeze", None)


@pytest.mark.parametrize("state", ["", "{memory: true}"], ids=["no file", "memory"])
def test_what_can_not_be_looked_up_is_unknown_and_no_state_is_made(tmp_path, issuer, state):
    gateway = Gateway(tmp_path / "gateway", Settings(issuer=issuer.url, upstream="http://127.0.0.1:1/", when=UNNAMED, state=state))
    (tmp_path / "claims").write_text(json.dumps(bare(issuer)))
    before = sorted(path.name for path in gateway.directory.iterdir())
    run = command(gateway, "explain", "-c", gateway.configuration, "--claims", tmp_path / "claims", *RELEASE, "--json")
    told = json.loads(run.stdout)
    assert (run.returncode, told["decision"], told["publishers"][0]["ids"]["state"]) == (2, "undecided", "unknown")
    assert {step["name"]: step["holds"] for step in told["steps"]}["state"] is None
    assert sorted(path.name for path in gateway.directory.iterdir()) == before


# Records


@pytest.fixture
def recorded(started, issuer, recording, tmp_path):
    """recorded(record, *arguments): the exit code and the JSON of what is said of a record, by the configuration of a gateway that runs."""
    gateway = started(recording)

    def run(record, *arguments, form=("--json",)):
        (tmp_path / "record").write_text(record if isinstance(record, str) else json.dumps(record) + "\n")
        done = command(gateway, "explain", "-c", gateway.configuration, "--event", tmp_path / "record", *arguments, *form)
        return done.returncode, json.loads(done.stdout) if form and done.stdout else done.stdout + done.stderr

    run.gateway = gateway
    return run


def test_a_record_is_explained_from_what_it_knows(recorded, issuer):
    gateway = recorded.gateway
    assert published(gateway, issuer, fresh_name()).status == 200
    [record] = gateway.audit(1)
    fetched = len(issuer.fetched)
    code, told = recorded(record)
    assert (code, told["decision"], told["source"], told["signature"]) == (0, "grant", "record", None)
    then = told["recorded"]
    assert (then["granted"], then["outcome"], then["publisher"], then["same_configuration"]) == (True, "published", "widgets-release", True)
    conditions = {condition["key"]: condition["holds"] for condition in told["publishers"][0]["conditions"]}
    assert set(conditions) == {"repository", "repository_owner_id", "repository_id", "workflow", "event_name"} and all(conditions.values())
    assert told["publishers"][0]["ids"]["state"] == "configured"
    assert told["upload"]["package"] == record["package.name"] and told["upload"]["file"] == record["artifact.filename"]
    assert len(issuer.fetched) == fetched


def test_a_record_that_was_refused_says_what_is_certain(recorded, issuer):
    gateway = recorded.gateway
    reference = "acme/widgets/.github/workflows/test.yml@refs/tags/v1.0.0"
    assert published(gateway, issuer, workflow_ref=reference, job_workflow_ref=reference).status == 403
    assert published(gateway, issuer, repository="evil/widgets", repository_id="9").status == 403
    assert published(gateway, issuer, fresh_name("stranger")).status == 403
    told = [recorded(record) for record in gateway.audit(3)]
    assert [(code, said["reason"]) for code, said in told] == [
        (1, "publisher.claim-mismatch"), (1, "publisher.no-publisher"), (1, "scope.package-not-allowed")]
    for (_, said), record in zip(told, gateway.audit(3)):
        assert (said["recorded"]["granted"], said["recorded"]["reason"]) == (False, record["reason"]) and said["reason"] == record["reason"]
    code, text = recorded(gateway.audit(3)[0], form=())
    assert code == 1 and "refused (refused, publisher.claim-mismatch)" in text and "by this configuration, sha256:" in text
    assert "NO   workflow: " in text and 'yes  repository_id: expected "1234", got "1234"' in text and "got unknown" not in text


def test_a_record_from_before_claims_were_recorded_leaves_open_what_it_does_not_hold(recorded, issuer):
    gateway = recorded.gateway
    reference = "acme/widgets/.github/workflows/test.yml@refs/tags/v1.0.0"
    assert published(gateway, issuer).status == 200
    assert published(gateway, issuer, workflow_ref=reference, job_workflow_ref=reference).status == 403
    granted, refused = [{key: value for key, value in record.items() if not key.startswith("oidc.claim.")} for record in gateway.audit(2)]
    code, told = recorded(granted)
    assert (code, told["decision"]) == (2, "undecided")
    conditions = {condition["key"]: condition["holds"] for condition in told["publishers"][0]["conditions"]}
    # Whether a job of another file ran, such a record does not tell.
    assert conditions == {"repository": True, "repository_owner_id": None, "repository_id": None, "workflow": None, "event_name": None}
    code, text = recorded(refused, form=())
    assert code == 1 and "NO   workflow: " in text and " ?   repository_id: " in text


@pytest.mark.parametrize("claims, reason", [
    ({"environment": None}, "publisher.claim-mismatch"), ({"event_name": "workflow_run"}, "publisher.forbidden-event"),
    ({"sha": None}, "publisher.missing-claim"), ({}, None),
], ids=["no environment", "event", "missing claim", "grant"])
def test_a_record_is_judged_again_as_the_token_was(started, issuer, recording, tmp_path, claims, reason):
    when = '{repository: acme/widgets, repository_owner_id: "42", environment: release}'
    gateway = started(recording, when=when)
    answer = published(gateway, issuer, **{"environment": "release", **claims})
    [record] = gateway.audit(1)
    assert (record.get("reason"), answer.status) == (reason, 403 if reason else 200)
    (tmp_path / "record").write_text(json.dumps(record))
    run = command(gateway, "explain", "-c", gateway.configuration, "--event", tmp_path / "record", "--json")
    told = json.loads(run.stdout)
    assert (run.returncode, told.get("reason"), told["detail"]) == (
        (1, reason, record["detail"]) if reason else (0, None, told["detail"])), told
    assert all(condition["holds"] is not None for publisher in told["publishers"] for condition in publisher["conditions"])


def test_a_record_of_another_configuration_is_told_apart(recorded, issuer):
    gateway = recorded.gateway
    assert published(gateway, issuer).status == 200
    [record] = gateway.audit(1)
    change(gateway, gateway.render().replace("acme/widgets", "acme/gadgets"))
    code, told = recorded(record)
    assert (code, told["reason"], told["recorded"]["same_configuration"]) == (1, "publisher.claim-mismatch", False)
    assert "by another configuration" in recorded(record, form=())[1]


def test_a_record_without_a_verified_token_leaves_all_open(recorded, issuer):
    gateway = recorded.gateway
    published(gateway, issuer, iss="https://issuer.example.com")
    [record] = gateway.audit(1)
    code, told = recorded(record)
    assert (code, told["decision"], told["recorded"]["reason"]) == (2, "undecided", "token.unknown-issuer")
    code, told = recorded({**record, "oidc.issuer": "https://issuer.example.com"})
    assert (code, told["reason"]) == (1, "token.unknown-issuer")


@pytest.mark.parametrize("text, expected", [
    ("", "not one line of JSON"), ('{"event":"config.loaded"}', "not the record of an upload"),
    ('{"event":"publish","granted":true,"registry":"other"}', 'there is no registry "other"'),
    ('{"event":"publish","granted":true}\n{"event":"publish","granted":true}', "not one line of JSON"),
])
def test_what_is_no_record_is_not_guessed_at(recorded, text, expected):
    code, told = recorded(text, form=())
    assert code == 2 and expected in told


# Misuse

MISUSES = {
    "nothing to explain": [], "two things to explain": ["--token", "a", "--claims", "b"], "a record and a token": ["--event", "a", "--token", "b"],
    "a version alone": ["--token", "a", "--version", "1"], "a file and a package": ["--token", "a", "--upload", "b", "--package", "c"],
    "keys for claims": ["--claims", "a", "--keys", "b"], "an issuer for a token": ["--token", "a", "--issuer", "github"],
    "a package for a record": ["--event", "a", "--package", "b"], "an answer that is none": ["--token", "a", "--package-exists", "maybe"],
}


@pytest.mark.parametrize("case", MISUSES)
def test_a_wrong_command_line_is_told(tmp_path, case):
    done = subprocess.run([BINARY, "explain", "-c", "x", *MISUSES[case]], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 64 and "Usage: imprimatur explain" in done.stderr
