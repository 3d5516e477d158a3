"""Publishers that learn whom they belong to: ids of the first that succeeds, kept through renames, refused to whoever comes after."""

import json
import sqlite3
import threading

import pytest

from packages import fresh_name, sdist, wheel
from ports import until
from recording import answering, remembering
from races import RUNS, at_once
from test_exchange import minted
from test_operations import beginning, change, command, without_the_publisher
from test_refusals import assert_refused
from wire import Form, post_json, read_answer, token_credential, upload

UNNAMED = "{repository: acme/widgets, workflow: release.yml}"


def learning(started, registry, /, **settings):
    return started(registry, when=UNNAMED, **settings)


def published(gateway, issuer, package=None, **claims):
    return upload(gateway, Form.of(wheel(package or fresh_name())), token_credential(issuer.mint(**claims)))


def publishers(gateway) -> dict:
    run = command(gateway, "publishers", "list", "-c", gateway.configuration, "--json")
    assert run.returncode == 0, run.stderr
    return {publisher["id"]: publisher for publisher in json.loads(run.stdout)}


def renamed(name: str) -> dict:
    reference = f"{name}/.github/workflows/release.yml@refs/tags/v1.0.0"
    return {"repository": name, "workflow_ref": reference, "job_workflow_ref": reference}


def test_the_first_that_succeeds_is_learnt_and_no_other_is_taken(started, issuer, recording):
    gateway = learning(started, recording)
    assert publishers(gateway)["widgets-release"] == {"id": "widgets-release", "state": "pending", "uses": []}
    assert published(gateway, issuer).status == 200
    assert published(gateway, issuer).status == 200
    states = [record["publisher.state"] for record in gateway.audit(2)]
    assert states == ["pending", "active"]
    [activated] = gateway.told("publisher.activated")
    assert (activated["publisher.id"], activated["repository"]) == ("widgets-release", "acme/widgets")
    known = publishers(gateway)["widgets-release"]
    assert (known["state"], known["uses"][0]["learnt"]) == ("active", {"repository_id": "1234", "repository_owner_id": "42"})
    assert known["uses"][0]["last"]["run"] and known["uses"][0]["first"]["time"] <= known["uses"][0]["last"]["time"]

    for claims in ({"repository_id": "9999"}, {"repository_owner_id": "43"}):
        answer = published(gateway, issuer, **claims)
        assert (answer.status, answer.json["reason"]) == (403, "publisher.identity-changed")
        assert "1234" not in answer.body.decode()
    refused = gateway.audit(4)[-2:]
    assert all('expected repository_id "1234"' in record["detail"] for record in refused)
    gateway.told("publisher.identity-changed", 2)
    answer = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint(repository_id="9999")})
    assert answer.status == 422 and "publisher.identity-changed" in answer.body.decode()
    assert [request.line for request in recording.requests if request.line.startswith("POST")] == ["POST / HTTP/1.1"] * 2


def test_what_was_learnt_outlives_a_kill(started, issuer, recording):
    gateway = learning(started, recording)
    assert published(gateway, issuer).status == 200
    gateway.kill()
    gateway.start()
    assert published(gateway, issuer, repository_id="9999").status == 403
    assert published(gateway, issuer).status == 200


def test_what_was_learnt_while_the_state_could_not_be_written_outlives_a_kill(started, issuer, recording):
    """The record says that the registry took it, and the intent, which is open for ever, who was to be learnt."""
    gateway = learning(started, recording, audit_file=True)
    occupied = sqlite3.connect(gateway.state_path, isolation_level=None, check_same_thread=False)

    def occupy(exchange):
        exchange.read_body()
        if exchange.recorded.line.startswith("POST"):
            occupied.execute("BEGIN IMMEDIATE")
        exchange.answer("200 OK", b"stored")

    recording.behaviour = occupy
    assert published(gateway, issuer).status == 200
    gateway.told("state.unavailable")
    gateway.kill()
    occupied.close()
    recording.behaviour = answering("200 OK", b"stored")
    gateway.start()
    until(lambda: publishers(gateway)["widgets-release"]["state"] == "active", 10, "the lesson")
    assert published(gateway, issuer, repository_id="9999").json["reason"] == "publisher.identity-changed"
    assert published(gateway, issuer).status == 200
    assert [record["outcome"] for record in gateway.audit(3)] == ["published", "refused", "published"]


def test_a_publish_that_the_registry_refuses_teaches_nothing(started, issuer, recording):
    gateway = learning(started, recording)
    recording.behaviour = answering("400 Bad Request", b"no")
    assert published(gateway, issuer).status == 400
    assert publishers(gateway)["widgets-release"]["state"] == "pending"
    recording.behaviour = answering("200 OK", b"stored")
    assert published(gateway, issuer, repository_id="9999").status == 200
    assert published(gateway, issuer).status == 403


def test_a_refused_upload_teaches_nothing(started, issuer, recording):
    gateway = learning(started, recording, packages="acme-widgets")
    assert published(gateway, issuer, "acme-gadgets").status == 403
    assert publishers(gateway)["widgets-release"]["state"] == "pending"


def test_a_renamed_repository_goes_on_and_is_reported(started, issuer, recording):
    gateway = learning(started, recording)
    assert published(gateway, issuer, **renamed("acme/gizmos")).status == 403
    assert published(gateway, issuer).status == 200
    assert published(gateway, issuer, **renamed("acme/gizmos")).status == 200
    [report] = gateway.told("publisher.renamed")
    assert (report["learnt"], report["repository"]) == ("acme/widgets", "acme/gizmos")
    assert published(gateway, issuer, repository_id="9999", **renamed("acme/gizmos")).status == 403
    # Somebody who takes the old name is a stranger.
    answer = published(gateway, issuer, repository_id="9999")
    assert answer.json["reason"] == "publisher.identity-changed"


def test_a_renamed_repository_whose_ids_are_configured_is_told_that_its_name_must_be_too(started, issuer, recording):
    gateway = started(recording)
    answer = published(gateway, issuer, **renamed("acme/gizmos"))
    record = assert_refused(gateway, answer, 403, "publisher.claim-mismatch")
    words = (
        'repository: expected "acme/widgets", got "acme/gizmos"; repository_owner_id and repository_id are those of this publisher: '
        "the repository was renamed or moved, update the configuration (publisher widgets-release)")
    assert record["detail"] == words and words in answer.json["message"]
    exchanged = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint(**renamed("acme/gizmos"))})
    assert exchanged.status == 422 and "was renamed or moved" in exchanged.body.decode()
    # Another repository of its owner is nobody's, whatever it is called.
    answer = published(gateway, issuer, repository_id="9999", **renamed("acme/gizmos"))
    assert answer.json["reason"] == "publisher.no-publisher"
    assert not recording.requests


def test_a_renamed_entry_opens_nothing(started, issuer, recording):
    gateway = learning(started, recording)
    assert published(gateway, issuer).status == 200
    change(gateway, gateway.render().replace("id: widgets-release", "id: another-name"), by_signal=True)
    # The entry is a new one; who published from the repository is known all the same, until that is forgotten.
    assert published(gateway, issuer, repository_id="9999").json["reason"] == "publisher.identity-changed"
    assert published(gateway, issuer).status == 200
    assert publishers(gateway)["widgets-release"]["state"] == "gone"
    change(gateway, gateway.render(), by_signal=True)
    assert published(gateway, issuer, repository_id="9999").status == 403
    assert published(gateway, issuer).status == 200
    assert publishers(gateway)["another-name"]["state"] == "gone"


def test_a_stranger_who_takes_over_a_name_finds_no_entry_that_is_new_to_it(started, issuer, recording):
    gateway = learning(started, recording, packages='"acme-*"')
    change(gateway, gateway.render() + """
  - id: second
    issuer: github
    when: {repository: acme/widgets, workflow: release.yml, environment: release}
    may_publish: {python: "other-*"}
    create: any
""", by_signal=True)
    assert published(gateway, issuer, environment="release").status == 200
    stranger = {"repository_id": "9999", "environment": "release"}
    assert published(gateway, issuer, fresh_name("other"), **stranger).json["reason"] == "publisher.identity-changed"
    assert published(gateway, issuer, fresh_name("other"), environment="release").status == 200


@pytest.mark.parametrize("claim", ["repository_id", "repository_owner_id"])
def test_of_two_first_uses_of_a_publisher_by_different_repositories_one_succeeds(started, issuer, recording, claim):
    gateway = learning(started, recording)
    for run in range(RUNS):
        answers = at_once(2, lambda index: published(gateway, issuer, **{claim: str(index)}))
        assert sorted(answer.status for answer in answers) in ([200, 403], [200, 503]), answers
        [refused] = [answer.json["reason"] for answer in answers if answer.status != 200]
        assert refused in ("state.reserved", "publisher.identity-changed")
        learnt = publishers(gateway)["widgets-release"]["uses"][0]["learnt"][claim]
        assert answers[int(learnt)].status == 200
        forgotten = command(gateway, "publishers", "forget", "widgets-release", "-c", gateway.configuration, "--why", "the next round")
        assert forgotten.returncode == 0, forgotten.stderr


def test_while_somebody_is_first_nobody_else_is(started, issuer, recording):
    """The first upload is at the registry, and what becomes of it decides about the second."""
    arrived, answered = threading.Event(), threading.Event()

    def hold(exchange):
        exchange.read_body()
        if exchange.recorded.line.startswith("POST"):
            arrived.set()
            answered.wait(30)
        exchange.answer("200 OK", b"stored")

    recording.behaviour = hold
    gateway = learning(started, recording)
    first = []
    thread = threading.Thread(target=lambda: first.append(published(gateway, issuer)))
    thread.start()
    assert arrived.wait(30)
    answer = published(gateway, issuer, repository_id="9999")
    assert (answer.status, answer.json["reason"]) == (503, "state.reserved")
    assert answer.value("Retry-After")
    answered.set()
    thread.join()
    assert first[0].status == 200
    assert published(gateway, issuer, repository_id="9999").json["reason"] == "publisher.identity-changed"


def test_a_first_use_of_an_entry_that_goes_meanwhile_teaches_nothing(started, issuer, recording):
    gateway = learning(started, recording)
    connection, rest = beginning(gateway, wheel(fresh_name(), padding=1 << 20), issuer.mint())
    change(gateway, without_the_publisher(gateway), by_signal=True)
    with connection:
        connection.sendall(rest)
        answer = read_answer(connection)
    assert_refused(gateway, answer, 403, "publisher.no-publisher")
    change(gateway, gateway.render(), by_signal=True)
    assert publishers(gateway)["widgets-release"]["state"] == "pending"
    assert not recording.requests


def test_many_files_of_a_first_release_go_at_once(started, issuer, recording):
    gateway = learning(started, recording)
    name = fresh_name()
    token = minted(gateway, issuer)
    files = [wheel(name), sdist(name)]
    answers = at_once(2, lambda index: upload(gateway, Form.of(files[index]), token_credential(token)))
    assert [answer.status for answer in answers] == [200, 200], answers


def test_a_token_without_ids_is_not_learnt(started, issuer, recording):
    gateway = learning(started, recording)
    answer = published(gateway, issuer, repository_id=None)
    assert_refused(gateway, answer, 403, "publisher.missing-claim")


def test_forgetting_is_audited_and_lets_another_be_learnt(started, issuer, recording):
    gateway = learning(started, recording)
    assert published(gateway, issuer).status == 200
    run = command(gateway, "publishers", "forget", "widgets-release", "-c", gateway.configuration, "--why", "moved to another host")
    assert (run.returncode, run.stdout) == (0, "forgotten: widgets-release, of 1 repository\n"), run.stderr
    [record] = gateway.audit(1, event="forget")
    assert (record["publisher.id"], record["detail"], record["granted"]) == ("widgets-release", "moved to another host", True)
    assert published(gateway, issuer, repository_id="9999").status == 200
    assert published(gateway, issuer).status == 403
    for arguments, words in ((["forget", "nobody", "--why", "x"], "nothing is known"), (["show", "nobody"], "there is no publisher")):
        run = command(gateway, "publishers", *arguments, "-c", gateway.configuration)
        assert run.returncode == 1 and words in run.stderr
    shown = command(gateway, "publishers", "show", "widgets-release", "-c", gateway.configuration)
    assert 'repository_id "9999"' in shown.stdout


# Two publishers for one new package

RIVAL = """
- id: rival
  issuer: github
  when: {repository: acme/rival, workflow: release.yml}
  may_publish: {python: [NAME]}
"""


def rivals(started, registry):
    """A gateway of two publishers that never published, for one package that nobody has."""
    name = fresh_name()
    if registry.name == "recording":
        registry.behaviour = remembering()
    gateway = learning(started, registry, packages=name, create="named")
    (gateway.directory / "rival.yaml").write_text(RIVAL.replace("NAME", name))
    change(gateway, gateway.render() + "include: [rival.yaml]\n", by_signal=True)
    return gateway, name


@pytest.mark.parametrize("kind", ["recording", "pypiserver"])
def test_of_two_pending_publishers_of_a_new_package_the_first_gets_it(started, issuer, request, kind):
    gateway, name = rivals(started, request.getfixturevalue(kind))
    theirs = {"repository_id": "77", **renamed("acme/rival")}
    assert published(gateway, issuer, name).status == 200
    answer = published(gateway, issuer, name, **theirs)
    assert (answer.status, answer.json["reason"]) == (403, "state.package-taken")
    assert "widgets-release" in answer.body.decode()
    assert {record["publisher.state"] for record in gateway.audit(2)} == {"pending"}


def test_of_two_pending_publishers_that_are_first_at_once_one_succeeds(started, issuer, recording):
    for _ in range(RUNS):
        gateway, name = rivals(started, recording)
        owners = [{}, {"repository_id": "77", **renamed("acme/rival")}]
        answers = at_once(2, lambda index: published(gateway, issuer, name, **owners[index]))
        assert sorted(answer.status for answer in answers) in ([200, 403], [200, 503]), answers
        [reason] = [answer.json["reason"] for answer in answers if answer.status != 200]
        assert reason in ("state.reserved", "state.package-taken")
        gateway.stop()
