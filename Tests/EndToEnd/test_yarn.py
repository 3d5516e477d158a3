"""Yarn 1 publishes through the gateway into a registry of packages, and installs again what it published."""

import base64
import os
import subprocess
from pathlib import Path

import pytest

from clients import environment
from npm_registry import NPM, NPMRegistry, Project, Run, fresh_package
from test_npm import mint

YARN = Path("/usr/bin/yarnpkg")
# Debian's Node looks there for modules, another one must be told.
MODULES = "/usr/share/nodejs"

pytestmark = pytest.mark.skipif(not YARN.exists(), reason="yarnpkg is not installed")


@pytest.fixture
def npm():
    registry = NPMRegistry()
    yield registry
    registry.close()


def yarn(project: Project, registry: str, *arguments: str, credential: str = "") -> Run:
    home = project.directory.parent / "home"
    home.mkdir(exist_ok=True)
    (home / ".npmrc").write_text(f"registry={registry}\n{registry.split(':', 1)[1]}:{credential}\n" if credential else "")
    done = subprocess.run(
        [YARN, *arguments, "--registry", registry, "--non-interactive", "--no-progress"], cwd=project.directory, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
        env=environment(home, PATH=os.environ["PATH"], NODE_PATH=MODULES, YARN_CACHE_FOLDER=str(home / "cache")))
    return Run(done.returncode, " ".join(done.stdout.decode(errors="replace").split()))


@pytest.mark.parametrize("scope", ["", "@acme/"])
def test_yarn_publishes_without_the_gateway(npm, tmp_path, scope):
    """The registry is faithful: with a credential of its own Yarn publishes into it."""
    npm.password = npm.username = "x"
    project = Project(tmp_path / "project", fresh_package(scope))
    run = yarn(project, npm.url, "publish", "--new-version", "1.0.0", credential=f"_auth={base64.b64encode(b'x:x').decode()}")
    assert run.status == 0 and "Published" in run.seen, run.seen


@pytest.mark.parametrize("path", ["", "/npm/internal"])
@pytest.mark.parametrize("scope", ["", "@acme/"])
def test_yarn_publishes_and_installs_what_it_published(started, issuer, npm, tmp_path, path, scope):
    gateway = started(npm, **NPM, packages='"acme-widgets*", "@acme/*"', registry={"path": path} if path else {})
    url = f"{gateway.url.rstrip('/')}{path}/"
    project = Project(tmp_path / "project", fresh_package(scope))

    run = yarn(project, url, "publish", "--new-version", "1.0.0", credential=f"_authToken={mint(issuer)}")

    assert run.status == 0 and "Published" in run.seen, run.seen
    [sent] = npm.sent("PUT")
    assert sent.authorization == npm.credential
    [record] = gateway.audit(1)
    assert (record["outcome"], record["package.name"], record["package.version"]) == ("published", project.name, "1.0.0")

    user = Project(tmp_path / "user", "user")
    install = yarn(user, url, "add", project.name)
    assert install.status == 0, install.seen
    assert (user.directory / "node_modules" / project.name / "index.js").exists()
    assert all(sent.authorization is None for sent in npm.sent("GET"))


def test_yarn_shows_why_a_package_is_refused(started, issuer, npm, tmp_path):
    gateway = started(npm, **NPM)
    run = yarn(Project(tmp_path / "project", "stranger"), gateway.url, "publish", "--new-version", "1.0.0", credential=f"_authToken={mint(issuer)}")
    assert run.status != 0 and "may publish acme-widgets" in run.seen, run.seen
    assert not npm.sent("PUT")
