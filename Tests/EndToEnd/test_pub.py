"""Dart packages: a client's three steps through the gateway into a repository that reads what it gets with Python."""

import pytest

from gateway import Gateway, Settings
from pubs import PUB, PubServer, archive, publish, pubspec, started_pub
from registries import basic
from test_check import online
from wire import request

STEPS = ["GET /api/packages/versions/new", "POST /api/packages/versions/newUpload", "GET /api/packages/versions/newUploadFinish"]


@pytest.fixture
def server():
    registry = PubServer()
    yield registry
    registry.close()


def token(issuer, **claims) -> str:
    return issuer.mint(audience="acme_pub", **claims)


@pytest.mark.parametrize("prefix", ["", "dart"])
@pytest.mark.parametrize("before", [True, False])
def test_a_package_is_published_in_three_steps(started, issuer, server, prefix, before):
    gateway = started_pub(started, server, registry={"path": f"/{prefix}"})
    package = archive(pubspec(version="1.2.3-dev.4+5"), before=before)
    done = publish(f"{gateway.url}{prefix}", token(issuer), package)
    assert done.succeeded and "taken the package" in done.seen, done
    base = f"/{prefix}" if prefix else ""
    assert done.requests == [step.replace(" ", f" {base}") for step in STEPS]
    assert server.packages == {("acme_widgets", "1.2.3-dev.4+5"): package}
    assert [line.split(" ")[0] for line in server.lines] == ["GET", "POST", "GET"] and all(line.endswith(" with") for line in server.lines)
    [record] = gateway.audit(1)
    assert (record["protocol"], record["outcome"], record["package.name"], record["package.version"]) == (
        "pub", "published", "acme_widgets", "1.2.3-dev.4+5")


def test_the_last_step_may_be_tried_again(started, issuer, server):
    gateway = started_pub(started, server)
    done = publish(gateway.url, token(issuer), archive(), losing="newUploadFinish")
    assert done.succeeded and done.requests == [*STEPS, STEPS[2]], done
    assert len(gateway.audit(1)) == 1


def test_an_upload_that_another_token_brought_is_the_registrys_to_answer(started, issuer, server):
    gateway = started_pub(started, server)
    assert publish(gateway.url, token(issuer), archive()).succeeded
    assert "already exists" in publish(gateway.url, token(issuer), archive()).seen
    assert [record.get("reason") for record in gateway.audit(2)] == [None, "upstream.conflict"]


REFUSED = {
    "no archive": (b"no archive", "scope.malformed-archive"),
    "no name": (archive("version: 1.0.0\n"), "scope.malformed-metadata"),
    "a second pubspec": (archive(files=[("pubspec.yaml", pubspec("acme_other").encode())]), "scope.malformed-archive"),
    "a pubspec in other letters": (archive(files=[("Pubspec.yaml", pubspec("acme_other").encode())]), "scope.metadata-place"),
    "a pubspec of another spelling": (archive(files=[("./pubspec.yaml", pubspec("acme_other").encode())]), "scope.malformed-archive"),
    "more behind it": (archive() + archive(), "scope.malformed-archive"),
    "a path that leaves": (archive(files=[("../x", b"")]), "scope.malformed-archive"),
    "a line separator": (archive(pubspec(more="description: A\u2028b\n")), "scope.malformed-yaml"),
    "a name twice": (archive(pubspec(more="name: acme_other\n")), "scope.malformed-yaml"),
    "an alias": (archive(pubspec(more="a: &b 1\nc: *b\n")), "scope.malformed-yaml"),
    "a merge key": (archive(pubspec(more="<<: {name: acme_other}\n")), "scope.malformed-yaml"),
    "a tag": (archive(pubspec(more="a: !!binary YQ==\n")), "scope.malformed-yaml"),
    "two documents": (archive(pubspec() + "---\n" + pubspec("acme_other")), "scope.malformed-yaml"),
    "a version that is a number": (archive(pubspec(version="1.0")), "scope.malformed-metadata"),
    "a version of leading zeros": (archive(pubspec(version="1.01.0")), "scope.malformed-metadata"),
    "no version": (archive("name: acme_widgets\n"), "scope.malformed-metadata"),
    "a name that is no identifier": (archive(pubspec("acme-widgets")), "scope.malformed-metadata"),
    "a name that is a word of YAML": (archive(pubspec("yes")), "scope.malformed-metadata"),
    "a huge pubspec": (archive(pubspec(more="#" * (200 << 10))), "scope.malformed-archive"),
    "another's package": (archive(pubspec("other")), "scope.package-not-allowed"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_shown_and_keeps_the_token(started_once, issuer, registry, case):
    package, code = REFUSED[case]
    gateway = started_pub(started_once, registry)
    done = publish(gateway.url, token(issuer), package)
    assert not done.succeeded and done.has_token and f"({code}, request " in done.seen, done
    assert gateway.audit(1)[0]["reason"] == code
    assert not registry.requests


def test_who_may_not_publish_is_told_at_the_first_step(started, issuer, recording):
    gateway = started_pub(started, recording)
    done = publish(gateway.url, token(issuer, repository="acme/gadgets", repository_id="9999"), archive())
    assert done.requests == STEPS[:1] and done.has_token and "(publisher.no-publisher, request " in done.seen
    assert not recording.requests


def test_what_follows_never_leaves_the_registry(started, issuer, server):
    server.elsewhere = "http://127.0.0.1:1/uploads"
    gateway = started_pub(started, server)
    assert not publish(gateway.url, token(issuer), archive()).succeeded
    assert {record["reason"] for record in gateway.records() if record["event"] == "publish"} == {"upstream.uploads-elsewhere"}
    assert all("/new " in line for line in server.lines)


@pytest.mark.parametrize("method, path", [
    ("PUT", "/api/packages/acme_widgets/options"), ("DELETE", "/api/packages/acme_widgets/uploaders/a"), ("POST", "/api/packages/acme_widgets/uploaders"),
    ("POST", "/"), ("POST", "/api/packages/versions/new"),
])
def test_what_is_not_publishing_reaches_no_registry(started, issuer, recording, method, path):
    gateway = started_pub(started, recording)
    answer = request(gateway, method, path, [("Authorization", f"Bearer {token(issuer)}"), ("Content-Length", "0")])
    assert answer.status == 404 and answer.json["error"]["code"] in ("route.not-publishing", "route.upload-elsewhere")
    assert not recording.requests


def test_reads_go_on_without_a_credential_of_ours_or_the_token(started, issuer, recording):
    gateway = started_pub(started, recording)
    for key in (f"Bearer {token(issuer)}", "Bearer a-token-of-the-registry"):
        assert request(gateway, "GET", "/api/packages/acme_widgets", [("Authorization", key)]).status == 200
    assert [sent.values("Authorization") for sent in recording.requests] == [[], ["Bearer a-token-of-the-registry"]]


def test_the_registry_is_asked_for_a_package_and_for_its_version(started, issuer, server):
    gateway = started_pub(started, server, create="none", registry={"overwrite": "refuse"})
    assert "(scope.creation-not-allowed, " in publish(gateway.url, token(issuer), archive()).seen
    server.packages[("acme_widgets", "1.0.0+1")] = b""
    assert "(scope.file-exists, " in publish(gateway.url, token(issuer), archive(pubspec(version="1.0.0+1"))).seen
    assert publish(gateway.url, token(issuer), archive()).succeeded


def test_a_check_asks_the_registry(issuer, server, tmp_path):
    def found(**changes):
        settings = {"issuer": issuer.url, "upstream": server.url, "registry": {"reads": "refuse"}, **PUB, **changes}
        return online(Gateway(tmp_path / "gateway", Settings(**settings)))

    assert not found()
    assert [problem["key"] for problem in found(password="no-longer-the-password")] == ["registries.python.upstream.credential"]
    assert [problem["key"] for problem in found(upstream=server.url + "wrong/")] == ["registries.python.upstream.url"]


def test_a_static_token_passes_while_jobs_move_over(started, server):
    gateway = started_pub(started, server, registry={"legacy_credentials": "pass"})
    server.username, server.password = "", ""
    body_token = basic("", "").removeprefix("Basic ")
    assert not publish(gateway.url, body_token, archive()).succeeded
    assert all(f"Bearer {body_token}" in line for line in server.lines)
