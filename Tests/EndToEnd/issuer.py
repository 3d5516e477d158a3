"""A small OIDC issuer that lives in the test process: discovery, keys, and GitHub's ambient endpoint."""

import base64
import json
import threading
import time
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SHA = "4f8a1d2f8e0c3b6a7d9e5f1c2b3a4d5e6f708192"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def github_claims(issuer: str, audience: str, **overrides) -> dict:
    """What a tag push of acme/widgets carries. An override of None removes the claim."""
    now = int(time.time())
    repository = overrides.get("repository", "acme/widgets")
    ref = overrides.get("ref", "refs/tags/v1.0.0")
    workflow = overrides.get("workflow_ref", f"{repository}/.github/workflows/release.yml@{ref}")
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": f"repo:{repository}:ref:{ref}",
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now - 5,
        "exp": now + 300,
        "repository": repository,
        "repository_id": "1234",
        "repository_owner": repository.split("/")[0],
        "repository_owner_id": "42",
        "repository_visibility": "private",
        "ref": ref,
        "ref_type": "tag" if ref.startswith("refs/tags/") else "branch",
        "ref_protected": "true",
        "sha": SHA,
        "base_ref": "",
        "head_ref": "",
        "event_name": "push",
        "actor": "octocat",
        "actor_id": "12",
        "workflow": "Release",
        "workflow_ref": workflow,
        "workflow_sha": SHA,
        "job_workflow_ref": workflow,
        "job_workflow_sha": SHA,
        "run_id": "9876543210",
        "run_number": "42",
        "run_attempt": "1",
        "runner_environment": "github-hosted",
    }
    return apply(claims, overrides)


def gitlab_claims(issuer: str, audience: str, **overrides) -> dict:
    """What a protected tag's pipeline of acme/widgets carries. An override of None removes the claim."""
    now = int(time.time())
    project = overrides.get("project_path", "acme/widgets")
    ref_path = overrides.get("ref_path", "refs/tags/v1.0.0")
    host = urllib.parse.urlsplit(issuer).netloc
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": f"project_path:{project}:ref_type:tag:ref:{ref_path.rsplit('/', 1)[1]}",
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now - 5,
        "exp": now + 300,
        "namespace_id": "72",
        "namespace_path": project.rsplit("/", 1)[0],
        "project_id": "20",
        "project_path": project,
        "user_id": "1",
        "user_login": "sample-user",
        "user_email": "sample-user@example.com",
        "user_access_level": "owner",
        "pipeline_id": "574",
        "pipeline_source": "push",
        "job_id": "302",
        "ref": ref_path.rsplit("/", 1)[1],
        "ref_type": "tag",
        "ref_path": ref_path,
        "ref_protected": "true",
        "groups_direct": [project.rsplit("/", 1)[0]],
        "runner_id": 1,
        "runner_environment": "gitlab-hosted",
        "sha": SHA,
        "project_visibility": "private",
        "ci_config_ref_uri": f"{host}/{project}//.gitlab-ci.yml@{ref_path}",
        "ci_config_sha": SHA,
    }
    return apply(claims, overrides)


def apply(claims: dict, overrides: dict) -> dict:
    claims.update(overrides)
    return {key: value for key, value in claims.items() if value is not None}


def public_key(key: rsa.RSAPrivateKey, key_id: str) -> dict:
    """A member of a JWK set."""
    numbers = key.public_key().public_numbers()
    modulus, exponent = (base64url(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (numbers.n, numbers.e))
    return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": key_id, "n": modulus, "e": exponent}


class Issuer:
    """`other_keys` are published beside its own. `available` may be switched off: every answer is then a 503, as in an outage."""

    ambient_credential = "ambient-request-credential"

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key_id = uuid.uuid4().hex
        self.available = True
        self.other_keys = []
        self.ambient_claims = {}
        self.fetched = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def mint(self, audience="acme_python", claims=github_claims, **overrides) -> str:
        return self.sign(claims(self.url, audience, **overrides))

    def sign(self, claims: dict, **header) -> str:
        header = {"alg": "RS256", "kid": self.key_id, "typ": "JWT", **header}
        signed = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{base64url(signature)}"

    def ambient_environment(self, **claims) -> dict:
        """The variables that a GitHub runner sets for a job that may ask for tokens; `claims` override those of its tokens."""
        name = uuid.uuid4().hex
        self.ambient_claims[name] = claims
        return {
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/ambient/{name}?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": self.ambient_credential,
        }

    def jwks(self) -> dict:
        return {"keys": [public_key(self.key, self.key_id), *self.other_keys]}

    def answer(self, path: str, query: dict, authorization: str):
        if not self.available:
            return 503, {"error": "unavailable"}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
            }
        if path == "/keys":
            return 200, self.jwks()
        name = path.removeprefix("/ambient/")
        if name in self.ambient_claims:
            if authorization.lower() != f"bearer {self.ambient_credential}":
                return 401, {"error": "unauthorized"}
            return 200, {"value": self.mint(query["audience"][0], **self.ambient_claims[name])}
        return 404, {"error": "not found"}

    def handler(issuer):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                issuer.fetched.append(url.path)
                status, body = issuer.answer(url.path, urllib.parse.parse_qs(url.query), self.headers.get("Authorization", ""))
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        return Handler
