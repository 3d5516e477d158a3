"""Every family that /metrics declares moves when that happens of which it tells."""

import re
import subprocess
import time

import pytest

from depot import MADE_UP, ask, started_depot
from gateway import BINARY, Gateway, Settings
from issuer import Issuer
from packages import fresh_name, wheel
from ports import free_port, until
from recording import answering, close
from test_operations import beginning, change, command, published
from wire import post_json, request


def families(gateway) -> dict[str, dict[str, float]]:
    """Of each declared family its samples, by all that stands before the number."""
    found, name = {}, ""
    for line in gateway.admin("/metrics")[1].splitlines():
        if line.startswith("# TYPE "):
            name = line.split()[2]
            found[name] = {}
        elif not line.startswith("#"):
            sample, number = line.rsplit(" ", 1)
            assert sample.startswith(name), line
            found[name][sample] = float(number)
    return found


def family(gateway, name: str) -> dict[str, float]:
    return families(gateway)[name]


class Stage:
    """A gateway, what is around it, and the family that is watched."""

    def __init__(self, name, started, issuer, recording, authority):
        self.name, self.started, self.issuer, self.recording, self.authority = name, started, issuer, recording, authority

    def gateway(self, registry=None, **settings) -> Gateway:
        return self.started(registry or self.recording, **settings)

    def moves(self, gateway, act, expected: dict[str, float] | None = None):
        """`expected`: what samples are to become, by what stands between their braces."""
        before = family(gateway, self.name)
        act()

        def moved():
            after = family(gateway, self.name)
            if expected is None:
                return after != before
            return all(after.get(f"{self.name}{{{labels}}}" if labels else self.name) == value for labels, value in expected.items())

        until(moved, 15, f"{self.name} to move from {before}; it is {family(gateway, self.name)}")
        assert family(gateway, self.name) != before

    def publish(self, gateway, status=200, **claims):
        assert published(gateway, self.issuer, **claims) == status


def counted(labels=None, status=200, **claims):
    """A publish moves it."""

    def provoke(stage):
        gateway = stage.gateway()
        stage.moves(gateway, lambda: stage.publish(gateway, status, **claims), labels and {labels: 1})

    return provoke


def reloaded(change_text, expected=None, **settings):
    """Another configuration moves it."""

    def provoke(stage):
        gateway = stage.gateway(**settings)
        stage.moves(gateway, lambda: change(gateway, change_text(gateway)), expected)

    return provoke


def limit(name: str, value: str, expected: float):
    return reloaded(lambda gateway: gateway.render().replace("  limits:\n", f"  limits:\n    {name}: {value}\n"), {"": expected})


def held(stage):
    """Half of an upload, which its client does not go on with."""
    gateway = stage.gateway()
    connections = []
    stage.moves(gateway, lambda: connections.append(beginning(gateway, wheel(fresh_name(), padding=1 << 20), stage.issuer.mint())[0]))
    connections[0].close()


def exchange(stage):
    gateway = stage.gateway()
    stage.moves(gateway, lambda: post_json(gateway, "/_/oidc/mint-token", {"token": stage.issuer.mint()}),
                {'registry="python",outcome="completed"': 1})
    token = stage.issuer.mint()
    assert post_json(gateway, "/_/oidc/mint-token", {"token": token}).status == 200
    replayed = {'registry="python",outcome="refused",reason="state.replayed"': 1, 'outcome="refused",reason="state.replayed"': 0}
    assert family(gateway, stage.name)[f'{stage.name}{{outcome="refused",reason="state.replayed"}}'] == 0
    post_json(gateway, "/_/oidc/mint-token", {"token": token})
    until(lambda: sum(family(gateway, stage.name)[f"{stage.name}{{{labels}}}"] for labels in replayed
                      if f"{stage.name}{{{labels}}}" in family(gateway, stage.name)) == 1, 10, "the replay")


def burn(stage):
    gateway = stage.gateway()
    token = post_json(gateway, "/_/oidc/mint-token", {"token": stage.issuer.mint()}).json["token"]
    stage.moves(gateway, lambda: post_json(gateway, "/_/oidc/burn-token", {"token": token}))


def read(stage):
    gateway = stage.gateway()
    stage.moves(gateway, lambda: request(gateway, "GET", "/simple/x/", []), {'registry="python",status="2xx"': 1})


def granted_read(stage):
    if not MADE_UP.exists():
        pytest.skip("needs the binary with the made-up ecosystem")
    gateway = started_depot(stage.started, stage.recording)
    path, token = "/depot/crates/@acme%2fwidgets", stage.issuer.mint()
    stage.moves(gateway, lambda: ask(gateway, path, token), {'registry="python",outcome="completed"': 1})
    stage.moves(gateway, lambda: ask(gateway, "/depot/crates/@other%2fwidgets", token),
                {'registry="python",outcome="refused",reason="scope.package-not-allowed"': 1})


def keys(stage):
    """A gateway that starts before its issuer does."""
    away = Issuer()
    away.available = False
    gateway = stage.gateway(issuer=away.url)
    gateway.told("keys.refresh-failed")
    stage.moves(gateway, lambda: setattr(away, "available", True))
    assert all(value > 0 for value in family(gateway, stage.name).values())
    away.close()


def failing_keys(stage):
    away = Issuer()
    away.available = False
    gateway = stage.gateway(issuer=away.url)
    stage.moves(gateway, lambda: gateway.told("keys.refresh-failed", 2))
    assert f'{stage.name}{{issuer="github",result="refreshed"}}' in family(gateway, stage.name)
    away.close()


def down(stage):
    """At connect, and later: each until one is answered."""
    gateway = stage.gateway()
    stage.recording.behaviour = close
    stage.moves(gateway, lambda: stage.publish(gateway, 502), {'registry="python"': 0})
    stage.recording.behaviour = answering("400 Bad Request", b"no")
    stage.moves(gateway, lambda: stage.publish(gateway, 400), {'registry="python"': 1})
    stage.recording.close()
    stage.moves(gateway, lambda: stage.publish(gateway, 502), {'registry="python"': 0})


def refused_credential(stage):
    gateway = stage.gateway()
    assert family(gateway, stage.name) == {f'{stage.name}{{registry="python"}}': 1}
    stage.recording.behaviour = answering("401 Unauthorized")
    stage.moves(gateway, lambda: stage.publish(gateway, 502), {'registry="python"': 0})
    stage.recording.behaviour = answering("400 Bad Request", b"no")
    stage.publish(gateway, 400)
    assert family(gateway, stage.name) == {f'{stage.name}{{registry="python"}}': 0}, "another refusal proves nothing"
    stage.recording.behaviour = answering("200 OK")
    stage.moves(gateway, lambda: stage.publish(gateway), {'registry="python"': 1})


def publisher_results(stage):
    gateway = stage.gateway()
    series = family(gateway, stage.name)
    assert len(series) == 6 and set(series.values()) == {0}
    stage.moves(gateway, lambda: stage.publish(gateway), {'publisher="widgets-release",outcome="published"': 1})
    stage.moves(gateway, lambda: stage.publish(gateway, 403, repository_id="9"), {'publisher="widgets-release",outcome="refused"': 1})
    stage.publish(gateway, 403, repository="evil/other", repository_id="9")
    assert sum(family(gateway, stage.name).values()) == 2, "no publisher was meant"
    change(gateway, gateway.render().replace("id: widgets-release", "id: another"))
    assert {re.search('publisher="([^"]+)"', sample)[1] for sample in family(gateway, stage.name)} == {"another"}


def publisher_expires(stage):
    gateway = stage.gateway()
    expected = {'publisher="widgets-release"': 4102444800}
    stage.moves(gateway, lambda: change(gateway, gateway.render().replace("expires: 2099-01-01", "expires: 2100-01-01")), expected)
    change(gateway, gateway.render().replace("    expires: 2099-01-01\n", ""))
    assert family(gateway, stage.name) == {}


def frozen(stage):
    gateway = stage.gateway()
    for number, (labels, scope) in enumerate(
            [("everything", []), ("registry", ["--registry", "python"]), ("publisher", ["--publisher", "widgets-release"])]):
        assert family(gateway, stage.name)[f'{stage.name}{{scope="{labels}"}}'] == 0
        freeze = ["freeze", "-c", gateway.configuration, *scope, "--why", "x"]
        stage.moves(gateway, lambda: command(gateway, *freeze), {f'scope="{labels}"': 1})
    stage.moves(gateway, lambda: command(gateway, "unfreeze", "-c", gateway.configuration), {'scope="everything"': 0})


def certificate(stage):
    gateway = stage.gateway(tls=stage.authority)
    [value] = family(gateway, stage.name).values()
    assert time.time() + 86400 < value < time.time() + 3 * 86400
    plain = gateway.render().replace("  tls: ", "  # tls: ")
    stage.moves(gateway, lambda: change(gateway, plain))
    assert family(gateway, stage.name) == {}


def state(stage):
    """Nobody asks /ready."""
    gateway = stage.gateway()
    assert family(gateway, stage.name) == {stage.name: 1}
    gateway.limit_files(1)
    stage.moves(gateway, lambda: stage.publish(gateway, 503), {"": 0})
    gateway.limit_files(-1)
    stage.moves(gateway, lambda: stage.publish(gateway), {"": 1})


def audit(stage):
    gateway = stage.gateway(audit_file=True, state="{memory: true}")
    assert family(gateway, stage.name) == {stage.name: 1}
    gateway.limit_files(1)
    stage.moves(gateway, lambda: published(gateway, stage.issuer), {"": 0})
    stage.moves(gateway, lambda: gateway.limit_files(-1), {"": 1})


def dropped(stage):
    """The log goes to a device that takes nothing."""
    directory = stage.gateway().directory / "full"
    gateway = Gateway(directory, Settings(issuer=stage.issuer.url, upstream=stage.recording.url, audit_file=True))
    gateway.port, gateway.admin_port = free_port(), free_port()
    text = gateway.render().replace("listen: 127.0.0.1:0", f"listen: 127.0.0.1:{gateway.port}", 1)
    gateway.configuration.write_text(text.replace("admin: {listen: 127.0.0.1:0}", f"admin: {{listen: 127.0.0.1:{gateway.admin_port}}}"))
    with open("/dev/full", "wb") as full:
        child = subprocess.Popen([BINARY, "serve", "-c", gateway.configuration], stdout=full, cwd=directory)

    def lost():
        try:
            return family(gateway, stage.name)[stage.name]
        except OSError:
            return 0

    try:
        until(lambda: lost() > 0, 15, "a lost line")
    finally:
        child.kill()
        child.wait()


def rejected(stage):
    gateway = stage.gateway()
    before = family(gateway, stage.name)
    stage.moves(gateway, lambda: gateway.configuration.write_text("version: 2\n"))
    if stage.name.endswith("successful"):
        assert (list(before.values()), list(family(gateway, stage.name).values())) == ([1], [0])
        stage.moves(gateway, lambda: change(gateway, gateway.render() + "# again\n"), {"": 1})


def loaded_at(stage):
    """It is the time of this start, and then that of the reload."""
    gateway = stage.gateway()
    assert abs(family(gateway, stage.name)[stage.name] - time.time()) < 60
    until(lambda: time.time() > family(gateway, stage.name)[stage.name] + 1)
    stage.moves(gateway, lambda: change(gateway, gateway.render() + "# changed\n"))


def started_at(stage):
    gateway = stage.gateway()
    first = family(gateway, stage.name)[stage.name]
    assert abs(first - time.time()) < 60
    until(lambda: time.time() > first + 1)
    gateway.stop()
    gateway.start()
    assert family(gateway, stage.name)[stage.name] > first


def unaccounted(stage):
    gateway = stage.gateway()
    stage.moves(gateway, lambda: stage.publish(gateway, surprise="x"), {'issuer="github"': 1})


def connections(stage):
    gateway = stage.gateway()
    assert family(gateway, stage.name) == {stage.name: 0}
    opened = []
    stage.moves(gateway, lambda: opened.append(gateway.connect()), {"": 1})
    stage.moves(gateway, opened[0].close, {"": 0})


def open_files(stage):
    gateway = stage.gateway()
    opened = []
    stage.moves(gateway, lambda: opened.extend(gateway.connect() for _ in range(50)))
    assert len(gateway.open_files()) - 10 < family(gateway, stage.name)[stage.name] < len(gateway.open_files()) + 10


def most_files(stage):
    assert family(stage.gateway(descriptors=512), stage.name) == {stage.name: 512}
    assert family(stage.gateway(descriptors=600), stage.name) == {stage.name: 600}


def memory(stage):
    gateway = stage.gateway()
    assert 1 << 20 < family(gateway, stage.name)[stage.name] < 1 << 32
    stage.moves(gateway, lambda: stage.publish(gateway))


def version(stage):
    """It is the binary's own."""
    gateway = stage.gateway()
    said = command(gateway, "--version").stdout
    [sample] = family(gateway, stage.name)
    assert re.fullmatch(r'imprimatur_build_info\{version="([^"]+)"\}', sample)[1] in said


PROVOCATIONS = {
    "imprimatur_build_info": version,
    "imprimatur_publishes_total": counted('registry="python",protocol="pypi",outcome="published"'),
    "imprimatur_publish_duration_seconds": counted(),
    "imprimatur_upload_bytes_total": counted(),
    "imprimatur_exchanges_total": exchange,
    "imprimatur_revocations_total": burn,
    "imprimatur_granted_reads_total": granted_read,
    "imprimatur_reads_total": read,
    "imprimatur_upstream_answers_total": counted('registry="python",status="2xx"'),
    "imprimatur_upstream_duration_seconds": counted(),
    "imprimatur_key_refreshes_total": failing_keys,
    "imprimatur_keys_refreshed_timestamp_seconds": keys,
    "imprimatur_keys_valid_until_timestamp_seconds": keys,
    "imprimatur_unaccounted_claims_total": unaccounted,
    "imprimatur_publisher_results_total": publisher_results,
    "imprimatur_publisher_expires_timestamp_seconds": publisher_expires,
    "imprimatur_registry_up": down,
    "imprimatur_registry_credential_accepted": refused_credential,
    "imprimatur_frozen": frozen,
    "imprimatur_tls_certificate_not_after_timestamp_seconds": certificate,
    "imprimatur_connections": connections,
    "imprimatur_connections_limit": limit("connections", "77", 77),
    "imprimatur_spool_bytes": held,
    "imprimatur_spool_limit_bytes": limit("spool_total", "3GiB", 3 << 30),
    "imprimatur_memory_bytes": held,
    "imprimatur_memory_limit_bytes": limit("memory_total", "256MiB", 256 << 20),
    "imprimatur_upstream_connections": counted(),
    "imprimatur_state_available": state,
    "imprimatur_state_operation_seconds": counted(),
    "imprimatur_audit_writable": audit,
    "imprimatur_lines_dropped": dropped,
    "imprimatur_config_reloads_total": reloaded(lambda gateway: gateway.render() + "# changed\n", {'result="loaded"': 1, 'result="rejected"': 0}),
    "imprimatur_config_loaded_timestamp_seconds": loaded_at,
    "imprimatur_config_last_reload_successful": rejected,
    "imprimatur_config_last_reload_timestamp_seconds": loaded_at,
    "process_start_time_seconds": started_at,
    "process_resident_memory_bytes": memory,
    "process_open_fds": open_files,
    "process_max_fds": most_files,
    "process_cpu_seconds_total": counted(),
}


@pytest.mark.parametrize("name", PROVOCATIONS)
def test_a_metric_moves_when_it_happens(started, issuer, recording, authority, name):
    PROVOCATIONS[name](Stage(name, started, issuer, recording, authority))


def test_no_declared_metric_is_without_a_provocation(started, recording):
    assert set(families(started(recording))) == set(PROVOCATIONS)


def test_series_that_alerts_watch_are_0_before_anything_happens(started, recording):
    found = families(started(recording))
    for reason, outcome in [
        ("publisher.identity-changed", "refused"), ("state.replayed", "refused"), ("token.bad-signature", "refused"),
        ("token.malformed", "refused"), ("token.unknown-issuer", "refused"), ("spool.full", "failed"),
        ("upstream.credential-refused", "failed"),
    ]:
        labels = f'registry="python",protocol="pypi",outcome="{outcome}",reason="{reason}"'
        assert found["imprimatur_publishes_total"][f"imprimatur_publishes_total{{{labels}}}"] == 0
