"""Holds what a target has accepted against Python's readers: `oracle.py TARGET FOLDER`. Fails where they find something else, or refuse it."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

import yaml

from gems import read_name


def node(written) -> object:
    if isinstance(written, yaml.MappingNode):
        return ["mapping", *(node(part) for pair in written.value for part in pair)]
    if isinstance(written, yaml.SequenceNode):
        return ["sequence", *map(node, written.value)]
    return written.value


def same(found: object, other: object) -> bool:
    """`None` stands for a text that was not read."""
    if isinstance(found, list) and isinstance(other, list):
        return len(found) == len(other) and all(map(same, found, other))
    return found == other or found is None and isinstance(other, str)


def agrees(target: str, found: str, text: bytes) -> bool:
    if target == "Gem":
        return read_name(text) == found
    return same(json.loads(found)["is"], node(yaml.compose(text, yaml.SafeLoader)))


def main(target: str, folder: Path) -> int:
    differences = count = 0
    for path in sorted(folder.iterdir(), key=lambda path: int(path.name)):
        found, text = path.read_bytes().split(b"\n", 1)
        count += 1
        try:
            if agrees(target, found.decode(), text):
                continue
            reason = "another reading"
        except Exception as failure:  # whatever a reader says of a text that it does not take
            reason = f"{type(failure).__name__}: {failure}"
        differences += 1
        if differences <= 20:
            print(f"{path}: found {found!r}; {reason[:600]}")
    print(f"counted: accepted by {target}: {count}, of which Python reads differently: {differences}")
    return 0 if count and not differences else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
