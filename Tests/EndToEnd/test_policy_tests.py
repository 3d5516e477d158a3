"""`imprimatur test`: what is to become of uploads, written beside the configuration."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from gateway import Gateway, Settings
from issuer import github_claims
from test_operations import command
from test_reports import place, sarif

WHEN = '{repository: acme/widgets, environment: release, tag: "v{version}"}'
CLAIMS = {
    key: value for key, value in github_claims("", "", environment="release").items() if key not in ("iss", "aud", "exp", "iat", "nbf", "jti")
}
TESTS = """
tests:
  - name: a release is granted
    claims: &CLAIMS&
    upload: {package: acme-widgets, version: 1.0.0}
    expect: {decision: grant, publisher: widgets-release}
  - name: another tag's release is not
    claims: &CLAIMS&
    upload: {package: acme-widgets, version: 2.0.0}
    expect: {decision: refuse, reason: publisher.claim-mismatch}
  - name: nor is a repository that took the name
    issuer: github
    claims: &CLAIMS&
    upload: {registry: python, package: acme-widgets, version: 1.0.0}
    learnt: {repository_id: "77", repository_owner_id: "42"}
    learnt_by: widgets-release
    expect: {decision: refuse, reason: publisher.identity-changed}
""".replace("&CLAIMS&", json.dumps(CLAIMS))
FAILING = """
tests:
  - name: "a stranger's \\u202e <release> & \\"more\\""
    claims: {repository: evil/widgets}
    upload: {package: acme-widgets, version: 1.0.0}
    expect: grant
  - name: it expires some day
    claims: &CLAIMS&
    upload: {package: acme-widgets, version: 1.0.0}
    at: 2099-01-01
    expect: grant
""".replace("&CLAIMS&", json.dumps(CLAIMS))


@pytest.fixture
def configured(tmp_path):
    """A configuration whose secret is not there, as in the CI of its repository."""
    gateway = Gateway(tmp_path / "policy", Settings(issuer="http://127.0.0.1:1", upstream="http://127.0.0.1:1/", when=WHEN, create="named", packages="acme-widgets"))
    gateway.secret.unlink()
    return gateway


def run(gateway, *arguments, tests=TESTS):
    gateway.configuration.write_text(gateway.render() + tests)
    return command(gateway, "test", "-c", "imprimatur.yaml", *arguments)


def junit(path):
    root = ElementTree.parse(path).getroot()
    assert root.tag == "testsuites" and {suite.tag for suite in root} <= {"testsuite"}
    for element in [root, *root]:
        cases = list(element.iter("testcase"))
        assert int(element.get("tests")) == len(cases)
        assert int(element.get("failures")) == sum(case.find("failure") is not None for case in cases)
        assert int(element.get("errors")) == sum(case.find("error") is not None for case in cases)
    return {case.get("name"): case for case in root.iter("testcase")}


def test_tests_that_pass_are_counted(configured):
    done = run(configured, "--junit", "junit.xml", "--sarif", "log.sarif")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "ok    a release is granted", "ok    another tag's release is not", "ok    nor is a repository that took the name", "",
        "3 tests: 3 passed, 0 failed"]
    assert list(junit(configured.directory / "junit.xml")) == [
        "a release is granted", "another tag's release is not", "nor is a repository that took the name"]
    assert sarif(configured.directory / "log.sarif")["results"] == []
    assert not configured.state_path.exists()


def test_a_test_that_fails_shows_how_the_upload_was_judged(configured):
    done = run(configured, "--junit", "junit.xml", "--sarif", "log.sarif", tests=FAILING)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "2 tests: 0 passed, 2 failed"
    assert "FAIL  it expires some day" in done.stdout and "NO   expires on 2099-01-01" in done.stdout
    assert "expected a grant, got a refusal (publisher.expired)" in done.stdout
    stranger, expired = junit(configured.directory / "junit.xml").values()
    assert stranger.get("name") == "a stranger's \\u{202e} <release> & \"more\"" and stranger.get("classname") == "imprimatur.yaml"
    assert stranger.find("failure").get("message").startswith("expected a grant, got a refusal (publisher.missing-claim)")
    assert "publisher widgets-release" in expired.find("failure").text
    results = sarif(configured.directory / "log.sarif")["results"]
    assert [(result["ruleId"], result["level"]) for result in results] == [("tests.failed", "error")] * 2
    lines = configured.configuration.read_text().splitlines()
    for result, case in zip(results, ("- name: \"a stranger's", "- name: it expires")):
        uri, line = place(result)
        assert uri == "imprimatur.yaml" and case in lines[line - 1]


def test_a_program_reads_the_whole_story(configured):
    done = run(configured, "--json", tests=FAILING)
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"], told["passed"], told["failed"], told["problems"]) == (1, False, 0, 2, [])
    _, expired = told["tests"]
    assert (expired["name"], expired["ok"], expired["file"]) == ("it expires some day", False, "imprimatur.yaml")
    assert expired["explanation"]["reason"] == "publisher.expired" and expired["explanation"]["publishers"][0]["expired"] is True


def test_without_a_test_nothing_is_proven(configured):
    for tests in ("", "tests: []\n"):
        done = run(configured, "--junit", "junit.xml", tests=tests)
        assert done.returncode == 1 and "there is no test" in done.stdout
        assert junit(configured.directory / "junit.xml") == {}


def test_tests_stand_in_included_files_and_in_files_that_are_named(configured):
    (configured.directory / "publishers.d").mkdir()
    (configured.directory / "publishers.d" / "more.yaml").write_text("publishers: []\n" + TESTS)
    (configured.directory / "publishers.d" / "tests.yaml").write_text(FAILING)
    (configured.directory / "named.yaml").write_text(TESTS)
    done = run(configured, "named.yaml", "--sarif", "log.sarif", tests="include: [publishers.d/*.yaml]\n" + TESTS)
    assert done.returncode == 1 and done.stdout.splitlines()[-1] == "11 tests: 9 passed, 2 failed"
    assert {place(result)[0] for result in sarif(configured.directory / "log.sarif")["results"]} == {"publishers.d/tests.yaml"}
    done = command(configured, "test", "-c", "imprimatur.yaml", "missing.yaml")
    assert done.returncode == 2 and "missing.yaml:1:1: error: can't be read" in done.stderr


MISTAKES = {
    "a misspelt key": ("expect:", "expct:", 'did you mean "expect"', "settings.unknown-key"),
    "an unknown registry": ("{registry: python", "{registry: pythn", 'there is no registry "pythn" (did you mean "python"?)', "settings.unknown-name"),
    "an unknown issuer": ("issuer: github\n    claims", "issuer: gitlab\n    claims", 'there is no issuer "gitlab"', "settings.unknown-name"),
    "an unknown reason": ("publisher.claim-mismatch}", "publisher.mismatch}", 'there is no reason "publisher.mismatch"', "settings.unknown-name"),
    "a name twice": ("another tag's release is not", "a release is granted", "stands twice in this file", "settings.invalid"),
    "a missing key": ("    upload: {package: acme-widgets, version: 2.0.0}\n", "", "upload is missing", "settings.missing-key"),
    "a wrong configuration": ("version: 1\n", "version: 2\n", "must be 1", "settings.invalid"),
    "no YAML": ("tests:", "tests: [", "is not YAML", "settings.syntax"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_pointed_at_by_test_check_and_serve(configured, case):
    old, new, expected, rule = MISTAKES[case]
    configured.secret.write_text("svc-not-a-real-secret")
    written = (configured.render() + TESTS).replace(old, new)
    configured.configuration.write_text(written)
    done = command(configured, "test", "-c", "imprimatur.yaml", "--junit", "junit.xml", "--sarif", "log.sarif")
    assert done.returncode == 2 and expected in done.stderr and done.stderr.startswith("imprimatur.yaml:"), done
    [broken] = junit(configured.directory / "junit.xml").values()
    assert expected in broken.find("error").text
    assert rule in {result["ruleId"] for result in sarif(configured.directory / "log.sarif")["results"]}
    told = json.loads(command(configured, "test", "-c", "imprimatur.yaml", "--json").stdout)
    assert told["ok"] is False and told["tests"] == [] and any(problem["rule"] == rule for problem in told["problems"])
    assert expected in command(configured, "check", "-c", "imprimatur.yaml").stdout
    serve = command(configured, "serve", "-c", "imprimatur.yaml")
    problems = json.loads(serve.stderr.splitlines()[-1])["problems"]
    assert serve.returncode == 2 and any(expected in problem for problem in problems)


def test_a_report_that_can_not_be_written_is_told(configured):
    for option in ("--junit", "--sarif"):
        done = run(configured, option, "missing/report")
        assert done.returncode == 1 and "missing/report can't be written" in done.stderr


def test_what_serves_does_not_mind_tests(started, issuer, recording):
    gateway = started(recording, when=WHEN)
    gateway.stop()
    gateway.configuration.write_text(gateway.render() + FAILING)
    gateway.start()
    assert command(gateway, "check", "-c", gateway.configuration).returncode == 0
