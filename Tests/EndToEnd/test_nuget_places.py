"""Where registries of NuGet's are asked what they have, and where they say that they take what."""

import json
from contextlib import closing

import pytest

from gateway import Gateway, Settings
from nuget import NUGET, SYMBOLS, NuGetServer, dotnet, nuspec, package, started_nuget, symbols
from recording import answering
from test_check import online
from test_nuget import resources, token
from wire import request

NOWHERE = "/elsewhere"
# What the server is, what follows its URL in the configuration, and the version that is there.
ASKED = {
    "a container at another place": ({"container": "/v3/flat2"}, "", "1.0.0"),
    "a container that the configured index names": ({"container": "/v3/flat2"}, "v3/index.json", "1.0.0"),
    "a container that an index at the root names": ({"index": "/index.json", "container": "/flat", "base": "/n"}, "index.json", "1.0.0"),
    "a container below an URL of pushes": ({"base": "/n", "push": "/", "container": "/v3/flat2"}, "", "1.0.0"),
    "version 2 at the root": ({"index": NOWHERE, "container": NOWHERE, "feed": ""}, "", "1.0.0"),
    "version 2 where pushes go": ({"index": NOWHERE, "container": NOWHERE, "feed": "/api/v2"}, "api/v2/package", "1.0.0"),
    "NuGet.Server": ({"index": NOWHERE, "container": NOWHERE, "feed": "/nuget"}, "", "1.0.0"),
    "a version of SemVer 2": ({"index": NOWHERE, "container": NOWHERE, "feed": "/nuget"}, "", "1.0.0-beta.1"),
    "a second page": ({"index": NOWHERE, "container": NOWHERE, "feed": "", "page": 2}, "", "1.0.0"),
    "an index of another name, and version 2": ({"known_as": "https://packages.example.com", "container": NOWHERE, "feed": ""}, "", "1.0.0"),
    "another spelling": ({}, "", "1.0.0-1"),
}


@pytest.mark.parametrize("case", ASKED)
def test_a_version_that_is_there_is_not_overwritten(started, issuer, case):
    layout, rest, version = ASKED[case]
    with closing(NuGetServer(**layout)) as server:
        gateway = started_nuget(started, server, upstream=server.url + rest, registry={"overwrite": "refuse"})
        for earlier in ("0.1.0", "0.2.0", "0.3.0"):
            assert dotnet(gateway, token(issuer), package(nuspec(version=earlier))).status == 201
        server.stored[f"acme.widgets.{version}.nupkg"] = b"x"
        written = version.replace("-1", "-01")
        answer = dotnet(gateway, token(issuer), package(nuspec(version=written)))
        assert "scope.file-exists" in answer.reason, (answer, server.lines)
        assert dotnet(gateway, token(issuer), package(nuspec(version="1.0.1"))).status == 201


@pytest.mark.parametrize("case", ASKED)
def test_a_package_that_is_there_is_found(started, issuer, case):
    layout, rest, version = ASKED[case]
    with closing(NuGetServer(**layout)) as server:
        gateway = started_nuget(started, server, upstream=server.url + rest, create="none")
        assert "scope.creation-not-allowed" in dotnet(gateway, token(issuer), package()).reason
        server.stored[f"acme.widgets.{version}.nupkg"] = b"x"
        assert dotnet(gateway, token(issuer), package(nuspec(version="1.0.1"))).status == 201


# What is configured, and whether a new package can be known to be new.
UNKNOWN = {
    "nothing to ask": ({"index": NOWHERE, "container": NOWHERE}, {}, False),
    "a place that only is configured": ({"index": NOWHERE, "container": "/hidden"}, {"flat_container": "/hidden"}, True),
    "an index of another name": ({"known_as": "https://packages.example.com"}, {}, False),
    "an index of another name, and a configured place": ({"known_as": "https://packages.example.com"}, {"flat_container": "/v3/package"}, True),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_nothing_is_absent_where_nobody_can_be_asked(started, issuer, tmp_path, case):
    layout, keys, is_known = UNKNOWN[case]
    with closing(NuGetServer(**layout)) as server:
        registry = {"overwrite": "refuse", "reads": "refuse", **keys}
        answer = dotnet(started_nuget(started, server, registry=registry), token(issuer), package())
        assert answer.status == 201 if is_known else "scope.existence-unknown" in answer.reason, answer
        for changes, asks in (({}, True), ({"overwrite": "registry"}, False)):
            settings = {"issuer": issuer.url, "upstream": server.url, "password": server.password, "registry": {**registry, **changes}, **NUGET, "packages": "Acme.Widgets"}
            found = online(Gateway(tmp_path / f"gateway-{asks}", Settings(**settings)))
            assert [(problem["severity"], problem["key"]) for problem in found] == (
                [("warning", "registries.python.flat_container")] if asks and not is_known else []), found


@pytest.mark.parametrize("create, packages, asks", [("none", "Acme.Widgets", True), ("named", '"Acme.*"', True), ("any", '"Acme.*"', False)])
def test_a_check_asks_where_a_publisher_may_not_create(issuer, tmp_path, create, packages, asks):
    with closing(NuGetServer(index=NOWHERE, container=NOWHERE)) as server:
        settings = {"issuer": issuer.url, "upstream": server.url, "password": server.password, "registry": {"reads": "refuse"}, **NUGET, "create": create, "packages": packages}
        found = online(Gateway(tmp_path / "gateway", Settings(**settings)))
        assert [problem["key"] for problem in found] == (["registries.python.flat_container"] if asks else []), found


# The index


@pytest.mark.parametrize("rest", ["", "v3/index.json"])
def test_symbols_are_asked_for_where_the_registry_takes_them(started, issuer, rest):
    with closing(NuGetServer(symbols=None)) as server:
        gateway = started_nuget(started, server, upstream=server.url + rest)
        assert set(resources(request(gateway, "GET", "/v3/index.json", []))) == {"PackagePublish/2.0.0", "PackageBaseAddress/3.0.0", "SearchQueryService"}
        answer = dotnet(gateway, token(issuer), symbols(), SYMBOLS)
        assert answer.status == 404 and ("upstream.upload-not-taken" in answer.reason if rest else True), answer
        assert not server.stored and (not server.heads or not rest)


@pytest.mark.parametrize("body", [b"[]", b"<html>", b'{"resources":[1]}'])
def test_an_index_that_can_not_be_read_gets_no_package(started, issuer, recording, body):
    recording.behaviour = answering("200 OK", body, "Content-Type: application/json")
    gateway = started_nuget(started, recording, upstream=f"{recording.url}v3/index.json")
    answer = dotnet(gateway, token(issuer), package())
    assert answer.status == 502 and "upstream.unreadable-document" in answer.reason, answer


@pytest.mark.parametrize("path", ["/V3/Index.json", "/v3/INDEX.JSON", "/v3/index.json/", "/v3/index%2Ejson", "/v3/%69ndex.json"])
def test_an_index_is_one_however_it_is_spelt(started, issuer, path):
    with closing(NuGetServer(ignores_case=True)) as server:
        gateway = started_nuget(started, server)
        assert resources(request(gateway, "GET", path, []))["PackagePublish/2.0.0"] == f"{gateway.url}api/v2/package"


CHECKED = {
    "an index": ({}, {}, []),
    "an index below a prefix": ({"base": "/nuget", "push": "/", "symbols": "/symbols/"}, {}, []),
    "an index of another name": ({"known_as": "https://packages.example.com"}, {}, [("error", "upstream.url", "give the URL of pushes")]),
    "no symbols": ({"symbols": None}, {}, [("warning", "symbols", "symbols: refuse")]),
    "no symbols wanted": ({"symbols": None}, {"symbols": "refuse"}, []),
    "no index": ({"index": NOWHERE}, {}, [("error", "upstream.url", "answers 404")]),
    "a guarded index": ({"guarded": True}, {}, [("error", "upstream.credential", "answers 401")]),
    "pushes that go nowhere": ({"push": "/x"}, {}, [("error", "upstream.url", "takes no package there")]),
}


@pytest.mark.parametrize("case", CHECKED)
def test_a_check_reads_the_index(issuer, tmp_path, case):
    layout, registry, expected = CHECKED[case]
    with closing(NuGetServer(**layout)) as server:
        settings = {"issuer": issuer.url, "upstream": f"{server.url}v3/index.json", "password": server.password, "registry": {"reads": "refuse", **registry}, **NUGET}
        found = online(Gateway(tmp_path / "gateway", Settings(**settings)))
        assert [(problem["severity"], problem["key"].removeprefix("registries.python.")) for problem in found] == [(a, b) for a, b, _ in expected], found
        assert all(text in problem["message"] for problem, (_, _, text) in zip(found, expected)), found
