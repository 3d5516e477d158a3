"""The public corpus of attacks on HTTP/2, sent at the binary, with a registry behind it that takes anything."""

import base64
import concurrent.futures
import json
import os
from pathlib import Path

import pytest

from http2 import Client
from registries import ROOT
from test_http2 import serving
from wire import token_credential

FILE = "attacks/http2_requests.jsonl"
FOLDERS = [os.environ.get("IMPRIMATUR_VECTORS"), ROOT / ".." / "shared" / "vectors"]
ROWS = 122


def rows() -> list[dict]:
    for folder in FOLDERS:
        if folder and (Path(folder) / FILE).is_file():
            return [json.loads(line) for line in (Path(folder) / FILE).read_text().splitlines()]
    print(f"VECTORS MISSING: {FILE}")
    return []


def test_no_request_of_the_corpus_becomes_two_or_another(started, issuer, recording, authority, record_property):
    gateway = serving(started, recording, authority, packages="demo-pkg")
    credential = token_credential(issuer.mint())[1]

    def send(numbered):
        index, row = numbered
        key = f"row{index:04}"
        values = {"M": "PUT", "HOST": f"localhost:{gateway.port}", "PATH": f"/demo-pkg/1.0/{key}.bin",
                  "PATHVICTIM": f"/victim-pkg/1.0/{key}.bin", "AUTHVALUE": credential, "ID": key}

        def filled(text: str) -> bytes:
            data = base64.b64decode(text)
            for name, value in values.items():
                data = data.replace(f"@@{name}@@".encode(), value.encode())
            return data

        # The corpus was written for plain text: its `http` is `https` here.
        fields = [(filled(name), filled(value)) for name, value in row["headers"]]
        fields = [(name, b"https" if (name, value) == (b":scheme", b"http") else value) for name, value in fields]
        trailers = [(filled(name), filled(value)) for name, value in row["trailers"]]
        with Client(gateway) as client:
            number = client.begin(fields)
            client.send(number, filled(row["body"]), end=not trailers)
            if trailers and not client.closed and not client.streams[number].over:
                client.h2.send_headers(number, trailers, end_stream=True)
                client.flush()
            stream = client.wait(number)
        return row, key, stream.statuses

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(send, enumerate(rows())))
    if not sent:
        pytest.skip(f"VECTORS MISSING: {FILE}")
    assert len(sent) == ROWS
    wrong = []
    for row, key, statuses in sent:
        whole = [request for request in recording.requests if key in request.line and request.complete]
        least, most = {"reject": (0, 0), "one": (1, 1), "reject_or_one": (0, 1)}[row["expect"]]
        told = [status for status in statuses if 200 <= status < 300]
        if not least <= len(whole) <= most or len(told) > len(whole):
            wrong.append((row["id"], row["expect"], statuses, [request.line for request in whole]))
    assert not wrong, wrong
    assert not [request.line for request in recording.requests if "__smuggled__" in request.line or "victim" in request.line]
    serves = [record for record in gateway.records() if record["outcome"] == "published"]
    assert {record["package.name"] for record in serves} == {"demo-pkg"}
    assert gateway.child.poll() is None
    record_property("http2_requests.jsonl", f"run {len(sent)}, forwarded whole {sum(r.complete for r in recording.requests)}, failures 0")
