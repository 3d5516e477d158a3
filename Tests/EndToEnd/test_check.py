"""What `check` finds with the machine and the network at hand, and what it needs neither for."""

import json
import re
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from gateway import BINARY, Gateway, Settings
from ports import free_port, until
from recording import answer_nothing, answering, only_uploads


def check(directory: Path, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, "check", *map(str, arguments)], capture_output=True, text=True, cwd=directory, timeout=60)


def problems(directory: Path, *arguments) -> list[dict]:
    return json.loads(check(directory, "-c", "imprimatur.yaml", "--json", *arguments).stdout)["problems"]


@pytest.fixture
def configured(tmp_path, issuer):
    """configured(registry, **settings): a gateway that is not running."""

    def configure(registry, /, **settings):
        given = {"issuer": issuer.url, "upstream": registry.url, "username": registry.username, "password": registry.password, **settings}
        return Gateway(tmp_path, Settings(**given))

    return configure


class At:
    """A registry that is only a URL."""

    username = "svc"
    password = "svc-not-a-real-secret"

    def __init__(self, url: str):
        self.url = url


def test_the_cause_is_told_why_keys_can_not_be_had(configured, recording):
    gateway = configured(recording, issuer=f"http://127.0.0.1:{free_port()}")
    [problem] = [problem for problem in online(gateway) if problem["key"] == "issuers.github"]
    assert re.match("its keys can't be had: .*(refused|connect)", problem["message"]), problem


def online(gateway) -> list[dict]:
    return [problem for problem in problems(gateway.directory, "--online") if problem["rule"] == "settings.online"]


def text_at(gateway, problem: dict) -> str:
    return gateway.configuration.read_text().splitlines()[problem["line"] - 1][problem["column"] - 1 :]


# The network


@pytest.mark.parametrize("path", ["", "wrong/"])
@pytest.mark.parametrize("kind", ["pypiserver", "devpi"])
def test_a_wrong_path_of_a_real_index_is_a_problem_of_its_url(request, configured, kind, path):
    registry = request.getfixturevalue(kind)
    gateway = configured(registry, upstream=registry.url + path)
    found = [problem for problem in online(gateway) if problem["key"].endswith("upstream.url")]
    if not path:
        assert not found, found
        return
    [problem] = found
    assert problem["severity"] == "error" and "the URL that twine would upload to" in problem["message"], problem
    assert text_at(gateway, problem) == registry.url + path


def test_a_real_index_that_refuses_the_credential_is_told_at_the_credential(configured, pypiserver):
    gateway = configured(pypiserver, password="no-longer-the-password")
    [problem] = online(gateway)
    assert (problem["severity"], problem["key"]) == ("error", "registries.python.upstream.credential")
    assert text_at(gateway, problem).startswith("{basic:")


@pytest.mark.parametrize("reads", ["pass", "refuse"])
def test_an_index_that_everybody_reads_is_told_where_we_pass_reads(configured, pypiserver, reads):
    found = online(configured(pypiserver, registry={"reads": reads}))
    assert [(problem["severity"], problem["key"]) for problem in found] == ([("warning", "registries.python.reads")] if reads == "pass" else [])


def test_a_folder_of_files_that_guards_its_uploads_is_fine(configured, nginx):
    gateway = configured(nginx, protocol="generic", registry={"template": '"/{name}/{version}/{file}"', "reads": "refuse"})
    assert not online(gateway)


def test_whoever_reaches_it_may_publish_only_where_a_publish_gets_through(configured, recording):
    recording.behaviour = only_uploads(answering("200 OK"), probe="400 Bad Request")
    [problem] = online(configured(recording))
    assert problem["severity"] == "warning" and "everybody who reaches it may publish" in problem["message"]
    recording.behaviour = answering("405 Method Not Allowed")
    [problem] = online(configured(recording))
    assert problem["severity"] == "error" and "whoever" not in problem["message"]


def plain_server():
    """Says nothing that is TLS."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    return listener


def tls_server(authority, address="127.0.0.1"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.certificate, authority.key)
    listener = socket.create_server((address, 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(1000)
            except (OSError, ssl.SSLError):
                pass

    threading.Thread(target=serve, daemon=True).start()
    return listener


CAUSES = {
    "refused": "refuses the connection",
    "no name": "the name registry.invalid is not found",
    "no socket": "there is no socket",
    "no TLS": "TLS fails: the other side does not speak TLS",
    "an unknown authority": "TLS fails: no authority that is trusted here vouches for the certificate",
    "another name": "TLS fails: the certificate is not one of 127.0.0.2",
}


@pytest.mark.parametrize("case", CAUSES)
def test_a_registry_that_can_not_be_reached_is_told_with_the_cause(configured, authority, tmp_path, case):
    listener, more = None, ""
    match case:
        case "refused":
            url = f"http://127.0.0.1:{free_port()}/"
        case "no name":
            url = "http://registry.invalid/"
        case "no socket":
            url = f"unix:{tmp_path}/none.sock"
        case "no TLS":
            listener = plain_server()
            url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        case "an unknown authority":
            listener = tls_server(authority)
            url = f"https://localhost:{listener.getsockname()[1]}/"
        case "another name":
            listener = tls_server(authority, "127.0.0.2")
            url = f"https://127.0.0.2:{listener.getsockname()[1]}/"
            more = f"\n      ca_file: {authority.authority}"
    gateway = configured(At(url + more))
    try:
        [problem] = online(gateway)
    finally:
        if listener:
            listener.close()
    assert (problem["severity"], problem["key"]) == ("error", "registries.python.upstream.url")
    assert text_at(gateway, problem) == url
    assert CAUSES[case] in problem["message"], problem


# Neither


def test_a_configuration_is_checked_without_its_secrets(configured, recording):
    gateway = configured(recording)
    gateway.secret.unlink()
    gateway.configuration.write_text(gateway.render().replace(str(gateway.state_path), "/nowhere/state.db"))
    found = problems(gateway.directory)
    assert {(problem["severity"], problem["key"]) for problem in found if problem["severity"] == "error"} == {
        ("error", "state.sqlite"), ("error", "registries.python.upstream.credential.basic.password")}
    assert check(gateway.directory, "-c", "imprimatur.yaml", "--without-secrets").returncode == 0
    assert check(gateway.directory, "-c", "imprimatur.yaml", "--without-secrets", "--online").returncode == 64
    gateway.configuration.write_text(gateway.render().replace("acme/widgets", "acme/widgets.git"))
    assert check(gateway.directory, "-c", "imprimatur.yaml", "--without-secrets").returncode == 1


def test_a_secret_that_others_read_and_an_entry_that_is_over_are_warnings(configured, recording):
    gateway = configured(recording, expires="2020-01-01")
    gateway.secret.chmod(0o644)
    found = {problem["key"]: problem for problem in problems(gateway.directory)}
    assert "every user of this machine can read" in found["registries.python.upstream.credential.basic.password"]["message"]
    assert text_at(gateway, found["publishers.0.expires"]) == "2020-01-01"
    assert check(gateway.directory, "-c", "imprimatur.yaml").returncode == 0
    assert check(gateway.directory, "-c", "imprimatur.yaml", "--strict").returncode == 1


def test_a_certificate_and_the_key_of_another_are_told_apart_from_a_pair(configured, recording, authority):
    gateway = configured(recording)
    gateway.tls = authority
    gateway.configure()
    assert check(gateway.directory, "-c", "imprimatur.yaml").returncode == 0
    gateway.configuration.write_text(gateway.render().replace(str(authority.key), str(authority.key.parent / "ca.key")))
    [problem] = [problem for problem in problems(gateway.directory) if problem["severity"] == "error"]
    assert problem["key"] == "server.tls.key" and "does not belong to the certificate" in problem["message"]


def test_a_check_that_has_read_a_secret_leaves_no_core_file(configured, recording):
    recording.behaviour = answer_nothing
    gateway = configured(recording)
    with subprocess.Popen([BINARY, "check", "-c", gateway.configuration, "--online"], stdout=subprocess.DEVNULL) as running:
        until(lambda: recording.requests, 20, "the probe")
        limits = Path(f"/proc/{running.pid}/limits").read_text()
        running.kill()
    assert re.search(r"^Max core file size +0 +0 ", limits, re.M), limits
