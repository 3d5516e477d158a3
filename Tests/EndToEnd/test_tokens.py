"""Tokens that a hostile job, or a careless issuer, could present: each refused before anything of the upload is believed."""

import hashlib
import hmac
import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from issuer import Issuer, base64url, github_claims, public_key
from packages import fresh_name, wheel
from test_refusals import assert_refused
from wire import Form, request, token_credential, upload


def claims(issuer, **overrides) -> dict:
    return github_claims(issuer.url, "acme_python", **overrides)


def restated(token: str, header: str = "", payload: str = "") -> str:
    """With another header or payload, under the signature that it had."""
    parts = token.split(".")
    parts[0] = base64url(header.encode()) if header else parts[0]
    parts[1] = base64url(payload.encode()) if payload else parts[1]
    return ".".join(parts)


def by_public_key(issuer, form: PublicFormat | None) -> str:
    """With a MAC whose secret is what everybody knows: the public key in this form's PEM, or its bare modulus."""
    key = issuer.key.public_key()
    modulus = key.public_numbers().n
    secret = key.public_bytes(Encoding.PEM, form) if form else modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")
    header = json.dumps({"alg": "HS256", "kid": issuer.key_id, "typ": "JWT"}).encode()
    signed = f"{base64url(header)}.{base64url(json.dumps(claims(issuer)).encode())}"
    return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


TOKENS = {
    "alg none": ("token.algorithm-not-allowed", lambda issuer: restated(issuer.mint(), header='{"alg":"none","kid":"x"}')),
    "alg HS256": ("token.algorithm-not-allowed", lambda issuer: issuer.sign(claims(issuer), alg="HS256")),
    "HS256 by the public key": (
        "token.algorithm-not-allowed", lambda issuer: by_public_key(issuer, PublicFormat.SubjectPublicKeyInfo)),
    "HS256 by the public key in PKCS #1": ("token.algorithm-not-allowed", lambda issuer: by_public_key(issuer, PublicFormat.PKCS1)),
    "HS256 by the modulus": ("token.algorithm-not-allowed", lambda issuer: by_public_key(issuer, None)),
    "an algorithm that the issuer does not state": ("token.algorithm-not-allowed", lambda issuer: issuer.sign(claims(issuer), alg="PS256")),
    "a key of its own": ("token.forbidden-header", lambda issuer: issuer.sign(claims(issuer), jwk=public_key(issuer.key, "x"))),
    "keys from elsewhere": ("token.forbidden-header", lambda issuer: issuer.sign(claims(issuer), jku="https://keys.example.com/")),
    "a critical extension": ("token.forbidden-header", lambda issuer: issuer.sign(claims(issuer), crit=["exp"])),
    "another type": ("token.forbidden-header", lambda issuer: issuer.sign(claims(issuer), typ="secevent+jwt")),
    "an empty key id": ("token.malformed", lambda issuer: issuer.sign(claims(issuer), kid="")),
    "a key id that is none": ("token.malformed", lambda issuer: issuer.sign(claims(issuer), kid=["x"])),
    "a repeated claim": ("token.malformed", lambda issuer: restated(issuer.mint(), payload=f'{{"iss":"{issuer.url}","iss":"x"}}')),
    "padding": ("token.malformed", lambda issuer: issuer.mint() + "="),
    "the other alphabet": ("token.malformed", lambda issuer: issuer.mint()[:-2] + "+/"),
    "no issuer": ("token.missing-claim", lambda issuer: issuer.mint(iss=None)),
    "no jti": ("token.missing-claim", lambda issuer: issuer.mint(jti=None)),
    "no exp": ("token.missing-claim", lambda issuer: issuer.mint(exp=None)),
    "no iat": ("token.missing-claim", lambda issuer: issuer.mint(iat=None)),
    "a time as text": ("token.invalid-claim", lambda issuer: issuer.mint(exp=str(int(time.time()) + 300))),
    "a time with a fraction": ("token.invalid-claim", lambda issuer: issuer.mint(exp=time.time() + 300.5)),
    "no owner": ("publisher.missing-claim", lambda issuer: issuer.mint(repository_owner=None)),
    "no repository id": ("publisher.claim-mismatch", lambda issuer: issuer.mint(repository_id=None)),
    "ids as a list": ("publisher.missing-claim", lambda issuer: issuer.mint(repository_owner_id=["42"])),
    "an unknown key": ("token.unknown-key", lambda issuer: issuer.sign(claims(issuer), kid="unknown")),
}


@pytest.mark.parametrize("case", TOKENS)
def test_a_token_is_refused(started, issuer, recording, case):
    reason, token = TOKENS[case]
    gateway = started(recording)
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(token(issuer)))
    assert_refused(gateway, answer, 403, reason)
    assert not recording.requests


KEYS = {
    "a key that stands twice": ("token.ambiguous-key", lambda issuer: [public_key(issuer.key, "twice")] * 2, "twice"),
    "a key of 1024 bits": ("token.unusable-key", lambda issuer: [public_key(rsa.generate_private_key(65537, 1024), "small")], "small"),
    "a key to encrypt with": ("token.unusable-key", lambda issuer: [{**public_key(issuer.key, "enc"), "use": "enc"}], "enc"),
    "a symmetric key": ("token.unusable-key", lambda issuer: [{"kty": "oct", "kid": "oct", "k": base64url(b"x" * 32)}], "oct"),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_careless_issuers_key_is_not_used(started, recording, case):
    reason, keys, key_id = KEYS[case]
    careless = Issuer()
    careless.other_keys = keys(careless)
    gateway = started(recording, issuer=careless.url)
    token = careless.sign(claims(careless), kid=key_id)
    assert_refused(gateway, upload(gateway, Form.of(wheel(fresh_name())), token_credential(token)), 403, reason)
    assert not recording.requests
    careless.close()


CREDENTIALS = {
    "Basic of no base64": (400, "credential.malformed", {}, lambda issuer: ("Authorization", "Basic !")),
    "Basic without a colon": (400, "credential.malformed", {}, lambda issuer: ("Authorization", "Basic " + base64url(b"abc"))),
    "Bearer of nothing": (400, "credential.malformed", {}, lambda issuer: ("Authorization", "Bearer ")),
    "a mistyped upload token": (403, "credential.malformed-upload-token", {}, lambda issuer: token_credential("impr_mistyped")),
    "an OIDC token where only the exchange is": (
        403, "credential.direct-token-refused", {"registry": {"direct": "refuse"}}, lambda issuer: token_credential(issuer.mint())),
    "a token of more than its limit": (
        403, "token.too-large", {"limits": {"token_bytes": "1KiB"}}, lambda issuer: token_credential(issuer.mint(padding="x" * 1024))),
    "a publisher that has expired": (
        403, "publisher.expired", {"expires": "2020-01-01"}, lambda issuer: token_credential(issuer.mint())),
    "a publisher of another registry": (
        403, "publisher.other-registry", {"elsewhere": '"acme-*"', "registry": {"host": "127.0.0.1"}}, lambda issuer: token_credential(issuer.mint())),
}


@pytest.mark.parametrize("case", CREDENTIALS)
def test_a_credential_of_no_use_is_refused(started, issuer, recording, case):
    status, reason, settings, credential = CREDENTIALS[case]
    gateway = started(recording, **settings)
    answer = upload(gateway, Form.of(wheel(fresh_name())), credential(issuer))
    assert_refused(gateway, answer, status, reason)
    assert not recording.requests


def test_a_token_that_names_no_issuer_of_ours_causes_no_request(started, issuer, recording):
    stranger = Issuer()
    gateway = started(recording)
    answer = upload(gateway, Form.of(wheel(fresh_name())), token_credential(stranger.mint()))
    assert_refused(gateway, answer, 403, "token.unknown-issuer")
    assert not stranger.fetched
    stranger.close()


def test_unknown_keys_cause_one_refresh_whoever_asks(started, recording):
    own = Issuer()
    gateway = started(recording, issuer=own.url)
    for count in range(4):
        token = own.sign(claims(own), kid=f"unknown-{count}")
        answer = request(gateway, "POST", "/", [token_credential(token), ("Content-Length", "0")])
        assert answer.json["reason"] == "token.unknown-key", answer
    assert own.fetched.count("/keys") <= 2
    own.close()
