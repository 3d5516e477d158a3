"""RubyGems: the real `gem` through the gateway into a server that reads what it gets with Python."""

import json

import pytest

from gems import (
    PUSH, Gem, GemServer, built, by_hand, checksums, compressed, form, needs_ruby, push, ruby, send, specification, started_gems, tar)
from packages import fresh_name
from wire import post_json, request


@pytest.fixture
def server(tmp_path):
    registry = GemServer(tmp_path / "server")
    yield registry
    registry.close()


def upload_token(gateway, issuer, path="/api/v1/oidc/trusted_publisher/exchange_token", **claims) -> str:
    answer = post_json(gateway, path, {"jwt": issuer.mint(audience="acme_gems", **claims)})
    assert answer.status == 201, answer.body
    return answer.json["rubygems_api_key"]


@needs_ruby
def test_the_server_takes_what_gem_pushes_to_it_itself(server, tmp_path):
    gem = built(tmp_path, fresh_name())
    done = push(server, gem, server.authorization, tmp_path / "pkg")
    assert (done.returncode, server.stored(gem.filename)) == (0, gem.content), done.stdout
    assert push(server, gem, "another-key", tmp_path / "pkg").returncode != 0


@needs_ruby
@pytest.mark.parametrize("prefix", ["", "gems"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_gem_is_pushed_and_installed_again(started, issuer, server, tmp_path, prefix, slash):
    gateway = started_gems(started, server, registry={"path": f"/{prefix}"})
    gem = built(tmp_path, fresh_name(), "1.2.3.pre4")
    done = push(gateway, gem, issuer.mint(audience="acme_gems"), tmp_path / "pkg", host=f"{gateway.url}{prefix}".rstrip("/") + slash)
    assert done.returncode == 0 and f"Successfully registered gem: {gem.filename}" in done.stdout, done.stdout
    assert server.stored(gem.filename) == gem.content
    [record] = gateway.audit(1)
    assert (record["protocol"], record["action"], record["outcome"]) == ("rubygems", "upload", "published")
    assert (record["package.name"], record["package.version"], record["artifact.filename"]) == (gem.name, "1.2.3.pre4", gem.filename)
    done = ruby(
        "gem", "install", "--clear-sources", "--source", f"{gateway.url}{prefix}", "--install-dir", str(tmp_path / "installed"),
        "--no-document", "--force", "--ignore-dependencies", "--prerelease", gem.name, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "installed" / "cache" / gem.filename).read_bytes() == gem.content
