"""What the sources declare that documents list: refusal codes, metrics, log events, keys of records and of the configuration, CI systems."""

import re
from pathlib import Path

from documents import Rows
from registries import ROOT

SOURCES = ROOT / "Sources"

# The status that the code has is not the one that a client gets.
OTHER_STATUS = {"credential.malformed-exchange": "the exchange answers 422 to whatever it refuses"}


def source(pattern: str) -> dict[Path, str]:
    texts = {path: path.read_text() for path in sorted(SOURCES.glob(pattern))}
    assert texts, pattern
    return texts


def sources(pattern: str) -> str:
    return "\n".join(source(pattern).values())


def quoted(text: str) -> list[str]:
    return re.findall(r'"([^"]+)"', text)


def voiced(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def switch(body: str) -> dict[str, str]:
    """By the name of its case: what stands behind each `case` of a switch, to the next one."""
    found = {}
    for names, result in re.findall(r"\bcase ((?:[^:()]|\([^()]*\))+):(.*?)(?=\bcase \.|\Z)", body, re.S):
        for name in re.findall(r"(?:^|,)\s*(?:let )?\.(\w+)", names):
            found[name] = result
    return found


def computed(text: str, name: str) -> str:
    """The body of a computed property or of a function, to the brace at its own depth."""
    found = re.search(rf"^( *)[^\n]*\b{name}[^\n]*\{{(?: (.*?) \}}\n|\n(.*?)^\1\}})", text, re.M | re.S)
    return (found[2] or found[3]) if found else ""


# Refusals


def raw_cases(text: str) -> dict[str, str]:
    """Cases of enumerations whose raw values are codes."""
    return dict(re.findall(r'case (\w+) = "([a-z]+\.[a-z0-9-]+)"', text))


def refusal_codes() -> dict[str, str | None]:
    """Every code, with the status of a refused upload; `None` where the code has no single one."""
    statuses: dict[str, str | None] = {}
    facts = sources("Gateway/**/Refusal+facts.swift")
    for path, text in source("**/*.swift").items():
        if path.stem.endswith(("Refusal", "Failure")) or path.stem == "AuditRecord+encoding":
            found = dict(re.findall(r"\.init\(\s*\.(\w+),\s*([^,]+),", text))
            common = switch(computed(facts, "var facts: Facts")).get(path.stem.removesuffix("Refusal").lower(), "")
            for enumeration in re.findall(r"\benum (\w+Refusal)\b", text):
                found |= switch(computed(facts, rf"facts\(of refusal: {enumeration}\)"))
            for name, code in raw_cases(text).items():
                statuses[code] = status(found.get(name, common))
        if stage := {"HTTPRefusal": "framing", "RequestPathRefusal": "route"}.get(path.stem):
            common = computed(text, "var status: Int")
            found = switch(common)
            for name, reason in switch(computed(text, "var reason: String")).items():
                statuses[f"{stage}.{quoted(reason)[0]}"] = status(found.get(name, common))
    return {code: None if code in OTHER_STATUS else status for code, status in statuses.items()}


def status(text: str) -> str | None:
    numbers = set(re.findall(r"(?<![\w.])[45]\d\d\b", re.sub(r'"[^"]*"', "", text)))
    return numbers.pop() if len(numbers) == 1 else None


def declared() -> set[str]:
    return set(refusal_codes())


def codes(*stages: str) -> Rows:
    return {code: {"status": status} if status else {} for code, status in refusal_codes().items() if code.split(".")[0] in stages}


# Metrics and the log


def metrics() -> Rows:
    text = sources("Observability/*/*.swift")
    rows = {}
    for kind, name, labels, told in re.findall(
        r'(Number|Duration)Family\(\s*((?:\.\w+, )?"\w+"),(?:\s*labels: \[(.*?)\],)?\s*help:\s*"([^"]+)"', text):
        rows[quoted(name)[0]] = {"type": re.sub(r"\W.*", "", name[1:]) if kind == "Number" else "histogram", "labels": voiced(quoted(labels)),
                                 "tells": told}
    for name, kind, told in re.findall(r'(?:text\.begin|Self\.write)\(\s*"(\w+)", "(\w+)", "([^"]+)"', text):
        rows[name] = {"type": kind, "labels": voiced(re.findall(rf'info\("{name}", "(\w+)"', text)), "tells": told}
    return {name: cells | {"tells": sentence(cells["tells"])} for name, cells in rows.items()}


def events() -> Rows:
    (text,) = source("Observability/Log/LogEvent.swift").values()
    levels = switch(computed(text, "var level: Logger.Level"))
    cases = re.findall(r'((?:^ *///.*\n)+) *case (\w+) = "([^"]+)"', text, re.M)
    return {
        event: {"level": re.search(r"\.(\w+)", levels[name])[1], "means": sentence(" ".join(re.findall(r"/// (.*)", comment)))}
        for comment, name, event in cases}


def sentence(text: str) -> str:
    """As cells have it: without the full stop at the end."""
    return text.removesuffix(".")


# The configuration

COMMENT = r"((?:^ *///[^\n]*\n)+)"


def key_groups() -> dict[str, dict[str, str]]:
    """The comment of each key by its path, by the enumeration that declares it. An ecosystem's own keys are any registry's."""
    groups = {}
    for text in source("Configuration/Keys/*.swift").values():
        for comment, name, body in re.findall(COMMENT + r"enum (\w+): String, SettingsKey \{\n(.*?)^\}", text, re.M | re.S):
            place = re.search(r"`([\w.]+)`", comment)
            keys = re.findall(COMMENT + r' *case `?(\w+)`?(?: = "(\w+)")?$', body, re.M)
            assert len(keys) == len(re.findall(r"\bcase ", body)), f"a key of {name} has no comment"
            groups[name] = {f"{place[1] + '.' if place else ''}{raw or case}": told for told, case, raw in keys}
    for path, text in source("RegistryProtocols/*/*.swift").items():
        found = re.findall(COMMENT + r'[^\n/]*= \w+Option(?:<\w+>)?\(\s*"(\w+)"', text, re.M)
        assert len(found) == len(re.findall(r'\w+Option(?:<\w+>)?\(\s*"', text)), f"an option in {path.name} has no comment"
        groups["RegistryKey"] |= {f"registries.NAME.{key}": told for told, key in found}
    return groups


def configuration_keys(*enumerations: str) -> Rows:
    groups = key_groups()
    return {key: key_cells(told) for name in enumerations for key, told in groups[name].items()}


def key_cells(comment: str) -> dict[str, str]:
    """The default is what stands last, on a line of its own that begins so."""
    lines = re.findall(r"/// ?(.*)", comment)
    last = next((at for at, line in enumerate(lines) if re.match(r"Default: |Required\b", line)), len(lines))
    meaning, default = cell(lines[:last]), cell(lines[last:]).removeprefix("default: ")
    return {"default": default, "meaning": meaning, "bounds": meaning, "read from": meaning}


def cell(lines: list[str]) -> str:
    """Without the capital letter of a sentence."""
    text = sentence(" ".join(lines))
    return text[:1].lower() + text[1:] if re.match(r"[A-Z][a-z ]", text) else text


# Records


def keys(pattern: str) -> list[str]:
    # A record's claims are encoded before it is.
    claim = re.search(r'prefix: "(.*?)"', sources("Observability/Audit/RecordedClaims.swift"))[1]
    text = sources(pattern).replace("line.append(encodedMembers: claims.members)", f'line.member("{claim}\\(name)", claim)')
    found = re.findall(r'line\.member\(\s*"((?:\\\(.*?\)|[^"\\])+)"', text)
    return list(dict.fromkeys(re.sub(r"\\\(.*", "NAME", key) for key in found))


def record_keys() -> Rows:
    return {key: {} for key in keys("Observability/Audit/AuditRecord+encoding.swift")}


def gathered_keys() -> Rows:
    return {key: {} for key in keys("Observability/Audit/GatheredRefusals.swift") if key not in record_keys()}


def cases(pattern: str, enumeration: str) -> Rows:
    body = re.search(rf"enum {enumeration}: .*?\{{(.*?)\}}", sources(pattern), re.S)[1]
    return {name: {} for line in re.findall(r"^ *case (.+)$", body, re.M) for name in re.findall(r"\w+", line)}


def record_events() -> Rows:
    return cases("Observability/Audit/AuditRecord.swift", "Event") | {"refusals": {}}


def outcomes() -> Rows:
    """Without `completed`: what did what it was asked to has no outcome in its record."""
    return {name: cells for name, cells in cases("Observability/Audit/AuditOutcome.swift", "Name").items() if name != "completed"}


# CI systems


def provider_texts() -> dict[str, str]:
    """The text of each CI system's file, by the name in the configuration."""
    found = {}
    for text in source("PublisherPolicy/Providers/*.swift").values():
        name = re.search(r'let id = (?:"([^"]+)"|ProviderCatalog\.(\w+))', text)
        found[name[1] or name[2]] = text
    return found


def stated(text: str, name: str) -> list[str]:
    """The names of an array that a property or an argument of this name has."""
    found = re.search(rf"\b{name}(?:: \[[\w.]+\] =| =|:) \[(.*?)\]", text, re.S)
    return quoted(found[1]) if found else []


def repository_key(text: str) -> tuple[str, str]:
    """The condition and the claim; equal for those that say so in code."""
    found = re.search(r'let repositoryKey: [^=]*= \("([^"]+)", "([^"]+)"\)', text)
    return (found[1], found[2]) if found else ("", "")


def providers() -> Rows:
    return {
        name: {"ids": voiced(stated(text, "immutableIDs")) or "none", "`tag`": "yes" if "tag" in stated(text, "specialConditions") else "no"}
        for name, text in provider_texts().items()}


def claims() -> Rows:
    """Of any other issuer the operator says which there are."""
    rows: Rows = {}
    for name, text in provider_texts().items():
        condition, claim = repository_key(text)
        table = re.search(r"ClaimTable\((.*?)\)\n", text, re.S)[1]
        required, lists = stated(table, "required"), stated(table, "lists")
        others = sorted(stated(table, "optional") + lists)
        special = [key for key in stated(text, "specialConditions") if key != condition]
        beside = [f"`{key}` (a list)" if key in lists else f"`{key}`" for key in special + others]
        if "isOpen: true" in table:
            beside.append("and those that administrators add")
        rows[name] = {} if not required else {
            "required of each token": ", ".join(f"`{key}` (`{condition}`)" if key == claim != condition else f"`{key}`" for key in required),
            "conditions beside those": ", ".join(beside)}
    return rows


def triggers() -> Rows:
    rows: Rows = {}
    for name, text in provider_texts().items():
        condition, claim = repository_key(text)
        found = re.findall(r'UntrustedTrigger\(\s*"(\w+)",\s*\[(.*?)\]\)', text, re.S)
        if found:
            rows[name] = {"refused": "; ".join(
                f"any `{key}`" if quoted(values) == ["**"] else f"`{condition if key == claim else key}`: {voiced(quoted(values))}"
                for key, values in found)}
    return rows


TABLES = {table.__name__: table for table in (
    codes, metrics, events, configuration_keys, record_keys, gathered_keys, record_events, outcomes, providers, claims, triggers)}
