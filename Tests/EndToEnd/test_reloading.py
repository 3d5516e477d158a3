"""A configuration that changes: while it is read, while a request is under way, and into something that is no file."""

import json
import os
import signal

from packages import fresh_name, wheel
from ports import until
from recording import RecordingRegistry
from test_exchange import minted
from test_operations import beginning, change, published
from test_refusals import assert_refused
from wire import Form, post_json, read_answer, token_credential, upload

MORE = {"repository": "acme/more", "repository_id": "5678", "environment": "release"}


def line(number: int) -> str:
    return json.dumps({"id": f"more-{number}", "issuer": "github", "when": MORE, "may_publish": {"python": f"acme-more-{number}"}}) + "\n"


def loaded(gateway) -> str:
    return json.loads(gateway.admin("/ready")[1])["config.digest"]


def replace(path, text: str):
    """At one moment, as a generator should."""
    new = path.with_suffix(".new")
    new.write_text(text)
    os.rename(new, path)


def test_an_older_configuration_never_takes_the_place_of_a_newer_one(started, issuer, recording):
    """One that takes long to read is told by a signal, and replaced while it is read."""
    gateway = started(recording)
    lines = gateway.directory / "generated.jsonl"
    lines.write_text(line(1))
    change(gateway, gateway.render() + "include: [generated.jsonl]\n")
    small = loaded(gateway)
    replace(lines, "".join(line(number) for number in range(2, 100_000)))
    loads = len(gateway.logged("config.loaded"))
    gateway.signal(signal.SIGHUP)
    # The large one is read from the file that was opened; the small one stands under its name again.
    descriptors = f"/proc/{gateway.child.pid}/fd"
    until(lambda: str(lines) in {os.path.realpath(f"{descriptors}/{name}") for name in os.listdir(descriptors)}, 10, "the reading")
    replace(lines, line(1))
    until(lambda: len(gateway.logged("config.loaded")) > loads, 60, "the large one")
    until(lambda: loaded(gateway) == small, 60, "the small one")
    assert published(gateway, issuer, "acme-more-50000", **MORE) == 403
    assert published(gateway, issuer, "acme-more-1", **MORE) == 200


def test_a_file_that_is_written_anew_is_read_when_it_is_whole(started, issuer, recording):
    """A generator empties its file before it writes: what is gone for a moment only does not end anybody's tokens."""
    gateway = started(recording)
    lines = gateway.directory / "generated.jsonl"
    content = json.dumps({"id": "widgets-release", "issuer": "github", "when": {
        "repository": "acme/widgets", "repository_owner_id": "42", "repository_id": "1234", "workflow": "release.yml"},
        "may_publish": {"python": "acme-*"}, "create": "any"}) + "\n"
    lines.write_text(content)
    change(gateway, gateway.render().split("publishers:")[0] + "include: [generated.jsonl]\n")
    live = minted(gateway, issuer)
    loads = len(gateway.logged("config.loaded"))
    for _ in range(20):
        lines.write_text("")
        lines.write_text(content)
    lines.write_text(content + line(1))
    loaded = until(lambda: gateway.logged("config.loaded")[loads:], 30, "config.loaded")
    assert [change for load in loaded for change in load["changes"]] == ["publisher more-1 added"]
    assert upload(gateway, Form.of(wheel(fresh_name())), token_credential(live)).status == 200


def test_a_pipe_among_the_files_stops_nothing(started, issuer, recording):
    gateway = started(recording)
    (gateway.directory / "generated").mkdir()
    change(gateway, gateway.render() + "include: [generated/*.jsonl]\n")
    os.mkfifo(gateway.directory / "generated" / "a.jsonl")
    gateway.signal(signal.SIGHUP)
    assert "can't be read" in str(gateway.told("config.rejected")[0]["problems"])
    os.unlink(gateway.directory / "generated" / "a.jsonl")
    change(gateway, gateway.render().replace("acme/widgets", "acme/another"), by_signal=True)
    assert published(gateway, issuer) == 403
    assert gateway.stop() == 0


def test_a_token_is_not_made_across_the_end_of_its_publisher(started, issuer, recording):
    """The client holds back the end of its request until the entry is gone."""
    gateway = started(recording)
    body = json.dumps({"token": issuer.mint()}).encode()
    with gateway.connect() as connection:
        connection.sendall(
            f"POST /_/oidc/mint-token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        change(gateway, gateway.render().replace("id: widgets-release", "id: another").replace("acme/widgets", "acme/another"), by_signal=True)
        connection.sendall(body)
        answer = read_answer(connection)
    assert answer.status == 503 and "gateway.configuration-changed" in str(answer) and "token" not in answer.json
    [record] = gateway.audit(1, event="exchange")
    assert (record["granted"], record["reason"]) == (False, "gateway.configuration-changed")
    assert post_json(gateway, "/_/oidc/mint-token", {"token": json.loads(body)["token"]}).status == 422


def test_an_upload_goes_to_the_registry_that_is_configured_when_it_goes(started, issuer, recording):
    other = RecordingRegistry()
    gateway = started(recording)
    connection, rest = beginning(gateway, wheel(fresh_name(), padding=1 << 20), issuer.mint())
    change(gateway, gateway.render().replace(recording.url, other.url), by_signal=True)
    with connection:
        connection.sendall(rest)
        answer = read_answer(connection)
    assert_refused(gateway, answer, 503, "gateway.configuration-changed")
    assert not recording.requests and not other.requests
    assert published(gateway, issuer) == 200 and len(other.requests) == 1
    other.close()
