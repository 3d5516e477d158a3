"""What the documents say is complete and leads somewhere: links, and the tables of what the code declares."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from codes import declared
from gateway import BINARY
from registries import ROOT

README = ROOT / "README.md"
SOURCES = ROOT / "Sources"
CATALOG = SOURCES / "Gateway" / "Documentation.docc"
ARTICLES = sorted(CATALOG.glob("*.md"))
DOCUMENTS = [README, *sorted((ROOT / ".github").rglob("*.md")), *ARTICLES]
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


def source(pattern: str) -> dict[Path, str]:
    texts = {path: path.read_text() for path in sorted(SOURCES.glob(pattern))}
    assert texts, pattern
    return texts


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def headings(path: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", without_code(path.read_text()), re.M)


def github_place(heading: str) -> str:
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def docc_place(heading: str) -> str:
    return re.sub(r"-+", "-", re.sub(r"[^A-Za-z0-9]", "-", heading)).strip("-")


def table(path: Path, first: str) -> set[str]:
    """What stands in code voice in the first column of a document's tables whose first column is called so."""
    found = set()
    for lines in re.findall(r"(?:^\|.*\n)+", path.read_text(), re.M):
        title, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines.splitlines()]
        if title[0] == first:
            for row in rows:
                names = re.findall(r"`([^`]+)`", row[0])
                assert names, (path.name, row)
                assert not found & set(names), (path.name, row)
                found |= set(names)
    return found


# Where links lead


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_links_lead_somewhere(path):
    text = without_code(path.read_text())
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, place = target.partition("#")
        file = path.parent / name if name else path
        assert file.exists(), target
        assert not place or place in {github_place(heading) for heading in headings(file)}, target


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_references_lead_somewhere(path):
    for target in re.findall(r"<doc:([^>]+)>", path.read_text()):
        name, _, place = target.partition("#")
        article = CATALOG / f"{name}.md"
        assert article.exists(), target
        assert not place or place in {docc_place(heading) for heading in headings(article)}, target


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_paths_of_the_repository_are_there(path):
    for name in re.findall(r"`((?:Sources|Tests|deploy)/[^`\s*]+)`", path.read_text()):
        assert (ROOT / name).exists(), name


def test_the_catalog_builds_without_warnings(tmp_path):
    docc = shutil.which("docc")
    if docc is None:
        pytest.skip("there is no docc")
    run = subprocess.run(
        [docc, "convert", CATALOG, "--fallback-display-name", "Imprimatur", "--fallback-bundle-identifier", "imprimatur", "--warnings-as-errors",
         "--output-path", tmp_path / "imprimatur.doccarchive"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_article_is_reachable():
    listed = set(re.findall(r"<doc:(\w+)>", (CATALOG / "Documentation.md").read_text()))
    assert listed == {path.stem for path in ARTICLES} - {"Documentation"}
    linked = re.findall(r"\]\(Sources/Gateway/Documentation\.docc/(\w+)\.md\)", README.read_text())
    assert set(linked) == {path.stem for path in ARTICLES}


# The README


def test_the_readme_is_short():
    assert len(README.read_text().splitlines()) <= 120


def test_the_configuration_in_the_readme_is_valid(tmp_path):
    blocks = re.findall(r"^( *)```yaml\n(.*?)^ *```", README.read_text(), re.M | re.S)
    configurations = [text for _, text in blocks if text.lstrip().startswith("version:")]
    assert len(configurations) == 1
    path = tmp_path / "imprimatur.yaml"
    path.write_text(configurations[0])
    run = subprocess.run([BINARY, "check", "-c", path, "--strict", "--without-secrets"], capture_output=True, text=True, env={})
    assert run.returncode == 0, run.stdout + run.stderr


# What the code declares


def test_every_refusal_code_is_documented():
    assert table(CATALOG / "RefusalCodes.md", "code") == declared()


def test_every_metric_is_documented():
    text = "\n".join(source("Observability/Metrics/*.swift").values())
    families = set(re.findall(r'"((?:imprimatur|process)_[a-z_]+)"', text))
    assert len(families) > 30
    assert table(CATALOG / "Metrics.md", "metric") == families
    series = {f"{name}{end}" for name in families for end in ("", "_bucket", "_sum", "_count")}
    for path in DOCUMENTS:
        assert set(re.findall(r"\b(?:imprimatur|process)_[a-z_]+[a-z]\b", path.read_text())) <= series, path.name


def test_every_event_of_the_log_is_documented():
    (text,) = source("Observability/Log/LogEvent.swift").values()
    assert table(CATALOG / "Metrics.md", "event") == set(re.findall(r'case \w+ = "([^"]+)"', text))


def test_every_key_of_a_record_is_documented():
    text = "\n".join(source("Observability/Audit/AuditRecord+encoding.swift").values())
    text += "\n".join(source("Observability/Audit/GatheredRefusals.swift").values())
    keys = {re.sub(r"\\\(.*", "NAME", key) for key in re.findall(r'line\.member\(\s*"((?:\\\(.*?\)|[^"\\])+)"', text)}
    assert len(keys) > 35
    assert table(CATALOG / "AuditRecord.md", "key") == keys


def test_every_event_and_outcome_of_a_record_is_documented():
    (text,) = source("Observability/Audit/AuditRecord.swift").values()
    events = re.search(r"enum Event: .*?\{(.*?)\}", text, re.S)[1]
    assert table(CATALOG / "AuditRecord.md", "`event`") == cases(events) | {"refusals"}
    (text,) = source("Observability/Audit/AuditOutcome.swift").values()
    outcomes = cases(re.search(r"enum Name: .*?\{(.*?)\}", text, re.S)[1])
    # What did what it was asked to has no outcome in its record.
    assert table(CATALOG / "AuditRecord.md", "`outcome`") == outcomes - {"completed"}


def cases(body: str) -> set[str]:
    return {name for line in re.findall(r"^ *case (.+)$", body, re.M) for name in re.findall(r"\w+", line)}


def test_every_key_of_the_configuration_is_documented():
    keys = set()
    for text in source("Gateway/Settings/SettingsSchema*.swift").values():
        for given in re.findall(r"\.members\((\[[^\]]*\]|(?:Self\.)?\w+)(?: \+ ownKeys)?\)", text):
            lists = [given] if given[0] == "[" else re.findall(rf"let {given.removeprefix('Self.')} = (\[[^\]]*\])", text)
            assert lists, given
            keys |= set(re.findall(r'"(\w+)"', " ".join(lists)))
    for text in source("RegistryProtocols/*/*.swift").values():
        keys |= set(re.findall(r'\b(?:Text|Choice|Choices)Option(?:<\w+>)?\("(\w+)"', text))
    assert len(keys) > 100
    written = {part for key in table(CATALOG / "Configuration.md", "key") for part in key.split(".")}
    assert written - {"NAME"} == keys


def providers() -> dict[str, str]:
    """The text of each CI system's file, by the name in the configuration."""
    found = {}
    for text in source("PublisherPolicy/Providers/*.swift").values():
        name = re.search(r'let id = (?:"([^"]+)"|ProviderCatalog\.(\w+))', text)
        found[name[1] or name[2]] = text
    return found


def rows_of(title: str) -> dict[str, str]:
    """The rows of the table of CI systems that has these columns, by the name of the system."""
    text = (CATALOG / "CISystems.md").read_text()
    rows = text[text.index(title) :].split("\n\n")[0].splitlines()[2:]
    return {re.match(r"\| `([^`]+)` \|", row)[1]: row.split("|", 2)[2] for row in rows}


def test_every_ci_system_is_documented():
    assert rows_of("| provider | tokens of |").keys() == providers().keys()
    assert rows_of("| provider | refused |").keys() == {name for name, text in providers().items() if "let untrustedTriggers" in text}


@pytest.mark.parametrize("name", providers())
def test_every_claim_that_can_be_a_condition_is_documented(name):
    text = providers()[name]
    claims = re.search(r"ClaimTable\((.*?)\)\n", text, re.S)[1]
    lists = re.findall(r"\b(?:required|optional|lists): \[(.*?)\]", claims, re.S) + re.findall(r"specialConditions: \[ExactString\] = \[(.*?)\]", text)
    names = set(re.findall(r'"([^"]+)"', " ".join(lists)))
    # Of any other issuer the operator says which there are.
    assert set(re.findall(r"`([^`]+)`", rows_of("| provider | required of each token |")[name])) == (names or {"identity"})


# What can be typed


def run_help(*command: str) -> str:
    return subprocess.run([BINARY, *command, "--help"], capture_output=True, text=True, check=True).stdout


def subcommands(*command: str) -> list[str]:
    _, _, listed = run_help(*command).partition("SUBCOMMANDS:\n")
    return re.findall(r"^  (\w+)", listed.split("\n\n")[0], re.M)


def test_every_command_and_option_is_documented():
    text = (CATALOG / "Commands.md").read_text()
    commands = [command for name in subcommands() for command in [(name,), *((name, inner) for inner in subcommands(name))]]
    assert len(commands) > 8
    for command in commands:
        assert re.search(rf"\b{command[-1]}\b", text), command
        for option in set(re.findall(r"--[a-z-]+", run_help(*command))) - {"--help"}:
            assert option in text, (command, option)


def lines_for_jq() -> list[str]:
    text = "".join(path.read_text() for path in ARTICLES)
    commands = re.findall(r"^    (jq .*(?:\n      +.*)*)", text, re.M)
    assert len(commands) > 5
    return commands


RECORDS = [
    {"time": "2026-11-27T18:04:54.925Z", "event": "publish", "request.id": "01M8F2X18CB88D53YH4WHY877N", "outcome": "published",
     "package.name": "acme-widgets", "package.version": "1.0.0", "publisher.id": "widgets-release"},
    {"time": "2026-11-27T18:05:04.117Z", "event": "refusals", "outcome": "refused", "count": 3, "reasons": {"token.malformed": 2, "token.expired": 1}},
    {"time": "2026-11-27T18:05:05.000Z", "event": "publish", "outcome": "refused", "reason": "token.expired", "publisher.nearest": "widgets-release"},
    {"time": "2026-11-27T18:05:06.000Z", "event": "freeze", "operator.user": "alice", "detail": "a stolen laptop"},
]


@pytest.mark.parametrize("command", lines_for_jq())
def test_jq_finds_something(command, tmp_path):
    (tmp_path / "audit.jsonl").write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    command = command.split("| imprimatur")[0]
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout.strip(), run.stderr
