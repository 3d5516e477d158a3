"""Real crates: Debian's packages of them, packed by cargo as `cargo publish` packs. They are kept in .build/real-crates."""

import os
import shutil
import subprocess
from pathlib import Path

from clients import environment
from crates import CARGO
from registries import ROOT

FOLDER = ROOT / ".build" / "real-crates"
PACKED = FOLDER / "target" / "package"


def listed() -> list[str]:
    """Debian's names of the packages."""
    lines = (ROOT / "Tests/Vectors/real_crates.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def run(*arguments, **more) -> subprocess.CompletedProcess:
    return subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)


def pack_all() -> str:
    """Fetches and packs what is not yet here; what could not be had is told by the text."""
    fetched = FOLDER / "fetched"
    fetched.mkdir(parents=True, exist_ok=True)
    missing = [package for package in listed() if not any(fetched.glob(f"{package}_*.deb"))]
    told = run("apt-get", "download", "-q", *missing, cwd=fetched).stderr if missing else ""
    for package in sorted(fetched.glob("*.deb")):
        unpacked = FOLDER / "unpacked" / package.stem
        if not unpacked.exists():
            unpacked.parent.mkdir(exist_ok=True)
            run("dpkg-deb", "-x", package, unpacked, check=True)
            for crate in (unpacked / "usr/share/cargo/registry").iterdir():
                told += pack(crate)
    return told[-2000:]


def pack(crate: Path) -> str:
    """What Debian adds is left out. The files are links into other packages in some of its crates."""
    project = FOLDER / "projects" / crate.name
    shutil.copytree(crate, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".cargo-checksum.json", "debian"))
    done = run(
        CARGO, "package", "--no-verify", "--offline", "--allow-dirty", "--exclude-lockfile", "--target-dir", FOLDER / "target", cwd=project,
        env=environment(FOLDER / "home", RUSTUP_HOME=os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup"))))
    return "" if done.returncode == 0 else f"NOT PACKED: {crate.name}: {done.stderr[-300:]}\n"


def packed() -> list[Path]:
    return sorted(PACKED.glob("*.crate"))
