"""Requests to a registry of crates by hand: the exchange of crates.io's helper, what is never publishing, reads, and what a crate must not be."""

import hashlib
import json
import struct
import subprocess
import tarfile

import pytest

from clients import environment
from crates import CRATES, Crate, CrateRegistry, fresh_crate, framed, index_path, publish, read_crate
from gateway import BINARY
from recording import answering
from test_cargo import mint
from wire import post_json, request

TOKENS = "/api/v1/trusted_publishing/tokens"


@pytest.fixture
def crates():
    registry = CrateRegistry()
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def shared():
    registry = CrateRegistry()
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def gateway(started_once, shared):
    return started_once(shared, **CRATES)


def details(answer) -> list[str]:
    """What cargo and crates-io-auth-action show."""
    return [error["detail"] for error in answer.json["errors"]]


def exchange(gateway, issuer, path=TOKENS, **claims):
    return post_json(gateway, path, {"jwt": mint(issuer, **claims)})


def revoke(gateway, credential: str | None):
    return request(gateway, "DELETE", TOKENS, [("Authorization", credential)] if credential else [])


# The exchange


@pytest.mark.parametrize("path", ["", "/cargo"])
def test_one_exchange_publishes_a_workspace_and_is_revoked(started, issuer, crates, path):
    gateway = started(crates, **CRATES, registry={"path": path} if path else {})
    for place in {TOKENS, f"{path}{TOKENS}"}:
        answer = exchange(gateway, issuer, place)
        assert (answer.status, list(answer.json), answer.value("Cache-Control")) == (200, ["token"], "no-store"), answer
        token = answer.json["token"]
        for name in (fresh_crate(), fresh_crate()):
            for number, credential in enumerate((token, f"Bearer {token}", f"bearer   {token}")):
                answer = publish(gateway, credential, Crate(name).body(), f"{path}/")
                assert answer.status == 200 and bool(answer.json["warnings"]["other"]) == (number > 0), answer
            assert [line["vers"] for line in crates.crates[name]] == ["1.0.0"]
        assert revoke(gateway, f"Bearer {token}").status == 204
        refused = publish(gateway, token, Crate(fresh_crate()).body(), f"{path}/")
        assert (refused.status, refused.json["reason"]) == (403, "credential.unknown-upload-token")
    assert {record["credential"] for record in gateway.records() if record["event"] == "publish" and record["granted"]} == {"upload-token"}


def test_a_token_is_revoked_with_or_without_its_scheme(gateway, issuer):
    for form in ("{}", "Bearer {}", "bearer  {}"):
        token = exchange(gateway, issuer).json["token"]
        assert revoke(gateway, form.format(token)).status == 204
        # Unknown by now, and that is all that was asked for.
        assert revoke(gateway, form.format(token)).status == 204
    # crates.io answers 401 to these. Here each token is answered alike, so that nobody learns which tokens live.
    for credential in ("Basic dXNlcjpwYXNz", "nonsense"):
        assert revoke(gateway, credential).status == 204


def test_who_ends_no_token_is_told_so(gateway):
    answer = revoke(gateway, None)
    assert (answer.status, answer.json["reason"]) == (401, "credential.missing") and details(answer), answer


EXCHANGES = {
    "another audience": ({"audience": "crates.io"}, "token.wrong-audience"),
    "no publisher": ({"repository": "acme/gadgets", "repository_id": "9"}, "publisher.no-publisher"),
    "another owner": ({"repository_owner_id": "43"}, "publisher."),
    "another workflow": ({"workflow_ref": "acme/widgets/.github/workflows/a.yml@refs/tags/v1.0.0"}, "publisher.claim-mismatch"),
    "an event of strangers": ({"event_name": "pull_request_target"}, "publisher."),
    "the other event of strangers": ({"event_name": "workflow_run"}, "publisher."),
    "an unknown issuer": ({"iss": "https://issuer.example.com"}, "token.unknown-issuer"),
    "an owner's id that is no number": ({"repository_owner_id": "x"}, "publisher."),
    "a repository without an owner": ({"repository": "widgets?", "repository_owner": "widgets?"}, ""),
}


@pytest.mark.parametrize("case", EXCHANGES)
def test_an_exchange_is_refused_with_a_reason_that_the_helper_shows(gateway, issuer, case):
    overrides, reason = EXCHANGES[case]
    audience = overrides.get("audience", CRATES["audience"])
    token = issuer.mint(audience=audience, **{key: value for key, value in overrides.items() if key != "audience"})
    answer = post_json(gateway, TOKENS, {"jwt": token})
    assert answer.status == 400 and answer.json["reason"].startswith(reason), answer
    assert len(details(answer)) == 1 and answer.json["reason"] in details(answer)[0]


@pytest.mark.parametrize("body", [{}, {"jwt": 1}, {"token": "a.b.c"}])
def test_a_body_without_the_token_is_refused(gateway, body):
    answer = post_json(gateway, TOKENS, body)
    assert (answer.status, answer.json["reason"]) == (400, "credential.malformed-exchange")
    assert "jwt" in details(answer)[0]


@pytest.mark.parametrize("token", ["broken", "a.b.c"])
def test_what_is_no_token_is_refused(gateway, token):
    answer = post_json(gateway, TOKENS, {"jwt": token})
    assert answer.status == 400 and answer.json["reason"] == "token.malformed", answer


def test_a_token_is_exchanged_once(gateway, issuer):
    token = mint(issuer)
    assert post_json(gateway, TOKENS, {"jwt": token}).status == 200
    again = post_json(gateway, TOKENS, {"jwt": token})
    assert (again.status, again.json["reason"]) == (400, "state.replayed")


# What is never publishing

CLOSED = {
    "yank": ("DELETE", "/api/v1/crates/acme-widgets/1.0.0/yank", 404, "route.not-publishing"),
    "unyank": ("PUT", "/api/v1/crates/acme-widgets/1.0.0/unyank", 404, "route.not-publishing"),
    "a new owner": ("PUT", "/api/v1/crates/acme-widgets/owners", 404, "route.not-publishing"),
    "an owner less": ("DELETE", "/api/v1/crates/acme-widgets/owners", 404, "route.not-publishing"),
    "a publish elsewhere": ("PUT", "/crates/new", 404, "route.upload-elsewhere"),
    "a publish by another method": ("POST", "/api/v1/crates/new", 405, "route.method-not-allowed"),
}


@pytest.mark.parametrize("case", CLOSED)
def test_nothing_but_publishing_reaches_the_registry(gateway, shared, issuer, case):
    method, path, status, reason = CLOSED[case]
    before = len(shared.requests)
    length = [("Content-Length", "0")] if method != "DELETE" else []
    answer = request(gateway, method, path, [("Authorization", mint(issuer)), *length])
    assert (answer.status, answer.json["reason"]) == (status, reason), answer
    assert len(shared.requests) == before


# Crates that are refused


def named(**changes) -> Crate:
    return Crate(**{"name": "acme-widgets", "version": "9.0.0", **changes})


MANIFEST = '[package]\nname = "acme-widgets"\nversion = "9.0.0"\n'
ROOT = "acme-widgets-9.0.0"
REFUSED = {
    "another name in the manifest": (named(manifest=MANIFEST.replace("widgets", "gadgets")), "scope.metadata-mismatch"),
    "another spelling in the manifest": (named(manifest=MANIFEST.replace("acme-", "acme_")), "scope.metadata-mismatch"),
    "another version in the manifest": (named(manifest=MANIFEST.replace("9.0.0", "9.0.1")), "scope.metadata-mismatch"),
    "another name as it was written": (named(original=MANIFEST.replace("widgets", "gadgets")), "scope.metadata-mismatch"),
    "another version as it was written": (named(original=MANIFEST.replace("9.0.0", "9.0.1")), "scope.metadata-mismatch"),
    "a key twice": (named(manifest=MANIFEST + 'name = "acme-widgets"\n'), "scope.malformed-metadata"),
    "a table twice": (named(manifest=MANIFEST + "[features]\n[features]\n"), "scope.malformed-metadata"),
    "no package": (named(manifest="[workspace]\n"), "scope.malformed-metadata"),
    "a package and a project": (named(manifest=MANIFEST + MANIFEST.replace("package", "project")), "scope.malformed-metadata"),
    "not UTF-8": (named(manifest=MANIFEST.encode() + b"# \xff"), "scope.malformed-metadata"),
    "UTF-16": (named(manifest=MANIFEST.encode("utf-16")), "scope.malformed-metadata"),
    "no manifest": (named(manifest=""), "scope.metadata-place"),
    "a manifest in capitals": (named(manifest="", files={f"{ROOT}/CARGO.TOML": MANIFEST}), "scope.metadata-place"),
    "a second manifest in small letters": (named(files={f"{ROOT}/cargo.toml": MANIFEST}), "scope.metadata-place"),
    "a second manifest at the root": (named(files={"Cargo.toml": MANIFEST}), "scope.metadata-place"),
    "another folder": (named(folder="acme-gadgets-9.0.0"), "scope.metadata-place"),
    "a folder beside it": (named(files={"acme-gadgets-9.0.0/src/lib.rs": ""}), "scope.metadata-place"),
    "a file above it": (named(files={f"{ROOT}/../x": ""}), "scope.malformed-archive"),
    "an absolute path": (named(files={"/etc/x": ""}), "scope.malformed-archive"),
    "a file as a folder": (named(files={f"{ROOT}/a": "x", f"{ROOT}/a/b": "y"}), "scope.malformed-archive"),
    **{
        f"an entry of type {kind!r}": (
            named(links={f"{ROOT}/link": "target"}, kinds={f"{ROOT}/link": kind}), "scope.malformed-archive")
        for kind in (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, b"S", b"Q")
    },
    "bytes after the archive": (named(trailing=b"\0"), "scope.malformed-archive"),
    "a second archive after it": (named(trailing=named().content), "scope.malformed-archive"),
    "another name in the metadata": (named(metadata={"name": "acme-widgets2"}), "scope.metadata-place"),
    "another version in the metadata": (named(metadata={"vers": "9.0.1"}), "scope.metadata-place"),
    "no name in the metadata": (named(metadata={"name": ...}), "scope.missing-field"),
    "no version in the metadata": (named(metadata={"vers": ...}), "scope.missing-field"),
    "a name in capitals beside it": (named(metadata={"NAME": "acme-gadgets"}), "scope.unknown-field"),
    "white space around the version in the manifest": (named(manifest=MANIFEST.replace("9.0.0", " 9.0.0")), "scope.malformed-metadata"),
    "a checksum of something else": (named(metadata={"cksum": hashlib.sha256(b"").hexdigest()}), "scope.digest-mismatch"),
    **{f"the name {name[:20]!r}": (named(metadata={"name": name}), "scope.malformed-field") for name in ("", "foo bar", 65 * "a", "snow☃", "áccênts")},
    "the version 'broken'": (named(metadata={"vers": "broken"}), "scope.malformed-field"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_crate_is_refused_that_two_readers_could_take_differently(gateway, shared, issuer, case):
    crate, reason = REFUSED[case]
    before = len(shared.sent("PUT"))
    answer = publish(gateway, mint(issuer), crate.body())
    assert (answer.status, answer.json["reason"]) == (400, reason), answer
    assert reason in details(answer)[0]
    assert len(shared.sent("PUT")) == before


GOOD = named()
JSON = json.dumps(GOOD.json()).encode()
FRAMES = {
    "nothing": (b"", "scope.malformed-frame"),
    "half a length": (b"\0\0", "scope.malformed-frame"),
    "no metadata": (struct.pack("<I", 0), "scope.malformed-frame"),
    "metadata cut short": (struct.pack("<I", 100) + b"{}", "scope.malformed-frame"),
    "no crate's length": (struct.pack("<I", len(JSON)) + JSON, "scope.malformed-frame"),
    "half a crate's length": (struct.pack("<I", len(JSON)) + JSON + b"\0", "scope.malformed-frame"),
    "a crate cut short": (GOOD.body()[:-1], "scope.malformed-frame"),
    "bytes after the crate": (GOOD.body() + b"x", "scope.malformed-frame"),
    "a second upload behind it": (GOOD.body() + GOOD.body(), "scope.malformed-frame"),
    "metadata that are too large": (struct.pack("<I", 1 << 31), "scope.form-too-large"),
    "no object": (framed(b"[]", GOOD.content), "scope.malformed-json"),
    "metadata of very many values": (framed(JSON[:-1] + b', "x": [0' + 20_000 * b",0" + b"]}", GOOD.content), "scope.malformed-json"),
    "a name twice": (framed(JSON[:-1] + b', "name": "acme-gadgets"}', GOOD.content), "scope.malformed-json"),
    "a name twice, escaped": (framed(JSON[:-1] + b', "n\\u0061me": "acme-gadgets"}', GOOD.content), "scope.malformed-json"),
    "an empty object": (framed(b"{}", GOOD.content), "scope.missing-field"),
    "no archive": (framed(JSON, b"crate"), "scope.malformed-archive"),
    "a bomb": (framed(JSON, Crate("acme-widgets", "9.0.0", files={f"{ROOT}/zeros": bytes(64 << 20)}).content), "scope.malformed-archive"),
}


@pytest.mark.parametrize("case", FRAMES)
def test_a_body_is_refused_whose_parts_are_not_what_it_says(gateway, shared, issuer, case):
    body, reason = FRAMES[case]
    before = len(shared.sent("PUT"))
    answer = publish(gateway, mint(issuer), body)
    assert (answer.status, answer.json["reason"]) == (400 if reason != "scope.form-too-large" else 413, reason), answer
    assert len(shared.sent("PUT")) == before


def test_an_upload_that_is_too_large_is_refused(started, issuer, crates):
    gateway = started(crates, **CRATES, limits={"upload": "64KiB"})
    answer = publish(gateway, mint(issuer), b"\1\0\0\0" + bytes(70_000))
    assert (answer.status, answer.json["reason"]) == (413, "body.too-large"), answer


ACCEPTED = {
    "a name in capitals": Crate("Acme-Widgets", "8.0.0"),
    "a version with everything": Crate("acme-widgets", "8.1.0-rc.1+build.7"),
    "a manifest as its author wrote it": Crate("acme-widgets", "8.2.0", original=b'\xef\xbb\xbf[package]\r\nname = "acme-widgets"\r\nversion.workspace = true\r\n'),
    "a version of the workspace": Crate("acme-widgets", "8.3.0", original='package = {\n  name = "acme-widgets",\n  version = { workspace = true },\n}\n'),
    "other manifests below": Crate("acme-widgets", "8.4.0", files={"acme-widgets-8.4.0/tests/Cargo.toml": "[", "acme-widgets-8.4.0/tests/cargo.toml": ""}),
    "members of tomorrow": Crate("acme-widgets", "8.5.0", metadata={"future": {"Any": [1, None]}, "badges": {}, "cksum": None}),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_crate_passes_that_real_tools_could_make(gateway, shared, issuer, case):
    crate = ACCEPTED[case]
    answer = publish(gateway, mint(issuer), crate.body())
    assert answer.status == 200, answer
    assert shared.files[crate.name, crate.version] == crate.content
    assert read_crate(crate.content) == (crate.name, crate.version)


# Names that are one


def test_confusable_names_are_one_package(started, issuer, crates):
    gateway = started(crates, **CRATES, packages="acme-widgets-core")
    for number, name in enumerate(("acme-widgets-core", "Acme_Widgets-Core", "acme_widgets_core")):
        assert publish(gateway, mint(issuer), Crate(name, f"1.0.{number}").body()).status == 200
    assert {record["package.name"] for record in gateway.audit(3)} == {"acme-widgets-core"}
    answer = publish(gateway, mint(issuer), Crate("acme-widgets-c0re").body())
    assert (answer.status, answer.json["reason"]) == (403, "scope.package-not-allowed")


# What the registry has


@pytest.mark.parametrize("index", ["", "/api/v1/crates", "/index"])
@pytest.mark.parametrize("create, status", [("named", 200), ("none", 403)])
def test_the_index_is_asked_whether_a_crate_exists(started, issuer, index, create, status):
    crates = CrateRegistry(index=index, guarded=True)
    name = fresh_crate()
    gateway = started(crates, **CRATES, create=create, packages=name)
    answer = publish(gateway, mint(issuer), Crate(name).body())
    assert answer.status == status, answer
    if status == 403:
        assert answer.json["reason"] == "scope.creation-not-allowed"
        crates.publish(Crate(name, "0.1.0").body())
        assert publish(gateway, mint(issuer), Crate(name).body()).status == 200
        asked = [sent for sent in crates.sent("GET") if sent.path == f"{index}/{index_path(name)}"]
        assert asked and {sent.authorization for sent in asked} == {crates.credential}
    crates.close()


def test_a_crate_of_another_spelling_is_another(started, issuer, crates):
    name = fresh_crate()
    other = name.replace("-", "_")
    crates.publish(Crate(name, "0.1.0").body())
    gateway = started(crates, **CRATES, create="none", packages=f'"{name}"', registry={"overwrite": "refuse"})
    assert publish(gateway, mint(issuer), Crate(name).body()).status == 200
    # What was there a moment ago was there under its own name.
    for spelling in (other, name.upper()):
        for version in ("0.1.0", "2.0.0"):
            answer = publish(gateway, mint(issuer), Crate(spelling, version).body())
            assert (answer.status, answer.json["reason"]) == (403, "scope.other-spelling"), answer
            assert f'as "{name}", not as "{spelling}"' in details(answer)[0]
    assert len(crates.sent("PUT")) == 1


@pytest.mark.parametrize("first, second", [("1.0.0", "1.0.0"), ("1.0.0", "1.0.0+evil"), ("1.0.0+build.7", "1.0.0"), ("1.0.0+a", "1.0.0+b")])
def test_a_version_is_not_overwritten(started, issuer, crates, first, second):
    name = fresh_crate()
    crates.publish(Crate(name, first).body())
    gateway = started(crates, **CRATES, registry={"overwrite": "refuse"})
    answer = publish(gateway, mint(issuer), Crate(name, second).body())
    assert (answer.status, answer.json["reason"]) == (409, "scope.file-exists") and not crates.sent("PUT"), answer
    assert publish(gateway, mint(issuer), Crate(name, "1.0.1").body()).status == 200


def test_a_conflict_is_the_registrys_to_tell(started, issuer, crates):
    name = fresh_crate()
    crates.publish(Crate(name).body())
    gateway = started(crates, **CRATES)
    answer = publish(gateway, mint(issuer), Crate(name).body())
    assert (answer.status, answer.json["reason"]) == (400, "upstream.conflict") and "already exists" in details(answer)[0], answer
    assert gateway.audit(1)[0]["outcome"] != "published"


@pytest.mark.parametrize("body", [
    b'{"errors": [{"detail": "the crate is cursed"}], "warnings": {}}', b'{"errors": [], "warnings": {}}',
    b'{"errors": [], "errors": [{"detail": "the crate is cursed"}]}'])
def test_errors_are_a_refusal_even_with_status_200(started, issuer, recording, body):
    recording.behaviour = answering("200 OK", body, "Content-Type: application/json")
    gateway = started(recording, **CRATES)
    answer = publish(gateway, mint(issuer), Crate(fresh_crate()).body())
    assert answer.status == 400 and details(answer) == [error["detail"] for error in json.loads(body)["errors"]]
    [record] = gateway.audit(1)
    assert record["outcome"] != "published" and record["upstream.status"] == 200, record


# Reads


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/octet-stream", ""])
@pytest.mark.parametrize("known_as", [None, "https://crates.example.com"])
def test_the_configuration_leads_through_the_gateway(started, media_type, known_as):
    crates = CrateRegistry(index="/index", known_as=known_as, media_type=media_type)
    gateway = started(crates, **CRATES, registry={"path": "/cargo"})
    public = f"http://127.0.0.1:{gateway.port}/cargo"
    answer = request(gateway, "GET", "/cargo/index/config.json", [])
    assert json.loads(answer.body) == {"dl": f"{public}/api/v1/crates", "api": public}
    assert crates.requests[-1].authorization is None
    crates.close()


def test_a_configuration_that_cannot_be_read_is_not_passed_on(started, recording):
    recording.behaviour = answering("200 OK", b"<html></html>", "Content-Type: text/html")
    answer = request(started(recording, **CRATES), "GET", "/config.json", [])
    assert answer.status == 502 and b"html" not in answer.body, answer


def test_guarded_reads_are_made_for_who_may_publish(started, issuer):
    crates = CrateRegistry(guarded=True)
    name, other = fresh_crate(), "stranger"
    for crate in (name, other):
        crates.publish(Crate(crate, "0.1.0").body())
    gateway = started(crates, **CRATES)
    paths = {"/config.json": 200, f"/{index_path(name)}": 200, f"/{index_path(other)}": 403, f"/api/v1/crates/{name}/0.1.0/download": 401}
    token = exchange(gateway, issuer).json["token"]
    for credential in (mint(issuer), token):
        for path, status in paths.items():
            assert request(gateway, "GET", path, [("Authorization", credential)]).status == status, path
    for path in paths:
        answer = request(gateway, "GET", path, [])
        assert answer.status == 401
        assert request(gateway, "GET", path, [("Authorization", "svc-not-a-token")]).status == 401
        assert request(gateway, "GET", path, [("Authorization", crates.credential)]).status == 200
    # The service credential reads the index, and nothing that is named like a part of one.
    for path in ("/x/config.json", f"/x/{index_path(name)}"):
        request(gateway, "GET", path, [("Authorization", token)])
        assert (crates.requests[-1].path, crates.requests[-1].authorization) == (path, None)
    told = json.loads(request(gateway, "GET", "/config.json", [("Authorization", token)]).body)
    assert told == {"dl": f"{gateway.url}api/v1/crates", "api": gateway.url.rstrip("/"), "auth-required": True}
    crates.close()


# The registry's own credential


def test_cargos_own_token_passes_where_it_may(started, issuer, crates):
    crates_password = "a-token-of-the-registrys-own"
    name = fresh_crate()
    refusing = started(crates, **CRATES)
    answer = publish(refusing, crates_password, Crate(name).body())
    assert (answer.status, answer.json["reason"]) == (403, "credential.not-accepted")
    passing = started(crates, **CRATES, registry={"legacy_credentials": "pass"})
    assert publish(passing, crates_password, Crate(name).body()).status == 401
    assert crates.requests[-1].authorization == crates_password
    assert publish(passing, crates.credential, Crate(name).body()).status == 200
    # What two readers take differently is refused whoever sends it.
    answer = publish(passing, crates.credential, REFUSED["a key twice"][0].body())
    assert (answer.status, answer.json["reason"]) == (400, "scope.malformed-metadata")
    for credential in ("impr_short", mint(issuer, repository="acme/gadgets", repository_id="9"), "Scheme a.b.c"):
        assert publish(passing, credential, Crate(name, "2.0.0").body()).status in (400, 403)
    assert len(crates.sent("PUT")) == 2


# Commands


def told(gateway, tmp_path, *arguments):
    run = subprocess.run(
        [BINARY, *arguments[:1], "-c", gateway.configuration, *arguments[1:]], capture_output=True, text=True, timeout=60, env=environment(tmp_path))
    return run.returncode, run.stdout + run.stderr


@pytest.mark.parametrize(
    "case, status", [("as it is", 0), ("under another name", 2), ("with another manifest", 2), ("out of scope", 1)])
def test_explain_reads_a_crate(gateway, issuer, tmp_path, case, status):
    name = "stranger" if case == "out of scope" else "acme-widgets"
    crate = Crate(name, manifest='[package]\nname = "other"\nversion = "1.0.0"\n' if case == "with another manifest" else None)
    path = tmp_path / ("acme-gadgets-1.0.0.crate" if case == "under another name" else f"{name}-1.0.0.crate")
    path.write_bytes(crate.content)
    (tmp_path / "token").write_text(mint(issuer))
    code, text = told(gateway, tmp_path, "explain", "--token", tmp_path / "token", "--upload", path, "--json")
    assert code == status, text


def test_check_asks_the_registry(started, tmp_path, crates):
    code, text = told(started(crates, **CRATES), tmp_path, "check", "--online")
    assert code == 0 and "credential" not in text, text
    assert [sent.path for sent in crates.sent("PUT")] == 2 * ["/api/v1/crates/new"]
    assert "config.json" in text
    code, text = told(started(crates, **CRATES, upstream=f"{crates.url}elsewhere/"), tmp_path, "check", "--online")
    assert code == 1 and "/api/v1/crates/new" in text, text
    code, text = told(started(crates, **CRATES, password="svc-another-secret"), tmp_path, "check", "--online")
    assert code == 1 and "credential" in text, text


def test_an_index_elsewhere_is_a_mistake_in_the_configuration(started, crates, tmp_path):
    with pytest.raises(AssertionError, match="index"):
        started(crates, **CRATES, registry={"index": "https://index.example.com/"})
