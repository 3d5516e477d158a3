"""Holds what a target has accepted against Python's readers: `oracle.py TARGET FOLDER`. Fails where they find something else, or refuse it."""

import json
import sys
from pathlib import Path
from xml.parsers import expat

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

import yaml

import gems
import nuget


# YAML


def node(written) -> object:
    if isinstance(written, yaml.MappingNode):
        return ["mapping", *(node(part) for pair in written.value for part in pair)]
    if isinstance(written, yaml.SequenceNode):
        return ["sequence", *map(node, written.value)]
    return written.value


def same_node(found: object, other: object) -> bool:
    """`None` stands for a text that was not read."""
    if isinstance(found, list) and isinstance(other, list):
        return len(found) == len(other) and all(map(same_node, found, other))
    return found == other or found is None and isinstance(other, str)


# XML


def tree(text: bytes) -> list:
    """Of each element its name, its attributes without a prefix, its text if no element is in it, and its children."""
    root: list = []
    stack = [root]

    def begin(name, attributes):
        plain = [part for pair in zip(attributes[::2], attributes[1::2]) if " " not in pair[0] for part in pair]
        stack[-1].append([name, plain, "", []])
        stack.append(stack[-1][-1][3])

    def end(_):
        stack.pop()

    def read(data):
        stack[-2][-1][2] += data

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, read
    parser.Parse(text, True)
    return root[0]


def same_element(found: list, other: list) -> bool:
    """`None` stands for a text that was not read."""
    name, attributes, text, *children = found
    if name != other[0] or len(attributes) != len(other[1]) or any(one not in (None, two) for one, two in zip(attributes, other[1])):
        return False
    if text is not None and text != other[2] or len(children) != len(other[3]):
        return False
    return all(map(same_element, children, other[3]))


def of_nuget(found: str, text: bytes) -> bool:
    id, version = nuget.read_name(text)
    return f"{id.lower()}.{nuget.normalized(version)}.nupkg" == found


AGREES = {
    "YAML": lambda found, text: same_node(json.loads(found)["is"], node(yaml.compose(text, yaml.SafeLoader))),
    "Gem": lambda found, text: gems.read_name(text) in found.split(" "),
    "XML": lambda found, text: same_element(json.loads(found)["is"], tree(text)),
    "NuGet": of_nuget,
}


def main(target: str, folder: Path) -> int:
    differences = count = 0
    for path in sorted(folder.iterdir(), key=lambda path: int(path.name)):
        found, text = path.read_bytes().split(b"\n", 1)
        count += 1
        try:
            if AGREES[target](found.decode(), text):
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
