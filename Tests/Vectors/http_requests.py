#!/usr/bin/env python3
"""Sends every row of http_requests.jsonl, raw, through a running gateway, and judges what arrives at the registry behind it.

The registry is lenient_registry.py, played by this program. A row passes if the registry saw no more complete requests than the row's
policy allows, none of them smuggled, none for the victim, each written canonically and with the injected credential exactly once, and if
the client heard what it had to.

Exit status: 0 all rows pass, 1 some fail or are missing, 2 wrong usage.
"""

import argparse
import base64
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import secrets
import select
import socket
import sys
import time

import lenient_registry

ROWS = 5903
HERE = pathlib.Path(__file__).resolve().parent


class Row:
    """One row of the corpus, filled in with a path of its own."""

    def __init__(self, record, index, options):
        self.id = record["id"]
        self.policy = record["policy"]
        self.why = record["why"]
        self.asserts = record.get("assert") or []
        self.key = f"{options.nonce}{index:05d}"
        template = base64.b64decode(record["raw"])
        self.is_upload = (
            re.match(rb"(?:@@M@@|PUT|POST) @@PATH@@ HTTP/1\.1\r\n", template) is not None
            and re.search(rb"\r\nhost:[ \t]*@@HOST@@[ \t]*\r\n", template.replace(b"@@AUTHLINE@@", b"\r\n"), re.I) is not None
            and template.count(b"@@AUTHLINE@@") == 1
        )
        self.knows_method = re.match(rb"(?:@@M@@|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) ", template) is not None
        self.raw = self.fill(template, options)
        self.statuses = []
        self.closed = False
        self.unreachable = None
        self.recorded = []

    def fill(self, template, options):
        path = options.path_template.replace("{id}", self.key).encode()
        victim = options.victim_template.replace("{id}", self.key).encode()
        line = options.authline.encode()
        smuggled = b"GET /__smuggled__/%s HTTP/1.1\r\nHost: %s\r\n\r\n" % (self.key.encode(), options.host_name.encode())

        def simple(text):
            for name, value in (
                (b"HOST", options.host_name.encode()), (b"AUTHLINE", line + b"\r\n"), (b"AUTHLINE_LF", line + b"\n"), (b"AUTHLINE_CR", line + b"\r"),
                (b"M", options.method.encode()), (b"PATH", path), (b"PATHVICTIM", victim), (b"ID", self.key.encode()), (b"SMUGBODY", smuggled),
                (b"CL_SMUG", b"%d" % len(smuggled)),
            ):
                text = text.replace(b"@@" + name + b"@@", value)
            return text

        def chunk(match):
            inner = simple(base64.b64decode(match.group(1)))
            return b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)

        raw = simple(re.sub(rb"@@HEXLEN:([A-Za-z0-9+/=]*)@@", chunk, template))
        end = re.search(rb"\r\n\r\n|\n\n", raw)
        return raw.replace(b"@@CL@@", b"%d" % (len(raw) - end.end() if end else 0))

    def expected_body(self):
        """Of an upload: what follows the head, by the head's own words."""
        head, _, rest = self.raw.partition(b"\r\n\r\n")
        fields = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
        for name, _, value in fields:
            if name.lower() == b"content-length":
                return rest[: int(value)]
            if name.lower() == b"transfer-encoding":
                body = b""
                while True:
                    line, _, rest = rest.partition(b"\r\n")
                    size = int(line.split(b";")[0], 16)
                    if size == 0:
                        return body
                    body, rest = body + rest[:size], rest[size + 2 :]
        return b""

    def send(self, options):
        if time.monotonic() > options.deadline:
            self.unreachable = "the run took too long"
            return
        try:
            connection = socket.create_connection(options.gateway, timeout=options.patience)
        except OSError as error:
            self.unreachable = str(error)
            return
        with connection:
            self.talk(connection, options)

    def talk(self, connection, options):
        answers = Answers(self.raw.startswith(b"HEAD "))
        connection.setblocking(False)
        unsent = memoryview(self.raw)
        started = time.monotonic()
        quiet = started
        is_half_closed = False
        try:
            while True:
                readable, writable, _ = select.select([connection], [connection] if unsent else [], [], 0.02)
                now = time.monotonic()
                if writable:
                    unsent = unsent[connection.send(unsent[:65536]) :]
                    quiet = now
                if readable:
                    data = connection.recv(65536)
                    if not data:
                        self.closed = True
                        break
                    answers.feed(data)
                    quiet = now
                if unsent:
                    if now - started > options.patience:
                        break
                    continue
                # Once answered, a short while for surplus answers; without an answer, as long as a whole request may take.
                patience = options.silence if answers.statuses or self.policy == "incomplete" else options.patience
                if now - quiet > patience:
                    if is_half_closed:
                        break
                    connection.shutdown(socket.SHUT_WR)
                    is_half_closed = True
                    quiet = now
        except OSError:
            # A refusal may overtake what is still being sent; the answer may be lost then, and the connection is gone.
            self.closed = True
        self.statuses = answers.statuses

    def judge(self, options, deviations):
        """What is wrong with how the gateway treated this row."""
        if self.unreachable:
            yield f"the gateway was not reached: {self.unreachable}"
        complete = [request for request in self.recorded if request.complete]
        refused = bool(self.statuses) and 400 <= self.statuses[0] < 600
        for request in self.recorded:
            yield from request.faults(options)
            if b"__smuggled__" in request.line or b"victim" in request.line:
                yield f"the registry saw {request.line[:80]!r}"
        if len(complete) > 1:
            yield f"the registry saw {len(complete)} requests"
        if len([status for status in self.statuses if 200 <= status < 300]) > len(complete):
            yield f"a success was told and not had: {self.statuses}"
        if self.policy == "reject" or self.id in deviations:
            if complete:
                yield "it had to be refused and was forwarded"
            elif not refused and not self.closed:
                yield f"it had to be refused, and the answer was {self.statuses or 'none'}"
        elif self.policy == "incomplete":
            if complete or any(status < 300 for status in self.statuses):
                yield f"an unfinished request was taken for a finished one: {self.statuses}"
        elif self.policy == "reject_or_one":
            if not (refused or self.closed or len(complete) == 1):
                yield f"neither refused nor forwarded: {self.statuses}"
        elif self.is_upload:
            if len(complete) != 1 or not self.statuses or not 200 <= self.statuses[0] < 300:
                yield f"a legitimate upload was answered {self.statuses} and reached the registry {len(complete)} times"
            elif complete[0].body != self.expected_body():
                yield "a legitimate upload reached the registry with another body"
        elif not self.statuses and not self.closed:
            yield "no answer"


class Answers:
    """The statuses of the answers on one connection."""

    def __init__(self, is_head):
        self.is_head = is_head
        self.buffer = b""
        self.skip = 0
        self.rule = None
        self.statuses = []

    def feed(self, data):
        self.buffer += data
        while self.advance():
            pass

    def advance(self):
        if self.rule == "chunked":
            found = re.search(rb"(?:^|\r\n)0\r\n(?:[^\r\n]+\r\n)*\r\n", self.buffer)
            if found:
                self.buffer, self.rule = self.buffer[found.end() :], None
            return found is not None
        if self.rule == "close":
            self.buffer = b""
            return False
        if self.skip:
            count = min(self.skip, len(self.buffer))
            self.buffer, self.skip = self.buffer[count:], self.skip - count
            return count > 0
        head, end, rest = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        self.buffer = rest
        match = re.match(rb"HTTP/1\.[01] (\d{3})", head)
        status = int(match.group(1)) if match else 999
        if 100 <= status < 200:
            return True
        self.statuses.append(status)
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
        if self.is_head or status in (204, 304):
            self.is_head = False
        elif re.search(rb"\r\ntransfer-encoding: *chunked", head, re.I):
            self.rule = "chunked"
        elif length:
            self.skip = int(length.group(1))
        else:
            self.rule = "close"
        return True


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gateway", required=True, metavar="HOST:PORT", help="where the gateway listens, in the clear")
    parser.add_argument("--registry-port", required=True, type=int, help="where the gateway's registry is to be played on 127.0.0.1; 0 for any")
    parser.add_argument("--host-name", required=True, help="the host under which the gateway knows the registry, with the port if clients send one")
    parser.add_argument("--path-template", default="/generic/demo-pkg/1.0/f-{id}.bin", help="an upload's path; {id} becomes another one for each row")
    parser.add_argument("--victim-template", default="/generic/victim-pkg/1.0/f-{id}.bin", help="a path which the credential may not publish to")
    parser.add_argument("--authline", required=True, help="the client's credential: a whole field line without its line end, or @FILE that holds it")
    parser.add_argument("--credential", default="", help="the credential as the gateway injects it, a field's value or a part of it")
    parser.add_argument("--registry-host", action="append", default=[], help="the registry's Host (default: 127.0.0.1 or localhost, and its port)")
    parser.add_argument("--method", default="PUT", choices=("PUT", "POST"))
    parser.add_argument("--vectors", help="http_requests.jsonl, where it is not beside the repository nor in $IMPRIMATUR_VECTORS")
    parser.add_argument("--deviations", default=HERE / "http_requests.deviations", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=24)
    parser.add_argument("--patience", type=float, default=10, help="seconds to wait for an answer that is due")
    parser.add_argument("--silence", type=float, default=0.15, help="seconds without a byte after which no more is expected")
    parser.add_argument("--limit", type=float, default=900, help="seconds for the whole run")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="only these rows, with what was seen")
    options = parser.parse_args()
    host, _, port = options.gateway.rpartition(":")
    if not port.isdigit():
        parser.error("--gateway must be HOST:PORT")
    options.gateway = (host.strip("[]"), int(port))
    if options.authline.startswith("@"):
        options.authline = pathlib.Path(options.authline[1:]).read_text().strip()
    options.client_secret = options.authline.partition(":")[2].strip().split(" ")[-1].encode()
    options.credential = options.credential.encode()
    options.deadline = time.monotonic() + options.limit
    options.nonce = secrets.token_hex(3)
    return options


def vectors(options):
    folders = [os.environ.get("IMPRIMATUR_VECTORS"), HERE / "../../../shared/vectors"]
    files = [options.vectors] if options.vectors else [pathlib.Path(folder) / "attacks/http_requests.jsonl" for folder in folders if folder]
    for file in map(pathlib.Path, files):
        if file.is_file():
            return [json.loads(line) for line in file.read_text().splitlines()]
    print("VECTORS MISSING: attacks/http_requests.jsonl")
    sys.exit(1)


def listed(file):
    return dict(line.split() for line in file.read_text().splitlines() if line and not line.startswith("#"))


def main():
    options = arguments()
    rows = [Row(record, index, options) for index, record in enumerate(vectors(options))]
    deviations = listed(options.deviations)
    if options.only:
        rows = [row for row in rows if row.id in options.only]
    recorder = lenient_registry.Recorder(options.registry_port)
    options.registry_hosts = {host.encode() for host in options.registry_host} or {
        f"{host}:{recorder.port}".encode() for host in ("127.0.0.1", "localhost")
    }
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda row: row.send(options), rows))
    time.sleep(0.5)

    # Whose each recorded request is, by the key in its target.
    by_key = {row.key: row for row in rows}
    strays = []
    for request in recorder.requests:
        key = next((key for key in re.findall(rb"%s\d{5}" % options.nonce.encode(), request.line)), b"").decode()
        (by_key[key].recorded if key in by_key else strays).append(request)

    failures = 0
    counts = collections.Counter()
    for row in rows:
        faults = sorted(set(row.judge(options, deviations)))
        counts[f"{row.policy}{'' if not faults else ' FAILED'}"] += 1
        if row.policy == "one" and row.is_upload and row.id not in deviations:
            counts["uploads that had to pass"] += 1
        counts["begun at the registry and broken off"] += sum(not request.complete for request in row.recorded)
        counts["forwarded whole"] += sum(request.complete for request in row.recorded)
        failures += bool(faults)
        if options.only:
            print(row.raw, row.statuses, "closed" if row.closed else "open", [(r.head, r.body, r.complete) for r in row.recorded], sep="\n  ")
        for fault in faults:
            if failures <= 50:
                print(f"FAILED {row.id} ({row.policy}): {fault}")
    failures += len(strays)
    for request in strays[:20]:
        print(f"FAILED: the registry saw {request.line[:120]!r}, which belongs to no row")
    if not options.only and (len(rows) < ROWS or counts["uploads that had to pass"] < 60):
        failures += 1
        print(f"FAILED: {len(rows)} rows of {ROWS}, {counts['uploads that had to pass']} uploads that had to pass")
    deviating = sum(row.id in deviations for row in rows)
    for name in sorted(counts):
        print(f"{counts[name]:6} {name}")
    print(f"run {len(rows)}, passed {len(rows) - min(failures, len(rows))}, deviating {deviating}, failures {failures}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
