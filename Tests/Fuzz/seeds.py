"""Writes the first inputs of a target: `seeds.py TARGET FOLDER`. They are made, not collected."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from gem_forms import FORMS
from gems import by_hand, checksums, specification
from nuget import RELATIONSHIPS, nuspec, package, symbols

TEXTS = [metadata.encode() for metadata, _ in FORMS.values()] + [specification().encode()]
YAML = [
    b"a: b\n", b"a:\n- - 'b'\n  - \"c\\x41\"\n- d: [e, {f: g}]\n", b"--- !binary\na: |-\n  b\n\n   c\nd: >+\n  e\n\n...\n", b"a: b\n  c\nd:\n  e: 'f\n\n    g'\n",
    b'!binary "YQ==":\n  - b: c\n    d: !binary |\n      ZQ==\n# f\n', b"name: a\ndependencies:\n  b: ^1.0.0\n  c:\n    sdk: flutter\nenvironment: {sdk: '>=3.0.0 <4.0.0'}\n",
]
XML = [
    b"<a/>", b"<?xml version='1.0' encoding='UTF-8' standalone='no'?>\n<a b='c' xmlns='urn:d' xmlns:e=\"urn:f\" e:g='&lt;&#65;'>h<e:i/>&amp;<![CDATA[j]]><!-- k --></a>\n",
    b"\xef\xbb\xbf<a xml:space='preserve'>\xc3\xa4\r\n<b xmlns=''>c</b ></a>",
]
MANIFESTS = [nuspec(), nuspec("A.b-c_1", "01.2.3.4-rc.01+x"), nuspec(schema="", declaration="")]
SEEDS = {
    "YAML": TEXTS + YAML + [checksums({"metadata.gz": b"1", "data.tar.gz": b"2"})],
    "Gem": [by_hand(), by_hand(stated=None), *TEXTS, *(text + b"\0" + checksums({"metadata.gz": b"1", "data.tar.gz": b"2"}) for text in TEXTS[:1])],
    "XML": XML + [text.encode() for text in [*MANIFESTS, RELATIONSHIPS % "a.nuspec"]],
    "NuGet": [package(), symbols(), *(text.encode() for text in MANIFESTS), nuspec().encode() + b"\0" + (RELATIONSHIPS % "a.nuspec").encode()],
}


def main(target: str, folder: Path):
    for number, seed in enumerate(SEEDS[target]):
        (folder / f"seed-{number}").write_bytes(seed)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
