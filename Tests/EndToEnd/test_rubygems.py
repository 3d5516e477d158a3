"""RubyGems: the real `gem` through the gateway into a server that reads what it gets with Ruby."""

import base64
import hashlib
import json
import subprocess
import textwrap

import pytest

from clients import environment
from gateway import BINARY, Gateway, Settings
from gem_forms import FORMS
from gems import (
    GEMS, PUSH, GemServer, built, by_hand, checksums, compressed, form, needs_ruby, packed, push, ruby, send, specification, started_gems, tar)
from packages import fresh_name
from test_check import online
from test_deploy import github_lines, gitlab_lines
from recording import answering, only_uploads
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


@needs_ruby
def test_a_gem_for_each_platform_is_pushed_with_one_key_of_the_exchange(started, issuer, server, tmp_path):
    gateway = started_gems(started, server, registry={"direct": "refuse", "upload_token": "{lifetime: 15m}"})
    key, name = upload_token(gateway, issuer), fresh_name()
    gems = [built(tmp_path, name, platform=platform) for platform in ("ruby", "java", "x86_64-linux", "universal-darwin-19")]
    for gem in gems:
        done = push(gateway, gem, key, tmp_path / "pkg")
        assert done.returncode == 0, done.stdout
        assert server.stored(gem.filename) == gem.content
    assert len({gem.filename for gem in gems}) == 4
    records = gateway.audit(4)
    assert {record["artifact.filename"] for record in records} == {gem.filename for gem in gems}
    assert {record["credential"] for record in records} == {"upload-token"}


@needs_ruby
@pytest.mark.parametrize("code", ["scope.package-not-allowed", "publisher.no-publisher", "credential.not-accepted", "state.other-version"])
def test_gem_shows_the_reason_of_a_refusal(started, issuer, server, tmp_path, code):
    gateway = started_gems(started, server)
    key = {
        "credential.not-accepted": "a-key-of-the-registry",
        "publisher.no-publisher": issuer.mint(audience="acme_gems", repository="acme/gadgets", repository_id="9999"),
    }.get(code, issuer.mint(audience="acme_gems"))
    name = "other-gem" if code == "scope.package-not-allowed" else fresh_name()
    if code == "state.other-version":
        assert push(gateway, built(tmp_path, name, "1.0.0"), key, tmp_path / "pkg").returncode == 0
    done = push(gateway, built(tmp_path, name, "2.0.0"), key, tmp_path / "pkg")
    assert done.returncode == 1 and f"({code}, request " in done.stdout, done.stdout
    assert not any(word in done.stdout for word in ("Email:", "Password:", "OTP", "Code:"))
    assert not (server.directory / "gems" / f"{name}-2.0.0.gem").exists()


def test_a_push_that_comes_twice_is_the_registrys_to_answer(started, issuer, server):
    gateway = started_gems(started, server)
    token = issuer.mint(audience="acme_gems")
    assert [send(gateway, token, by_hand()).status for _ in range(2)] == [200, 200]
    assert send(gateway, issuer.mint(audience="acme_gems"), by_hand(specification(summary="summary: Another"))).status == 409
    assert send(gateway, token, by_hand(specification(summary="summary: Another"))).status == 403
    assert [record.get("reason") for record in gateway.audit(4)] == [None, None, "upstream.conflict", "state.other-bytes"]


@pytest.mark.parametrize("filename", ["/tmp/pkg/acme-widgets-1.0.0.gem", "pkg" + "\\" * 2 + "acme-widgets-1.0.0.gem"])
@pytest.mark.parametrize("kept", ["drop", "pass"])
def test_attestations_are_dropped_or_passed_on(started, issuer, server, kept, filename):
    gateway = started_gems(started, server, registry={"attestations": kept})
    gem = by_hand()
    kind, body = form(gem, b'[{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}]', filename)
    assert send(gateway, issuer.mint(audience="acme_gems"), body, kind).status == 200
    assert server.stored("acme-widgets-1.0.0.gem") == gem
    assert len(server.attestations) == (1 if kept == "pass" else 0)


# The table of RubyGems.org's own tests of its exchange. What differs: to a token that it does not take it answers 404 without a reason, or 400, where we
# answer 403 with one, since its helper shows the reason of every status but 404. It wants `nbf` and `iat`, which some issuers leave out.
EXCHANGES = {
    "no body": (b"", 400, "credential.malformed-exchange"),
    "a number": ({"jwt": 1}, 400, "credential.malformed-exchange"),
    "a word": ({"jwt": "invalid"}, 403, "token.malformed"),
    "three words": ({"jwt": "a.a.a"}, 403, "token.malformed"),
    **{f"{claim} is a list": ({claim: ["a"]}, 403, "token.invalid-claim") for claim in ("nbf", "exp", "iat", "iss", "jti")},
    **{f"{claim} is missing": ({claim: None}, 403, "token.missing-claim") for claim in ("exp", "iat", "iss", "jti")},
    "another repository": ({"repository": "acme/gadgets", "repository_id": "9999"}, 403, "publisher.no-publisher"),
    "another owner id": ({"repository_owner_id": "123"}, 403, "publisher.claim-mismatch"),
    "an unknown issuer": ({"iss": "https://issuer.example.com"}, 403, "token.unknown-issuer"),
    "not valid yet": ({"nbf": 4_000_000_000, "exp": 4_000_000_300}, 403, None),
    "expired": ({"exp": 1_000_000_000, "iat": 999_999_000, "nbf": 999_999_000}, 403, "token.expired"),
    "another audience": ({"aud": "other.com"}, 403, "token.wrong-audience"),
    "the public audience": ({"aud": "rubygems.org"}, 403, "token.wrong-audience"),
    "a workflow of another branch": ({"job_workflow_ref": "acme/widgets/.github/workflows/release.yml@refs/heads/other"}, 403, None),
    "a reusable workflow of a stranger": ({"job_workflow_ref": "attacker/flows/.github/workflows/release.yml@refs/tags/v2"}, 403, None),
}


@pytest.mark.parametrize("case", EXCHANGES)
def test_an_exchange_is_refused_as_the_helper_shows_it(started, issuer, recording, case):
    given, status, reason = EXCHANGES[case]
    gateway = started_gems(started, recording)
    if isinstance(given, dict) and "jwt" not in given:
        given = {"jwt": issuer.mint(**{"audience": given.pop("aud", "acme_gems"), **given})}
    body = given if isinstance(given, bytes) else json.dumps(given).encode()
    answer = send(gateway, None, body, "application/json", "/api/v1/oidc/trusted_publisher/exchange_token")
    told = answer.json
    assert told["message"] == told["error"] and told["request_id"] in told["message"]
    assert (answer.status, told["reason"]) == (status, reason or told["reason"])
    assert not recording.requests


@pytest.mark.parametrize("path", ["/api", "//api", "/gems/api", "/gems//api"])
def test_a_token_is_exchanged_at_the_origin_and_below_the_prefix(started, issuer, recording, path):
    gateway = started_gems(started, recording, registry={"path": "/gems"})
    token = issuer.mint(audience="acme_gems")
    answer = post_json(gateway, f"{path}/v1/oidc/trusted_publisher/exchange_token", {"jwt": token})
    assert (answer.status, set(answer.json)) == (201, {"rubygems_api_key", "name", "scopes", "expires_at"})
    assert answer.json["scopes"] == ["push_rubygem"] and answer.json["expires_at"].endswith("Z")
    assert (answer.value("Content-Type"), answer.value("Cache-Control")) == ("application/json", "no-store")
    assert send(gateway, answer.json["rubygems_api_key"], by_hand(), path="/gems/api/v1/gems").status == 200
    again = post_json(gateway, f"{path}/v1/oidc/trusted_publisher/exchange_token", {"jwt": token})
    assert (again.status, again.json["reason"]) == (403, "state.replayed")


# The table of RubyGems.org's own tests of gems, and what else two readers could take differently.
ALIASES = """dependencies:
- !ruby/object:Gem::Dependency
  name: rake
  requirement: &id001 !ruby/object:Gem::Requirement
    requirements:
    - - ">="
      - !ruby/object:Gem::Version
        version: "0"
  type: :runtime
  version_requirements: *id001"""
ENTRY = compressed(specification("other").encode())
TWICE = compressed(specification().encode()) + ENTRY
REFUSED = {
    "a line separator": (by_hand(specification(summary="summary: A\u2028gem")), "scope.malformed-yaml"),
    "a name in base64": (by_hand(specification("!binary |-\n  YWNtZS13aWRnZXRz")), "scope.malformed-metadata"),
    "no gem": (b"not a gem", "scope.malformed-archive"),
    "nothing": (b"", "scope.malformed-archive"),
    "an empty tar": (tar([]), "scope.metadata-place"),
    "cut short": (by_hand()[:-600], "scope.malformed-archive"),
    "more behind it": (by_hand() + b"more", "scope.malformed-archive"),
    "no metadata": (by_hand(order=["data.tar.gz"]), "scope.metadata-place"),
    "no data": (by_hand(order=["metadata.gz"]), "scope.metadata-place"),
    "metadata twice": (by_hand(extra=[("metadata.gz", ENTRY)]), "scope.malformed-archive"),
    "plain metadata beside": (by_hand(extra=[("metadata", specification("other").encode())]), "scope.unexpected-member"),
    "data twice": (by_hand(extra=[("data.tar.gz", ENTRY)]), "scope.malformed-archive"),
    "checksums twice": (by_hand(extra=[("checksums.yaml.gz", ENTRY)]), "scope.malformed-archive"),
    "a signature twice": (by_hand(extra=[("metadata.gz.sig", b"1"), ("metadata.gz.sig", b"2")]), "scope.malformed-archive"),
    "an unexpected file": (by_hand(extra=[("README", b"hello")]), "scope.unexpected-member"),
    "a wrong checksum": (by_hand(stated=checksums({"metadata.gz": b"1", "data.tar.gz": b"2"})), "scope.digest-mismatch"),
    "a missing checksum": (by_hand(stated=checksums({"metadata.gz": b"1"})), "scope.malformed-metadata"),
    "an extra checksum": (by_hand(stated=checksums({"metadata.gz": b"1", "data.tar.gz": b"2", "x": b"3"})), "scope.malformed-metadata"),
    "checksums that are no YAML": (by_hand(stated=b"]"), "scope.malformed-yaml"),
    "metadata that are no YAML": (by_hand(specification() + "]\n"), "scope.malformed-yaml"),
    "metadata of no specification": (by_hand("--- {}\n"), "scope.malformed-metadata"),
    "too large metadata": (by_hand(specification() + "#" * (11 << 20)), "scope.malformed-archive"),
    "a decompression bomb": (by_hand(data=compressed(bytes(64 << 20))), "scope.malformed-archive"),
    "aliases": (by_hand(specification(dependencies=ALIASES)), "scope.malformed-metadata"),
    "a merge key": (by_hand(specification(metadata="metadata:\n  <<: {name: other}")), "scope.malformed-yaml"),
    "a name twice": (by_hand(specification(more="name: other")), "scope.malformed-yaml"),
    "a name twice, escaped": (by_hand(specification(more='"n\\x61me": other')), "scope.malformed-yaml"),
    "a second document": (by_hand(specification() + specification("other")), "scope.malformed-yaml"),
    "a tag that makes an object": (by_hand(specification(metadata="metadata: !ruby/object:Gem::Installer {}")), "scope.malformed-yaml"),
    "a version that is a number": (by_hand(specification(version="version: !ruby/object:Gem::Version\n  version: 1.10")), "scope.malformed-metadata"),
    "a version of its own making": (by_hand(specification(version="version: 1.0.0")), "scope.malformed-metadata"),
    "a cached name": (by_hand(specification(more="full_name: other-1.0.0")), "scope.malformed-metadata"),
    "what RubyGems takes out": (by_hand(specification(summary="summary: a !!null b")), "scope.malformed-metadata"),
    "UTF-16": (by_hand(b"\xff\xfe" + specification().encode("utf-16-le")), "scope.malformed-metadata"),
    "a confusable": (by_hand(specification("\u0430cme-widgets")), "scope.malformed-metadata"),
    "the server's platform": (by_hand(specification(platform="platform: current")), "scope.malformed-metadata"),
    "a platform of nothing": (by_hand(specification(platform="platform: !ruby/object:Gem::Platform {}")), "scope.malformed-metadata"),
    "a platform called ruby": (by_hand(specification(platform="platform: !ruby/object:Gem::Platform\n  cpu: ruby")), "scope.malformed-metadata"),
    "a platform of an octal version": (
        by_hand(specification(platform="platform: !ruby/object:Gem::Platform\n  cpu: x86\n  os: mswin32\n  version: 060")), "scope.malformed-metadata"),
    "another's platform": (by_hand(specification("acme-widgets-1.0-x86-darwin", "8.0.0")), "scope.malformed-metadata"),
    "two members of gzip": (tar([("metadata.gz", TWICE), ("data.tar.gz", compressed(tar([])))]), "scope.malformed-archive"),
    "an absolute path": (by_hand(data=compressed(tar([("/x", b"1")]))), "scope.malformed-archive"),
    "a path that leaves on its way": (by_hand(data=compressed(tar([("lib/../../lib/x", b"1")]))), "scope.malformed-archive"),
    "a path twice": (by_hand(data=compressed(tar([("lib/x", b"1"), ("lib//./x", b"2")]))), "scope.malformed-archive"),
    "a path that leaves": (by_hand(data=compressed(tar([("../../x", b"1")]))), "scope.malformed-archive"),
    "another's gem": (by_hand(specification("other-gem")), "scope.package-not-allowed"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_gem_that_is_refused_reaches_no_registry(started_once, issuer, registry, case):
    body, code = REFUSED[case]
    gateway = started_gems(started_once, registry)
    answer = send(gateway, issuer.mint(audience="acme_gems"), body)
    assert answer.value("Content-Type") == "text/plain" and f"({code}, request " in answer.body.decode(), answer
    assert answer.status in (400, 403) and not answer.body.startswith((b"The API key", b"You have enabled"))
    assert gateway.audit(1)[0]["reason"] == code
    assert not registry.requests


@pytest.mark.parametrize("order", [["checksums.yaml.gz", "data.tar.gz", "metadata.gz"], ["data.tar.gz", "metadata.gz"]])
def test_the_order_of_the_files_does_not_matter(started, issuer, server, order):
    gateway = started_gems(started, server)
    assert send(gateway, issuer.mint(audience="acme_gems"), by_hand(order=order)).status == 200


@pytest.mark.parametrize("method, path", [
    ("DELETE", "/api/v1/gems/yank?gem_name=acme-widgets"), ("PUT", "/api/v1/gems/unyank"), ("POST", "/api/v1/gems/acme-widgets/owners"),
    ("DELETE", "/api/v1/gems/acme-widgets/owners"), ("POST", "/api/v1/web_hooks"), ("POST", "/api/v1/api_key"), ("PUT", PUSH), ("POST", "/upload"),
])
def test_what_is_not_publishing_reaches_no_registry(started, issuer, recording, method, path):
    gateway = started_gems(started, recording)
    body = b"" if method == "DELETE" else b"gem_name=acme-widgets"
    answer = send(gateway, issuer.mint(audience="acme_gems"), body, "application/x-www-form-urlencoded", path, method)
    assert answer.status == 404 and answer.value("Content-Type") == "text/plain"
    assert b"(route.not-publishing," in answer.body or b"(route.upload-elsewhere," in answer.body
    assert not recording.requests


@needs_ruby
def test_gem_yank_reaches_no_registry(started, issuer, recording, tmp_path):
    """It sends a form with DELETE, which is refused before its path is read."""
    gateway = started_gems(started, recording)
    done = ruby(
        "gem", "yank", "--host", gateway.url, "acme-widgets", "-v", "1.0.0", cwd=tmp_path, GEM_HOST_API_KEY=issuer.mint(audience="acme_gems"))
    assert "framing.body-not-allowed" in done.stdout, done.stdout
    assert not recording.requests


def test_reads_go_on_without_the_credential(started, issuer, recording):
    gateway = started_gems(started, recording)
    for key in ("rubygems_0123456789abcdef", issuer.mint(audience="acme_gems")):
        assert request(gateway, "GET", "/info/acme-widgets", [("Authorization", key)]).status == 200
    assert [sent.values("Authorization") for sent in recording.requests] == [["rubygems_0123456789abcdef"], []]


QUESTIONS = {"403 Forbidden": b"The API key doesn't have access to push", "400 Bad Request": b"You have enabled multifactor authentication"}


@needs_ruby
@pytest.mark.parametrize("status", QUESTIONS)
def test_a_question_of_the_registrys_is_no_question_to_gem(started, issuer, recording, tmp_path, status):
    recording.behaviour = only_uploads(answering(status, QUESTIONS[status], "Content-Type: text/plain"))
    gateway = started_gems(started, recording)
    done = push(gateway, built(tmp_path, fresh_name()), issuer.mint(audience="acme_gems"), tmp_path / "pkg")
    assert done.returncode == 1 and f"the registry says: {QUESTIONS[status].decode()}" in done.stdout, done.stdout
    assert "Email:" not in done.stdout and "Code:" not in done.stdout


@needs_ruby
def test_a_one_time_password_goes_with_the_clients_own_credential(started, issuer, recording, tmp_path):
    """A person is asked for it by the registry, and sends it with his own key; with a token it goes nowhere, and nobody is asked."""
    question = b"You have enabled multifactor authentication but no OTP code provided. Please fill it and retry."
    recording.behaviour = only_uploads(answering("401 Unauthorized", question, "Content-Type: text/plain"))
    gateway = started_gems(started, recording, registry={"legacy_credentials": "pass"})
    gem = built(tmp_path, fresh_name())
    done = push(gateway, gem, "rubygems_0123456789abcdef", tmp_path / "pkg", "--otp", "123456")
    assert done.returncode != 0 and "the registry says" not in done.stdout, done.stdout
    assert "Please enter OTP code" in done.stdout, done.stdout
    sent = [(request.values("Authorization"), request.values("OTP")) for request in recording.requests]
    assert (["rubygems_0123456789abcdef"], ["123456"]) in sent, sent
    recording.requests.clear()
    recording.behaviour = only_uploads(answering("403 Forbidden", question, "Content-Type: text/plain"))
    done = push(gateway, gem, issuer.mint(audience="acme_gems"), tmp_path / "pkg", "--otp", "123456")
    assert done.returncode != 0 and "the registry says: You have enabled" in done.stdout, done.stdout
    assert recording.requests and not any(request.values("OTP") for request in recording.requests) and "Please enter OTP code" not in done.stdout


@needs_ruby
def test_a_static_key_passes_while_jobs_move_over(started, issuer, server, tmp_path):
    gateway = started_gems(started, server, registry={"legacy_credentials": "pass"})
    gem = built(tmp_path, fresh_name())
    assert push(gateway, gem, server.authorization, tmp_path / "pkg").returncode == 0
    assert push(gateway, gem, "a-key-of-nobody", tmp_path / "pkg").returncode == 1
    assert server.stored(gem.filename) == gem.content
    assert [record["credential"] for record in gateway.audit(2)] == ["legacy", "legacy"]


def test_the_registry_is_asked_for_a_gem_and_for_its_file(started, issuer, server):
    gateway = started_gems(started, server, create="none", registry={"overwrite": "refuse"})
    first = send(gateway, issuer.mint(audience="acme_gems"), by_hand())
    assert b"(scope.creation-not-allowed, " in first.body, first
    (server.directory / "gems" / "acme-widgets-1.0.0.gem").write_bytes(by_hand())
    assert b"(scope.file-exists, " in send(gateway, issuer.mint(audience="acme_gems"), by_hand()).body
    # Versions are equal that differ in zeros at their ends.
    equal = by_hand(specification(version="version: !ruby/object:Gem::Version\n  version: '1.0'"))
    assert b"(scope.file-exists, " in send(gateway, issuer.mint(audience="acme_gems"), equal).body
    assert send(gateway, issuer.mint(audience="acme_gems"), by_hand(specification(version="version: !ruby/object:Gem::Version\n  version: 1.0.1"))).status == 200


# What `gem build` writes, and what stands in specifications that are made by hand. RubyGems makes another name of each.
PLATFORMS = [
    "i686-linux", "x86_64-linux", "x86_64-linux-gnu", "arm-linux-gnueabihf", "hpux11", "aarch64-android30", "x86-solaris2.8", "foo", "RUBY", "rbx",
    "mswin32", "java1.5", "jruby", "x64-mswin64_140", "x86-pc-linux-gnu", "darwin-19", "!ruby/object:Gem::Platform {cpu: x86, os: mswin32, version: 60}",
    "!ruby/object:Gem::Platform {cpu: i686, os: linux}",
]


@needs_ruby
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_gem_is_not_replaced_whatever_its_server_calls_it(started, issuer, server, platform):
    """The server names the file as Ruby does, and replaces one of that name."""
    server.replaces = True
    gateway = started_gems(started, server, registry={"overwrite": "refuse"})
    platform = f"platform: {platform}"
    assert send(gateway, issuer.mint(audience="acme_gems"), by_hand(specification(platform=platform))).status == 200
    again = by_hand(specification(platform=platform, summary="summary: Another"))
    assert b"(scope.file-exists, " in send(gateway, issuer.mint(audience="acme_gems"), again).body
    [file] = (server.directory / "gems").glob("*.gem")
    assert file.read_bytes() != again


@needs_ruby
@pytest.mark.parametrize("there, pushed", [
    ("x86-linux", "i686-linux"), ("unknown", "foo"), ("unknown", "RUBY"), ("aarch64-unknown", "aarch64-android30"), ("x86-mswin32", "mswin32"),
    ("java-1.5", "java1.5"), ("java", "jruby"), ("x86_64-linux", "x86_64-linux-gnu"),
])
def test_a_gem_is_not_replaced_under_another_platform(started, issuer, server, there, pushed):
    server.replaces = True
    gateway = started_gems(started, server, registry={"overwrite": "refuse"})
    file = server.directory / "gems" / f"acme-widgets-1.0.0-{there}.gem"
    file.write_bytes(by_hand(specification(platform=f"platform: {there}")))
    gem = by_hand(specification(platform=f"platform: {pushed}", summary="summary: Another"))
    assert b"(scope.file-exists, " in send(gateway, issuer.mint(audience="acme_gems"), gem).body
    assert file.read_bytes() != gem


@needs_ruby
@pytest.mark.parametrize("system", ["github", "gitlab"])
def test_the_lines_for_ci_push(started, issuer, server, tmp_path, system):
    gateway = started_gems(started, server)
    gem = built(tmp_path, fresh_name())
    gem.write(tmp_path / "project")
    if system == "github":
        token, commands = github_lines()
        variables = {**issuer.ambient_environment(), "AUDIENCE": "acme_gems"}
    else:
        token, commands, variables = "", gitlab_lines(), {"IMPRIMATUR_TOKEN": issuer.mint(audience="acme_gems")}
    done = ruby(
        "bash", "-euo", "pipefail", "-c", f"{token}\n{commands['gem']}", cwd=tmp_path / "project", UPLOAD_URL=gateway.url, **variables)
    assert done.returncode == 0, done.stdout
    assert server.stored(gem.filename) == gem.content


@needs_ruby
def test_paths_pass_as_gem_build_writes_them(started, issuer, server, tmp_path):
    """It copies names as they stand in the specification, and RubyGems resolves them where it unpacks them."""
    paths = ["lib//a.rb", "lib/./b.rb", "././lib/c.rb", "sub/../lib/d.rb", "lib/q\\w.rb"]
    gem = by_hand(data=compressed(tar([(path, b"1") for path in paths])))
    gateway = started_gems(started, server)
    answer = send(gateway, issuer.mint(audience="acme_gems"), gem)
    assert answer.status == 200, answer.body
    (tmp_path / "any.gem").write_bytes(gem)
    done = ruby("ruby", "-rfileutils", "-rrubygems/package", "-e", "Gem::Package.new(ARGV[0]).extract_files(ARGV[1])", "any.gem", str(tmp_path / "out"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert sorted(path.name for path in (tmp_path / "out" / "lib").iterdir()) == ["a.rb", "b.rb", "c.rb", "d.rb", "q\\w.rb"]


@needs_ruby
def test_real_gems_pass(started, issuer, server, tmp_path, record_property):
    """Every specification that Debian's Ruby brings; each is stored under the name that Ruby gave its file."""
    gateway = started_gems(started, server, packages='"*"')
    paths = packed(tmp_path / "gems")
    assert len(paths) >= 30
    for path in paths:
        answer = send(gateway, issuer.mint(audience="acme_gems"), path.read_bytes())
        assert answer.status == 200, (path.name, answer.body)
        assert server.stored(path.name) == path.read_bytes()
    record_property("real gems", len(paths))


@pytest.mark.parametrize("name", FORMS)
def test_the_forms_of_older_versions_pass(started, issuer, server, name):
    metadata, filename = FORMS[name]
    data = compressed(tar([("./lib/acme.rb", b"module Acme\nend\n"), ("test/test.rb", b"")]))
    gem = by_hand(metadata, stated=None if "Syck" in name else b"", data=data)
    gateway = started_gems(started, server)
    answer = send(gateway, issuer.mint(audience="acme_gems"), gem)
    assert answer.status == 200, answer.body
    assert server.stored(filename) == gem


def test_checksums_in_base64_pass(started, issuer, server):
    def base64_text(text: str) -> str:
        return "".join(f"    {line}\n" for line in textwrap.wrap(base64.b64encode(text.encode()).decode(), 60))

    files = {"metadata.gz": compressed(specification().encode()), "data.tar.gz": compressed(tar([("lib/acme.rb", b"")]))}
    sums = '---\n!binary "U0hBNTEy":\n' + "".join(
        f"  {name}: !binary |-\n{base64_text(hashlib.sha512(content).hexdigest())}" for name, content in files.items())
    gem = tar([*files.items(), ("checksums.yaml.gz", compressed(sums.encode()))])
    gateway = started_gems(started, server)
    assert send(gateway, issuer.mint(audience="acme_gems"), gem).status == 200


CHECKS = {
    "nothing": ({}, None),
    "another path": ({"upstream": "wrong/"}, ("error", "upstream.url", "`gem push --host` would be given")),
    "another password": ({"password": "no-longer-the-password"}, ("error", "upstream.credential", "")),
    "open reads": ({"registry": {"reads": "pass"}}, ("warning", "reads", "")),
}


@pytest.mark.parametrize("case", CHECKS)
def test_a_check_asks_the_server(issuer, server, tmp_path, case):
    changes, expected = CHECKS[case]
    settings = {"issuer": issuer.url, "upstream": server.url, "registry": {"reads": "refuse"}, **GEMS, **changes}
    if "upstream" in changes:
        settings["upstream"] = server.url + changes["upstream"]
    found = online(Gateway(tmp_path / "gateway", Settings(**settings)))
    if expected is None:
        assert not found, found
        return
    [problem] = found
    severity, key, words = expected
    assert (problem["severity"], problem["key"]) == (severity, f"registries.python.{key}") and words in problem["message"], problem


def test_a_file_says_what_it_would_publish(issuer, tmp_path):
    gateway = Gateway(tmp_path / "gateway", Settings(issuer=issuer.url, upstream="http://127.0.0.1:1/", **GEMS))
    (tmp_path / "token").write_text(issuer.mint(audience="acme_gems"))

    def explain(gem: bytes) -> tuple[int, str]:
        (tmp_path / "any.gem").write_bytes(gem)
        done = subprocess.run(
            [BINARY, "explain", "-c", gateway.configuration, "--token", tmp_path / "token", "--upload", tmp_path / "any.gem", "--json"],
            capture_output=True, text=True, timeout=60, env=environment(tmp_path))
        return done.returncode, done.stdout + done.stderr

    status, told = explain(by_hand())
    assert status == 0 and json.loads(told)["upload"] == {"package": "acme-widgets", "version": "1.0.0", "file": "acme-widgets-1.0.0.gem"}
    status, told = explain(by_hand(specification("other-gem")))
    assert status == 1 and json.loads(told)["reason"] == "scope.package-not-allowed"
    status, told = explain(by_hand(specification(more="name: other")))
    assert status == 2 and "scope.malformed-yaml" in told


@needs_ruby
def test_report_mode_decides_and_passes(started, issuer, server, tmp_path):
    gateway = started_gems(started, server, registry={"legacy_credentials": "pass", "mode": "report"})
    gem = by_hand()
    fields = [("Authorization", server.authorization), ("X-Imprimatur-Token", issuer.mint(audience="acme_gems"))]
    answer = request(gateway, "POST", PUSH, [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(gem))), *fields], gem)
    assert answer.status == 200 and server.stored("acme-widgets-1.0.0.gem") == gem
    [record] = gateway.audit(1)
    assert (record["outcome"], record["granted"], record["credential"]) == ("reported", True, "legacy")


@pytest.mark.parametrize("tag, status", [("v1.0.0", 200), ("v1.0", 200), ("v1.0.1", 403), ("1.0.0", 403)])
def test_a_tag_is_compared_as_gem_versions_are(started, issuer, server, tag, status):
    gateway = started_gems(
        started, server,
        when='{repository: acme/widgets, repository_owner_id: "42", repository_id: "1234", workflow: release.yml, tag: "v{version}"}')
    claims = {"ref": f"refs/tags/{tag}", "ref_type": "tag", "workflow_ref": f"acme/widgets/.github/workflows/release.yml@refs/tags/{tag}",
              "job_workflow_ref": f"acme/widgets/.github/workflows/release.yml@refs/tags/{tag}"}
    answer = send(gateway, issuer.mint(audience="acme_gems", **claims), by_hand())
    assert answer.status == status, answer.body
