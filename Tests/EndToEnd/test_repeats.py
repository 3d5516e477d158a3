"""A client that sends once more what the registry took is told so; of anything else that the registry has, the registry's answer stands."""

import pytest

from crates import CRATES, Crate, CrateRegistry
from crates import publish as publish_crate
from gems import GEMS, by_hand, send
from npm_registry import NPM, NPMRegistry, Package, put
from nuget import NUGET, NuGetServer, dotnet, package
from pubs import PUB, PubServer, archive
from pubs import publish as publish_pub
from recording import RecordingRegistry

PACKAGE, ARCHIVE, GEM = package(), archive(), by_hand()


def once():
    """Takes one upload."""
    taken = []

    def behave(exchange):
        exchange.read_body()
        taken.append(exchange)
        exchange.answer(*(("200 OK", b"stored\n") if len(taken) == 1 else ("409 Conflict", b"Repushing of gem versions is not allowed.")))

    return behave


ECOSYSTEMS = {
    "cargo": (CrateRegistry, CRATES, lambda gateway, token: publish_crate(gateway, token, Crate("acme-widgets").body()).status < 300),
    "npm": (NPMRegistry, NPM, lambda gateway, token: put(gateway, token, Package("acme-widgets")).status < 300),
    "nuget": (NuGetServer, NUGET, lambda gateway, token: dotnet(gateway, token, PACKAGE).status < 300),
    "pub": (PubServer, PUB, lambda gateway, token: publish_pub(gateway.url, token, ARCHIVE).succeeded),
    "rubygems": (lambda: RecordingRegistry(once()), GEMS, lambda gateway, token: send(gateway, token, GEM).status < 300),
}


@pytest.mark.parametrize("name", ECOSYSTEMS)
def test_a_repeat_of_what_was_taken_is_a_success(started, issuer, name):
    make, settings, publish = ECOSYSTEMS[name]
    registry = make()
    try:
        gateway = started(registry, **settings)
        mine, other = (issuer.mint(audience=settings["audience"]) for _ in range(2))
        assert [publish(gateway, token) for token in (mine, mine, mine)] == [True] * 3
        # Of this one the registry took nothing, neither at the first try nor at the second.
        assert [publish(gateway, token) for token in (other, other)] == [False] * 2
        records = gateway.audit(5)
        assert [(record["outcome"], record.get("reason")) for record in records] == [("published", None)] * 3 + [
            (records[3]["outcome"], "upstream.conflict")] * 2
        assert [record["upstream.status"] < 300 for record in records] == [True] + [False] * 4
    finally:
        registry.close()
