"""Small faults that a file of Swift can be given, each behind a switch, so that one build carries many of them."""

import re
from dataclasses import dataclass

from swift_code import code_of

OTHERS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}
PRECEDENCE = {"&&": "LogicalConjunctionPrecedence", "||": "LogicalDisjunctionPrecedence"}

SWITCH = """import Glibc
import Synchronization

/// Which fault is switched on, and which were come by.
enum Mutants {
  private static let active = unsafe getenv("MUTANT").flatMap { unsafe Int(String(cString: $0)) }
  private static let journal = unsafe getenv("MUTANTS_REACHED").map { unsafe open($0, O_WRONLY | O_APPEND | O_CREAT, 0o600) }
  private static let reached = Mutex<Set<Int>>([])

  static func isOn(_ number: Int) -> Bool {
    if let journal, reached.withLock({ $0.insert(number).inserted }) {
      let line = Array("\\(number)\\n".utf8)
      _ = unsafe line.withUnsafeBytes { unsafe write(journal, $0.baseAddress, $0.count) }
    }
    return active == number
  }
}
"""
"""Beside the changed files, in their target."""


@dataclass(frozen=True)
class Site:
    """A place that can be changed: the characters from `begin` to `end` of the file."""

    file: str
    begin: int
    end: int
    lines: tuple[int, int]
    before: str
    kind: str

    def after(self, number: int) -> str:
        on = f"Mutants.isOn({number})"
        if self.kind == "operator":
            return operator_name(self.before, number)
        if self.kind == "call":
            return f"if !{on} {{ {self.before} }}"
        if self.kind == "bound":
            return f"({on} ? {int(self.before.replace('_', '')) + 1} : {self.before})"
        return f"({on} != ({self.before}))"

    def __str__(self):
        text = re.sub(r"\s+", " ", self.before)
        changed = {"operator": f"{text} becomes {OTHERS.get(text)}", "call": f"without {text}", "bound": f"{text} becomes one more"}
        return f"{self.file}:{self.lines[0]}: {changed.get(self.kind, f'not {text}')}"


def operator_name(plain: str, number: int) -> str:
    """An operator of its own for each place, as it must not know its operands."""
    digits = ""
    while True:
        digits += "~^%*"[number % 4]
        number //= 4
        if not number:
            return plain + digits


def operator(plain: str, number: int) -> str:
    """The declaration of an operator that is `plain` unless the mutant is switched on."""
    name, other, on = operator_name(plain, number), OTHERS[plain], f"Mutants.isOn({number})"
    declared = f"infix operator {name}: {PRECEDENCE.get(plain, 'ComparisonPrecedence')}\n"
    if plain in PRECEDENCE:
        return declared + f"""func {name} (left: Bool, right: @autoclosure () throws -> Bool) rethrows -> Bool {{
  if {on} {{ try left {other} right() }} else {{ try left {plain} right() }}
}}
"""
    if plain in ("==", "!="):
        declared += f"""func {name} <Value>(left: Value?, right: _OptionalNilComparisonType) -> Bool {{
  {on} ? left {other} nil : left {plain} nil
}}
"""
    kind = "Equatable" if plain in ("==", "!=") else "Comparable"
    return declared + f"""func {name} <Value: {kind}>(left: Value, right: Value) -> Bool {{
  {on} ? left {other} right : left {plain} right
}}
"""


def sites(file: str, text: str) -> list[Site]:
    code = code_of(text)
    found = []

    def add(kind: str, begin: int, end: int):
        lines = text.count("\n", 0, begin) + 1, text.count("\n", 0, end) + 1
        found.append(Site(file, begin, end, lines, text[begin:end], kind))

    for match in re.finditer(r"(?<= )(?:<=?|>=?|==|!=|&&|\|\|)(?= )", code):
        add("operator", *match.span())
    for match in re.finditer(r"\b(?:true|false)\b", code):
        add("boolean", *match.span())
    for match in re.finditer(r"(?<![\w.$#])\d[\d_]*(?![\w.])(?!\s*:\s)", code):
        add("bound", *match.span())
    for begin, end in conditions(code):
        add("condition", begin, end)
    for begin, end in calls(code):
        add("call", begin, end)
    return found


def conditions(code: str):
    """Of each `if`, `guard` and `while` the elements of its condition that bind nothing."""
    for keyword in re.finditer(r"(?<![\w.`#])(if|guard|while) ", code):
        depth, begin = 0, keyword.end()
        for at in range(keyword.end(), len(code)):
            ends = depth == 0 and (re.match(r"\belse\b", code[at : at + 5]) if keyword[1] == "guard" else code[at] == "{")
            if depth == 0 and (ends or code[at] == ","):
                element = code[begin:at]
                plain = element.strip()
                if plain and not re.match(r"(?:let|var|case|#)\b|#", plain) and plain not in ("true", "false"):
                    yield begin + len(element) - len(element.lstrip()), begin + len(element.rstrip())
                begin = at + 1
            if ends:
                break
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[at], 0)


def calls(code: str):
    """Lines that are a call whose result nobody uses, as far as the lines around tell."""
    lines = code.splitlines(keepends=True)
    depth, at, before = 0, 0, ""
    for index, line in enumerate(lines):
        stripped = line.strip()
        after = next((other.strip() for other in lines[index + 1 :] if other.strip()), "")
        whole = re.fullmatch(r"(?:_ = )?(?:try[?]? )?(?:await )?(?!(?:case|func|return|if|guard|for|while|switch|throw|init|precondition|defer)\b|(?:self|super)\.init\b)"
                             r"[A-Za-z_][\w.?!]*\(.*\)", stripped)
        if (whole and depth == 0 and level(stripped) == 0 and re.search(r"[{}\w)\]\"]$", before) and not re.match(r"[.?:&|+<>=]", after)
                and not re.search(r"\b(?:in|return)$", before)):
            begin = at + len(line) - len(line.lstrip())
            yield begin, begin + len(stripped)
        depth += level(line)
        before = stripped or before
        at += len(line)


def level(text: str) -> int:
    """How many round and square brackets it leaves open."""
    return sum(text.count(mark) for mark in "([") - sum(text.count(mark) for mark in ")]")


def changed(text: str, chosen: dict[int, Site]) -> str:
    """A file with its mutants, each behind its number. They must not overlap."""
    for number, site in sorted(chosen.items(), key=lambda item: -item[1].begin):
        text = text[: site.begin] + site.after(number) + text[site.end :]
    return text
