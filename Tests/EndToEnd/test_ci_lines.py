"""The lines of deploy/ci for cargo and npm publish as they stand there: a job runs them with the token and the variables that its CI gives it."""

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

import crates
import npm_registry
from clients import environment
from crates import CRATES, CrateRegistry, fresh_crate
from npm_registry import CLIENTS, NPM, NPMRegistry, fresh_package
from registries import ROOT
from wire import post_json

URL = "https://upload.example.com/"


def job(name: str, gateway) -> tuple[dict, str]:
    """The only job of a file, with the gateway's address in the place of the one that stands there, and what it says that runs a publish."""
    text = (ROOT / "deploy" / "ci" / name).read_text().replace(URL, gateway.url)
    job = yaml.safe_load(text)
    job = job["jobs"]["publish"] if "jobs" in job else job["publish"]
    lines = job["script"] if "script" in job else [step["run"] for step in job["steps"] if "run" in step]
    return job, "\n".join(lines)


def run(lines: str, directory: Path, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["bash", "-e", "-c", lines], cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
        env=environment(directory.parent / "home", **variables))


def minted(issuer, tokens: dict, host: str) -> dict[str, str]:
    """What GitLab gives a job: each token, for the audience that stands there."""
    return {name: issuer.mint(audience=token["aud"].replace(urlsplit(URL).hostname, host)) for name, token in tokens.items()}


@pytest.mark.parametrize("name", ["gitlab-cargo.yml", "github-cargo.yml"])
def test_cargo_publishes(started, issuer, tmp_path, name):
    registry = CrateRegistry()
    try:
        gateway = started(registry, **CRATES)
        project = crates.Project(tmp_path / "project", fresh_crate())
        made, lines = job(name, gateway)
        if "id_tokens" in made:
            variables = {**made["variables"], **minted(issuer, {key: {"aud": CRATES["audience"]} for key in made["id_tokens"]}, "")}
        else:
            # The action before it has exchanged the token.
            token = post_json(gateway, "/api/v1/trusted_publishing/tokens", {"jwt": issuer.mint(audience=CRATES["audience"])}).json["token"]
            variables = {**made["env"], "CARGO_REGISTRIES_ACME_TOKEN": token}
        rustup = os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup"))
        done = run(lines, project.directory, RUSTUP_HOME=rustup, CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS="cargo:token", **variables)
        assert done.returncode == 0, done.stdout
        assert list(registry.crates) == [project.name]
    finally:
        registry.close()


@pytest.mark.parametrize("name", ["gitlab-npm.yml", "github-npm.yml"])
def test_npm_publishes(started, issuer, tmp_path, name):
    program, folder = CLIENTS["npm 11"]
    if not program.exists():
        pytest.skip(f"{program} is not installed")
    registry = NPMRegistry()
    try:
        gateway = started(registry, **NPM, packages='"acme-widgets*"')
        project = npm_registry.Project(tmp_path / "project", fresh_package())
        made, lines = job(name, gateway)
        variables = (
            {"GITLAB_CI": "true", "CI": "true", **minted(issuer, made["id_tokens"], "127.0.0.1")} if "id_tokens" in made else issuer.ambient_environment())
        done = run(lines, project.directory, PATH=f"{folder}:{os.environ['PATH']}", npm_config_cache=str(tmp_path / "cache"), **variables)
        assert done.returncode == 0, done.stdout
        [record] = gateway.audit(1)
        assert (record["outcome"], record["credential"], record["package.name"]) == ("published", "upload-token", project.name)
    finally:
        registry.close()
