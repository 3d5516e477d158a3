"""What the documents say is complete and leads somewhere: links, and the tables of what the code declares."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from declared import TABLES, configuration_keys, declared, key_groups, metrics, refusal_codes
from documents import BLOCK, CATALOG, blocks
from gateway import BINARY
from registries import ROOT

README = ROOT / "README.md"
ARTICLES = sorted(CATALOG.glob("*.md"))
DOCUMENTS = [README, *sorted((ROOT / ".github").rglob("*.md")), *ARTICLES]
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
# The columns that say what a name stands for.
MEANINGS = {"cause", "tells", "means", "meaning", "bounds", "read from", "is", "tokens of", "required of each token", "refused"}


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
    run = subprocess.run([BINARY, "check", "-c", path, "--strict", "--without-secrets"], capture_output=True, text=True,
        env={"LLVM_PROFILE_FILE": os.devnull})
    assert run.returncode == 0, run.stdout + run.stderr


# What the code declares


def test_the_tables_are_as_the_sources_have_them():
    run = subprocess.run([ROOT / "Tests" / "tables", "--check"], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", ""), f"{run.stdout}{run.stderr}`Tests/tables` writes them"


@pytest.mark.parametrize("name, least", [
    ("metrics", 30), ("events", 20), ("record_keys", 35), ("gathered_keys", 4), ("record_events", 6), ("outcomes", 5), ("providers", 15), ("claims", 15),
    ("triggers", 8),
])
def test_each_table_is_in_one_document(name, least):
    assert len(TABLES[name]()) >= least
    assert [words for path in ARTICLES for block, words in blocks(path.read_text()) if block == name] == [[]]


def test_every_refusal_code_is_documented():
    assert len(declared()) > 130
    assert sum(status is not None for status in refusal_codes().values()) > 140
    assert table(CATALOG / "RefusalCodes.md", "code") == declared()


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_no_row_lacks_its_meaning(path):
    for found in BLOCK.finditer(path.read_text()):
        titles, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in found[3].splitlines() if not line.startswith("|---")]
        column = next(index for index, title in enumerate(titles) if title in MEANINGS)
        for row in rows:
            assert row[column], row[0]


def test_no_document_names_another_metric():
    families = metrics()
    series = {f"{name}{end}" for name in families for end in ("", "_bucket", "_sum", "_count")}
    for path in DOCUMENTS:
        assert set(re.findall(r"\b(?:imprimatur|process)_[a-z_]+[a-z]\b", path.read_text())) <= series, path.name


def test_every_key_of_the_configuration_is_documented_once():
    listed = [name for block, words in blocks((CATALOG / "Configuration.md").read_text()) for name in words if block == "configuration_keys"]
    assert sorted(listed) == sorted(key_groups())
    keys = configuration_keys(*listed)
    assert len(keys) > 110
    assert table(CATALOG / "Configuration.md", "key") == set(keys)


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
