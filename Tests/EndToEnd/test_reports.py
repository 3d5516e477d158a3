"""What `imprimatur check` reports to programs, in the Static Analysis Results Interchange Format."""

import json

import pytest
from fluidattacks_core.sarif import SarifLog

from gateway import Gateway, Settings
from test_operations import command


def sarif(path) -> dict:
    """A run of a log that is valid by the schema of SARIF 2.1.0, and whose results are in its rules and in files."""
    log = json.loads(path.read_text())
    SarifLog.model_validate(log)
    assert log["version"] == "2.1.0" and len(log["runs"]) == 1
    [told] = log["runs"]
    rules = [rule["id"] for rule in told["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules) and told["tool"]["driver"]["name"] == "imprimatur"
    for result in told["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        [location] = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert (path.parent / uri).exists() and not uri.startswith(("/", "file:"))
        assert location["physicalLocation"]["region"]["startLine"] >= 1
    return told


def place(result) -> tuple:
    physical = result["locations"][0]["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


def test_check_reports_what_is_wrong_by_its_kind(tmp_path):
    gateway = Gateway(tmp_path / "policy", Settings(issuer="http://127.0.0.1:1", upstream="http://127.0.0.1:1/"))
    gateway.secret.unlink()
    gateway.configuration.write_text(
        gateway.render().replace("audience:", "audiense:").replace("issuer: github", "issuer: githb").replace("acme/widgets", "acme"))
    done = command(gateway, "check", "-c", "imprimatur.yaml", "--sarif", "log.sarif")
    assert done.returncode == 1
    results = sarif(gateway.directory / "log.sarif")["results"]
    assert {result["ruleId"] for result in results} == {
        "settings.unreadable", "settings.unknown-key", "settings.missing-key", "settings.unknown-name"}
    assert len(results) == len(done.stdout.splitlines())
    for result, line in zip(results, done.stdout.splitlines()):
        uri, number = place(result)
        assert line.startswith(f"{uri}:{number}:") and line.endswith(result["message"]["text"])


@pytest.mark.parametrize("strict", [[], ["--strict"]], ids=["lenient", "strict"])
def test_a_warning_is_an_error_where_check_is_strict(tmp_path, strict):
    gateway = Gateway(tmp_path / "policy", Settings(issuer="http://127.0.0.1:1", upstream="http://127.0.0.1:1/"))
    done = command(gateway, "check", "-c", "imprimatur.yaml", "--sarif", "log.sarif", *strict)
    assert done.returncode == len(strict)
    [result] = sarif(gateway.directory / "log.sarif")["results"]
    assert (result["ruleId"], result["level"]) == ("settings.publisher", "error" if strict else "warning")
    # A log of nothing is a log.
    gateway.configuration.write_text(gateway.render().replace("workflow: release.yml", "environment: release"))
    assert command(gateway, "check", "-c", "imprimatur.yaml", "--sarif", "log.sarif", *strict).returncode == 0
    assert sarif(gateway.directory / "log.sarif")["results"] == []
