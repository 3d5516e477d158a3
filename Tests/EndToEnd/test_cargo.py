"""cargo publishes through the gateway into a registry of crates; nothing but the index and the token is its to know."""

import json

import pytest

from crates import CRATES, CrateRegistry, Project, fresh_crate, needs_cargo

pytestmark = needs_cargo


@pytest.fixture
def crates():
    registry = CrateRegistry()
    yield registry
    registry.close()


@pytest.fixture
def guarded():
    registry = CrateRegistry(guarded=True)
    yield registry
    registry.close()


def mint(issuer, **claims) -> str:
    return issuer.mint(audience=CRATES["audience"], **claims)


def test_cargo_publishes_without_the_gateway(crates, tmp_path):
    """The registry is faithful: with its own credential cargo publishes into it."""
    project = Project(tmp_path / "project", fresh_crate())
    run = project.publish(crates.url, crates.credential)
    assert run.status == 0 and f"Published {project.name} v1.0.0" in run.seen, run.seen
    assert [line["vers"] for line in crates.crates[project.name]] == ["1.0.0"]


@pytest.mark.parametrize("path", ["", "/cargo/internal"])
def test_cargo_publishes_and_uses_what_it_published(started, issuer, crates, tmp_path, path):
    gateway = started(crates, **CRATES, registry={"path": path} if path else {})
    index = f"{gateway.url.rstrip('/')}{path}/"
    project = Project(tmp_path / "project", fresh_crate())

    run = project.publish(index, mint(issuer))

    assert run.status == 0 and f"Published {project.name} v1.0.0" in run.seen, run.seen
    [put] = crates.sent("PUT")
    assert put.authorization == crates.credential
    [record] = gateway.audit(1)
    assert (record["granted"], record["outcome"], record["credential"], record["package.name"], record["package.version"]) == (
        True, "published", "oidc", project.name, "1.0.0")
    assert record["artifact.filename"] == f"{project.name}-1.0.0.crate"
    [line] = crates.crates[project.name]
    assert record["artifact.hash"] == f"sha256:{line['cksum']}"

    user = Project(tmp_path / "user", "user", manifest=f"""
[package]
name = "user"
version = "0.1.0"
edition = "2021"

[dependencies]
{project.name} = {{ version = "1", registry = "acme" }}
""")
    build = user.cargo("fetch", index=index)
    assert build.status == 0, build.seen
    downloads = [sent.path for sent in crates.sent("GET") if sent.path.endswith("/download")]
    assert downloads == [f"/api/v1/crates/{project.name}/1.0.0/download"]
    assert all(sent.authorization is None for sent in crates.sent("GET"))


def test_cargo_publishes_where_reads_are_guarded(started, issuer, guarded, tmp_path):
    gateway = started(guarded, **CRATES)
    project = Project(tmp_path / "project", fresh_crate())
    run = project.publish(gateway.url, mint(issuer))
    assert run.status == 0 and f"Published {project.name} v1.0.0" in run.seen, run.seen
    assert {sent.authorization for sent in guarded.requests} <= {None, guarded.credential}
    assert json.loads(guarded.read("/config.json")[2])["api"] == guarded.known_as


def test_cargo_shows_why_a_crate_is_refused(started, issuer, crates, tmp_path):
    gateway = started(crates, **CRATES)
    project = Project(tmp_path / "project", fresh_crate().replace("acme", "stranger"))
    run = project.publish(gateway.url, mint(issuer))
    assert run.status != 0
    assert "status 403" in run.seen and "may publish acme-widgets*, not" in run.seen, run.seen
    assert not crates.sent("PUT")


@pytest.mark.parametrize("told", [b'{"errors": []}', b'{"errors": [{"detail": "cursed"}]}'])
def test_cargo_takes_errors_for_a_refusal_whatever_the_status_is(started, issuer, crates, tmp_path, told):
    crates.told = told
    direct = Project(tmp_path / "direct", fresh_crate()).publish(crates.url, crates.credential)
    gateway = started(crates, **CRATES)
    through = Project(tmp_path / "through", fresh_crate()).publish(gateway.url, mint(issuer))
    assert direct.status != 0 and through.status != 0, (direct.seen, through.seen)
    assert gateway.audit(1)[0]["outcome"] != "published"
