"""npm publishes through the gateway into a registry of packages; and uploads by hand that must not pass, or must."""

import base64
import json

import pytest

from npm_registry import CLIENTS, NPM, NPMRegistry, Package, Project, fresh_package, put
from wire import request

EXCHANGE = "/-/npm/v1/oidc/token/exchange/package/"


@pytest.fixture
def npm():
    registry = NPMRegistry()
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def shared():
    registry = NPMRegistry()
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def gateway(started_once, shared):
    return started_once(shared, **NPM, packages='"acme-widgets*", "@acme/*"')


def mint(issuer, **claims) -> str:
    return issuer.mint(audience=NPM["audience"], **claims)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("scope", ["", "@acme/"])
def test_npm_publishes_without_the_gateway(npm, tmp_path, client, scope):
    """The registry is faithful: with a credential of its own npm publishes into it."""
    npm.password = npm.username = "x"
    project = Project(tmp_path / "project", fresh_package(scope), client=client)
    place = npm.url.split(":", 1)[1]
    run = project.npm(npm.url, "publish", f"--{place}:_auth={base64.b64encode(b'x:x').decode()}")
    assert run.status == 0 and f"+ {project.name}@1.0.0" in run.seen, run.seen


@pytest.mark.parametrize("path", ["", "/npm/internal"])
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("scope", ["", "@acme/"])
def test_npm_publishes_and_installs_what_it_published(started, issuer, npm, tmp_path, client, path, scope):
    gateway = started(npm, **NPM, packages='"acme-widgets*", "@acme/*"', registry={"path": path} if path else {})
    url = f"{gateway.url.rstrip('/')}{path}/"
    project = Project(tmp_path / "project", fresh_package(scope), client=client)

    run = project.npm(url, "publish", token=mint(issuer))

    assert run.status == 0 and f"+ {project.name}@1.0.0" in run.seen, run.seen
    [sent] = npm.sent("PUT")
    assert sent.authorization == npm.credential
    [record] = gateway.audit(1)
    assert (record["granted"], record["outcome"], record["package.name"], record["package.version"]) == (True, "published", project.name, "1.0.0")

    user = Project(tmp_path / "user", "user", client=client)
    install = user.npm(url, "install", project.name)
    assert install.status == 0, install.seen
    assert (user.directory / "node_modules" / project.name / "index.js").exists()
    assert all(sent.authorization is None for sent in npm.sent("GET"))


@pytest.mark.parametrize("system", ["GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI"])
def test_npm_11_exchanges_the_token_by_itself(started, issuer, npm, tmp_path, system):
    gateway = started(npm, **NPM, packages='"@acme/*"')
    project = Project(tmp_path / "project", fresh_package("@acme/"), client="npm 11")
    own = issuer.ambient_environment() if system == "GITHUB_ACTIONS" else {"NPM_ID_TOKEN": mint(issuer)}
    variables = {system: "true", "CI": "true", **own}
    run = project.npm(gateway.url, "publish", **variables)
    assert run.status == 0, run.seen
    [record] = gateway.audit(1)
    assert (record["outcome"], record["credential"]) == ("published", "upload-token")


def test_npm_shows_why_a_package_is_refused(gateway, issuer, tmp_path):
    project = Project(tmp_path / "project", "stranger")
    run = project.npm(gateway.url, "publish", token=mint(issuer))
    assert run.status != 0 and "403" in run.seen and "may publish acme-widgets*" in run.seen, run.seen


def test_a_refused_exchange_is_told_by_a_notice(gateway, issuer):
    answer = request(gateway, "POST", f"{EXCHANGE}@acme%2fx", [("Authorization", f"Bearer {mint(issuer, repository_id='9')}"), ("Content-Length", "0")])
    assert answer.status == 403 and answer.json["reason"] in answer.value("npm-notice") and answer.json["message"], answer
    assert answer.value("WWW-Authenticate") is None


@pytest.mark.parametrize("path", ["@acme%2fa", "@acme%2Fa", "@acme/a", "acme-widgets"])
def test_one_oidc_token_is_exchanged_for_each_package(gateway, issuer, path):
    token = mint(issuer)
    for place in (path, "@acme%2fother"):
        answer = request(gateway, "POST", f"{EXCHANGE}{place}", [("Authorization", f"Bearer {token}"), ("Content-Length", "0")])
        assert (answer.status, list(answer.json)) == (201, ["token"]), answer
    own = answer.json["token"]
    assert put(gateway, own, Package("@acme/other", fresh_version())).status == 201
    assert put(gateway, own, Package("@acme/another")).json["reason"] == "scope.other-package"
    again = request(gateway, "POST", f"{EXCHANGE}{path}", [("Authorization", f"Bearer {token}"), ("Content-Length", "0")])
    assert again.json["reason"] == "state.replayed"


def fresh_version() -> str:
    return f"1.0.0-{fresh_package()}"


# What is never publishing

CLOSED = {
    "unpublish": ("PUT", "/acme-widgets/-rev/1", 404, "route.not-publishing"),
    "the end of a file": ("DELETE", "/acme-widgets/-/acme-widgets-1.0.0.tgz/-rev/1", 404, "route.not-publishing"),
    "a tag": ("PUT", "/-/package/acme-widgets/dist-tags/latest", 404, "route.not-publishing"),
    "a tag less": ("DELETE", "/-/package/acme-widgets/dist-tags/latest", 404, "route.not-publishing"),
    "a user": ("PUT", "/-/user/org.couchdb.user:x", 404, "route.not-publishing"),
    "a stage": ("POST", "/-/stage/package/acme-widgets", 404, "route.not-publishing"),
    "a stage of a scope": ("POST", "/-/stage/package/@acme%2fwidgets", 404, "route.not-publishing"),
    "an audit": ("POST", "/-/npm/v1/security/advisories/bulk", 405, "route.method-not-allowed"),
}


@pytest.mark.parametrize("case", CLOSED)
def test_nothing_but_publishing_reaches_the_registry(gateway, shared, issuer, case):
    method, path, status, reason = CLOSED[case]
    before = len(shared.requests)
    length = [("Content-Length", "0")] if method != "DELETE" else []
    answer = request(gateway, method, path, [("Authorization", f"Bearer {mint(issuer)}"), *length])
    assert (answer.status, answer.json["reason"]) == (status, reason), answer
    assert len(shared.requests) == before
    # Who stages is told what to run.
    assert ("`npm publish`" in answer.value("npm-notice")) == ("stage" in path)


def test_who_asks_who_it_is_is_told_its_publisher(gateway, issuer):
    assert request(gateway, "GET", "/-/whoami", [("Authorization", f"Bearer {mint(issuer)}")]).json == {"username": "widgets-release"}
    answer = request(gateway, "GET", "/-/whoami", [])
    assert answer.status == 403 and answer.value("WWW-Authenticate") is None
    assert request(gateway, "GET", "/-/package/acme-widgets/visibility", []).status == 404


# Documents

NAME = "@acme/widgets"


def named(**changes) -> Package:
    return Package(**{"name": NAME, "version": "9.0.0", **changes})


OTHER = json.dumps({"name": "@acme/gadgets", "version": "9.0.0"})
REFUSED = {
    "another name": (named(document={"name": "@acme/gadgets"}), "scope.metadata-mismatch"),
    "another id": (named(document={"_id": "@acme/gadgets"}), "scope.metadata-mismatch"),
    "no file": (named(document={"_attachments": ...}), "scope.missing-field"),
    "no files": (named(document={"_attachments": {}}), "scope.malformed-field"),
    "no versions": (named(document={"versions": ...}), "scope.malformed-field"),
    "another version": (named(document={"versions": {"9.0.1": {}}}), "scope.malformed-field"),
    "another name in the version": (named(own={"name": "@acme/gadgets"}), "scope.metadata-mismatch"),
    "another version in the version": (named(own={"version": "9.0.1"}), "scope.metadata-mismatch"),
    "another id in the version": (named(own={"_id": f"{NAME}@9.0.1"}), "scope.metadata-mismatch"),
    "a digest in capitals": (named(dist={"INTEGRITY": "sha512-AAAA"}), "scope.unknown-field"),
    "a checksum with a long s": (named(dist={"\u017fhasum": 40 * "0"}), "scope.unknown-field"),
    "a place in capitals": (named(dist={"Tarball": "https://files.example.com/x.tgz"}), "scope.unknown-field"),
    "a file in capitals": (named(attachment={"Data": "AAAA"}), "scope.unknown-field"),
    "a length in capitals": (named(attachment={"Length": 1}), "scope.unknown-field"),
    "a statement's file in capitals": (named(more={f"{NAME}-9.0.0.sigstore": {"data": "{}", "DATA": "AAAA"}}), "scope.unknown-field"),
    "a statement without a content": (named(more={f"{NAME}-9.0.0.sigstore": {"length": 2}}), "scope.malformed-field"),
    "very many files": (named(more={f"{number}.tgz": {} for number in range(20)}), "scope.malformed-field"),
    "another file's name": (named(key="@acme/gadgets-9.0.0.tgz"), "scope.file-name-mismatch"),
    "a file of no version": (named(key=f"{NAME}-latest.tgz"), "scope.file-name-mismatch"),
    "another file": (named(more={"@acme/gadgets-9.0.0.tgz": {"data": ""}}), "scope.unexpected-file"),
    "another checksum": (named(dist={"shasum": 40 * "0"}), "scope.digest-mismatch"),
    "another digest": (named(dist={"integrity": "sha512-" + base64.b64encode(bytes(64)).decode()}), "scope.digest-mismatch"),
    "a digest of no kind": (named(dist={"integrity": "md5-AAAA"}), "scope.malformed-field"),
    "another length": (named(attachment={"length": 1}), "scope.digest-mismatch"),
    "no base64": (named(attachment={"data": "!!!!"}), "scope.malformed-field"),
    "escaped base64": (named(attachment={"data": "AAA\n"}), "scope.malformed-field"),
    "no archive": (named(attachment={"data": "AAAA", "length": 3}, dist={"shasum": ..., "integrity": ...}), "scope.malformed-archive"),
    "another manifest in the file": (named(manifest=OTHER), "scope.metadata-mismatch"),
    "another version in the file": (named(manifest=OTHER.replace("gadgets", "widgets").replace("9.0.0", "9.0.1")), "scope.metadata-mismatch"),
    "a version twice in the file": (named(manifest='{"name": "@acme/widgets", "version": "9.0.0", "version": "9.0.0"}'), "scope.malformed-metadata"),
    "build metadata of another": (named(version="9.0.0+a", manifest=OTHER.replace("gadgets", "widgets").replace("9.0.0", "9.0.0+b")), "scope.metadata-mismatch"),
    "a name twice in the file": (named(manifest='{"name": "a", "name": "@acme/widgets", "version": "9.0.0"}'), "scope.malformed-metadata"),
    "no manifest in the file": (named(manifest=""), "scope.metadata-place"),
    "two folders in the file": (named(files={"other/package.json": OTHER}), "scope.metadata-place"),
    "a manifest in capitals in the file": (named(files={"package/PACKAGE.JSON": OTHER}), "scope.metadata-place"),
    "a file above the folder": (named(files={"package/../x": ""}), "scope.malformed-archive"),
}


@pytest.mark.parametrize("first", ["", "_attachments"])
@pytest.mark.parametrize("case", REFUSED)
def test_a_document_is_refused_that_two_readers_could_take_differently(gateway, shared, issuer, case, first):
    package, reason = REFUSED[case]
    before = len(shared.sent("PUT"))
    answer = put(gateway, mint(issuer), package, package.body(first))
    assert (answer.status, answer.json["reason"]) == (400, reason), answer
    assert len(shared.sent("PUT")) == before


@pytest.mark.parametrize("change", [
    (b'"_id":"@acme/widgets",', b'"_id":"@acme/widgets","name":"@acme/gadgets",'), (b'"_attachments":', b'"_attachments":{},"_attachments":'),
    (b'"data":', b'"data":"","data":'), (b'{"_id"', b'["_id"'), (b'"versions":{', b'"versions":{"9.0.0":{},'), (b'"data"', b'"d\\u0061ta":"","data"')])
def test_a_member_that_stands_twice_is_refused(gateway, shared, issuer, change):
    before = len(shared.sent("PUT"))
    answer = put(gateway, mint(issuer), named(), named().body().replace(*change, 1))
    assert (answer.status, answer.json["reason"]) == (400, "scope.malformed-json"), answer
    assert len(shared.sent("PUT")) == before


ACCEPTED = {
    "a plain name": Package("acme-widgets", "8.0.0"),
    "a file's name without its scope": named(version="8.1.0", key="widgets-8.1.0.tgz"),
    "an empty file's digests": named(version="8.2.0", dist={"integrity": ...}),
    "a byte order mark": named(version="8.3.0", manifest=b"\xef\xbb\xbf" + json.dumps({"name": NAME, "version": "8.3.0"}).encode()),
    "a version with a v": named(version="8.4.0", manifest=json.dumps({"name": NAME, "version": " v8.4.0"}).replace(" v", "v")),
    "another folder": named(version="8.5.0", folder="node"),
    "names twice below": named(version="8.6.0", manifest='{"name": "@acme/widgets", "version": "8.6.0", "scripts": {"a": "1", "a": "2"}}'),
    "a member twice": named(version="8.8.0", manifest='{"name": "@acme/widgets", "version": "8.8.0", "license": "MIT", "license": "MIT"}'),
    "half a surrogate": named(version="8.9.0", manifest='{"name": "@acme/widgets", "version": "8.9.0", "description": "\\ud83d"}', own={"description": "\ud83d"}),
    "a version as Yarn sends it": named(version="8.10.0+build.7", manifest=json.dumps({"name": NAME, "version": "8.10.0+build.7"})),
    "a version as npm cleans it": named(version="8.11.0", manifest=json.dumps({"name": NAME, "version": "8.11.0+build.7"})),
    "a pre-release without a hyphen": named(version="8.12.0-rc1", manifest=json.dumps({"name": NAME, "version": "8.12.0rc1"})),
    "zeros before a number": named(version="8.13.0", manifest=json.dumps({"name": NAME, "version": "08.13.0"})),
    "members of its author's own": named(version="8.14.0", own={"Name": "Widgets", "Dist": {"integrity": "x"}, "VERSION": 1, "ver\u017fion": "9.0.1"}),
    "an attachment of CouchDB's": named(version="8.15.0", attachment={"stub": True, "follows": True, "encoding": "gzip", "content_type": 7}),
    "spellings of what does not go on": named(version="8.16.0", document={"Versions": {"8.16.0": {}}, "_Attachments": {"x": {"data": ""}}, "Name": "x"}),
    "a large file": named(version="8.7.0", files={"package/large": bytes(range(256)) * 4000}),
}


@pytest.mark.parametrize("first", ["", "_attachments"])
@pytest.mark.parametrize("case", ACCEPTED)
def test_a_package_passes_that_real_tools_could_make(started, npm, issuer, case, first):
    package = ACCEPTED[case]
    gateway = started(npm, **NPM, packages='"acme-widgets*", "@acme/*"')
    answer = put(gateway, mint(issuer), package, package.body(first))
    assert answer.status == 201, answer
    assert list(npm.files.values()) == [package.content]
    [document] = npm.documents
    assert document["versions"][package.version]["dist"]["tarball"] == f"{npm.url}{package.name}/-/{package.name.split('/')[-1]}-{package.version}.tgz"
    assert document["dist-tags"] == {"latest": package.version}
    assert as_go_reads(npm.sent("PUT")[0].body) == told(package)


def told(package: Package) -> tuple:
    content = base64.b64encode(package.content).decode()
    return package.name, [(package.version, package.name, package.version, package.members()["versions"][package.version]["dist"].get("integrity"))], [content]


def as_go_reads(body: bytes) -> tuple:
    """What a registry reads that ignores the case of names, and of one name's spellings takes the last: objects become one, as `encoding/json` has it."""

    def folded(pairs):
        members: dict = {}
        for name, value in pairs:
            key = name.casefold()
            members[key] = {**members[key], **value} if isinstance(members.get(key), dict) and isinstance(value, dict) else value
        return members

    document = json.loads(body, object_pairs_hook=folded)
    versions = [
        (key, version["name"], version["version"], version["dist"].get("integrity")) for key, version in document["versions"].items()]
    return document["name"], versions, [attachment["data"] for attachment in document["_attachments"].values()]


def test_of_all_versions_only_that_of_the_file_goes_on(started, npm, issuer):
    """npm up to 9 sends them all after a 409."""
    gateway = started(npm, **NPM, packages='"@acme/*"')
    package = named()
    members = package.members()
    members["versions"]["1.0.0"] = {"name": NAME, "version": "1.0.0", "deprecated": "stop"}
    members["dist-tags"]["beta"] = "1.0.0"
    members |= {"_rev": "1-x", "maintainers": [{"name": "mallory"}], "time": {}}
    assert put(gateway, mint(issuer), package, json.dumps(members).encode()).status == 201
    [document] = npm.documents
    assert (list(document["versions"]), document["dist-tags"]) == (["9.0.0"], {"latest": "9.0.0"})
    assert not {"_rev", "maintainers", "time"} & document.keys()


@pytest.mark.parametrize("attestations", ["drop", "pass"])
def test_statements_are_dropped_or_passed(started, npm, issuer, attestations):
    gateway = started(npm, **NPM, packages='"@acme/*"', registry={"attestations": attestations})
    # Of the statement's members, too, only those go on that a registry reads.
    further = {"encoding": "gzip"}
    statement = {"content_type": "application/vnd.dev.sigstore.bundle+json;version=0.3", "data": '{"a": "\\n"}', "length": 11}
    package = named(more={f"{NAME}-9.0.0.sigstore": {**further, **statement}})
    assert put(gateway, mint(issuer), package).status == 201
    assert npm.documents[0]["_attachments"].get(f"{NAME}-9.0.0.sigstore") == (statement if attestations == "pass" else None)


@pytest.mark.parametrize("tags, status", [({"latest": "9.0.0"}, 201), ({"next": "9.0.0"}, 400)])
def test_only_latest_may_be_set_where_the_operator_says_so(started, npm, issuer, tags, status):
    gateway = started(npm, **NPM, packages='"@acme/*"', registry={"tags": "latest"})
    assert put(gateway, mint(issuer), named(document={"dist-tags": tags})).status == status


@pytest.mark.parametrize("create, status", [("named", 201), ("none", 403)])
def test_the_registry_is_asked_whether_a_package_exists(started, npm, issuer, create, status):
    gateway = started(npm, **NPM, packages=f'"{NAME}"', create=create)
    assert put(gateway, mint(issuer), named()).status == status
    if status == 403:
        npm.packages[NAME] = {"name": NAME, "versions": {}, "dist-tags": {}}
        assert put(gateway, mint(issuer), named()).status == 201


def test_a_version_is_not_overwritten(started, npm, issuer):
    gateway = started(npm, **NPM, packages='"@acme/*"', registry={"overwrite": "refuse"})
    assert put(gateway, mint(issuer), named()).status == 201
    answer = put(gateway, mint(issuer), named())
    assert answer.status == 409 and len(npm.sent("PUT")) == 1, answer


def test_a_version_is_not_overwritten_by_another_build_of_it(started, npm, issuer):
    gateway = started(npm, **NPM, packages='"@acme/*"', registry={"overwrite": "refuse"})
    assert put(gateway, mint(issuer), named()).status == 201
    for version in ("9.0.0+evil", "9.0.0+0"):
        answer = put(gateway, mint(issuer), named(version=version))
        assert (answer.status, answer.json["reason"]) == (409, "scope.file-exists"), answer
    assert put(gateway, mint(issuer), named(version="9.0.1+build")).status == 201
    answer = put(gateway, mint(issuer), named(version="9.0.1"))
    assert answer.status == 409 and len(npm.sent("PUT")) == 2, answer


@pytest.mark.parametrize("ignores_case", [False, True])
def test_a_package_of_another_spelling_is_another(started, npm, issuer, ignores_case):
    npm.ignores_case = ignores_case
    gateway = started(npm, **NPM, create="none", packages='"@acme/*"', registry={"overwrite": "refuse"})
    npm.packages[NAME] = {"name": NAME, "versions": {"9.0.0": {}}, "dist-tags": {}}
    assert put(gateway, mint(issuer), named(version="9.0.1")).status == 201
    for version in ("9.0.0", "9.0.2"):
        answer = put(gateway, mint(issuer), named(name="@acme/Widgets", version=version))
        assert (answer.status, answer.json["reason"]) == (403, "scope.other-spelling"), answer
        assert f'as "{NAME}"' in answer.json["error"]
    assert len(npm.sent("PUT")) == 1


def test_a_package_with_very_many_versions_is_published(started, npm, issuer):
    gateway = started(npm, **NPM, create="none", packages='"@acme/*"', registry={"overwrite": "refuse"})
    release = {"name": NAME, "files": list(range(150))}
    npm.packages[NAME] = {"name": NAME, "versions": {f"1.{number}.0": release for number in range(2_000)}, "dist-tags": {}}
    assert put(gateway, mint(issuer), named(version="1.1999.0")).status == 409
    assert put(gateway, mint(issuer), named()).status == 201


@pytest.mark.parametrize("document", [{"readme": "x" * (17 << 20)}, {"versions": {f"1.{number}.0": list(range(150)) for number in range(2_000)}}])
def test_a_document_that_is_too_large_is_refused_with_its_cause(gateway, issuer, document):
    package = named()
    members = package.members()
    answer = put(gateway, mint(issuer), package, json.dumps({**members, **document, "versions": {**document.get("versions", {}), **members["versions"]}}).encode())
    assert (answer.status, answer.json["reason"]) == (413, "scope.form-too-large") and "npm 9 and older" in answer.json["error"], answer
