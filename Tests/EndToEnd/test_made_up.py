"""An ecosystem that the product does not have, by the seam alone: a folder, and a line of the catalogue that another binary is given."""

import base64
import json
import os

import pytest

from depot import Depot, ask, deliver, document, needs_made_up, started_depot
from test_operations import change
from wire import request

pytestmark = needs_made_up


@pytest.fixture
def depot():
    registry = Depot()
    yield registry
    registry.close()


def test_a_client_asks_where_then_delivers_by_three_requests(started, issuer, depot):
    gateway = started_depot(started, depot, registry={"shelf": "high"})
    token = issuer.mint()
    asked = ask(gateway, "/depot/new", token)
    assert (asked.status, asked.json) == (200, {"upload": f"http://127.0.0.1:{gateway.port}/depot/crates"})
    assert not depot.requests
    answer = deliver(gateway, token, document(b"the crate's bytes", crate="@Acme/my_Widgets", number="007"))
    assert (answer.status, answer.reason, answer.body) == (201, "Delivered", b"")
    assert answer.value("Location") == f"http://127.0.0.1:{gateway.port}/depot/crates/7"
    assert depot.lines == ["GET /slots?shelf=high&label=blue", "PUT /slots/7?once=1", "GET /slots/7/close"]
    assert [sent.values("Authorization") for sent in depot.requests] == [[depot.authorization]] * 3
    assert not any(sent.values("X-Depot-Key") for sent in depot.requests)
    sent = json.loads(depot.requests[1].body)
    assert (sent["crate"], sent["number"], base64.b64decode(sent["data"])) == ("@acme/my-widgets", "7", b"the crate's bytes")
    [record] = gateway.audit(1)
    assert (record["protocol"], record["action"], record["outcome"]) == ("depot", "deliver", "published")
    assert (record["package.name"], record["package.version"], record["artifact.size"]) == ("@acme/my-widgets", "007", 17)
    assert not gateway.audit(0, event="read")


@pytest.mark.parametrize("size", [0, 1, 2, 3, 200_000, 1_000_001])
def test_a_crate_of_any_size_arrives_whole(started, issuer, depot, size):
    gateway = started_depot(started, depot)
    content = os.urandom(size)
    assert deliver(gateway, issuer.mint(), document(content)).status == 201
    assert base64.b64decode(json.loads(depot.requests[1].body)["data"]) == content


MAPS = {
    "one that is shown": ("pass", ("200 OK", b'{"crates": "/crates"}', "Content-Type: application/json"), None),
    "one that is shown to nobody": ("pass", ("401 Unauthorized", b"no"), "crates"),
    "one that is forbidden": ("pass", ("403 Forbidden", b"no"), "crates"),
    "none": ("pass", ("404 Not Found", b"no"), "crates"),
    "one that is not read": ("refuse", ("200 OK", b"{}", "Content-Type: application/json"), "crates"),
    "a registry that fails": ("pass", ("500 Internal Server Error", b"no"), None),
}


@pytest.mark.parametrize("case", MAPS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_document_that_no_client_is_shown_is_the_gateways(started, issuer, depot, case, method):
    reads, depot.reads["/map"], own = MAPS[case]
    gateway = started_depot(started, depot, registry={"reads": reads})
    with gateway.connect() as connection:
        connection.sendall(f"{method} /depot/map HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    whole, body = answer.split(b"\r\n\r\n", 1)
    status = b"200" if own else depot.reads["/map"][0][:3].encode()
    assert whole.startswith(b"HTTP/1.1 " + status) and (method == "GET" or not body), answer
    if method == "GET" and status == b"200":
        assert json.loads(body)["crates"].endswith("/depot/crates")
    assert len(depot.requests) == (1 if reads == "pass" else 0)


def test_a_depot_lies_where_its_door_does(started, issuer, depot):
    gateway = started_depot(started, depot, upstream=f"{depot.url}door")
    assert deliver(gateway, issuer.mint(), document(b"x")).status == 201
    assert depot.lines[0].startswith("GET /slots?")


ASKING = {
    "nothing": (None, "credential.missing"),
    "the token of a stranger": ({"repository": "acme/gadgets", "repository_id": "9999"}, "publisher.no-publisher"),
    "a token for another audience": ({"audience": "elsewhere"}, "token.wrong-audience"),
}


@pytest.mark.parametrize("case", ASKING)
def test_who_may_not_publish_is_not_told_where(started, issuer, depot, case):
    claims, code = ASKING[case]
    gateway = started_depot(started, depot)
    answer = ask(gateway, "/depot/new", None if claims is None else issuer.mint(**claims))
    assert (answer.status, answer.json) == (400, {"while": "announcing", "reason": code})
    assert code in answer.value("X-Depot-Sorry")
    [record] = gateway.audit(1, event="read")
    assert (record["action"], record["outcome"], record["reason"], record["granted"]) == ("announce", "refused", code, False)


REFUSED = {
    "cut short": (document(b"abc")[:-1], "scope.malformed-json"),
    "more behind it": (document(b"abc") + b" ", "scope.malformed-json"),
    "a name twice": (document(b"abc").replace(b'"number"', b'"crate"'), "scope.malformed-json"),
    "no crate": (document(b"abc", crate=None), "scope.missing-field"),
    "no such name": (document(b"abc", crate="widgets"), "scope.malformed-field"),
    "another digest": (document(b"abc", sha256="00"), "scope.digest-mismatch"),
    "no base64": (document(b"abc", data="YW_j"), "scope.malformed-field"),
    "padding within": (document(b"abc", data="YQ==YQ=="), "scope.malformed-field"),
    "another's crate": (document(b"abc", crate="@other/widgets"), "scope.package-not-allowed"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_delivery_that_is_refused_reaches_no_registry(started, issuer, depot, case):
    body, code = REFUSED[case]
    gateway = started_depot(started, depot)
    answer = deliver(gateway, issuer.mint(), body)
    assert (answer.status, answer.json) == (400, {"while": "delivering", "reason": code})
    assert gateway.audit(1)[0]["reason"] == code
    assert not depot.requests


def test_what_is_not_served_is_refused_in_the_ecosystems_words(started, depot):
    gateway = started_depot(started, depot)
    answer = request(gateway, "DELETE", "/depot/crates/x", [])
    assert (answer.status, answer.json) == (400, {"while": "knocking", "reason": "route.method-not-allowed"})
    assert request(gateway, "GET", "/elsewhere", []).status == 404
    assert not depot.requests


@pytest.mark.parametrize("path", ["/depot/key/{}", "/depot//key/{}", "/-/depot-key/{}"])
def test_a_key_is_for_one_crate_and_given_once_for_each(started, issuer, depot, path):
    gateway = started_depot(started, depot)
    token = issuer.mint()

    def key(crate: str):
        return ask(gateway, path.format(crate), token, "POST")

    first = key("@acme%2fwidgets")
    assert (first.status, first.value("Content-Type"), first.value("Cache-Control")) == (201, "text/plain", "no-store")
    widgets = first.body.decode()
    again = key("@acme%2fwidgets")
    assert (again.status, again.body) == (400, b"no key: state.replayed")
    assert key("@acme%2fgadgets").status == 201
    assert deliver(gateway, widgets, document(b"abc", crate="@acme/gadgets")).json["reason"] == "scope.other-package"
    assert deliver(gateway, widgets, document(b"abc")).status == 201
    assert ask(gateway, "/depot/key", widgets, "DELETE").status == 204
    assert deliver(gateway, widgets, document(b"abc", number="8")).json["reason"] == "credential.unknown-upload-token"
    assert [record.get("reason") for record in gateway.audit(3, event="exchange")] == [None, "state.replayed", None]
    assert gateway.audit(1, event="revoke")[0]["granted"]


def test_keys_of_one_token_that_is_exchanged_often_share_what_they_sent(started, issuer, depot):
    gateway = started_depot(started, depot)
    token = issuer.mint()
    one, two = (ask(gateway, "/depot/key", token, "POST").body.decode() for _ in range(2))
    assert one != two and one.startswith("impr_")
    assert deliver(gateway, one, document(b"abc")).status == 201
    assert deliver(gateway, two, document(b"abc")).status == 201
    assert deliver(gateway, two, document(b"xyz")).json["reason"] == "state.other-bytes"
    assert deliver(gateway, two, document(b"abc", number="8")).json["reason"] == "state.other-version"


def test_what_stands_beside_a_version_may_change(started, issuer, depot):
    gateway = started_depot(started, depot)
    token = issuer.mint()

    def put(path: str, body: bytes) -> int:
        return request(gateway, "PUT", f"/depot{path}", [("X-Depot-Key", token), ("Content-Length", str(len(body)))], body).status

    sent = [("/parts/@acme%2fwidgets/1", b"a"), ("/parts/@acme%2fwidgets/1", b"b"), ("/labels/@acme%2fwidgets", b"old"), ("/labels/@acme%2fwidgets", b"new")]
    assert [put(*each) for each in sent] == [204] * 4
    assert deliver(gateway, token, document(b"abc")).status == 201
    assert put(*sent[0]) == 204
    assert depot.lines[:4] == [f"PUT {path}" for path, _ in sent]
    records = gateway.audit(6)
    assert [record["action"] for record in records] == ["part", "part", "label", "label", "deliver", "part"]
    # One of many, unlike what it is a part of, and unlike its refusal.
    levels = [record["level"] for record in records]
    assert levels == ["info" if record["action"] == "part" and record["outcome"] == "published" else "notice" for record in records]


def test_the_exchange_that_every_ecosystem_has_is_there_too(started, issuer, depot):
    gateway = started_depot(started, depot)
    assert request(gateway, "GET", "/_/oidc/audience", []).json == {"audience": "acme_python"}


def test_a_local_answer_knows_its_publisher(started, issuer, depot):
    gateway = started_depot(started, depot)
    assert ask(gateway, "/depot/who", issuer.mint()).json == {"publisher": "widgets-release"}
    assert 'imprimatur_granted_reads_total{registry="python",outcome="completed"} 1' in gateway.admin("/metrics")[1]


def test_a_changed_configuration_is_read_by_the_same_catalogue(started, issuer, depot):
    gateway = started_depot(started, depot)
    change(gateway, gateway.render().replace("label: blue", "label: red"))
    assert deliver(gateway, issuer.mint(), document(b"abc")).status == 201
    assert depot.lines[0] == "GET /slots?shelf=low&label=red"


ELSEWHERE = ["http://elsewhere.example/slots/7", "//elsewhere.example/slots/7", "slots/7", "http://127.0.0.1:1/slots/7", "/slots/7 HTTP/1.1"]


@pytest.mark.parametrize("slot", ELSEWHERE)
def test_what_follows_never_leaves_the_registry(started, issuer, depot, slot):
    depot.slot = slot
    gateway = started_depot(started, depot)
    assert deliver(gateway, issuer.mint(), document(b"abc")).json == {"while": "delivering", "reason": "upstream.malformed-answer"}
    assert len(depot.requests) == 1


def test_a_registry_that_refuses_the_second_request_is_heard(started, issuer, depot):
    depot.filled = ("422 Full", b"the shelf is full\n", "Content-Type: text/plain")
    gateway = started_depot(started, depot)
    answer = deliver(gateway, issuer.mint(), document(b"abc"))
    assert (answer.status, answer.body) == (422, b"the shelf is full\n")
    assert gateway.audit(1)[0]["reason"] == "upstream.refused"


def test_a_key_of_the_registrys_own_passes_in_its_own_field(started, issuer, depot):
    gateway = started_depot(started, depot, registry={"legacy_credentials": "pass", "mode": "report"})
    assert ask(gateway, "/depot/new", "my-own-key").status == 200
    answer = request(
        gateway, "POST", "/depot/crates",
        [("X-Depot-Key", "my-own-key"), ("X-Imprimatur-Token", issuer.mint()), ("Content-Length", str(len(document(b"abc"))))], document(b"abc"))
    assert answer.status == 201
    assert [(sent.values("X-Depot-Key"), sent.values("Authorization")) for sent in depot.requests] == [(["my-own-key"], [])] * 3
    [record] = gateway.audit(1)
    assert (record["outcome"], record["granted"], record["credential"]) == ("reported", True, "legacy")


@pytest.mark.parametrize("own", [{"shelf": "nowhere"}, {"label": "''"}, {"template": "/{name}"}])
def test_its_own_keys_are_checked(started, depot, own):
    with pytest.raises(AssertionError, match="the gateway ended with 1"):
        started_depot(started, depot, registry=own)
