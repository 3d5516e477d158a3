"""What lies under deploy does what it says: the examples are valid, and the lines for CI publish."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from clients import client, environment
from gateway import BINARY
from packages import fresh_name, sdist, wheel, write_project
from registries import ROOT, assert_stored

DEPLOY = ROOT / "deploy"
SYSTEM_LIBRARIES = {
    "libc", "libm", "libgcc_s", "libstdc++", "ld-linux-x86-64", "ld-linux-aarch64", "libcrypto", "libssl", "libcurl", "libz", "libsqlite3", "libpq"}
EXAMPLES = sorted((DEPLOY / "examples").glob("*.yaml"))


def test_the_released_binary_may_be_copied_to_another_machine():
    """It looks for its libraries where every program does, and they are the system's: none of Swift's, which only a toolchain brings."""
    if BINARY.resolve().parent.name != "release":
        pytest.skip("the binary under test is no release")
    dynamic = subprocess.run(["readelf", "-d", BINARY], capture_output=True, text=True, check=True).stdout
    assert not re.search(r"\((RPATH|RUNPATH)\)", dynamic), dynamic
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic))
    assert needed and {name.split(".so")[0] for name in needed} <= SYSTEM_LIBRARIES, needed
    packages = re.search(r"which need `(.+)` and no Swift", (ROOT / "README.md").read_text())[1].split()
    installed = re.search(r"^FROM debian.*?--no-install-recommends (.+?) \\$", (DEPLOY / "Dockerfile").read_text(), re.M | re.S)[1].split()
    assert set(packages) == set(installed)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid(path):
    run = subprocess.run([BINARY, "check", "-c", path, "--strict", "--without-secrets"], capture_output=True, text=True,
        env={"LLVM_PROFILE_FILE": os.devnull})
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_examples_are_what_the_deployments_name():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    gateway = compose["services"]["imprimatur"]
    mounted = [volume.split(":")[0] for volume in gateway["volumes"] if volume.startswith("./")]
    assert [(DEPLOY / path).is_file() for path in mounted] == [True]
    assert (DEPLOY / gateway["build"]["context"] / gateway["build"]["dockerfile"]).is_file()
    assert "ports" not in compose["services"]["pypiserver"] and compose["networks"]["registry"]["internal"]


# CI jobs: what stands there is run


def github_lines() -> tuple[str, dict[str, str]]:
    """The lines that get the token, and each client's that uses it."""
    text = (DEPLOY / "ci" / "github-workflow.yml").read_text()
    assert yaml.safe_load(text)["jobs"]["publish"]["permissions"]["id-token"] == "write"
    lines = [line.strip().removeprefix("#").strip() for line in text[text.index("run: |") :].splitlines()[1:]]
    *token, twine = "\n".join(lines[: lines.index("")]).replace("\\\n", "").splitlines()
    return "\n".join(token), {"twine": twine, **recipes(lines)}


def gitlab_lines() -> dict[str, str]:
    text = (DEPLOY / "ci" / "gitlab-ci.yml").read_text()
    script = yaml.safe_load(text)["publish"]["script"]
    lines = [line.strip().removeprefix("#").strip() for line in text.splitlines()]
    return {"twine": script[-1], **recipes(lines)}


def recipes(lines: list[str]) -> dict[str, str]:
    """Of lines such as `flit:  COMMAND`, where a backslash continues one."""
    joined = "\n".join(lines).replace("\\\n", "")
    return {name: command for name, command in re.findall(r"^(uv|poetry|hatch|flit|gem): +(.+)$", joined, re.M)}


def published(gateway, registry, directory: Path, script: str, name: str, variables: dict):
    """Runs one client's lines in a project's folder, and returns what it has published."""
    package = fresh_name()
    write_project(directory, package)
    distributions = [wheel(package), sdist(package)]
    if name != "flit":
        for distribution in distributions:
            distribution.write(directory / "dist")
    path = f"{client(name).parent}:{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=directory, capture_output=True, text=True, timeout=120,
        env=environment(directory / "home", **{**variables, "PATH": path, "UPLOAD_URL": gateway.url}))
    assert run.returncode == 0, run.stdout + run.stderr
    records = gateway.audit(2)
    assert {(record["outcome"], record["package.name"], record["credential"]) for record in records} == {("published", package, "oidc")}
    if name != "flit":
        for distribution in distributions:
            assert_stored(registry, distribution)


@pytest.mark.parametrize("name", ["twine", "poetry", "hatch", "flit"])
def test_the_lines_for_github_publish(started, issuer, pypiserver, tmp_path, name):
    gateway = started(pypiserver)
    token, commands = github_lines()
    variables = {**issuer.ambient_environment(), "AUDIENCE": gateway.settings.audience}
    published(gateway, pypiserver, tmp_path / "project", f"{token}\n{commands[name]}", name, variables)


@pytest.mark.parametrize("name", ["twine", "uv", "poetry", "hatch", "flit"])
def test_the_lines_for_gitlab_publish(started, issuer, pypiserver, tmp_path, name):
    gateway = started(pypiserver)
    published(gateway, pypiserver, tmp_path / "project", gitlab_lines()[name], name, {"IMPRIMATUR_TOKEN": issuer.mint()})
