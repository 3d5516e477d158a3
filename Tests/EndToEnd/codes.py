"""Every code of a refusal, by the sources, and those that a run provoked. As a program: fails on a code that the run at a folder did not."""

import sys
from pathlib import Path

from declared import declared

# What a client can't provoke, and why.
NOT_FROM_CLIENTS = {
    "framing.repeated-field": "a field that must stand once and is repeated counts as missing",
    "framing.malformed-status-line": "an answer's first line: told as upstream.malformed-answer",
    "framing.unrequested-upgrade": "an answer's 101: told as upstream.malformed-answer",
    "route.path-not-absolute": "refused as framing.target-not-origin-form before it is a path",
    **{
        f"route.query-{reason}": "told as route.malformed-query or route.action-not-accepted, and on reads the query is the registry's to judge"
        for reason in ("empty-parameter", "ambiguous-plus", "repeated-parameter")
    },
    **{
        f"framing.{reason}": "in a body: told as body.malformed, body.too-large or body.incomplete"
        for reason in ("malformed-chunk-size", "chunk-too-large", "malformed-chunk-extension", "chunk-extensions-too-long",
                       "malformed-chunk-end", "forbidden-trailer", "truncated-body")
    },
}

seen = set()


def note(line: dict):
    """A log line, an audit record or an answer's body; those of a refusal hold its code."""
    if isinstance(line.get("reason"), str):
        seen.add(line["reason"])


def save(folder: Path, name: str):
    (folder / name).write_text("".join(f"{code}\n" for code in sorted(seen)))


def main(folder: Path) -> int:
    provoked = {code for file in folder.iterdir() for code in file.read_text().split()}
    codes = declared() - NOT_FROM_CLIENTS.keys()
    print(f"counted: codes of refusals: {len(codes)} declared, {len(codes & provoked)} provoked")
    for code in sorted(codes - provoked):
        print(f"no test provokes {code}")
    for code in sorted(provoked - codes):
        print(f"no source declares {code}")
    return 0 if codes == provoked and len(codes) > 100 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
