"""The rows of Tests/Vectors, each an attack of one kind, through the binary's socket."""

import contextlib
import gzip
import io
import json
import re
import socket
import tarfile
import time
import zipfile

import pytest

from issuer import base64url, github_claims
from packages import Distribution, fresh_name, metadata, wheel
from registries import ROOT
from test_refusals import assert_refused
from test_registry_side import raw
from wire import Form, read_answer, request, token_credential, upload


def rows(name: str):
    found = [json.loads(line) for line in (ROOT / "Tests" / "Vectors" / f"{name}.jsonl").read_text().splitlines()]
    return pytest.mark.parametrize("row", found, ids=[row["id"] for row in found])


@pytest.fixture(scope="module")
def files(started_once, registry):
    return started_once(
        registry, protocol="generic", packages="demo-pkg", registry={"path": "/generic", "template": '"/{name}/{version}/{file}"'})


@pytest.fixture(scope="module")
def python(started_once, registry):
    return started_once(registry)


def exchange(gateway, sent: bytes):
    """The first answer; `None` if the connection ends without one."""
    with gateway.connect() as connection:
        with contextlib.suppress(OSError):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        try:
            return read_answer(connection)
        except ConnectionError:
            return None


@rows("requests")
def test_a_request_is_read_in_one_way_or_refused(files, registry, issuer, row):
    before = len(registry.requests)
    name, value = token_credential(issuer.mint())
    text, file = row["raw"], fresh_name()
    for placeholder, chosen in {
        "@PATH@": f"/generic/demo-pkg/1.0/{file}", "@VICTIM@": "/generic/victim/1.0/x", "@HOST@": f"127.0.0.1:{files.port}",
        "@TOKEN@": f"{name}: {value}",
    }.items():
        text = text.replace(placeholder, chosen)
    inner = text.partition("\r\n\r\n")[2]
    answer = exchange(files, text.replace("@LENGTH@", str(len(inner))).encode("latin-1"))
    # A broken-off upload of the row before may reach the registry only now.
    seen = [recorded for recorded in registry.requests[before:] if file in recorded.line]
    if row["code"] == "passes":
        assert answer.status == 200, answer
        [recorded] = seen
        body = bytes(recorded.body)
        if recorded.values("Transfer-Encoding"):
            body = re.sub(rb"(?i)([0-9a-f]+)\r\n(.*?)\r\n(?=[0-9a-f]+\r\n|$)", rb"\2", body.removesuffix(b"0\r\n\r\n"), flags=re.S)
        assert body == (inner if row["id"] == "inner-request" else row["body"]).encode()
    else:
        assert answer.json["reason"] == row["code"], answer
        assert not any(recorded.complete for recorded in seen)
    assert not any("victim" in recorded.line for recorded in registry.requests[before:])


@rows("targets")
def test_a_path_names_one_thing_or_is_refused(files, registry, issuer, row):
    before = len(registry.requests)
    answer = request(files, "PUT", row["target"], [token_credential(issuer.mint()), ("Content-Length", "0")])
    assert (answer.status, answer.json["reason"]) == (400, row["code"]), answer
    assert len(registry.requests) == before


@rows("forms")
def test_a_form_is_read_in_one_way_or_refused(python, registry, issuer, row):
    """None of them is an upload; what is read as a form is refused for what it lacks."""
    body = row["body"].encode("latin-1")
    fields = [token_credential(issuer.mint()), ("Content-Type", row["content_type"]), ("Content-Length", str(len(body)))]
    before = len(registry.requests)
    answer = request(python, "POST", "/", fields, body)
    assert answer.status in (400, 415), answer
    assert (answer.json["reason"] == "scope.malformed-form") == (row["reason"] != "passes"), answer
    assert len(registry.requests) == before


@rows("json")
def test_a_document_is_read_in_one_way_or_refused(python, issuer, row):
    """As a body of the exchange, and as the claims of a token that the issuer signed."""
    text = row["text"].encode()
    answer = request(python, "POST", "/_/oidc/mint-token", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))], text)
    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "invalid-payload"), answer
    if not row["accepted"]:
        signed = issuer.sign({})
        header = signed.split(".")[0]
        token = f"{header}.{base64url(text)}.{signed.split('.')[2]}"
        answer = upload(python, Form.of(wheel(fresh_name())), token_credential(token))
        assert answer.json["reason"] in ("token.malformed", "credential.not-accepted"), answer


def moment(value):
    if isinstance(value, str) and (found := re.fullmatch(r"now([+-]\d+)", value)):
        return int(time.time()) + int(found[1])
    return value


@rows("tokens")
def test_a_token_is_judged_as_its_row_says(python, issuer, row):
    claims = github_claims(issuer.url, "acme_python", **{name: moment(value) for name, value in row["claims"].items()})
    answer = upload(python, Form.of(wheel(fresh_name())), token_credential(issuer.sign(claims, **row["header"])))
    if row["code"] == "passes":
        assert answer.status == 200, answer
    else:
        assert (answer.status, answer.json["reason"]) == (403, row["code"]), answer


def archive(row, stem: str) -> bytes:
    """The row's members below the distribution's own folder, which holds metadata."""
    info = f"{stem}.dist-info/METADATA" if row["kind"] == "zip" else f"{stem}/PKG-INFO"
    name, version = stem.rsplit("-", 1)
    members = [(info, metadata(name.replace("_", "-"), version))]
    members += [(f"{stem}/{path}" if row["kind"] != "zip" and path.startswith("m") else path, text) for path, text in row["members"]]
    output = io.BytesIO()
    if row["kind"] == "zip":
        with zipfile.ZipFile(output, "w") as written:
            for path, text in members:
                written.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), text)
        content = output.getvalue()
    else:
        with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as written:
            for path, text in members:
                member = tarfile.TarInfo(path)
                member.size = len(text)
                written.addfile(member, io.BytesIO(text.encode()))
        content = gzip.compress(output.getvalue(), mtime=0)
    return row.get("before", "").encode() + content + row.get("behind", "").encode()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@rows("archives")
def test_an_archive_is_unpacked_in_one_way_or_refused(python, registry, issuer, row):
    name = fresh_name()
    stem = f"{name.replace('-', '_')}-1.0.0"
    file = f"{stem}-py3-none-any.whl" if row["kind"] == "zip" else f"{stem}.tar.gz"
    before = len(registry.requests)
    answer = upload(python, Form.of(Distribution(name, "1.0.0", file, archive(row, stem))), token_credential(issuer.mint()))
    if row["refused"]:
        assert (answer.status, answer.json["reason"]) == (400, "scope.malformed-archive"), answer
        assert len(registry.requests) == before
    else:
        assert answer.status == 200, answer


@rows("answers")
def test_an_answer_is_read_in_one_way_or_not_relayed(started, issuer, recording, row):
    recording.behaviour = raw(row["raw"].encode("latin-1"))
    gateway = started(recording)
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(issuer.mint()))
    if row["code"] == "passes":
        assert (answer.status, answer.body) == (200, b"ok"), answer
    else:
        assert_refused(gateway, answer, 502, row["code"])
