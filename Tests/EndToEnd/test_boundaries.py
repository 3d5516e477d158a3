"""What must not compile: a way to the service credential without a permit."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEBUG = ROOT / ".build" / "debug"
HEAD = """
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import Secrets
import StrictParsers

"""
# By what it would do: the code, and what the compiler says of it. One compiles, so that the others are refused for their own reason.
ATTEMPTS = {
    "writes an upload's head under a permit": (
        """
        func head(_ permit: UpstreamPermit, _ client: RequestHead, _ credential: ServiceCredential) -> UpstreamHead {
          UpstreamHead(
            publishing: permit, method: .put, target: "/", authority: "registry", of: client, forwarding: [], contentType: nil, framing: .none,
            keepAlive: true, credential: credential)
        }
        """, None),
    "writes an upload's head without a permit": (
        """
        func head(_ client: RequestHead, _ credential: ServiceCredential) -> UpstreamHead {
          UpstreamHead(
            method: .put, target: "/", authority: "registry", of: client, forwarding: [], contentType: nil, framing: .none, keepAlive: true,
            credential: credential)
        }
        """, "incorrect argument label|missing argument|no exact matches|extra argument"),
    "writes the credential into a head of its own": (
        "func add(_ credential: ServiceCredential, _ head: inout UpstreamHead) { credential.append(to: &head) }", "inaccessible"),
    "reads the credential's value": (
        "func value(_ credential: ServiceCredential) -> [UInt8] { credential.fieldValue.withBytes { $0 } }", "inaccessible"),
    "makes a credential of bytes": (
        """
        func make(_ bytes: [UInt8]) -> ServiceCredential {
          ServiceCredential(fieldName: "authorization", fieldValue: Secret(bytes), secrets: [])
        }
        """, "inaccessible"),
    "looks for the credential in a text": (
        "func find(_ credential: ServiceCredential) -> CredentialScan.Finding { credential.scan.finding(in: []) }", None),
    "makes a grant": (
        """
        func grant(_ identity: PublisherIdentity, _ target: PublishTarget, _ key: PublisherKey) -> Grant {
          Grant(identity: identity, target: target, key: key, newPin: nil, isRenamed: false)
        }
        """, "inaccessible"),
    "makes a leave to ask": ("func leave(_ target: PublishTarget) -> ProbePermit { ProbePermit(about: target) }", "inaccessible|extraneous argument label"),
    "reads with the credential without a permit": (
        """
        func head(_ client: RequestHead, _ credential: ServiceCredential) -> UpstreamHead {
          UpstreamHead(reading: "/", method: .get, authority: "registry", of: client, forwarding: [], credential: credential)
        }
        """, "incorrect argument label|missing argument|no exact matches|extra argument"),
    "reads with the credential under a permit": (
        """
        func head(_ permit: ReadPermit, _ client: RequestHead, _ credential: ServiceCredential) -> UpstreamHead {
          UpstreamHead(
            reading: "/", under: permit, method: .get, authority: "registry", of: client, forwarding: [], credential: credential)
        }
        """, None),
    "asks for a token with the credential": (
        """
        func head(_ credential: ServiceCredential) -> UpstreamHead {
          UpstreamHead(askingForTokenAt: "/", authority: "elsewhere", credential: credential)
        }
        """, "inaccessible|incorrect argument label|no exact matches|extra argument|extraneous argument"),
    "gets a token under a permit": (
        """
        func token(
          _ service: BearerTokenService, _ credential: ServiceCredential, _ permit: ReadPermit, _ ask: @escaping BearerTokenService.Ask
        ) async throws(UpstreamFailure) -> ServiceCredential {
          try await service.credential(for: ["a"], by: credential, under: .read(permit), ask: ask)
        }
        """, None),
    "gets a token without a permit": (
        """
        func token(
          _ service: BearerTokenService, _ credential: ServiceCredential, _ ask: @escaping BearerTokenService.Ask
        ) async throws(UpstreamFailure) -> ServiceCredential {
          try await service.credential(for: ["a"], by: credential, ask: ask)
        }
        """, "missing argument"),
    "sends the credential of a token request elsewhere": (
        "func request(_ head: UpstreamHead) -> TokenServiceRequest { TokenServiceRequest(place: .service, head: head) }", "inaccessible"),
    "makes a leave to read": (
        """
        func leave(_ subject: ReadSubject, _ registry: RegistryName, _ publisher: PublisherID) -> ReadPermit {
          ReadPermit(subject: subject, registry: registry, publisher: publisher, isPending: false)
        }
        """, "inaccessible"),
    "makes a client's own credential of bytes": (
        "func pass(_ bytes: ArraySlice<UInt8>) -> PassthroughCredential { PassthroughCredential(authorization: bytes) }",
        "incorrect argument label|missing argument|no exact matches|inaccessible"),
}


def package_name() -> str:
    """That of this package: most of the targets are its own."""
    names = re.findall(r'"-module-name","(?:RegistryClient|Gateway)".*?"-package-name","(\w+)"', (ROOT / ".build" / "debug.yaml").read_text())
    return names[0]


def swiftc(*arguments) -> subprocess.CompletedProcess:
    """The compiler, with the modules of the debug build and the settings of Package.swift."""
    if shutil.which("swiftc") is None or not (DEBUG / "Modules").exists():
        pytest.skip("needs the compiler and its modules")
    modules = [flag for folder in sorted((ROOT / "Sources").iterdir()) if (folder / "module.modulemap").exists() for flag in ("-I", folder)]
    features = re.findall(r'enableUpcomingFeature\("(\w+)"\)', (ROOT / "Package.swift").read_text())
    assert features
    return subprocess.run(
        ["swiftc", "-swift-version", "6", "-strict-memory-safety", *(flag for name in features for flag in ("-enable-upcoming-feature", name)),
         "-package-name", package_name(), "-I", DEBUG / "Modules", *modules, *arguments],
        capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_only_a_permit_leads_to_the_credential(attempt, tmp_path):
    code, refusal = ATTEMPTS[attempt]
    (tmp_path / "Attempt.swift").write_text(HEAD + code)
    run = swiftc("-typecheck", tmp_path / "Attempt.swift")

    if refusal is None:
        assert run.returncode == 0, run.stderr
    else:
        assert run.returncode != 0 and re.search(f"error: .*({refusal})", run.stderr), run.stderr
