"""NuGet: Debian's client and dotnet's requests through the gateway into a registry that reads what it gets with Python."""

import json
import os
import re
import subprocess
from urllib.parse import urlsplit

import pytest
import yaml

from clients import environment
from gateway import BINARY, Gateway, Settings
from nuget import (
    AUDIENCE, NUGET, PUSH, RELATIONSHIPS, SYMBOL_TYPE, SYMBOLS, TOKEN, NuGetServer, built, dotnet, login, needs_nuget, nuspec, package, push, started_nuget,
    symbols, zipped)
from recording import answering
from registries import ROOT, basic
from test_check import online
from wire import request


@pytest.fixture
def server():
    registry = NuGetServer()
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def shared():
    registry = NuGetServer()
    yield registry
    registry.close()


def token(issuer, **claims) -> str:
    return issuer.mint(audience=AUDIENCE, **claims)


def upload_token(gateway, issuer, path=TOKEN, **claims) -> str:
    answer = login(gateway, token(issuer, **claims), path)
    assert answer.status == 200, answer.body
    return answer.json["apiKey"]


# The real client


@needs_nuget
def test_the_server_takes_what_nuget_pushes_to_it_itself(server, tmp_path):
    path = built(tmp_path)
    done = push(server, path, server.password)
    assert done.returncode == 0 and server.stored == {"acme.widgets.1.0.0.nupkg": path.read_bytes()}, done.stdout
    assert push(server, path, "another-key").returncode != 0


@needs_nuget
@pytest.mark.parametrize("prefix, source", [("", ""), ("", "api/v2/package"), ("packages", "packages"), ("packages", "packages/api/v2/package/")])
def test_nuget_pushes_and_the_same_is_downloaded_again(started, issuer, server, tmp_path, prefix, source):
    gateway = started_nuget(started, server, registry={"path": f"/{prefix}"})
    path = built(tmp_path, "Acme.Widgets", "1.2.0.0-Beta4")
    done = push(gateway, path, token(issuer), f"{gateway.url}{source}")
    assert done.returncode == 0 and "Your package was pushed." in done.stdout, done.stdout
    answer = request(gateway, "GET", f"{'/' + prefix if prefix else ''}/v3/package/acme.widgets/1.2.0-beta4/acme.widgets.1.2.0-beta4.nupkg", [])
    assert (answer.status, answer.body) == (200, path.read_bytes())
    [record] = gateway.audit(1)
    assert (record["protocol"], record["action"], record["outcome"]) == ("nuget", "upload", "published")
    assert (record["package.name"], record["artifact.filename"]) == ("acme.widgets", "acme.widgets.1.2.0-beta4.nupkg")


@needs_nuget
def test_nuget_pushes_with_the_key_of_the_exchange(started, issuer, server, tmp_path):
    gateway = started_nuget(started, server, registry={"direct": "refuse", "upload_token": "{lifetime: 15m}", "reads": "refuse"})
    path = built(tmp_path)
    done = push(gateway, path, upload_token(gateway, issuer))
    assert done.returncode == 0 and server.stored == {"acme.widgets.1.0.0.nupkg": path.read_bytes()}, done.stdout
    assert gateway.audit(1)[0]["credential"] == "upload-token"


@needs_nuget
@pytest.mark.parametrize("code", ["scope.package-not-allowed", "publisher.no-publisher", "credential.not-accepted", "state.other-version"])
def test_nuget_shows_the_reason_of_a_refusal(started, issuer, server, tmp_path, code):
    gateway = started_nuget(started, server)
    key = {
        "credential.not-accepted": "a-key-of-the-registry",
        "publisher.no-publisher": token(issuer, repository="acme/gadgets", repository_id="9999"),
    }.get(code, token(issuer))
    if code == "state.other-version":
        assert push(gateway, built(tmp_path, version="2.0.0"), key).returncode == 0
    done = push(gateway, built(tmp_path, "Other" if code == "scope.package-not-allowed" else "Acme.Widgets"), key)
    assert done.returncode != 0 and code in done.stdout.replace("\n", ""), done.stdout
    assert not any(name.endswith("1.0.0.nupkg") for name in server.stored)


@needs_nuget
def test_nuget_shows_that_a_version_exists(started, issuer, server, tmp_path):
    gateway = started_nuget(started, server)
    path = built(tmp_path)
    assert push(gateway, path, token(issuer)).returncode == 0
    done = push(gateway, path, token(issuer))
    assert done.returncode != 0 and "upstream.conflict" in done.stdout, done.stdout
    assert [record.get("reason") for record in gateway.audit(2)] == [None, "upstream.conflict"]


PACKED = {
    "plain": {}, "four numbers": {"version": "1.2.3.4"}, "labels": {"version": "1.0.0-rc1"}, "two numbers": {"version": "1.0"},
    "leading zeros": {"version": "1.02.003"}, "an id of many words": {"id": "Acme.Widgets-Core_2.Net"},
    "dependencies": {"more": '<dependencies><group targetFramework="net40"><dependency id="Other" version="[1.0,2.0)" /></group></dependencies>'},
    "a newer schema": {"more": "<developmentDependency>true</developmentDependency>"},
    "umlauts": {"more": "<copyright>© Ångström</copyright><language>sv-SE</language><tags>a b</tags>"},
    "names with spaces": {"files": '<file src="a.txt" target="content/a b/[c]+d%20.txt" /><file src="a.txt" target="tools/nested.nuspec" />'},
    "many files": {"files": "".join(f'<file src="a.txt" target="content/{number}.txt" />' for number in range(300))},
}


@needs_nuget
@pytest.mark.parametrize("case", PACKED)
def test_what_nuget_packs_passes(started, issuer, server, tmp_path, case, record_property):
    gateway = started_nuget(started, server)
    path = built(tmp_path, **PACKED[case])
    answer = dotnet(gateway, token(issuer), path.read_bytes())
    assert answer.status == 201, answer
    assert list(server.stored.values()) == [path.read_bytes()]
    record_property("packages of nuget pack", 1)


# What dotnet sends


@pytest.mark.parametrize("expects", [False, True])
@pytest.mark.parametrize("direct", [False, True])
def test_a_package_and_its_symbols_are_pushed_with_one_token(started, issuer, server, expects, direct):
    gateway = started_nuget(started, server)
    key = token(issuer) if direct else upload_token(gateway, issuer)
    assert dotnet(gateway, key, package(), expects=expects).status == 201
    assert dotnet(gateway, key, symbols(), SYMBOLS, expects=expects).status == 201
    assert server.stored == {"acme.widgets.1.0.0.nupkg": package(), "acme.widgets.1.0.0.snupkg": symbols()}
    names = {record["artifact.filename"] for record in gateway.audit(2)}
    assert names == {"acme.widgets.1.0.0.nupkg", "acme.widgets.1.0.0.snupkg"}
    for sent in server.heads:
        assert sent["X-NuGet-ApiKey"] == server.password and sent["X-NuGet-Protocol-Version"] == "4.1.0" and "Authorization" not in sent
        assert sent["Content-Length"] and "Transfer-Encoding" not in sent


@pytest.mark.parametrize("failures", [1, 2])
def test_retries_are_never_refused_as_replays(started, issuer, server, failures):
    server.failing = failures
    gateway = started_nuget(started, server)
    key = upload_token(gateway, issuer)
    answers = [dotnet(gateway, key, package()) for _ in range(failures + 1)]
    assert [answer.status for answer in answers] == [502] * failures + [201] or [answer.status for answer in answers] == [500] * failures + [201]
    again = dotnet(gateway, key, package())
    assert "state." not in again.reason and len(server.stored) == 1
    other = dotnet(gateway, key, package(extra=[("more.txt", b"x")]))
    assert other.status == 403 and "state.other-bytes" in other.reason


def test_the_first_tokens_bytes_are_the_versions(started, issuer, server):
    gateway = started_nuget(started, server)
    assert dotnet(gateway, token(issuer), package()).status == 201
    answer = dotnet(gateway, token(issuer), package(extra=[("more.txt", b"x")]))
    assert answer.status == 409 and "(upstream.conflict, " in answer.reason
    # Other spellings of the id and of the version are the same package.
    answer = dotnet(gateway, token(issuer), package(nuspec("ACME.widgets", "1.0.0.0+build.5")))
    assert answer.status == 409


def test_a_refusal_is_told_by_the_reason_phrase_and_a_field(started, issuer, recording):
    gateway = started_nuget(started, recording)
    answer = dotnet(gateway, token(issuer), package(nuspec("Other")))
    assert answer.status == 403 and "scope.package-not-allowed" in answer.reason and answer.value("X-NuGet-Warning") == answer.reason
    # Without a key, and with one of the registry's; never 401, after which clients ask a person.
    assert dotnet(gateway, None, package()).status == 403
    assert dotnet(gateway, "oy2abcdefghijklmnop", package()).status == 403
    assert not recording.requests


def test_what_the_registry_says_is_what_the_client_shows(started, issuer, recording):
    recording.behaviour = answering("400 The package is too new.", b"", "X-NuGet-Warning: It is too new.", "WWW-Authenticate: Basic realm=x")
    answer = dotnet(started_nuget(started, recording), token(issuer), package())
    assert (answer.status, answer.reason, answer.value("X-NuGet-Warning")) == (400, "The package is too new.", "It is too new.")
    assert answer.value("WWW-Authenticate") is None


def test_a_large_package_arrives_whole(started, issuer, server):
    content = package(extra=[(f"content/{number}", os.urandom(300_000)) for number in range(10)])
    gateway = started_nuget(started, server)
    assert dotnet(gateway, token(issuer), content, chunk=70_001).status == 201
    assert server.stored == {"acme.widgets.1.0.0.nupkg": content}


@pytest.mark.parametrize("ids", [("Acme.Widgets", "Acme.Gadgets", "Acme.Core")])
def test_the_packages_of_a_solution_are_pushed_with_one_token(started, issuer, server, ids):
    gateway = started_nuget(started, server)
    key = upload_token(gateway, issuer)
    for id in ids:
        assert dotnet(gateway, key, package(nuspec(id), f"{id}.nuspec")).status == 201
        assert dotnet(gateway, key, symbols(id), SYMBOLS).status == 201
    assert len(server.stored) == 2 * len(ids)
    refused = dotnet(gateway, key, package(nuspec(version="1.0.1")))
    assert refused.status == 403 and "state.other-version" in refused.reason


def test_the_password_of_a_source_is_a_credential_too(started, issuer, server):
    gateway = started_nuget(started, server)
    assert dotnet(gateway, None, package(), fields=[("Authorization", basic("someone", token(issuer)))]).status == 201


def test_a_static_key_passes_while_jobs_move_over(started, issuer, server):
    gateway = started_nuget(started, server, registry={"legacy_credentials": "pass"})
    assert dotnet(gateway, server.password, package()).status == 201
    assert dotnet(gateway, "a-key-of-nobody", symbols(), SYMBOLS).status == 403
    assert [record["credential"] for record in gateway.audit(2)] == ["legacy", "legacy"]


def test_report_mode_decides_and_passes(started, issuer, server):
    gateway = started_nuget(started, server, registry={"legacy_credentials": "pass", "mode": "report"})
    answer = dotnet(gateway, server.password, package(), fields=[("X-Imprimatur-Token", token(issuer))])
    assert answer.status == 201
    [record] = gateway.audit(1)
    assert (record["outcome"], record["granted"], record["credential"]) == ("reported", True, "legacy")


# Where the registry is


PLACES = {
    "a root": ({}, ""),
    "a place of pushes at a root": ({}, "api/v2/package"),
    "the same with a prefix": ({"base": "/nuget"}, "api/v2/package/"),
    "a place of pushes": ({"base": "/api/nuget/acme", "push": "/", "symbols": "/symbolpackage/"}, ""),
    "an index": ({}, "v3/index.json"),
    "an index below a prefix": ({"base": "/nuget", "push": "/", "symbols": "/symbols/", "index": "/index.json"}, "index.json"),
    "an index that names other places": ({"base": "/nuget", "push": "/upload/", "symbols": "/upload/symbols/"}, "v3/index.json"),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_package_goes_where_the_url_says(started, issuer, case):
    layout, rest = PLACES[case]
    server = NuGetServer(**layout)
    try:
        gateway = started_nuget(started, server, upstream=server.url + rest)
        key = upload_token(gateway, issuer)
        assert dotnet(gateway, key, package()).status == 201
        assert dotnet(gateway, key, symbols(), SYMBOLS).status == 201
        assert set(server.stored) == {"acme.widgets.1.0.0.nupkg", "acme.widgets.1.0.0.snupkg"}
    finally:
        server.close()


def test_an_index_that_leads_elsewhere_gets_no_package(started, issuer, recording):
    index = {"version": "3.0.0", "resources": [{"@id": "https://packages.example.com/push", "@type": "PackagePublish/2.0.0"}]}
    recording.behaviour = answering("200 OK", json.dumps(index).encode(), "Content-Type: application/json")
    gateway = started_nuget(started, recording, upstream=f"{recording.url}v3/index.json")
    answer = dotnet(gateway, token(issuer), package())
    assert answer.status == 502 and "upstream.uploads-elsewhere" in answer.reason and "upstream.url" in answer.reason, answer
    assert [sent.line for sent in recording.requests] == ["GET /v3/index.json HTTP/1.1"]


def resources(answer) -> dict[str, str]:
    assert answer.status == 200, answer
    return {resource["@type"]: resource["@id"] for resource in answer.json["resources"]}


@pytest.mark.parametrize("prefix", ["", "/packages"])
@pytest.mark.parametrize("kept", ["allow", "refuse"])
def test_the_index_leads_through_the_gateway(started, issuer, server, prefix, kept):
    gateway = started_nuget(started, server, registry={"path": prefix or "/", "symbols": kept})
    public = f"{gateway.url.rstrip('/')}{prefix}"
    found = resources(request(gateway, "GET", f"{prefix}/v3/index.json", []))
    assert found["PackagePublish/2.0.0"] == f"{public}/api/v2/package"
    assert found.get("SymbolPackagePublish/4.9.0") == (f"{public}/api/v2/symbolpackage" if kept == "allow" else None)
    assert found["PackageBaseAddress/3.0.0"] == f"{public}/v3/package/" and found["SearchQueryService"] == "https://example.com/search"
    answer = dotnet(gateway, token(issuer), symbols(), f"{prefix}{SYMBOLS}")
    assert answer.status == (201 if kept == "allow" else 404)


@pytest.mark.parametrize("case", ["guarded", "not read", "missing"])
def test_an_index_that_nobody_is_shown_is_the_gateways(started, issuer, case):
    server = NuGetServer(guarded=case == "guarded", index="/elsewhere" if case == "missing" else "/v3/index.json")
    try:
        gateway = started_nuget(started, server, registry={"reads": "refuse" if case == "not read" else "pass"})
        for path in ("/v3/index.json", "/index.json"):
            assert resources(request(gateway, "GET", path, [])) == {
                "PackagePublish/2.0.0": f"{gateway.url}api/v2/package", "SymbolPackagePublish/4.9.0": f"{gateway.url}api/v2/symbolpackage"}
        assert request(gateway, "GET", "/v3/package/acme.widgets/index.json", []).status == (401 if case == "guarded" else 404)
    finally:
        server.close()


def test_reads_go_on_without_the_credential(started, issuer, recording):
    gateway = started_nuget(started, recording)
    for key in ("oy2abcdefghijklmnop", token(issuer)):
        assert request(gateway, "GET", "/v3/package/acme.widgets/index.json", [("X-NuGet-ApiKey", key)]).status == 200
    assert [sent.values("X-NuGet-ApiKey") for sent in recording.requests] == [["oy2abcdefghijklmnop"], []]


@pytest.mark.parametrize("method, path, status", [
    ("DELETE", "/api/v2/package/Acme.Widgets/1.0.0", 404), ("POST", "/api/v2/package/Acme.Widgets/1.0.0", 404),
    ("POST", "/api/v2/package/create-verification-key/Acme.Widgets/1.0.0", 404), ("PUT", "/api/v2/package/Acme.Widgets/1.0.0", 404),
    ("PUT", "/upload", 404), ("PATCH", "/api/v2/package", 405), ("PUT", TOKEN, 405), ("GET", TOKEN, 405),
])
def test_what_is_not_publishing_reaches_no_registry(started_once, issuer, registry, method, path, status):
    gateway = started_nuget(started_once, registry)
    before = len(registry.requests)
    answer = request(gateway, method, path, [("X-NuGet-ApiKey", token(issuer)), *([] if method in ("DELETE", "GET") else [("Content-Length", "0")])])
    assert answer.status == status and "(route." in answer.reason, answer
    assert len(registry.requests) == before


# The table of nuget.org's own tests of its exchange. What differs: a request without a User-Agent is answered, since nothing depends on it; a cookie is
# ignored, since nobody logs in here; a second use of a token is the policy's to refuse, with 401 as there.
EXCHANGES = {
    "no field": ({"Authorization": None}, None, 401, "credential.missing"),
    "Basic": ({"Authorization": "Basic x"}, None, 401, "credential.unknown-scheme"),
    "Bearer2": ({"Authorization": "Bearer2 x"}, None, 401, "credential.unknown-scheme"),
    "nothing behind Bearer": ({"Authorization": "Bearer"}, None, 401, "credential.malformed"),
    "no content type": ({"Content_Type": None}, None, 415, "credential.exchange-media-type"),
    "semicolons": ({"Content_Type": ";;;;;"}, None, 415, "credential.exchange-media-type"),
    "a text": ({"Content_Type": "text/plain"}, None, 415, "credential.exchange-media-type"),
    "no username": ({}, {"tokenType": "ApiKey"}, 400, "credential.malformed-exchange"),
    "no type": ({}, {"username": "someone"}, 400, "credential.malformed-exchange"),
    "another type": ({}, {"username": "someone", "tokenType": "JWT"}, 400, "credential.malformed-exchange"),
    "no JSON": ({}, "x", 400, "credential.malformed-exchange"),
    "a word": ({"Authorization": "Bearer x"}, None, 401, "token.malformed"),
    "no user agent": ({"User_Agent": None}, None, 200, None),
    "a charset": ({"Content_Type": "application/json; charset=utf-8"}, None, 200, None),
}
# The owner's name is not compared, since the repository's name begins with it.
CLAIMS = {
    **{f"no {claim}": ({claim: None}, 401) for claim in ("aud", "iss", "jti", "repository_owner", "repository_id", "event_name")},
    "two audiences": ({"aud": [AUDIENCE, "other"]}, 401), "an empty audience": ({"aud": "  "}, 401), "the public audience": ({"aud": "https://www.nuget.org"}, 401),
    "an empty issuer": ({"iss": "  "}, 401), "a word as the issuer": ({"iss": "foo"}, 401), "another issuer": ({"iss": "https://localhost/custom"}, 401),
    "an empty jti": ({"jti": ""}, 401),
    "another owner's id": ({"repository_owner_id": "43"}, 401),
    "another repository": ({"repository": "acme/other"}, 401), "another repository's id": ({"repository_id": "1235"}, 401),
    "a stranger's event": ({"event_name": "pull_request_target"}, 401),
    "another workflow": ({"job_workflow_ref": "acme/widgets/.github/workflows/mismatched.yml@refs/heads/main"}, 401),
}


@pytest.mark.parametrize("case", EXCHANGES)
def test_an_exchange_is_answered_as_the_helper_shows_it(started_once, issuer, registry, case):
    fields, body, status, reason = EXCHANGES[case]
    gateway = started_nuget(started_once, registry)
    answer = login(gateway, token(issuer), body=body, **fields)
    assert answer.status == status, answer
    if status != 200:
        assert answer.json["reason"] == reason and reason in answer.json["error"] and reason in answer.reason
        assert answer.value("WWW-Authenticate") == ("Bearer" if status == 401 else None)


@pytest.mark.parametrize("case", CLAIMS)
def test_a_token_is_refused_with_the_reason_in_the_body(started_once, issuer, registry, case):
    claims, status = CLAIMS[case]
    gateway = started_nuget(started_once, registry)
    answer = login(gateway, issuer.mint(**{"audience": AUDIENCE, **claims}))
    assert answer.status == status and answer.json["reason"] in answer.json["error"], answer


@pytest.mark.parametrize("path", [TOKEN, f"/packages{TOKEN}"])
def test_a_token_is_exchanged_at_the_origin_and_below_the_prefix(started, issuer, server, path):
    gateway = started_nuget(started, server, registry={"path": "/packages"})
    identity = token(issuer)
    answer = login(gateway, identity, path)
    assert (answer.status, set(answer.json), answer.json["tokenType"]) == (200, {"tokenType", "expires", "apiKey"}, "ApiKey")
    assert answer.json["expires"].endswith(".0000000+00:00") and len(answer.json["expires"]) == 33 and answer.value("Cache-Control") == "no-store"
    again = login(gateway, identity, path)
    assert (again.status, again.json["reason"]) == (401, "state.replayed")
    assert dotnet(gateway, answer.json["apiKey"], package(), f"/packages{PUSH}").status == 201


# What two readers could take differently


def patched(content: bytes, old: bytes, new: bytes, count=-1) -> bytes:
    assert old in content and len(old) == len(new)
    return content.replace(old, new, count)


OTHER = nuspec("Other").encode()
IGNORABLE = """<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships" xmlns:x="urn:x"
    xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x" mc:ProcessContent="x:w">
  <x:Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/Acme.Widgets.nuspec" Id="R1" />
  <x:w Type="x"><Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/lib/other.nuspec" Id="R2" /></x:w>
</Relationships>"""
DTD = '<!DOCTYPE package [<!ENTITY x "Other">]>'
REFUSED = {
    "nothing": (b"", "scope.malformed-archive"),
    "no zip": (b"not a package", "scope.malformed-archive"),
    "something before it": (b"x" + package(), "scope.malformed-archive"),
    "something behind it": (package() + b"x", "scope.malformed-archive"),
    "a local header of another name": (patched(package(), b"Acme.Widgets.nuspec", b"Acme.Xidgets.nuspec", 1), "scope.malformed-archive"),
    "no nuspec": (zipped([("a.txt", b"")]), "scope.metadata-place"),
    "a nuspec in a folder": (zipped([("a/Acme.Widgets.nuspec", nuspec().encode())]), "scope.metadata-place"),
    "two nuspecs": (package(extra=[("Other.nuspec", OTHER)]), "scope.metadata-place"),
    "two nuspecs in another order": (package(first=[("A.nuspec", OTHER)]), "scope.metadata-place"),
    "two nuspecs but for case": (package(extra=[("acme.widgets.NUSPEC", OTHER)]), "scope.metadata-place"),
    "an escaped nuspec": (package(extra=[("Other%2enuspec", OTHER)]), "scope.metadata-place"),
    "an escaped slash before a nuspec": (package(first=[("Other%2Fx.nuspec", OTHER)]), "scope.metadata-place"),
    "an escaped letter that swallows the dot": (package(first=[("Other%D8%80.nuspec", OTHER)]), "scope.metadata-place"),
    "a letter that swallows the dot": (package(first=[("Other\u0600.nuspec", OTHER)]), "scope.metadata-place"),
    "the same, beside an escaped backslash": (package(name="Acme%5Cx.nuspec", relationships=None, first=[("Other%D8%80.nuspec", OTHER)]), "scope.metadata-place"),
    "the same, beside an accent on a slash": (package(name="a/\u0301.nuspec", relationships=None, first=[("Other\u0600.nuspec", OTHER)]), "scope.malformed-metadata"),
    "an escaped backslash": (package(name="Acme%5Cx.nuspec", relationships=None), "scope.malformed-metadata"),
    "an accent on a slash": (package(name="a/\u0301.nuspec", relationships=None), "scope.metadata-place"),
    "a nested nuspec before the manifest": (package(first=[("tools/other.nuspec", OTHER)]), "scope.malformed-metadata"),
    "a nested nuspec before the manifest in the directory": (package(extra=[("tools/other.nuspec", OTHER)], listed_first="tools/other.nuspec"), "scope.malformed-metadata"),
    "a nuspec in pieces": (package(extra=[("Acme.Widgets.nuspec/[0].piece", OTHER)]), "scope.malformed-archive"),
    "relationships to another": (package(relationships=RELATIONSHIPS % "lib/other.nuspec", extra=[("lib/other.nuspec", OTHER)]), "scope.malformed-metadata"),
    "two relationships": (package(relationships=(RELATIONSHIPS % "Acme.Widgets.nuspec").replace("</Relationships>", '<Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/lib/x" Id="R9" /></Relationships>')), "scope.malformed-metadata"),
    "a relationship outside": (package(relationships=(RELATIONSHIPS % "Acme.Widgets.nuspec").replace('Id="R1b', 'TargetMode="External" Id="R1b')), "scope.malformed-metadata"),
    "relationships in pieces": (package(relationships=None, first=[("_rels/.rels/[0].last.piece", (RELATIONSHIPS % "lib/x").encode())]), "scope.malformed-metadata"),
    "relationships that some readers ignore": (package(relationships=IGNORABLE), "scope.malformed-metadata"),
    "relationships of another kind": (package(relationships=(RELATIONSHIPS % "Acme.Widgets.nuspec").replace("Relationships", "Related")), "scope.malformed-metadata"),
    "relationships twice": (package(extra=[("_RELS/.rels", (RELATIONSHIPS % "x").encode())]), "scope.metadata-place"),
    "a path that leaves": (package(extra=[("../x", b"")]), "scope.malformed-archive"),
    "a path of Windows": (package(extra=[("lib\\x", b"")]), "scope.malformed-archive"),
    "a DTD": (package(nuspec(declaration=DTD)), "scope.malformed-metadata"),
    "an entity": (package(nuspec("&x;")), "scope.malformed-metadata"),
    "an entity of a DTD": (package(nuspec("&x;", declaration=DTD)), "scope.malformed-metadata"),
    "an escaped id": (package(nuspec("&#65;cme.Widgets")), "scope.malformed-metadata"),
    "a comment in the id": (package(nuspec("Acme.<!-- x -->Widgets")), "scope.malformed-metadata"),
    "a CDATA section in the id": (package(nuspec("<![CDATA[Acme.Widgets]]>")), "scope.malformed-metadata"),
    "an element in the id": (package(nuspec("Acme<x/>")), "scope.malformed-metadata"),
    "spaces around the id": (package(nuspec(" Acme.Widgets ")), "scope.malformed-metadata"),
    "a processing instruction in the id": (package(nuspec("Acme.<?x y?>Widgets")), "scope.malformed-metadata"),
    "a declaration within": (package(nuspec(more='<?xml version="1.0"?>')), "scope.malformed-metadata"),
    "UTF-16": (package(("\ufeff" + nuspec()).encode("utf-16-le")), "scope.malformed-metadata"),
    "another encoding": (package(nuspec(declaration='<?xml version="1.0" encoding="iso-8859-1"?>')), "scope.malformed-metadata"),
    "UTF-7": (package(nuspec(declaration='<?xml version="1.0" encoding="utf-7"?>')), "scope.malformed-metadata"),
    "XML 1.1": (package(nuspec(declaration='<?xml version="1.1"?>')), "scope.malformed-metadata"),
    "no id": (package(nuspec(None)), "scope.malformed-metadata"),
    "no version": (package(nuspec(version=None)), "scope.malformed-metadata"),
    "an id twice": (package(nuspec(more="<id>Other</id>")), "scope.malformed-metadata"),
    "an id twice but for case": (package(nuspec(more="<ID>Other</ID>")), "scope.malformed-metadata"),
    "an id twice, of another namespace": (package(nuspec(more='<id xmlns="x">Other</id>')), "scope.malformed-metadata"),
    "an id twice, with a prefix": (package(nuspec(more='<x:id xmlns:x="x">Other</x:id>')), "scope.malformed-metadata"),
    "a version twice": (package(nuspec(more="<version>2.0.0</version>")), "scope.malformed-metadata"),
    "metadata twice": (package(nuspec().replace("</package>", "<metadata><id>Other</id><version>1.0.0</version></metadata></package>")), "scope.malformed-metadata"),
    "another namespace": (package(nuspec(schema="http://example.com/nuspec.xsd")), "scope.malformed-metadata"),
    "metadata in another element": (package(nuspec().replace("</metadata>", "</metadata><files><package><metadata><id>.Other</id></metadata></package></files>")), "scope.malformed-metadata"),
    "an id in another element": (package(nuspec(more="<tags><id>.Other</id></tags>")), "scope.malformed-metadata"),
    "symbols": (symbols(), "scope.metadata-mismatch"),
    "another root": (package(nuspec().replace("package", "packages")), "scope.malformed-metadata"),
    "a second root": (package(nuspec() + nuspec(declaration="")), "scope.malformed-metadata"),
    "a confusable": (package(nuspec("\u0410cme.Widgets")), "scope.malformed-metadata"),
    "two dots": (package(nuspec("Acme..Widgets")), "scope.malformed-metadata"),
    "a slash": (package(nuspec("Acme/Widgets")), "scope.malformed-metadata"),
    "an id that is too long": (package(nuspec("Acme." + "x" * 96)), "scope.malformed-metadata"),
    "a version that is too long": (package(nuspec(version="1.0.0-" + "x" * 59)), "scope.malformed-metadata"),
    "five numbers": (package(nuspec(version="1.2.3.4.5")), "scope.malformed-metadata"),
    "a number that is too large": (package(nuspec(version="1.0.2147483648")), "scope.malformed-metadata"),
    "a range": (package(nuspec(version="[1.0,2.0)")), "scope.malformed-metadata"),
    "a variable": (package(nuspec(version="$version$")), "scope.malformed-metadata"),
    "an empty label": (package(nuspec(version="1.0.0-")), "scope.malformed-metadata"),
    "deep elements": (package(nuspec(more="<a>" * 100 + "</a>" * 100)), "scope.malformed-metadata"),
    "another's package": (package(nuspec("Other")), "scope.package-not-allowed"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_package_that_is_refused_reaches_no_registry(started_once, issuer, registry, case):
    content, code = REFUSED[case]
    gateway = started_nuget(started_once, registry)
    before = len(registry.requests)
    answer = dotnet(gateway, token(issuer), content)
    assert answer.status in (400, 403) and f"({code}, request " in answer.reason and answer.json["reason"] == code, answer
    assert len(registry.requests) == before


@pytest.mark.parametrize("content", [package(), package(nuspec(more=SYMBOL_TYPE.replace("/>", '/><packageType name="Template" />')))])
def test_what_is_no_package_of_symbols_is_not_taken_as_one(started_once, issuer, registry, content):
    answer = dotnet(started_nuget(started_once, registry), token(issuer), content, SYMBOLS)
    assert answer.status == 400 and "scope.metadata-mismatch" in answer.reason, answer


@pytest.mark.parametrize("id, version", [
    ("Microsoft.VCRTForwarders.140", "1.0.6"), ("Microsoft.VisualStudio.Shell.15.0", "17.6.36389"), ("Autodesk.Revit.SDK.Refs.2024", "1.0.0")])
def test_an_id_may_end_with_a_number(started, issuer, server, id, version):
    gateway = started_nuget(started, server, packages=f'"{id}"')
    assert dotnet(gateway, token(issuer), package(nuspec(id, version), f"{id}.nuspec")).status == 201
    assert list(server.stored) == [f"{id}.{version}.nupkg".lower()]


FORMS = {
    "no file": {"part": b"Content-Disposition: form-data; name=package"},
    "another name of the file": {"part": b"Content-Disposition: form-data; name=package; filename=a.nupkg; filename*=utf-8''b.nupkg"},
    "a path": {"part": b"Content-Disposition: form-data; name=package; filename=\"a/b.nupkg\""},
    "no form": {"kind": "application/octet-stream"},
}


@pytest.mark.parametrize("case", FORMS)
def test_another_form_is_refused(started_once, issuer, registry, case):
    answer = dotnet(started_nuget(started_once, registry), token(issuer), package(), **FORMS[case])
    assert answer.status == 400 and ("scope.malformed-form" in answer.reason or "scope.missing-field" in answer.reason), answer


PASSING = {
    "dotnet pack": package(),
    "dotnet pack on Windows": package(host=0),
    "no relationships": package(relationships=None),
    "NuGet 1": package(nuspec(schema="").replace("<metadata>", '<metadata xmlns="http://schemas.microsoft.com/packaging/2010/07/nuspec.xsd">'), ),
    "no namespace": package(nuspec(schema="")),
    "no declaration": package(nuspec(declaration="")),
    "a declaration in capitals": package(nuspec(declaration='<?xml version="1.0" encoding="UTF-8" standalone="yes"?>')),
    "prefixes that nothing uses": package(nuspec().replace("<package ", '<package xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" ')),
    "a client's version": package(nuspec().replace("<metadata>", '<metadata minClientVersion="2.12">')),
    "all that a nuspec may hold": package(nuspec(more="""    <license type="expression">MIT</license>
    <icon>icon.png</icon>
    <repository type="git" url="https://example.com/a.git?x=1&amp;y=2" commit="0123" />
    <dependencies>
      <group targetFramework=".NETStandard2.0"><dependency id="Other" version="1.0.0" exclude="Build,Analyzers" /></group>
    </dependencies>
    <frameworkReferences><group targetFramework="net8.0"><frameworkReference name="Microsoft.AspNetCore.App" /></group></frameworkReferences>
    <contentFiles><files include="any/any/x" buildAction="None" /></contentFiles>
    <!-- a comment -->
""")),
    "signed": package(extra=[(".signature.p7s", b"0\x82" + bytes(3000))]),
    "a tool": package(nuspec(more='<packageTypes><packageType name="DotnetTool" version="1.0" /></packageTypes>')),
    "a version with white space around it": package(nuspec(version="\n      1.0.0\n    ")),
    "a version with much behind the plus sign": package(nuspec(version="1.0.0+Branch.develop.Sha.0123456789abcdef0123456789abcdef01234567")),
    "a relationship that says that it is inside": package(relationships=(RELATIONSHIPS % "Acme.Widgets.nuspec").replace('Id="R1b', 'TargetMode="Internal" Id="R1b')),
    "processing instructions": package(nuspec(declaration='<?xml version="1.0"?>\n<?xml-stylesheet type="text/xsl" href="x"?>\n', more="<?x y?>")),
    "a version of one number": package(nuspec(version="1")),
    "a nested nuspec": package(extra=[("content/x.nuspec", OTHER)]),
}


@pytest.mark.parametrize("case", PASSING)
def test_the_shapes_of_other_tools_pass(started, issuer, server, case, record_property):
    gateway = started_nuget(started, server)
    answer = dotnet(gateway, token(issuer), PASSING[case], chunk=1000)
    assert answer.status == 201, answer
    assert server.stored == {"acme.widgets.1.0.0.nupkg": PASSING[case]}
    record_property("shapes of packages", 1)


def test_the_lines_for_github_name_what_the_gateway_has(started, issuer, server):
    """What `NuGet/login` is given and what dotnet is given lead to the exchange and to an index."""
    steps = yaml.safe_load((ROOT / "deploy/ci/github-nuget.yml").read_text())["jobs"]["publish"]["steps"]
    [given] = [step["with"] for step in steps if "NuGet/login" in step.get("uses", "")]
    [source] = [re.search(r"--source https://upload\.example\.com(\S+)", step["run"])[1] for step in steps if "push" in step.get("run", "")]
    gateway = started_nuget(started, server)
    answer = login(gateway, issuer.mint(audience=given["audience"]), urlsplit(given["token-service-url"]).path, {"username": given["user"], "tokenType": "ApiKey"})
    assert answer.status == 200, answer
    place = urlsplit(resources(request(gateway, "GET", source, []))["PackagePublish/2.0.0"]).path
    assert dotnet(gateway, answer.json["apiKey"], package(), f"{place}/").status == 201


def test_the_lines_for_gitlab_name_what_the_gateway_has(started, issuer, server):
    job = yaml.safe_load((ROOT / "deploy/ci/gitlab-nuget.yml").read_text())["publish"]
    source = re.search(r"--source https://upload\.example\.com(\S+)", job["script"][-1])[1]
    gateway = started_nuget(started, server)
    place = urlsplit(resources(request(gateway, "GET", source, []))["PackagePublish/2.0.0"]).path
    assert dotnet(gateway, issuer.mint(audience=job["id_tokens"]["IMPRIMATUR_TOKEN"]["aud"]), package(), f"{place}/").status == 201


# Beside publishing


def test_the_registry_is_asked_for_a_package_and_for_its_version(started, issuer, server):
    gateway = started_nuget(started, server, create="none", registry={"overwrite": "refuse"})
    assert "scope.creation-not-allowed" in dotnet(gateway, token(issuer), package()).reason
    server.stored["acme.widgets.1.0.0.nupkg"] = package()
    assert "scope.file-exists" in dotnet(gateway, token(issuer), package(nuspec(version="1.0.0.0"))).reason
    assert dotnet(gateway, token(issuer), package(nuspec(version="1.0.1"))).status == 201
    assert dotnet(gateway, token(issuer), symbols(version="1.0.1"), SYMBOLS).status == 201


CHECKS = {
    "nothing": ({}, None),
    "another path": ({"upstream": "wrong/"}, ("error", "upstream.url", "`nuget push -Source` would be given")),
    "another key": ({"password": "no-longer-the-password"}, ("error", "upstream.credential", "")),
    "open reads": ({"registry": {"reads": "pass"}}, ("warning", "reads", "")),
}


@pytest.mark.parametrize("case", CHECKS)
def test_a_check_asks_the_server(issuer, server, tmp_path, case):
    changes, expected = CHECKS[case]
    settings = {"issuer": issuer.url, "upstream": server.url, "password": server.password, "registry": {"reads": "refuse"}, **NUGET, **changes}
    if "upstream" in changes:
        settings["upstream"] = server.url + changes["upstream"]
    found = online(Gateway(tmp_path / "gateway", Settings(**settings)))
    if expected is None:
        assert not found, found
        return
    [problem] = found
    assert (problem["severity"], problem["key"]) == (expected[0], f"registries.python.{expected[1]}") and expected[2] in problem["message"], problem


@pytest.mark.parametrize("value, is_wrong", [("/v3/package/", False), ("v3/package", True), ("/a/../b", True)])
def test_the_flat_container_is_a_path(started, issuer, server, tmp_path, value, is_wrong):
    gateway = Gateway(tmp_path / "gateway", Settings(issuer=issuer.url, upstream=server.url, registry={"flat_container": value}, **NUGET))
    done = subprocess.run([BINARY, "check", "-c", gateway.configuration], capture_output=True, text=True, timeout=60, env=environment(tmp_path))
    assert ("flat_container: must be" in done.stdout + done.stderr) == is_wrong, done


def test_a_file_says_what_it_would_publish(issuer, tmp_path):
    gateway = Gateway(tmp_path / "gateway", Settings(issuer=issuer.url, upstream="http://127.0.0.1:1/", **NUGET))
    (tmp_path / "token").write_text(token(issuer))

    def explain(content: bytes, name="any.nupkg") -> tuple[int, str]:
        (tmp_path / name).write_bytes(content)
        done = subprocess.run(
            [BINARY, "explain", "-c", gateway.configuration, "--token", tmp_path / "token", "--upload", tmp_path / name, "--json"],
            capture_output=True, text=True, timeout=60, env=environment(tmp_path))
        return done.returncode, done.stdout + done.stderr

    for content, name, kind in ((package(), "any.nupkg", "nupkg"), (symbols(), "any.SNUPKG", "snupkg")):
        status, told = explain(content, name)
        assert status == 0 and json.loads(told)["upload"] == {"package": "acme.widgets", "version": "1.0.0", "file": f"acme.widgets.1.0.0.{kind}"}
    status, told = explain(package(nuspec("Other")))
    assert status == 1 and json.loads(told)["reason"] == "scope.package-not-allowed"
    status, told = explain(package(nuspec(None)))
    assert status == 2 and "scope.malformed-metadata" in told


@pytest.mark.parametrize("tag, status", [("v1.0.0", 201), ("v1.0", 201), ("v1.0.1", 403), ("1.0.0", 403)])
def test_a_tag_is_compared_as_versions_are(started, issuer, server, tag, status):
    gateway = started_nuget(
        started, server,
        when='{repository: acme/widgets, repository_owner_id: "42", repository_id: "1234", workflow: release.yml, tag: "v{version}"}')
    claims = {"ref": f"refs/tags/{tag}", "ref_type": "tag", "workflow_ref": f"acme/widgets/.github/workflows/release.yml@refs/tags/{tag}",
              "job_workflow_ref": f"acme/widgets/.github/workflows/release.yml@refs/tags/{tag}"}
    answer = dotnet(gateway, token(issuer, **claims), package(nuspec(version="1.0.0.0")))
    assert answer.status == status, answer.reason
