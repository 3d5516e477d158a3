"""What an operator does with the binary: its admin port, its commands, reloads, log files, and its end."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from gateway import BINARY, Authority, Gateway, Settings
from issuer import Issuer
from packages import fresh_name, wheel
from ports import until
from recording import RecordingRegistry, close, read_nothing
from wire import Form, head, post_json, read_answer, request, token_credential, upload

MORE = """
- id: more
  issuer: github
  when: {repository: acme/more, repository_owner_id: "42", repository_id: "5678", workflow: release.yml, environment: release}
  may_publish: {python: acme-more}
"""


def command(gateway, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, cwd=gateway.directory, timeout=60)


def published(gateway, issuer, package: str | None = None, **claims) -> int:
    return upload(gateway, Form.of(wheel(package or fresh_name())), token_credential(issuer.mint(**claims))).status


def beginning(gateway, distribution, token):
    """A connection on which half of an upload was sent and taken, and the other half."""
    kind, body = Form.of(distribution).encoded()
    connection = gateway.connect()
    fields = [("Host", "localhost"), ("Content-Type", kind), ("Content-Length", str(len(body))), ("Expect", "100-continue"),
              token_credential(token)]
    connection.sendall(head("POST", "/", fields))
    assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
    connection.sendall(body[: len(body) // 2])
    return connection, body[len(body) // 2 :]


# The admin port


def test_the_admin_port_tells_how_it_is(started, issuer, recording):
    gateway = started(recording)
    assert published(gateway, issuer) == 200
    assert gateway.admin("/live") == (200, "live\n")
    status, body = gateway.admin("/ready")
    ready = json.loads(body)
    assert (status, ready["ready"], ready["state"]) == (200, True, "available")
    assert ready["config.digest"] == gateway.logged("server.started")[0]["config.digest"]
    assert ready["issuers"] == {"github": "fresh"} and ready["registries"] == {"python": "answering"}
    assert ready["audit"] == "writable" and ready["frozen"] == []
    metrics = gateway.admin("/metrics")[1]
    assert re.search(r"^imprimatur_publishes_total\{.*\} 1$", metrics, re.M), metrics
    assert gateway.admin("/")[0] == 404
    for path in ("/live", "/ready", "/metrics"):
        assert request(gateway, "GET", path, []).body == b"stored\n", "the public port is the registry's"


def test_it_is_not_ready_while_its_state_can_not_be_written(started, issuer, recording):
    gateway = started(recording)
    gateway.limit_files(1)
    status, body = gateway.admin("/ready")
    assert (status, json.loads(body)["state"]) == (503, "unavailable")
    sick = command(gateway, "healthcheck", "-c", with_admin_port(gateway))
    assert sick.returncode == 1 and re.search(r'answers 503 to /ready: \{.*"state":"unavailable"', sick.stderr), sick
    gateway.limit_files(-1)
    assert gateway.admin("/ready")[0] == 200
    assert command(gateway, "healthcheck", "-c", with_admin_port(gateway)).returncode == 0
    gateway.secret.unlink()
    assert command(gateway, "healthcheck", "-c", with_admin_port(gateway)).returncode == 0, "it reads no secret"
    gateway.stop()
    dead = command(gateway, "healthcheck", "-c", with_admin_port(gateway))
    assert dead.returncode == 1 and "refuses the connection" in dead.stderr, dead


def readiness(gateway) -> tuple[int, dict]:
    status, body = gateway.admin("/ready")
    return status, json.loads(body)


def test_a_registry_that_does_not_answer_is_told_until_it_does(started, issuer, recording):
    gateway = started(recording)
    assert readiness(gateway)[1]["registries"] == {"python": "unused"}
    answers = recording.behaviour
    recording.behaviour = close
    assert published(gateway, issuer) == 502
    assert (status_and_state := readiness(gateway))[0] == 200 and status_and_state[1]["registries"] == {"python": "failing"}
    recording.behaviour = answers
    assert request(gateway, "GET", "/simple/x/", []).status == 200
    assert readiness(gateway)[1]["registries"] == {"python": "answering"}
    recording.close()
    for _ in range(2):
        assert published(gateway, issuer) == 502
        assert gateway.audit(0, event="exchange") == [] and readiness(gateway)[1]["registries"] == {"python": "failing"}


def test_a_client_that_leaves_says_nothing_of_the_registry(started, issuer, recording):
    gateway = started(recording)
    assert published(gateway, issuer) == 200
    recording.behaviour = read_nothing
    connection, _ = beginning(gateway, wheel(fresh_name()), issuer.mint())
    connection.close()
    assert gateway.audit(2)[1]["outcome"] == "aborted"
    assert readiness(gateway)[1]["registries"] == {"python": "answering"}


def test_it_is_not_ready_while_publishes_are_refused_for_the_audit_file(started, issuer, recording):
    gateway = started(recording, audit_file=True, state="{memory: true}")
    gateway.limit_files(1)
    published(gateway, issuer)
    assert published(gateway, issuer) == 503
    status, ready = readiness(gateway)
    assert (status, ready["ready"], ready["state"], ready["audit"]) == (503, False, "available", "unwritable")
    [line] = gateway.told("audit.unavailable")
    assert (line["file"], line["errno"], line["failure"]) == (str(gateway.audit_path), 27, "File too large")
    gateway.limit_files(-1)
    until(lambda: readiness(gateway)[0] == 200, 10, "the audit file")


def test_an_audit_file_that_can_not_be_opened_is_told_at_the_start(started, issuer, recording, tmp_path):
    gateway = Gateway(tmp_path / "gateway", Settings(issuer=issuer.url, upstream=recording.url, audit_file=True))
    gateway.audit_path = tmp_path / "missing" / "audit.jsonl"
    gateway.configure()
    gateway.start()
    try:
        [line] = gateway.told("audit.unavailable")
        assert (line["file"], line["failure"]) == (str(gateway.audit_path), "No such file or directory")
        assert readiness(gateway)[0] == 503 and published(gateway, issuer) == 503
        gateway.audit_path.parent.mkdir()
        until(lambda: readiness(gateway)[0] == 200, 10, "the audit file")
    finally:
        gateway.kill()


def test_an_audit_file_without_which_it_goes_on_is_no_reason_against_its_readiness(started, issuer, recording, tmp_path):
    gateway = Gateway(tmp_path / "gateway", Settings(issuer=issuer.url, upstream=recording.url, audit_file=True))
    text = gateway.render().replace(str(gateway.audit_path), str(tmp_path / "missing" / "audit.jsonl"))
    gateway.configuration.write_text(text.replace("audit.jsonl}", "audit.jsonl, on_failure: continue}"))
    gateway.start()
    try:
        assert published(gateway, issuer) == 200
        status, ready = readiness(gateway)
        assert (status, ready["ready"], ready["audit"]) == (200, True, "unwritable")
        assert "imprimatur_audit_writable 0" in gateway.admin("/metrics")[1].splitlines()
    finally:
        gateway.kill()


def test_what_is_frozen_stands_in_its_readiness_and_is_no_reason_against_it(started, issuer, recording):
    gateway = started(recording)
    for scope in ([], ["--registry", "python"], ["--publisher", "widgets-release"]):
        assert command(gateway, "freeze", "-c", gateway.configuration, *scope, "--why", "x").returncode == 0
    words = ["everything", "the registry python", "the publisher widgets-release"]
    until(lambda: readiness(gateway)[1]["frozen"] == words, 10, "the freezes")
    assert readiness(gateway)[0] == 200


def with_admin_port(gateway):
    """Its configuration, with the port that it found."""
    path = gateway.directory / "with-admin-port.yaml"
    path.write_text(gateway.render().replace("admin: {listen: 127.0.0.1:0}", f"admin: {{listen: 127.0.0.1:{gateway.admin_port}}}"))
    return path


# Commands


@pytest.fixture
def configured(tmp_path, issuer, recording):
    """A gateway that is not running."""
    settings = Settings(issuer=issuer.url, upstream=recording.url)
    return Gateway(tmp_path, settings)


def test_a_fine_configuration_is_called_so(configured):
    run = command(configured, "check", "-c", "imprimatur.yaml")
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "imprimatur.yaml: fine: 1 issuers, 1 registries, 1 publishers")
    strict = command(configured, "check", "-c", "imprimatur.yaml", "--strict")
    assert strict.returncode == 1 and "environment" in strict.stdout, "without environment, tag, ref or ref_protected"


MISTAKES = {
    "a misspelt key": ("repository:", "repositry:", r'imprimatur\.yaml:\d+:\d+: error: .*did you mean "repository"'),
    "a key twice": ("issuers:\n", "issuers:\nissuers:\n", r"imprimatur\.yaml:\d+:\d+: error: "),
    "another version": ("version: 1", "version: 2", r"imprimatur\.yaml:1:10: error: version"),
    "no YAML": ("version: 1", "version: [1", r"imprimatur\.yaml:\d+:\d+: error: "),
    "a public audience": ("audience: acme_python", "audience: pypi", r"imprimatur\.yaml:\d+:\d+: error: registries\.python\.audience"),
    "a later protocol": ("protocol: pypi", "protocol: conan", "not available in this version"),
    "a report of nothing": ("protocol: pypi", "protocol: pypi\n    mode: report", "report needs legacy_credentials: pass"),
    "no ids": ('acme/widgets, repository_owner_id: "42", repository_id: "1234"', "'acme/*'", "repository_owner_id"),
    "an empty secret": ("", "", r"password: the secret is empty"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_pointed_at_by_check_and_by_serve(configured, case):
    old, new, expected = MISTAKES[case]
    configured.configuration.write_text(configured.render().replace(old, new))
    if case == "an empty secret":
        configured.secret.write_text("\n")
    check = command(configured, "check", "-c", "imprimatur.yaml")
    assert check.returncode == 1 and re.search(expected, check.stdout), check
    serve = command(configured, "serve", "-c", "imprimatur.yaml")
    line = json.loads(serve.stderr)
    assert serve.returncode == 2 and (line["event"], line["level"]) == ("config.rejected", "error"), serve
    assert re.search(expected, "\n".join(line["problems"])), serve
    report = command(configured, "check", "-c", "imprimatur.yaml", "--json")
    assert report.returncode == 1 and json.loads(report.stdout)["ok"] is False


def test_what_a_command_can_not_do_has_its_own_exit_code(configured):
    assert command(configured, "serve", "-c", "missing.yaml").returncode == 2
    assert command(configured, "check", "-c", "missing.yaml").returncode == 1
    assert command(configured, "serve").returncode == 64
    assert command(configured, "srve").returncode == 64
    version = command(configured, "--version")
    assert version.returncode == 0
    assert all(word in version.stdout for word in ("Swift", "OpenSSL", "libcurl"))


def test_an_online_check_reaches_issuer_and_registry(configured, issuer):
    fine = command(configured, "check", "-c", "imprimatur.yaml", "--online")
    assert fine.returncode == 0, fine
    issuer.available = False
    down = command(configured, "check", "-c", "imprimatur.yaml", "--online")
    issuer.available = True
    assert down.returncode == 1 and "github" in down.stdout, down


def test_a_second_process_waits_for_the_state(started, issuer, recording, tmp_path):
    first = started(recording)
    second = started(recording, state=f"{{sqlite: {first.state_path}}}")
    assert (first.admin("/ready")[0], second.admin("/ready")[0]) == (200, 503)
    token = issuer.mint()
    answer = upload(second, Form.of(wheel(fresh_name())), token_credential(token))
    assert (answer.status, answer.json["reason"]) == (503, "state.unavailable")
    assert post_json(first, "/_/oidc/mint-token", {"token": token}).status == 200
    first.stop()
    until(lambda: second.admin("/ready")[0] == 200, 10, "the state")
    assert upload(second, Form.of(wheel(fresh_name())), token_credential(token)).json["reason"] == "state.replayed"
    assert published(second, issuer) == 200


def test_a_port_that_is_taken_is_told(started, recording, tmp_path):
    gateway = started(recording)
    settings = Settings(issuer=gateway.settings.issuer, upstream=recording.url, server={"listen": f"127.0.0.1:{gateway.port}"})
    second = Gateway(tmp_path / "second", settings)
    run = command(second, "serve", "-c", second.configuration)
    assert run.returncode == 1, run
    line = json.loads(run.stderr)
    assert (line["event"], line["level"], line["failure"]) == (
        "server.failed", "error", f"can't listen on 127.0.0.1:{gateway.port}: Address already in use")
    second.configuration.write_text(second.render() + "log: {format: text}\n")
    run = command(second, "serve", "-c", second.configuration)
    assert re.fullmatch(r'\S+Z error server\.failed failure="can\'t listen on [^"]*"\n', run.stderr), run


CERTIFICATES = {
    "no certificate": ("{key}", "{key}", r"the certificate \S+/tls\.key is not a certificate in PEM"),
    "no key": ("{certificate}", "{certificate}", r"the key \S+/tls\.pem is not a private key in PEM"),
    "another's key": ("{authority}", "{key}", r"the key \S+/tls\.key does not belong to the certificate \S+/ca\.pem"),
}


@pytest.mark.parametrize("case", CERTIFICATES)
def test_a_certificate_that_can_not_be_used_is_told_in_words(configured, authority, case):
    certificate, key, expected = CERTIFICATES[case]
    paths = {"certificate": authority.certificate, "key": authority.key, "authority": authority.authority}
    tls = f"server:\n  tls: {{certificate: {certificate.format(**paths)}, key: {key.format(**paths)}}}"
    configured.configuration.write_text(configured.render().replace("server:", tls, 1))
    run = command(configured, "serve", "-c", "imprimatur.yaml")
    assert run.returncode == 2 and re.search(expected, json.loads(run.stderr)["problems"][0]), run


def test_numbers_and_times_of_the_log_are_numbers_and_times(started, issuer, recording):
    gateway = started(recording)
    [line] = gateway.told("server.started")
    assert (line["server.port"], line["admin.port"]) == (gateway.port, gateway.admin_port)
    [line] = gateway.told("keys.refreshed")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["next"])
    away = Issuer()
    away.available = False
    gateway = started(recording, issuer=away.url)
    assert gateway.told("keys.refresh-failed")[0]["failure"] == "it answered with the status 503"
    away.close()


# Reload


def change(gateway, text: str, by_signal: bool = True):
    """Puts another configuration in its place and waits until it is in force. Returns the line that says so."""
    loads = len(gateway.logged("config.loaded"))
    gateway.configuration.write_text(text)
    if by_signal:
        gateway.signal(signal.SIGHUP)
    return until(lambda: gateway.logged("config.loaded")[loads:], 30, "config.loaded")[0]


@pytest.mark.parametrize("by_signal", [True, False], ids=["told", "noticed"])
def test_a_new_publisher_works_after_a_reload(started, issuer, recording, by_signal):
    gateway = started(recording)
    claims = {"repository": "acme/more", "repository_id": "5678", "environment": "release"}
    assert published(gateway, issuer, "acme-more", **claims) == 403
    line = change(gateway, gateway.render() + MORE.lstrip("\n").replace("\n", "\n  ").replace("- id", "  - id", 1).rstrip() + "\n", by_signal)
    assert line["changes"] == ["publisher more added"]
    assert published(gateway, issuer, "acme-more", **claims) == 200
    assert json.loads(gateway.admin("/ready")[1])["config.digest"] == line["config.digest"]


def test_what_changed_is_named(started, issuer, recording):
    gateway = started(recording)
    text = gateway.render().replace("workflow: release.yml", "workflow: publish.yml").replace("audience: acme_python", "audience: acme_index")
    assert change(gateway, text)["changes"] == ["registry python changed", "publisher widgets-release changed"]
    assert published(gateway, issuer) == 403


def test_a_broken_configuration_changes_nothing(started, issuer, recording):
    gateway = started(recording)
    digest = json.loads(gateway.admin("/ready")[1])["config.digest"]
    gateway.configuration.write_text(gateway.render().replace("publishers:", "publisher:"))
    gateway.signal(signal.SIGHUP)
    [line] = gateway.told("config.rejected")
    assert any("publishers" in problem for problem in line["problems"]), line
    assert published(gateway, issuer) == 200
    assert json.loads(gateway.admin("/ready")[1])["config.digest"] == digest


def without_the_publisher(gateway) -> str:
    return gateway.render().replace("id: widgets-release", "id: another").replace("acme/widgets", "acme/another")


def test_an_upload_token_ends_with_its_publisher(started, issuer, recording):
    gateway = started(recording)
    live = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint()}).json["token"]
    name = fresh_name()
    assert upload(gateway, Form.of(wheel(name)), token_credential(live)).status == 200
    assert change(gateway, without_the_publisher(gateway))["changes"] == ["publisher another added", "publisher widgets-release removed"]
    answer = upload(gateway, Form.of(wheel(name)), token_credential(live))
    assert (answer.status, answer.json["reason"]) == (403, "credential.unknown-upload-token"), answer
    assert len(recording.requests) == 1


@pytest.mark.parametrize("end", ["publisher removed", "upload token burnt"])
def test_what_ends_while_a_body_comes_is_not_forwarded(started, issuer, recording, end):
    gateway = started(recording)
    live = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.mint()}).json["token"]
    connection, rest = beginning(gateway, wheel(fresh_name(), padding=1 << 20), live)
    if end == "publisher removed":
        change(gateway, without_the_publisher(gateway))
    else:
        assert post_json(gateway, "/_/oidc/burn-token", {"token": live}).status == 202
    with connection:
        connection.sendall(rest)
        answer = read_answer(connection)
    reason = answer.json["reason"]
    assert answer.status == 403 and (reason == "state.ended" if end == "upload token burnt" else reason.startswith("publisher.")), answer
    assert not recording.requests
    assert gateway.audit(1)[0]["reason"] == reason


def test_included_files_and_key_files_are_noticed(started, recording, issuer):
    gateway = started(recording)
    keys = gateway.directory / "keys.json"
    keys.write_text(json.dumps(issuer.jwks()))
    text = gateway.render().replace("allow_http: true", "allow_http: true, jwks_file: keys.json") + "include: [more.d/*.yaml]\n"
    change(gateway, text)

    (gateway.directory / "more.d").mkdir()
    (gateway.directory / "more.d" / "a.yaml").write_text(MORE)
    loaded = until(lambda: gateway.logged("config.loaded")[1:], 30, "config.loaded again")
    assert loaded[0]["changes"] == ["publisher more added"]

    other = Issuer()
    keys.write_text(json.dumps(other.jwks()))
    until(lambda: [line for line in gateway.logged("keys.refreshed") if line["keys"] == [other.key_id]], 30, "the other key")
    other.close()


def test_a_reload_brings_a_new_certificate(started, issuer, recording, tmp_path):
    first, second = Authority(tmp_path / "first"), Authority(tmp_path / "second")
    gateway = started(recording, tls=first)
    running = gateway.connect()
    for old, new in ((first.certificate, second.certificate), (first.key, second.key)):
        shutil.copy(new, old)
    change(gateway, gateway.render() + "# changed\n")
    running.sendall(head("GET", "/simple/x/", [("Host", "localhost")]))
    assert read_answer(running).status == 200, "a connection that was open goes on"
    gateway.tls = second
    assert published(gateway, issuer) == 200


def test_the_audit_file_is_opened_anew(started, issuer, recording):
    gateway = started(recording, audit_file=True)
    assert published(gateway, issuer) == 200
    gateway.audit(1)
    gateway.audit_path.rename(gateway.directory / "audit.1.jsonl")
    gateway.signal(signal.SIGHUP)
    until(gateway.audit_path.exists, 10, "the new file")
    assert published(gateway, issuer) == 200
    gateway.audit(1)
    assert len((gateway.directory / "audit.1.jsonl").read_text().splitlines()) == 1


# Disk


def test_a_spool_that_is_gone_refuses_what_needs_it(started, issuer, recording):
    gateway = started(recording)
    spool = gateway.directory / "spool"
    spool.rmdir()
    large = Form.of(wheel(fresh_name(), padding=256 << 10))
    answer = upload(gateway, large, token_credential(issuer.mint()))
    assert (answer.status, answer.json["reason"]) == (503, "spool.unavailable")
    assert answer.value("Retry-After")
    assert gateway.audit(1)[0]["outcome"] == "failed" and not recording.requests
    assert published(gateway, issuer) == 200, "a small one is kept in memory"
    spool.mkdir()
    assert upload(gateway, large, token_credential(issuer.mint())).status == 200


# The end


def test_an_upload_that_runs_is_finished_before_the_end(started, issuer, recording):
    gateway = started(recording)
    idle = gateway.connect()
    connection, rest = beginning(gateway, wheel(fresh_name(), padding=1 << 20), issuer.mint())
    gateway.signal(signal.SIGTERM)
    gateway.told("server.draining")
    assert gateway.admin("/live")[0] == 200 and gateway.admin("/ready")[0] == 503
    with pytest.raises(OSError):
        gateway.connect()
    assert idle.recv(1) == b"", "an idle connection is closed"
    with connection:
        connection.sendall(rest)
        answer = read_answer(connection)
    assert (answer.status, answer.value("Connection")) == (200, "close")
    assert gateway.child.wait(20) == 0
    assert gateway.audit(1)[0]["outcome"] == "published"
    gateway.told("server.stopped")


def test_what_does_not_finish_is_ended_and_recorded(started, issuer):
    held = threading.Event()

    def hold(exchange):
        exchange.read_body()
        held.set()
        exchange.hold()

    registry = RecordingRegistry(hold)
    gateway = started(registry, limits={"drain": "500ms"})
    connection, rest = beginning(gateway, wheel(fresh_name()), issuer.mint())
    connection.sendall(rest)
    assert held.wait(10)
    gateway.signal(signal.SIGTERM)
    assert gateway.child.wait(20) == 0
    connection.close()
    [record] = gateway.audit(1)
    assert (record["outcome"], record["reason"], record["granted"]) == ("failed", "upstream.closed", True), record
    registry.close()


# What is never said


def test_its_memory_is_in_no_core_file_and_not_for_its_user_to_read(started, recording, tmp_path, monkeypatch):
    # Root reads every process by a capability that other users lack, so that it is given up here.
    drop = ["setpriv", "--bounding-set=-sys_ptrace"] if os.geteuid() == 0 else []
    wrapper = tmp_path / "imprimatur"
    wrapper.write_text(f'#!/bin/sh\nexec {" ".join([*drop, str(BINARY)])} "$@"\n')
    wrapper.chmod(0o700)
    monkeypatch.setattr("gateway.BINARY", wrapper)

    def is_readable(process) -> bool:
        # The link has the guard that reading the memory has.
        return subprocess.run([*drop, "readlink", f"/proc/{process.pid}/exe"], capture_output=True).returncode == 0

    gateway = started(recording)
    [limit] = [line for line in Path(f"/proc/{gateway.child.pid}/limits").read_text().splitlines() if line.startswith("Max core file size")]
    assert limit.split()[4:6] == ["0", "0"], limit
    assert not is_readable(gateway.child)
    with subprocess.Popen([*drop, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdin.write(b"started")
        other.stdin.flush()
        assert other.stdout.read1(7)
        assert is_readable(other)
        other.stdin.close()


def test_no_secret_stands_in_what_it_says(started, issuer, recording, authority):
    gateway = started(recording, audit_file=True, tls=authority, server={"public_url": "https://upload.example.com"})
    token = issuer.mint()
    live = post_json(gateway, "/_/oidc/mint-token", {"token": token}).json["token"]
    name = fresh_name()
    for credential in (token_credential(live), token_credential(token), ("Authorization", f"Token {live}"), ("Authorization", "Basic !!")):
        upload(gateway, Form.of(wheel(name)), credential)
    request(gateway, "GET", f"/simple/x/?token={live}", [])
    request(gateway, "POST", f"/?{live}", [("Content-Length", "0")])
    gateway.stop()
    said = gateway.audit_path.read_text() + json.dumps(gateway.lines) + (gateway.directory / "stderr").read_text()
    signature = token.rsplit(".", 1)[1]
    for secret in (live, token, signature, gateway.settings.password, recording.authorization.split()[1]):
        assert secret not in said
    stored = b"".join(file.read_bytes() for file in gateway.directory.glob("state.db*"))
    assert live.encode() not in stored and signature.encode() not in stored


def test_publishers_of_an_included_file_of_lines_come_and_go(started, issuer, recording):
    gateway = started(recording)
    lines = gateway.directory / "generated.jsonl"
    claims = {"repository": "acme/more", "repository_id": "5678", "environment": "release"}

    def line(number: int) -> str:
        when = {"repository": "acme/more", "repository_id": "5678", "environment": "release"}
        return json.dumps({"id": f"more-{number}", "issuer": "github", "when": when, "may_publish": {"python": f"acme-more-{number}"}})

    lines.write_text("".join(f"{line(number)}\n" for number in range(1000)))
    change(gateway, gateway.render() + "include: [generated.jsonl]\n")
    assert published(gateway, issuer, "acme-more-777", **claims) == 200
    loads = len(gateway.logged("config.loaded"))
    lines.write_text("".join(f"{line(number)}\n" for number in range(1000) if number != 777))
    reload = until(lambda: gateway.logged("config.loaded")[loads:], 30, "config.loaded")[0]
    assert reload["changes"] == ["publisher more-777 removed"]
    assert published(gateway, issuer, "acme-more-777", **claims) == 403
    assert published(gateway, issuer, "acme-more-776", **claims) == 200
    rejected = len(gateway.logged("config.rejected"))
    lines.write_text("{}\n")
    problems = until(lambda: gateway.logged("config.rejected")[rejected:], 30, "config.rejected")[0]["problems"]
    assert "generated.jsonl:1:1: error: id is missing" in problems[0]
    assert published(gateway, issuer, "acme-more-776", **claims) == 200
