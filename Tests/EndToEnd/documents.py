"""The tables of the documents whose rows come from the sources."""

import re
from collections.abc import Callable

from registries import ROOT

CATALOG = ROOT / "Sources" / "Gateway" / "Documentation.docc"

Rows = dict[str, dict[str, str]]
"""By the name in code voice in its first column: the cells that the sources know, by the title of their column."""

BLOCK = re.compile(r"<!-- begin (\w+)(?: ([^>]*?))? -->\n\n(.*?)\n\n<!-- end \1 -->", re.S)


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """The tables that are to be written: the name and the words behind it."""
    return [(found[1], (found[2] or "").split()) for found in BLOCK.finditer(text)]


def written(text: str, tables: dict[str, Callable[..., Rows]]) -> str:
    """A document with its tables as the sources have them. A table's function gets the words that stand behind its name."""

    def block(found: re.Match) -> str:
        titles, *kept = [[cell.strip() for cell in line.split("|")[1:-1]] for line in found[3].splitlines() if not line.startswith("|---")]
        cells_kept = {row[0]: dict(zip(titles, row)) for row in kept}
        lines = [titles, ["---"] * len(titles)]
        rows = {f"`{name}`": known for name, known in tables[found[1]](*(found[2] or "").split()).items()}
        # The order is a person's too; what is new comes last.
        for name in [name for name in cells_kept if name in rows] + [name for name in rows if name not in cells_kept]:
            cells = {title: "" for title in titles} | cells_kept.get(name, {}) | {titles[0]: name} | rows[name]
            lines.append([cells[title] for title in titles])
        return found[0].replace(found[3], "\n".join(row_text(cells) for cells in lines))

    return BLOCK.sub(block, text)


def row_text(cells: list[str]) -> str:
    if set(cells) == {"---"}:
        return "|" + "|".join(cells) + "|"
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)
