"""Real files of PyPI, fetched with pip's own session and index settings and kept in .build/real-files. As a program: fetches all of them.

`pip download` itself would build what it downloads, which source distributions of old no longer allow."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build" / "real-files"


@dataclass(frozen=True)
class RealFile:
    name: str
    version: str
    file: str
    code: str | None  # of the refusal that is right
    passing: str | None  # the file name that the refusal must say

    @property
    def path(self) -> Path:
        return FOLDER / self.file


def listed(name: str = "real_files.txt") -> list[RealFile]:
    found = []
    for line in (ROOT / "Tests/Vectors" / name).read_text().splitlines():
        if line and not line.startswith("#"):
            name, version, file, verdict, *refusal = line.split()
            assert verdict == ("refused" if refusal else "passes"), line
            code, passing = refusal or (None, None)
            found.append(RealFile(name, version, file, code, None if passing == "-" else passing))
    return found


def fetch_all() -> str:
    """Fetches what is not yet here; what could not be had is told by the text."""
    run = subprocess.run([sys.executable, __file__], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return run.stdout + run.stderr[-2000:]


def fetch(wanted: list[RealFile]):
    from pip._internal.commands import create_command
    from pip._internal.index.collector import LinkCollector, parse_links
    from pip._internal.models.link import Link

    command = create_command("download")
    with command.main_context():
        options, _ = command.parse_args([])
        session = command.get_default_session(options)
        collector = LinkCollector.create(session, options=options)

        def links(name: str):
            project = name.lower().replace(".", "-").replace("_", "-")
            page = collector.fetch_response(Link(f"{options.index_url.rstrip('/')}/{project}/"))
            return {link.filename: link for link in parse_links(page)} if page else {}

        def one(file: RealFile):
            try:
                link = links(file.name)[file.file]
                answer = session.get(link.url_without_fragment)
                answer.raise_for_status()
            except Exception as error:  # Whatever pip, its network or its index say, the file is not here.
                print(f"NOT FETCHED: {file.file}: {type(error).__name__}: {error}"[:300])
                return
            if hashlib.new(link.hash_name, answer.content).hexdigest() != link.hash:
                print(f"NOT FETCHED: {file.file}: another {link.hash_name} than the index says")
                return
            partial = file.path.with_suffix(f".partial-{os.getpid()}")
            partial.write_bytes(answer.content)
            partial.rename(file.path)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, wanted))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    everything = listed() + listed("real_workspaces.txt")
    if missing := [file for file in everything if not file.path.exists()]:
        fetch(missing)
