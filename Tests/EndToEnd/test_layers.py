"""Tests/layers: what it counts as a use of a type, and what it calls a cycle."""

import subprocess

import pytest

from registries import ROOT


def layers(package, files: dict[str, str], *options: str) -> subprocess.CompletedProcess:
    for name, text in files.items():
        path = package / "Sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return subprocess.run([ROOT / "Tests" / "layers", "--package", package, *options], capture_output=True, text=True)


@pytest.mark.parametrize("code, counts", [
    ("let one: Upper", True),
    ("extension Upper {}", True),
    ("let one = [Upper?]()", True),
    ("@Upper struct Marked {}", True),
    ("let one: Kit.Upper", True),
    ('let one = "\\(Upper.name)"', True),
    ('let one = "\\(f("("))"; let two: Upper', True),
    ('let one = #"\\#(Upper.name)"#', True),
    ("/* /* */ */ let one: Upper", True),
    ('let one = "\\\\"; let two: Upper', True),
    ("// Upper", False),
    ("/* /* */ Upper */", False),
    ('let one = "Upper"', False),
    ('let one = "\\" Upper"', False),
    ('let one = #"\\(Upper.name)"#', False),
    ('let one = """\n  Upper " Upper\n  """', False),
    ("let one: Other.Upper", False),
    ("struct Inner { struct Upper {} }", False),
    ("let one: Uppermost", False),
    ("let one = UpperHand()", False),
])
def test_what_a_use_is(tmp_path, code, counts):
    shown = layers(tmp_path, {"Kit/Low/Lower.swift": code, "Kit/High/Upper.swift": "struct Upper {}"}, "--show")
    assert ("Low -> High: 1, as Lower.swift: Upper" in shown.stdout) is counts, shown.stdout + shown.stderr


@pytest.mark.parametrize("declaration, seen", [
    ("struct Upper {}", True),
    ("@safe package final class Upper {}", True),
    ("fileprivate(set) var one = 1\nactor Upper {}", True),
    ("private enum Upper {}", False),
    ("fileprivate struct Upper {}", False),
    ("struct Outer { struct Upper {} }", False),
    ("struct Outer { class func upper() {} }", False),
])
def test_what_other_files_can_name(tmp_path, declaration, seen):
    shown = layers(tmp_path, {"Kit/Low/Lower.swift": "let one: Upper", "Kit/High/Upper.swift": declaration}, "--show")
    assert ("Low -> High" in shown.stdout) is seen, shown.stdout + shown.stderr


CYCLE = {"Kit/A/One.swift": "struct One { let two: Two }", "Kit/B/Two.swift": "struct Two {}\nlet one: One?"}


@pytest.mark.parametrize("files, told", [
    (CYCLE, ["folders of Kit form a cycle: A, B", "A -> B: 1, as One.swift: Two", "B -> A: 1, as Two.swift: One"]),
    ({"A/One.swift": "import B\nstruct One { let two: Two }", "B/Two.swift": "import A\nstruct Two {}\nlet one: One?"},
     ["targets form a cycle: A, B", "A -> B: 1, as One.swift: Two", "B -> A: 1, as Two.swift: One"]),
    # The catalog at the root is used by nothing below it.
    ({"Kit/Catalog.swift": "enum Catalog { let one: One }", "Kit/Rule.swift": "protocol Rule {}", "Kit/A/One.swift": "struct One: Rule {}"}, []),
    ({"Kit/Rule.swift": "protocol Rule { var one: One { get } }", "Kit/A/One.swift": "struct One: Rule {}"},
     ["folders of Kit form a cycle: A, Rule.swift"]),
    ({"Kit/One.swift": "struct One { let two: Two }", "Kit/Two.swift": "struct Two { let one: One? }"}, []),
    # Without an import, the other target's type of that name is not meant.
    ({"A/One.swift": "struct One { let two: Two }", "B/Two.swift": "import A\nstruct Two {}\nlet one: One?"}, []),
])
def test_what_a_cycle_is(tmp_path, files, told):
    run = layers(tmp_path, files)
    assert (run.returncode, run.stdout) == (1 if told else 0, "")
    for line in told:
        assert line in run.stderr
    assert bool(run.stderr.strip()) is bool(told)


def test_an_excepted_target_is_shown_and_does_not_fail(tmp_path):
    assert layers(tmp_path, CYCLE, "--except", "Kit").returncode == 0
    assert "folders of Kit form a cycle: A, B" in layers(tmp_path, CYCLE, "--except", "Kit", "--show").stdout


def test_a_target_without_cycles_is_no_longer_excepted(tmp_path):
    run = layers(tmp_path, {"Kit/One.swift": "struct One {}"}, "--except", "Kit")
    assert (run.returncode, run.stderr) == (1, "Kit is excepted, but its folders form no cycle\n")
