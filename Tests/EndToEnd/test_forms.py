"""Forms and archives that do not say, beyond doubt, what they would publish."""

import socket
import subprocess
from pathlib import Path

import pytest

from packages import fresh_name, metadata, sdist, wheel
from test_refusals import assert_refused
from wire import Form, head, request, token_credential, upload


def form(distribution=None, **changes) -> Form:
    return Form.of(distribution or wheel(fresh_name()), **changes)


def with_field(name: str, value: str) -> Form:
    made = form()
    made.fields.append((name, value))
    return made


def with_second_file() -> Form:
    """In front of the artifact, a part with a file's name."""
    return with_field('requires_dist"; filename="x', "another")


def changed_content() -> Form:
    made = form()
    made.content = made.content[:-1] + bytes([made.content[-1] ^ 1])
    return made


def stating(text) -> Form:
    name = fresh_name()
    return form(wheel(name, stated=text(name)))


UPLOADS = {
    "a package out of scope": (403, "scope.package-not-allowed", lambda: form(wheel(fresh_name("stranger")))),
    "a version unlike the file's": (400, "scope.file-name-mismatch", lambda: form(version="2.0.0")),
    "a name unlike the file's": (400, "scope.file-name-mismatch", lambda: form(name=fresh_name())),
    "a type unlike the file's": (400, "scope.file-type-mismatch", lambda: form(filetype="sdist")),
    "a type that is none": (400, "scope.malformed-field", lambda: form(filetype="bdist_wininst")),
    "a name that is none": (400, "scope.malformed-field", lambda: form(name="acme widgets")),
    "a version that is none": (400, "scope.malformed-field", lambda: form(version="1.0.0/..")),
    "two name fields": (400, "scope.repeated-field", lambda: with_field("name", "other-name")),
    "no name": (400, "scope.missing-field", lambda: form(name=None)),
    "no version": (400, "scope.missing-field", lambda: form(version=None)),
    "a field that nobody has": (400, "scope.unknown-field", lambda: with_field("Name", "other-name")),
    "another action": (400, "scope.action-not-accepted", lambda: form(**{":action": "doc_upload"})),
    "a second file": (400, "scope.unexpected-file", with_second_file),
    "fields of 9 MiB": (413, "scope.form-too-large", lambda: form(description="x" * (9 << 20))),
    "an unlike digest": (400, "scope.digest-mismatch", changed_content),
    "a wheel that is no archive": (400, "scope.malformed-archive", lambda: form(wheel(fresh_name()).of(b"PK\3\4" + b"\0" * 64))),
    "a wheel cut short": (400, "scope.malformed-archive", lambda: form(cut_short(wheel(fresh_name())))),
    "an sdist cut short": (400, "scope.malformed-archive", lambda: form(cut_short(sdist(fresh_name())))),
    "a wheel behind other bytes": (400, "scope.malformed-archive", lambda: form(behind_bytes(wheel(fresh_name())))),
    "no metadata": (400, "scope.metadata-place", lambda: stating(lambda name: "")),
    "metadata of another package": (400, "scope.metadata-mismatch", lambda: stating(lambda name: metadata("acme-other", "1.0.0"))),
    "metadata of another version": (400, "scope.metadata-mismatch", lambda: stating(lambda name: metadata(name, "2.0.0"))),
    "metadata of two names": (400, "scope.malformed-metadata", lambda: stating(lambda name: f"Name: other\n{metadata(name, '1.0.0')}")),
}


def cut_short(distribution):
    return distribution.of(distribution.content[:-10])


def behind_bytes(distribution):
    return distribution.of(b"#!/bin/sh\nexit 1\n" + distribution.content)


@pytest.mark.parametrize("case", UPLOADS)
def test_an_upload_is_refused(started, issuer, recording, case):
    status, reason, made = UPLOADS[case]
    gateway = started(recording)
    assert_refused(gateway, upload(gateway, made(), token_credential(issuer.mint())), status, reason)
    assert not recording.requests


BODIES = {
    "another media type": ("application/json", b"{}"),
    "no boundary": ("multipart/form-data", b"--x--\r\n"),
    "no last boundary": ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nacme\r\n'),
    "bare line feeds": ("multipart/form-data; boundary=x", b'--x\nContent-Disposition: form-data; name="name"\n\nacme\n--x--\n'),
    "bytes behind the form": ("multipart/form-data; boundary=x", b"--x--\r\nmore"),
    "another encoding": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\nContent-Transfer-Encoding: base64\r\n\r\nYWNtZQ==\r\n--x--\r\n'),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_is_no_form_is_refused(started, issuer, recording, case):
    kind, body = BODIES[case]
    gateway = started(recording)
    fields = [("Content-Type", kind), ("Content-Length", str(len(body))), token_credential(issuer.mint())]
    assert_refused(gateway, request(gateway, "POST", "/", fields, body), 400, "scope.malformed-form")
    assert not recording.requests


QUERIES = {
    "another action": (400, "route.action-not-accepted", "?:action=doc_upload"),
    "two actions": (400, "route.action-not-accepted", "?:action=file_upload&:action=doc_upload"),
    "an empty parameter": (400, "route.malformed-query", "?:action=file_upload&&"),
}


@pytest.mark.parametrize("case", QUERIES)
def test_a_query_that_asks_for_something_else_is_refused(started, issuer, recording, case):
    status, reason, query = QUERIES[case]
    gateway = started(recording)
    assert_refused(gateway, upload(gateway, form(), token_credential(issuer.mint()), path=f"/{query}"), status, reason)
    assert not recording.requests


def test_a_body_that_is_cut_off_is_recorded_as_aborted(started, issuer, recording):
    gateway = started(recording)
    kind, body = Form.of(wheel(fresh_name())).encoded()
    fields = [("Host", "localhost"), ("Content-Type", kind), ("Content-Length", str(len(body))), token_credential(issuer.mint())]
    with gateway.connect() as connection:
        connection.sendall(head("POST", "/", fields) + body[: len(body) // 2])
        connection.shutdown(socket.SHUT_WR)
    [record] = gateway.audit(1)
    assert (record["outcome"], record["reason"], record["granted"]) == ("aborted", "body.incomplete", True), record
    assert not recording.requests


def test_an_upload_that_the_disk_does_not_give_back_is_refused(started, issuer, recording, tmp_path):
    library = tmp_path / "broken_disk.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("broken_disk.c")], check=True)
    gateway = started(recording, environment={"LD_PRELOAD": str(library)}, limits={"spool_memory": "64KiB"})
    answer = upload(gateway, form(wheel(fresh_name(), padding=4 << 20)), token_credential(issuer.mint()))
    assert_refused(gateway, answer, 503, "scope.unavailable")
    assert not recording.requests
