"""Seven clients publish through the gateway into two registries; nothing but the URL and the token is theirs to know."""

import pytest

from clients import CLIENTS, TRUSTED, Publishing, version
from packages import fresh_name
from registries import assert_stored

KEYS = {
    "time", "level", "event", "request.id", "granted", "outcome", "registry", "protocol", "action", "package.name", "package.version",
    "artifact.filename", "artifact.hash", "artifact.size", "publisher.id", "publisher.state", "oidc.issuer", "oidc.jti",
    "vcs.repository.name", "vcs.ref.head.name", "vcs.ref.head.revision", "cicd.pipeline.name", "cicd.pipeline.run.id",
    "credential", "client.address", "user_agent.original", "upstream.status", "upstream.duration_ms",
    "duration_ms", "http.request.body.size", "config.digest",
}

# What the person sees. pdm and maturin have texts of their own for every refusal; the cause is in the record alone.
SEEN = {
    "twine": "may publish acme-widgets*, not",
    "uv": "may publish acme-widgets*, not",
    "flit": "may publish acme-widgets*, not",
    "hatch": "may publish acme-widgets*, not",
    "poetry": "may publish acme-widgets*, not",
    "pdm": "403",
    "maturin": "Username and/or password are wrong",
}


@pytest.fixture(scope="module")
def gateways(started_once, authority, request):
    """gateways(registry, client): one gateway a registry and scheme for all tests."""
    running = {}

    def gateway(kind, name):
        secure = name == "uv"
        if (kind, secure) not in running:
            running[kind, secure] = started_once(request.getfixturevalue(kind), tls=authority if secure else None)
        return running[kind, secure]

    return gateway


@pytest.mark.parametrize("kind", ["pypiserver", "devpi"])
@pytest.mark.parametrize("name", CLIENTS)
def test_a_wheel_and_an_sdist_arrive_byte_for_byte(request, record_property, gateways, issuer, tmp_path, kind, name):
    registry = request.getfixturevalue(kind)
    gateway = gateways(kind, name)
    package = fresh_name()
    record_property(f"{name} into {kind}", version(name))
    requests = len(registry.requests("POST"))
    exchanges = len(gateway.records())

    run = CLIENTS[name](Publishing(gateway, issuer, tmp_path / "project", package, {}))

    assert run.status == 0, run.seen
    assert sorted(distribution.filename.rsplit(".", 1)[1] for distribution in run.distributions) == ["gz", "whl"]
    for distribution in run.distributions:
        assert_stored(registry, distribution)
    assert len(registry.requests("POST")) - requests == 2

    new = gateway.records()[exchanges:]
    published = [record for record in new if record["event"] == "publish"]
    assert len(published) == 2, new
    for record in published:
        assert KEYS <= record.keys(), KEYS - record.keys()
        assert (record["granted"], record["outcome"], record["package.name"]) == (True, "published", package)
        assert record["credential"] == ("upload-token" if name in TRUSTED else "oidc")
        assert ("oidc.token.sha256" in record) == (name not in TRUSTED)
        assert "reason" not in record
    assert {record["artifact.hash"] for record in published} == {f"sha256:{sent.sha256}" for sent in run.distributions}
    assert [record["granted"] for record in new if record["event"] == "exchange"] == ([True] if name in TRUSTED else [])
    assert [record["granted"] for record in new if record["event"] == "revoke"] == ([True] if name == "uv" else [])


@pytest.mark.parametrize("name", CLIENTS)
def test_a_refused_publish_tells_the_person_why(gateways, issuer, pypiserver, tmp_path, name):
    gateway = gateways("pypiserver", name)
    package = fresh_name("stranger")
    requests = len(pypiserver.requests("POST"))
    records = len(gateway.records())

    run = CLIENTS[name](Publishing(gateway, issuer, tmp_path / "project", package, {}))

    assert run.status != 0
    assert SEEN[name] in run.seen, run.seen
    assert len(pypiserver.requests("POST")) == requests
    refused = [record for record in gateway.records()[records:] if record["event"] == "publish"]
    assert refused
    for record in refused:
        assert (record["granted"], record["outcome"], record["reason"]) == (False, "refused", "scope.package-not-allowed")
        assert "may publish acme-widgets*, not" in record["detail"]


@pytest.mark.parametrize("name", sorted(TRUSTED))
def test_a_refused_exchange_ends_the_publish(gateways, issuer, pypiserver, tmp_path, name):
    gateway = gateways("pypiserver", name)
    requests = len(pypiserver.requests("POST"))
    records = len(gateway.records())
    other = {"workflow_ref": "acme/widgets/.github/workflows/test.yml@refs/tags/v1.0.0"}

    run = CLIENTS[name](Publishing(gateway, issuer, tmp_path / "project", fresh_name(), other))

    assert run.status != 0, run.seen
    if name == "uv":
        assert "workflow" in run.seen, run.seen
    assert len(pypiserver.requests("POST")) == requests
    new = gateway.records()[records:]
    assert [record["reason"] for record in new if record["event"] == "exchange"] == ["publisher.claim-mismatch"]
