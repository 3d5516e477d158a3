"""Real npm packages through the binary: what a registry takes passes, byte for byte."""

import os

import pytest

import real_packages
from npm_registry import NPM, NPMRegistry, Package, put, read_package
from test_npm import mint
from test_real_crates import locked


@pytest.mark.skipif(not real_packages.SYSTEM_NPM.exists(), reason="needs npm")
def test_real_packages_pass(started, issuer, record_property):
    told = locked(real_packages.FOLDER, real_packages.pack_all)
    files = real_packages.packed()
    record_property("real npm packages", f"{len(files)}, packed by npm")
    assert len(files) >= 30 or (files and not os.environ.get("CI")), told
    registry = NPMRegistry()
    gateway = started(registry, **NPM, packages='"*", "@*/*"')
    for file in files:
        name, version = read_package(file.read_bytes())
        package = Real(name, version, file.read_bytes())
        answer = put(gateway, mint(issuer), package)
        assert answer.status == 201, (file.name, answer)
        assert package.content in registry.files.values()
    registry.close()


class Real(Package):
    """With a file that npm made."""

    def __init__(self, name: str, version: str, content: bytes):
        super().__init__(name, version)
        self.real = content

    @property
    def content(self) -> bytes:
        return self.real
