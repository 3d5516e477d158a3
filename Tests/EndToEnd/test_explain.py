"""`imprimatur explain`: the real pipeline, told step by step."""

import json
import subprocess
import time

import pytest

from clients import environment
from gateway import BINARY, Gateway, Settings
from packages import fresh_name, sdist, wheel


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
    assert [step["holds"] for step in told["steps"]] == [True] * len(told["steps"])


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
