"""The issuer, the registries and gateways, each ended with what needed it."""

import os
from pathlib import Path

import pytest

import codes
from gateway import Authority, Gateway, Settings
from issuer import Issuer
from postgres import PostgreSQL
from recording import RecordingRegistry
from registries import Devpi, NginxDAV, PyPIServer


# A binary that was built with coverage would leave its profile wherever it runs.
os.environ["LLVM_PROFILE_FILE"] = os.devnull


def pytest_sessionfinish():
    if folder := os.environ.get("PROVOKED_CODES"):
        codes.save(Path(folder), str(os.getpid()))


def pytest_terminal_summary(terminalreporter):
    """What tests counted, such as the rows of a corpus, is told also where they pass."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"counted: {name}: {value}")


@pytest.fixture(scope="session")
def issuer():
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def running(kind, factory):
    registry = kind(factory.mktemp(kind.name) / "registry")
    yield registry
    registry.close()


@pytest.fixture(scope="session")
def pypiserver(tmp_path_factory):
    yield from running(PyPIServer, tmp_path_factory)


@pytest.fixture(scope="session")
def devpi(tmp_path_factory):
    yield from running(Devpi, tmp_path_factory)


@pytest.fixture(scope="session")
def nginx(tmp_path_factory):
    yield from running(NginxDAV, tmp_path_factory)


@pytest.fixture
def postgres():
    server = PostgreSQL()
    yield server
    server.close()


@pytest.fixture
def recording():
    registry = RecordingRegistry()
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def registry():
    """The same for all tests of a file."""
    registry = RecordingRegistry()
    yield registry
    registry.close()


def starting(factory, issuer):
    """start(registry, **settings): a running gateway in front of it, in a folder of its own."""
    gateways = []

    def start(registry, /, tls=None, environment=None, **settings):
        settings = {"issuer": issuer.url, "upstream": registry.url, "username": registry.username, "password": registry.password, **settings}
        gateway = Gateway(factory.mktemp("gateway"), Settings(**settings), tls)
        gateways.append(gateway)
        return gateway.start(environment)

    yield start
    for gateway in gateways:
        if gateway.child and gateway.child.poll() is None:
            gateway.kill()


@pytest.fixture
def started(tmp_path_factory, issuer):
    yield from starting(tmp_path_factory, issuer)


@pytest.fixture(scope="module")
def started_once(tmp_path_factory, issuer):
    yield from starting(tmp_path_factory, issuer)
