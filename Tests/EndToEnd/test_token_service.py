"""A registry that takes tokens of a service of its own in the place of the service credential."""

import pytest

from depot import Depot, TokenDepot, ask, deliver, document, needs_made_up, started_depot

pytestmark = needs_made_up

PATH = "/crates/@acme%2fwidgets"
SCOPES = "service=the%20depot&scope=crate%3A%40acme%2Fwidgets&scope=slots"
DELIVERY = ["GET /slots?shelf=low&label=blue", "PUT /slots/7?once=1", "GET /slots/7/close"]


@pytest.fixture
def depot():
    registry = TokenDepot()
    yield registry
    registry.close()


def started_with_tokens(started, depot, **registry):
    return started_depot(started, depot, registry={"tokens": "wanted", **registry})


def bearers(depot, lines) -> list:
    return [sent.values("Authorization")[0] for sent in depot.requests if sent.line.removesuffix(" HTTP/1.1") in lines]


def test_a_token_is_got_once_and_borne_by_every_request(started, issuer, depot):
    depot.reads[PATH] = ("200 OK", b"7")
    gateway = started_with_tokens(started, depot)
    for number in ("7", "8"):
        token = issuer.mint()
        assert ask(gateway, f"/depot{PATH}", token).body == b"7"
        assert deliver(gateway, token, document(b"abc", number=number)).status == 201
    assert depot.lines[:3] == ["GET /hello", f"GET /token?account=depot&{SCOPES}", f"GET {PATH}"]
    assert depot.lines[3:] == [*DELIVERY, f"GET {PATH}", *DELIVERY]
    [given] = depot.given
    assert bearers(depot, [f"GET {PATH}", *DELIVERY]) == [f"Bearer {given}"] * 8
    assert depot.requests[0].values("Authorization") == []
    assert given not in str(gateway.lines)


def test_another_subject_has_a_token_of_its_own(started, issuer, depot):
    depot.reads["/layout"] = ("200 OK", b"plain", "Content-Type: text/plain")
    gateway = started_with_tokens(started, depot)
    assert ask(gateway, "/depot/layout", issuer.mint()).body == b"plain"
    assert depot.lines[1] == "GET /token?account=depot&service=the%20depot&scope=layout"
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201
    assert len(depot.given) == 2


def test_a_token_that_is_refused_is_renewed_once_before_a_body_was_sent(started, issuer, depot):
    depot.reads[PATH] = ("200 OK", b"7")
    gateway = started_with_tokens(started, depot)
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201
    depot.live.clear()
    assert deliver(gateway, issuer.mint(), document(b"abc", number="8")).status == 201
    depot.live.clear()
    assert ask(gateway, f"/depot{PATH}", issuer.mint()).body == b"7"
    assert len(depot.given) == 3
    assert [record["outcome"] for record in gateway.audit(2)] == ["published"] * 2
    assert not gateway.audit(0, event="read")


def test_a_token_that_is_refused_again_is_a_dead_credential(started, issuer, depot):
    gateway = started_with_tokens(started, depot)
    depot.live = Nothing()
    assert deliver(gateway, issuer.mint(), document(b"abc")).json["reason"] == "upstream.credential-refused"
    assert len(depot.given) == 2 and len(bearers(depot, DELIVERY)) == 2
    assert ask(gateway, f"/depot{PATH}", issuer.mint()).json["reason"] == "upstream.credential-refused"


class Nothing(set):
    def add(self, _):
        pass


def test_a_body_is_never_sent_again(started, issuer, depot):
    """The registry drops the token between the first request and the second, whose body is whole upstream by then."""
    gateway = started_with_tokens(started, depot)
    plain = depot.behaviour

    def behave(exchange):
        if exchange.recorded.line.startswith("PUT "):
            depot.live.clear()
        plain(exchange)

    depot.behaviour = behave
    assert deliver(gateway, issuer.mint(), document(b"abc")).json["reason"] == "upstream.credential-refused"
    assert [line for line in depot.lines if line.startswith("PUT ")] == ["PUT /slots/7?once=1"]
    depot.behaviour = plain
    # The next one has a new token.
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201


def test_a_probe_bears_a_token_too(started, issuer, depot):
    gateway = started_with_tokens(started, depot, overwrite="refuse")
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201
    assert "HEAD /crates/@acme%2fwidgets/7.crate" in depot.lines
    assert set(bearers(depot, ["HEAD /crates/@acme%2fwidgets/7.crate"])) == {f"Bearer {depot.given[0]}"}


@pytest.fixture
def elsewhere():
    registry = TokenDepot()
    yield registry
    registry.close()


def test_the_credential_is_shown_to_no_other_origin(started, issuer, depot, elsewhere):
    depot.realm = f"{elsewhere.url}token?a=b"
    gateway = started_with_tokens(started, depot)
    assert deliver(gateway, issuer.mint(), document(b"abc")).json["reason"] == "upstream.foreign-token-service"
    assert depot.lines == ["GET /hello"] and not elsewhere.requests
    assert gateway.audit(1)[0]["outcome"] == "failed"


def test_but_to_the_one_that_the_configuration_names(started, issuer, depot, elsewhere):
    depot.realm = "http://nobody.example/token"
    elsewhere.live = depot.live
    gateway = started_with_tokens(started, depot, token_service=f"{elsewhere.url}token")
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201
    assert elsewhere.lines == [f"GET /token?{SCOPES}"]
    assert depot.lines == ["GET /hello", *DELIVERY]


def test_a_service_whose_name_is_stated_is_the_only_one(started, issuer, depot):
    gateway = started_with_tokens(started, depot, token_name="another depot")
    assert deliver(gateway, issuer.mint(), document(b"abc")).json["reason"] == "upstream.foreign-token-service"
    assert depot.lines == ["GET /hello"]
    gateway = started_with_tokens(started, depot, token_name="the depot")
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201


NO_TOKEN = {
    "refused": (("401 Unauthorized", b""), "upstream.credential-refused"),
    "out of order": (("500 Oops", b""), "upstream.no-token"),
    "not JSON": (("200 OK", b"token"), "upstream.no-token"),
    "too large": (("200 OK", bytes(70_000)), "upstream.answer-too-large"),
}


@pytest.mark.parametrize("case", NO_TOKEN)
def test_without_a_token_nothing_is_sent(started, issuer, depot, case):
    depot.refuses_token, code = NO_TOKEN[case]
    gateway = started_with_tokens(started, depot)
    assert deliver(gateway, issuer.mint(), document(b"abc")).json["reason"] == code
    assert ask(gateway, f"/depot{PATH}", issuer.mint()).json["reason"] == code
    assert not bearers(depot, [*DELIVERY, f"GET {PATH}"])
    # Nobody remembers the failure.
    depot.refuses_token = None
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201


GREETINGS = {"gone": "404 Not Found", "busy": "429 Too Many Requests", "down": "503 Service Unavailable", "forbidden": "403 Forbidden"}


@pytest.mark.parametrize("case", GREETINGS)
def test_a_registry_that_does_not_say_what_it_wants_sees_no_credential(started, issuer, case):
    plain = Depot()
    try:
        gateway = started_with_tokens(started, plain)
        plain.reads["/hello"] = (GREETINGS[case], b"")
        assert deliver(gateway, issuer.mint(), document(b"abc")).json["reason"] == "upstream.no-token"
        assert ask(gateway, f"/depot{PATH}", issuer.mint()).json["reason"] == "upstream.no-token"
        assert [sent.values("Authorization") for sent in plain.requests] == [[], []]
        plain.reads["/hello"] = ("200 OK", b"")
        assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201
    finally:
        plain.close()


def test_a_registry_can_not_talk_the_credential_out_of_a_service_that_is_stated(started, issuer, elsewhere):
    plain = Depot()
    try:
        plain.reads["/hello"] = ("401 Unauthorized", b"", "WWW-Authenticate: Basic realm=ours")
        gateway = started_with_tokens(started, plain, token_service=f"{elsewhere.url}token")
        assert deliver(gateway, issuer.mint(), document(b"abc")).json["reason"] == "upstream.no-token"
        assert plain.lines == ["GET /hello"] and not elsewhere.requests
        assert plain.requests[0].values("Authorization") == []
    finally:
        plain.close()


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "407 Proxy Authentication Required"])
@pytest.mark.parametrize("by", ["a delivery", "a read"])
def test_a_refusal_by_the_token_service_raises_the_alarm(started, issuer, depot, status, by):
    gateway = started_with_tokens(started, depot)

    def accepted() -> bool:
        return 'imprimatur_registry_credential_accepted{registry="python"} 1' in gateway.admin("/metrics")[1]

    assert accepted()
    depot.refuses_token = (status, b"")
    answer = deliver(gateway, issuer.mint(), document(b"abc")) if by == "a delivery" else ask(gateway, f"/depot{PATH}", issuer.mint())
    assert answer.json["reason"] == "upstream.credential-refused" and not accepted()
    depot.refuses_token = None
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201 and accepted()


def test_a_403_about_a_file_is_no_dead_credential(started, issuer, depot):
    """A token is good for its scopes only: a registry refuses it for a publish of nothing at its root, whatever the credential."""
    plain = depot.behaviour

    def behave(exchange):
        if exchange.recorded.line.startswith("PUT ") and not exchange.recorded.line.startswith("PUT /slots/"):
            exchange.read_body()
            return exchange.answer("403 Forbidden", b"not in the token's scopes")
        return plain(exchange)

    depot.behaviour = behave
    depot.filled = ("403 Forbidden", b"this crate is closed")
    gateway = started_with_tokens(started, depot)
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 403
    [record] = gateway.audit(1)
    assert (record["outcome"], record["reason"]) == ("failed", "upstream.refused")
    assert [line for line in depot.lines if line.startswith("PUT ")] == ["PUT /slots/7?once=1"]
    assert 'imprimatur_registry_credential_accepted{registry="python"} 1' in gateway.admin("/metrics")[1]


def test_an_echo_of_the_token_is_found(started, issuer, depot):
    gateway = started_with_tokens(started, depot)
    depot.reads[PATH] = ("200 OK", b"7")
    assert ask(gateway, f"/depot{PATH}", issuer.mint()).status == 200
    depot.reads[PATH] = ("200 OK", f"you sent {depot.given[0]}".encode())
    assert ask(gateway, f"/depot{PATH}", issuer.mint()).json["reason"] == "upstream.credential-echoed"
    depot.filled = ("400 No", f"you sent {depot.given[0]}".encode())
    assert deliver(gateway, issuer.mint(), document(b"abc")).json["reason"] == "upstream.credential-echoed"


def test_a_registry_that_asks_for_no_token_gets_the_credential(started, issuer):
    plain = Depot()
    try:
        plain.reads["/hello"] = ("200 OK", b"")
        gateway = started_with_tokens(started, plain)
        assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201
        assert plain.lines == ["GET /hello", *DELIVERY]
        assert [sent.values("Authorization") for sent in plain.requests] == [[], *[[plain.authorization]] * 3]
    finally:
        plain.close()
