"""Tests/mutants: which places of a file it changes, and how."""

import pytest

from mutations import changed, operator, operator_name, sites


def mutated(text: str) -> list[str]:
    """The text with each of its mutants by itself, under the number 1."""
    return [changed(text, {1: site}) for site in sites("Kit/One.swift", text)]


ON = "Mutants.isOn(1)"


@pytest.mark.parametrize("text, found", [
    ("guard a > 1 else { return }", ["guard a >~ 1 else { return }", f"guard a > ({ON} ? 2 : 1) else {{ return }}",
                                      f"guard ({ON} != (a > 1)) else {{ return }}"]),
    ("return true", [f"return ({ON} != (true))"]),
    ("let limit = 1_000", [f"let limit = ({ON} ? 1001 : 1_000)"]),
    ("if let a, b.c, case .d = e { f }", [f"if let a, ({ON} != (b.c)), case .d = e {{ f }}"]),
    ("while !a.isEmpty { b }", [f"while ({ON} != (!a.isEmpty)) {{ b }}"]),
    ("if a([b, c], { d }), e { f }", [f"if ({ON} != (a([b, c], {{ d }}))), e {{ f }}", f"if a([b, c], {{ d }}), ({ON} != (e)) {{ f }}"]),
    ("guard let a = b.first { $0.c } else { return }", []),
    ("a = b && c", ["a = b &&~ c"]),
    # No code.
    ("// if a > 1", []),
    ('let a = "if b > 1"', []),
    ('let a = "\\(b > c)"', ['let a = "\\(b >~ c)"']),
    # No number, no comparison.
    ("let a = x1.0.b", []),
    ("func a<B>(c: B) -> [D] {}", []),
    ("{ $0 }", []),
])
def test_what_is_changed(text, found):
    # An operator of the number 1 ends so.
    assert [one.replace(operator_name("", 1), "~") for one in mutated(text)] == found


@pytest.mark.parametrize("before, line, after, isCall", [
    ("func a() {", "b.c(d)", "}", True),
    ("let a = b", "_ = try await c?.d(e: 1)", "let f = g", True),
    ("}", "close()", "return", True),
    ("case .a:", "b()", "", False),
    ("return", "b()", "}", False),
    ("let a =", "b()", "}", False),
    ("a(", "b(),", ")", False),
    ("a(", "b()", ")", False),
    ("a.map { b in", "c(b)", "}", False),
    ("func a() {", "b()", ".c()", False),
    ("func a() {", "return b()", "}", False),
    ("func a() {", "super.init(b)", "}", False),
    ("init() {", "self.init(b: c)", "let d = e", False),
    ("func a() {", "super.a(b)", "}", True),
    ("func a() {", "let c = d()", "}", False),
])
def test_what_call_is_left_out(before, line, after, isCall):
    calls = [one for one in mutated(f"{before}\n  {line}\n{after}\n") if "if !Mutants" in one]
    assert calls == ([f"{before}\n  if !{ON} {{ {line} }}\n{after}\n"] if isCall else [])


def test_operators_of_places_differ():
    names = {operator_name("<", number) for number in range(1, 500)}
    assert len(names) == 499
    # Neither of these would be one operator.
    assert not [name for name in names if "/" in name or "." in name]
    assert "left <= right : left < right" in operator("<", 7)


def test_mutants_of_one_file_keep_its_lines():
    text = "if a > 1 {\n  b(2)\n}\nreturn true\n"
    numbered = dict(enumerate([site for site in sites("Kit/One.swift", text) if site.kind in ("condition", "bound", "boolean")], 1))
    del numbered[1]
    after = changed(text, numbered)
    assert after.count("\n") == text.count("\n")
    assert all(f"isOn({number})" in after for number in numbered)
