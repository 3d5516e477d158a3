"""What a registry has, asked of it by its own protocol: packages that may be created, files that may not be overwritten."""


import pytest

from packages import fresh_name, sdist, wheel
from recording import accept, answering, only_uploads, remembering
from races import RUNS, at_once
from test_generic import generic, put
from test_operations import published
from test_refusals import assert_refused
from wire import Form, token_credential, upload

INDEXES = ["recording", "pypiserver", "devpi"]


@pytest.fixture
def index(request):
    registry = request.getfixturevalue(request.param)
    if request.param == "recording":
        registry.behaviour = remembering()
    return registry


def send(gateway, issuer, distribution):
    return upload(gateway, Form.of(distribution), token_credential(issuer.mint()))


# Creation

CREATION = {
    "what is written out": ("named", "NAME", 200),
    "what a glob matches": ("any", "acme-widgets*", 200),
    "what only a glob matches": ("named", "acme-widgets*", 403),
    "nothing": ("none", "NAME", 403),
}


@pytest.mark.parametrize("index", INDEXES, indirect=True)
@pytest.mark.parametrize("case", CREATION)
def test_a_package_that_nobody_has_is_created_as_the_entry_says(started, issuer, index, case):
    create, packages, status = CREATION[case]
    name = fresh_name()
    gateway = started(index, create=create, packages=f'"{packages.replace("NAME", name)}"')
    answer = send(gateway, issuer, wheel(name))
    if status == 200:
        assert answer.status == 200
    else:
        assert_refused(gateway, answer, 403, "scope.creation-not-allowed")


@pytest.mark.parametrize("index", INDEXES, indirect=True)
@pytest.mark.parametrize("create", ["named", "none"])
def test_a_package_that_is_there_is_published_whoever_may_create(started, issuer, index, create):
    name = fresh_name()
    assert published(started(index), issuer, name) == 200
    gateway = started(index, create=create, packages='"acme-widgets*"')
    assert send(gateway, issuer, wheel(name, "2.0.0")).status == 200
    assert send(gateway, issuer, wheel(name, "3.0.0")).status == 200


def test_what_was_there_a_moment_ago_is_not_asked_again(started, issuer, recording):
    recording.behaviour = remembering()
    name = fresh_name()
    assert published(started(recording), issuer, name) == 200
    gateway = started(recording, create="none", packages=name)
    for version in ("2.0.0", "3.0.0", "4.0.0"):
        assert send(gateway, issuer, wheel(name, version)).status == 200
    assert [request.line for request in recording.requests if request.line.startswith("GET")] == [f"GET /simple/{name}/ HTTP/1.1"]


def test_the_registry_is_asked_with_the_credential_and_only_about_what_the_policy_would_grant(started, issuer, recording):
    recording.behaviour = remembering()
    gateway = started(recording, create="none", packages='"acme-widgets*"')
    assert published(gateway, issuer, "acme-gadgets") == 403
    assert published(gateway, issuer, repository_id="1") == 403
    assert not recording.requests
    assert published(gateway, issuer, "acme-widgets") == 403
    assert [request.line for request in recording.requests] == [
        "GET /simple/acme-widgets/ HTTP/1.1", "GET /+simple/acme-widgets/ HTTP/1.1"]
    assert all(request.values("Authorization") == [recording.authorization] for request in recording.requests)


def test_a_credential_that_may_not_even_ask_is_told_as_such(started, issuer, recording):
    recording.behaviour = answering("401 Unauthorized")
    gateway = started(recording, create="none", packages='"acme-widgets*"')
    answer = send(gateway, issuer, wheel(fresh_name()))
    assert (answer.status, answer.json["reason"]) == (502, "upstream.credential-refused"), answer
    assert [(record["outcome"], record["granted"]) for record in gateway.audit(1)] == [("failed", False)]
    assert '"credentials":{"python":"refused"}' in gateway.admin("/ready")[1]
    gateway.told("credential.refused")


@pytest.mark.parametrize("create, status", [("named", 200), ("none", 503)])
def test_guarded_reads_say_nothing_of_a_credential_that_may_publish(started, issuer, recording, create, status):
    def behave(exchange):
        if exchange.recorded.line.startswith("GET"):
            return exchange.answer("401 Unauthorized")
        return accept(exchange)

    recording.behaviour = only_uploads(behave)
    name = fresh_name()
    gateway = started(recording, create=create, packages=f'"{name}"', when="{repository: acme/widgets, workflow: release.yml}")
    answer = send(gateway, issuer, wheel(name))
    assert answer.status == status, answer
    if status == 503:
        assert_refused(gateway, answer, 503, "scope.existence-unknown")
    assert '"credentials":{"python":"accepted"}' in gateway.admin("/ready")[1]


@pytest.mark.parametrize("status", ["500 Oops", "403 Forbidden", "302 Found"])
def test_where_the_registry_does_not_say_nothing_is_created(started, issuer, recording, status):
    recording.behaviour = answering(status, b"no", "Location: /elsewhere/")
    gateway = started(recording, create="none", packages='"acme-widgets*"')
    assert_refused(gateway, send(gateway, issuer, wheel(fresh_name())), 503, "scope.existence-unknown")
    assert all(request.line.startswith("GET") for request in recording.requests)


@pytest.mark.parametrize("create", ["none", "named"])
def test_a_folder_is_a_package_of_files(started, issuer, nginx, create):
    name = fresh_name()
    gateway = generic(started, nginx, create=create, packages='"acme-widgets*"')
    answer = put(gateway, f"/{name}/1.0/file.bin", b"bytes", token_credential(issuer.mint()))
    assert_refused(gateway, answer, 403, "scope.creation-not-allowed")
    (nginx.files / name).mkdir()
    assert put(gateway, f"/{name}/1.0/file.bin", b"bytes", token_credential(issuer.mint())).status == 201


# Overwriting


@pytest.mark.parametrize("index", INDEXES, indirect=True)
def test_a_file_that_is_there_is_not_overwritten(started, issuer, index):
    gateway = started(index, registry={"overwrite": "refuse"})
    name = fresh_name()
    first = wheel(name)
    assert send(gateway, issuer, first).status == 200
    answer = send(gateway, issuer, wheel(name))
    assert (answer.status, answer.json["reason"]) == (409, "scope.file-exists")
    assert answer.json["message"].startswith("File already exists")
    # The same bytes are no exception: it is there.
    assert send(gateway, issuer, first).status == 409
    assert send(gateway, issuer, sdist(name)).status == 200
    assert send(gateway, issuer, wheel(name, "1.0.1")).status == 200
    assert [record["outcome"] for record in gateway.audit(5)] == ["published", "refused", "refused", "published", "published"]


def test_a_path_that_is_there_is_not_overwritten(started, issuer, nginx):
    gateway = generic(started, nginx, registry={"overwrite": "refuse"})
    path = f"/{fresh_name()}/1.0/file.bin"
    assert put(gateway, path, b"first", token_credential(issuer.mint())).status == 201
    answer = put(gateway, path, b"other", token_credential(issuer.mint()))
    assert (answer.status, answer.json["reason"]) == (409, "scope.file-exists")
    assert (nginx.files / path.lstrip("/")).read_bytes() == b"first"


def test_of_two_uploads_of_one_file_at_once_one_is_taken(started, issuer, recording):
    recording.behaviour = remembering()
    gateway = started(recording, registry={"overwrite": "refuse"})
    for _ in range(RUNS):
        name = fresh_name()
        answers = at_once(2, lambda _: send(gateway, issuer, wheel(name)))
        assert sorted(answer.status for answer in answers) in ([200, 409], [200, 503]), answers
        sent = [request for request in recording.requests if request.line.startswith("POST") and name.encode() in request.body]
        assert len(sent) == 1
