"""Real crates and the manifests of real workspaces through the binary: what a registry of crates takes passes, byte for byte."""

import fcntl
import json
import os
import tarfile
import tomllib

import pytest

import real_crates
import real_files
from crates import CRATES, Crate, CrateRegistry, framed, needs_cargo, publish, read_crate
from test_cargo import mint

WORKSPACES = real_files.listed("real_workspaces.txt")


@pytest.fixture(scope="module")
def crates():
    registry = CrateRegistry()
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def gateway(started_once, crates):
    return started_once(crates, **{**CRATES, "packages": '"*"'})


def locked(folder, work):
    """One worker fetches for all."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return work()


@needs_cargo
def test_real_crates_pass(gateway, crates, issuer, record_property):
    told = locked(real_crates.FOLDER, real_crates.pack_all)
    files = real_crates.packed()
    record_property("real crates", f"{len(files)}, packed by cargo")
    assert len(files) >= 30 or (files and not os.environ.get("CI")), told
    for file in files:
        content = file.read_bytes()
        name, version = read_crate(content)
        answer = publish(gateway, mint(issuer), framed(json.dumps({"name": name, "vers": version, "deps": []}).encode(), content))
        assert answer.status == 200, (file.name, answer)
        assert crates.files[name, version] == content


def manifests(file):
    """The manifests within a source distribution, as their authors wrote them."""
    with tarfile.open(file.path) as archive:
        for entry in archive.getmembers():
            if entry.isfile() and entry.name.endswith("/Cargo.toml"):
                yield entry.name, archive.extractfile(entry).read()


@pytest.mark.parametrize("file", WORKSPACES, ids=lambda file: file.name)
def test_real_manifests_pass_as_their_authors_wrote_them(gateway, issuer, record_property, file):
    told = locked(real_files.FOLDER, real_files.fetch_all)
    if not file.path.exists():
        assert not os.environ.get("CI"), told
        pytest.skip(f"REAL FILES MISSING: {file.file}")
    passed = 0
    for path, text in manifests(file):
        package = tomllib.loads(text.decode()).get("package", {})
        version = package.get("version", "1.0.0")
        crate = Crate(package.get("name", "acme-workspace"), version if isinstance(version, str) else "1.2.3", original=text)
        answer = publish(gateway, mint(issuer), crate.body())
        assert answer.status == 200 or answer.json["reason"] == "upstream.conflict", (path, answer)
        passed += 1
    record_property("real manifests", f"{passed} of {file.name}")
    assert passed > 0
