"""The public corpus of attacks on HTTP, sent raw at the binary, with a registry behind it that takes anything."""

import base64
import subprocess
import sys
from dataclasses import dataclass

from ports import free_port
from registries import ROOT
from wire import token_credential

PROGRAM = ROOT / "Tests" / "Vectors" / "http_requests.py"


@dataclass
class Played:
    """A registry that the program plays itself, once the gateway knows its port."""

    port: int
    username: str = "svc"
    password: str = "svc-not-a-real-secret"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


def test_no_request_of_the_corpus_becomes_two_or_another(started, issuer, record_property):
    registry = Played(free_port())
    gateway = started(
        registry, protocol="generic", packages="demo-pkg", registry={"path": "/generic", "template": '"/{name}/{version}/{file}"'})
    name, value = token_credential(issuer.mint())
    injected = base64.b64encode(f"{registry.username}:{registry.password}".encode()).decode()

    run = subprocess.run(
        [sys.executable, PROGRAM, "--gateway", f"127.0.0.1:{gateway.port}", "--registry-port", str(registry.port),
         "--host-name", f"127.0.0.1:{gateway.port}", "--authline", f"{name}: {value}", "--credential", injected, "--limit", "240"],
        capture_output=True, text=True)

    record_property("http_requests.jsonl", run.stdout.splitlines()[-1] if run.stdout else run.stderr)
    if "VECTORS MISSING" in run.stdout:
        return
    assert run.returncode == 0, run.stdout + run.stderr
    assert gateway.child.poll() is None
    published = [record for record in gateway.records() if record["outcome"] == "published"]
    assert published and {record["package.name"] for record in published} == {"demo-pkg"}
