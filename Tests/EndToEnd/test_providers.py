"""A token of each CI system and of its installations, as Tests/Vectors/providers.json has them, through the binary: published, recorded, and refused once somebody else holds it."""

import copy
import json
import time
import urllib.parse

import pytest

from issuer import Issuer
from packages import fresh_name, wheel
from registries import ROOT
from test_operations import change, command
from test_refusals import assert_refused
from wire import Form, post_json, token_credential, upload

ROWS = json.loads((ROOT / "Tests" / "Vectors" / "providers.json").read_text())
FIRST = {row["provider"]: row for row in reversed(ROWS)}
# What the row of another installation does not say is what the first row of its provider says.
FIXTURES = {row.get("name", row["provider"]): {**FIRST[row["provider"]], **row} for row in ROWS}
AUDIENCE = "acme_python"
# The stored fields of where a release comes from, and their names in the audit record.
RECORDED = {
    "repository": "vcs.repository.name",
    "reference": "vcs.ref.head.name",
    "revision": "vcs.ref.head.revision",
    "pipeline": "cicd.pipeline.name",
    "run": "cicd.pipeline.run.id",
    "url": "cicd.pipeline.run.url.full",
}
# Those whose issuer's own site has the page of a run, so that its address follows the tests' issuer.
OWN_SITES = ["github-server", "gitlab", "gitlab-server", "semaphore", "forgejo", "jenkins"]
# Those that have such a page of their public service only, which the tests' issuer is not.
PUBLIC_PAGES = ["github", "github-enterprise", "circleci", "codefresh"]


class Case:
    """A fixture, whose issuer is one of the tests' that lives at the path of the real one."""

    def __init__(self, name: str, issuer: Issuer):
        self.fixture = FIXTURES[name]
        self.name = name
        self.provider = self.fixture["provider"]
        self.issuer = issuer
        self.real = urllib.parse.urlsplit(self.fixture["url"])
        self.url = issuer.url + self.real.path

    def here(self, value):
        """The real issuer's site is the tests' where the token names it."""
        if self.name not in OWN_SITES:
            return value
        text = json.dumps(value).replace(f"https://{self.real.netloc}", self.issuer.url)
        return json.loads(text.replace(f'"{self.real.netloc}/', f'"{self.issuer.url.removeprefix("http://")}/'))

    def settings(self) -> dict:
        identity = f", identity: {json.dumps(self.fixture['identity'])}" if "identity" in self.fixture else ""
        when = {condition["key"]: condition["values"] for condition in self.here(self.fixture["conditions"])}
        return {
            "issuer": self.url,
            "provider": f"{self.provider}{identity}, jwks_url: {self.issuer.url}/keys",
            "when": json.dumps(when),
        }

    def claims(self, **changes) -> dict:
        now = int(time.time())
        claims = self.here(copy.deepcopy(self.fixture["claims"]))
        lifetime = claims["exp"] - claims["iat"]
        audience = [AUDIENCE] if isinstance(claims["aud"], list) else AUDIENCE
        times = {name: now for name in ("iat", "nbf") if name in claims}
        if "jti" in claims:
            claims["jti"] = fresh_name("jti")
        # What the fixture's registry would have as its version is 1.0, and so is the wheel's.
        return {**claims, "iss": self.url, "aud": audience, **times, "exp": now + lifetime, **changes}

    def publish(self, gateway, claims: dict):
        return upload(gateway, Form.of(wheel(fresh_name(), "1.0")), token_credential(self.issuer.sign(claims)))


@pytest.fixture(params=FIXTURES)
def case(request, issuer):
    return Case(request.param, issuer)


def test_each_provider_publishes_and_its_run_is_recorded(started, recording, case):
    gateway = started(recording, **case.settings())
    answer = case.publish(gateway, case.claims())
    assert answer.status == 200, answer
    (record,) = gateway.audit()
    expected = dict(case.here(case.fixture["provenance"]))
    if case.name in PUBLIC_PAGES:
        del expected["url"]
    assert {name: record[member] for name, member in RECORDED.items() if member in record} == expected
    assert len(recording.requests) == 1
    assert not gateway.logged("token.unaccounted-claim")


def test_each_provider_is_refused_with_another_identity(started, recording, case):
    gateway = started(recording, **case.settings())
    basic = [condition for condition in case.fixture["conditions"] if condition.get("always")]
    path = next(pin for condition in basic for pin in condition["pins"])
    answer = case.publish(gateway, changed(case.claims(), path))
    assert answer.status == 403 and answer.json["reason"].startswith("publisher."), answer
    assert not recording.requests


def changed(claims: dict, path: str) -> dict:
    """The claim at the path says something else."""
    name = path if path in claims else path.partition("/")[0]
    if isinstance(claims[name], dict):
        claims[name] = changed(claims[name], path.partition("/")[2])
    else:
        claims[name] = claims[name] + 1 if isinstance(claims[name], int) else claims[name] + "x"
    return claims


# Buildkite's tokens have ids only where the job asks, which uv can't.

NAMES = '{organization_slug: foo, pipeline_slug: bar, tag: "v{version}"}'
IDS = ("pipeline_id", "organization_id")


def named(started, registry, case, **settings):
    return started(registry, **{**case.settings(), "when": NAMES, **settings})


def without_ids(case, **changes) -> dict:
    return {name: value for name, value in case.claims(**changes).items() if name not in IDS}


def test_a_token_without_ids_publishes_where_names_will_do(started, recording, issuer):
    case = Case("buildkite", issuer)
    gateway = named(started, recording, case, pin="names")
    assert case.publish(gateway, without_ids(case)).status == 200
    assert case.publish(gateway, case.claims()).status == 200
    assert {record["publisher.id"] for record in gateway.audit(2)} == {"widgets-release"}
    assert post_json(gateway, "/_/oidc/mint-token", {"token": issuer.sign(without_ids(case))}).json["token"]
    assert case.publish(gateway, without_ids(case, pipeline_slug="other")).json["reason"] == "publisher.no-publisher"
    run = command(gateway, "check", "-c", gateway.configuration)
    assert run.returncode == 0 and "names alone are trusted" in run.stdout + run.stderr
    assert command(gateway, "check", "-c", gateway.configuration, "--strict").returncode == 1
    shown = command(gateway, "publishers", "list", "-c", gateway.configuration)
    assert "widgets-release active\n" in shown.stdout and "trusted by its names" in shown.stdout


def test_a_token_without_ids_is_told_what_would_help(started, recording, issuer):
    case = Case("buildkite", issuer)
    gateway = named(started, recording, case)
    answer = case.publish(gateway, without_ids(case))
    assert_refused(gateway, answer, 403, "publisher.missing-claim")
    assert "--claim pipeline_id --claim organization_id" in answer.json["message"] and "`pin: names`" in answer.json["message"]
    assert not recording.requests
    assert case.publish(gateway, case.claims()).status == 200


PRECIOUS = """
- id: precious
  issuer: github
  when: {organization_slug: foo, pipeline_slug: bar}
  may_publish: {python: [precious]}
  create: any
"""


def test_names_that_will_do_for_one_publisher_open_nothing_of_another(started, recording, issuer):
    case = Case("buildkite", issuer)
    gateway = named(started, recording, case, pin="names")
    (gateway.directory / "precious.yaml").write_text(PRECIOUS)
    change(gateway, gateway.render() + "include: [precious.yaml]\n", by_signal=True)

    def precious(claims):
        return upload(gateway, Form.of(wheel("precious", "1.0")), token_credential(issuer.sign(claims)))

    assert precious(case.claims()).status == 200
    stranger = "00000009-1111-4222-8333-444455556666"
    # Whoever has taken the names may publish what is trusted to them, as long as he shows no other ids, and nothing else.
    assert precious(without_ids(case)).json["reason"] == "scope.package-not-allowed"
    assert case.publish(gateway, without_ids(case)).status == 200
    for publish in (precious, lambda claims: case.publish(gateway, claims)):
        assert publish(case.claims(pipeline_id=stranger)).json["reason"] == "publisher.identity-changed"
    assert precious(case.claims()).status == 200


LISTED = ["bitbucket", "forgejo", "jenkins", "generic"]


def test_each_provider_has_its_audience_in_the_form_that_it_sends(started, recording, case):
    gateway = started(recording, **case.settings())
    text, one, two = AUDIENCE, [AUDIENCE], [AUDIENCE, "other"]
    accepted = [one] if case.provider == "kubernetes" else [text, one] if case.provider in LISTED else [text]
    for audience in [text, one, two, [AUDIENCE, AUDIENCE], []]:
        answer = case.publish(gateway, case.claims(aud=audience))
        if audience in accepted:
            assert answer.status == 200, (audience, answer)
        else:
            assert answer.status == 403 and answer.json["reason"] == "token.invalid-claim", (audience, answer)
    assert len(recording.requests) == len(accepted)


def test_an_unaccounted_claim_is_counted_and_named_once(started, recording, issuer):
    case = Case("circleci", issuer)
    gateway = started(recording, **case.settings())
    for _ in range(2):
        assert case.publish(gateway, case.claims(**{"oidc.circleci.com/new-claim": "x", "other": True})).status == 200
    assert [line["claim"] for line in gateway.told("token.unaccounted-claim", 2)] == ["new-claim", "other"]
    assert 'imprimatur_unaccounted_claims_total{issuer="github"} 4' in gateway.admin("/metrics")[1].splitlines()


def test_a_strangers_run_is_refused_as_that(started, recording, issuer):
    case = Case("codefresh", issuer)
    gateway = started(recording, **case.settings())
    answer = case.publish(gateway, case.claims(scm_pull_request_target_branch="main"))
    assert_refused(gateway, answer, 403, "publisher.forbidden-event")
    assert not recording.requests


STRANGERS = {
    "github": {"repository": "evil/bar", "repository_owner": "evil"},
    "gitlab": {"project_path": "evil/bar", "namespace_path": "evil"},
    "gitlab-server": {"project_path": "foo/bar", "namespace_path": "foo"},
    "google": {"email": "release@evil.iam.gserviceaccount.com"},
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_strangers_token_is_exchanged_for_nothing(started, recording, issuer, name):
    case = Case(name, issuer)
    gateway = started(recording, **case.settings())
    answer = post_json(gateway, "/_/oidc/mint-token", {"token": issuer.sign(case.claims(**STRANGERS[name]))})
    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "invalid-publisher"), answer
    assert "token" not in answer.json
    assert post_json(gateway, "/_/oidc/mint-token", {"token": issuer.sign(case.claims())}).json["token"]
