"""An ecosystem is a folder and a catalogue's line: without both, everything else is as it was."""

import re
import subprocess

import pytest

from swift_code import code_of
from test_boundaries import ROOT, swiftc

TARGET = ROOT / "Sources" / "RegistryProtocols"
CATALOG = TARGET / "RegistryCatalog.swift"
ECOSYSTEMS = sorted(path.name for path in TARGET.iterdir() if (path / f"{path.name}Protocol.swift").exists())
# What other targets may see.
DECLARATION = re.compile(r"^package (?:struct|class|enum|actor|protocol|typealias)\s+([A-Z]\w*)", re.M)


def test_there_are_ecosystems():
    assert ECOSYSTEMS == sorted(re.findall(r"^ *Ecosystem\((\w+)Protocol\.self\),$", CATALOG.read_text(), re.M))
    assert {"Generic", "PyPI"} <= set(ECOSYSTEMS)


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_everything_else_compiles_without_it(ecosystem, tmp_path):
    catalog, count = re.subn(rf"^ *Ecosystem\({ecosystem}Protocol\.self\),\n", "", CATALOG.read_text(), flags=re.M)
    assert count == 1
    (tmp_path / CATALOG.name).write_text(catalog)
    kept = [path for path in TARGET.rglob("*.swift") if path != CATALOG and TARGET / ecosystem not in path.parents]
    run = swiftc("-typecheck", "-module-name", TARGET.name, *kept, tmp_path / CATALOG.name)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_no_other_target_names_it(ecosystem):
    own = "\n".join(code_of(path.read_text()) for path in (TARGET / ecosystem).glob("*.swift"))
    names = set(DECLARATION.findall(own))
    assert f"{ecosystem}Protocol" in names
    # What it adds to the types of others is not seen outside the target.
    for body in re.findall(r"^extension (?!" + ecosystem + r")\w+ \{\n(.*?)^\}", own, re.M | re.S):
        assert not re.search(r"^  (?:package|public) ", body, re.M), body
    for path in sorted((ROOT / "Sources").rglob("*.swift")):
        if TARGET not in path.parents:
            assert not names & set(re.findall(r"\b[A-Z]\w*", code_of(path.read_text()))), path
