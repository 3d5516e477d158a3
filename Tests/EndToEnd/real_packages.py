"""Real npm packages: Debian's, packed by npm as `npm publish` packs. They are kept in .build/real-packages."""

import shutil
from pathlib import Path

from npm_registry import SYSTEM_NPM
from real_crates import run
from registries import ROOT

FOLDER = ROOT / ".build" / "real-packages"
PACKED = FOLDER / "packed"


def listed() -> list[str]:
    """Debian's names of the packages."""
    lines = (ROOT / "Tests/Vectors/real_packages.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pack_all() -> str:
    """Fetches and packs what is not yet here; what could not be had is told by the text."""
    fetched = FOLDER / "fetched"
    fetched.mkdir(parents=True, exist_ok=True)
    PACKED.mkdir(exist_ok=True)
    missing = [package for package in listed() if not any(fetched.glob(f"{package}_*.deb"))]
    told = run("apt-get", "download", "-q", *missing, cwd=fetched).stderr if missing else ""
    for package in sorted(fetched.glob("*.deb")):
        unpacked = FOLDER / "unpacked" / package.stem
        if not unpacked.exists():
            unpacked.parent.mkdir(exist_ok=True)
            run("dpkg-deb", "-x", package, unpacked, check=True)
            own = package.name.split("_")[0].removeprefix("node-")
            told += "".join(pack(manifest.parent) for manifest in unpacked.glob(f"usr/*/nodejs/{own}/package.json"))
    return told[-2000:]


def pack(package: Path) -> str:
    """Links lead into other packages of Debian: they are left out, as npm leaves them out."""
    project = FOLDER / "projects" / package.name
    shutil.copytree(
        package, project, dirs_exist_ok=True, ignore=lambda folder, names: [name for name in names if (Path(folder) / name).is_symlink()])
    done = run(
        SYSTEM_NPM, "pack", "--ignore-scripts", "--offline", "--pack-destination", PACKED, cwd=project,
        env={"PATH": "/usr/bin:/bin", "HOME": str(FOLDER)})
    return "" if done.returncode == 0 else f"NOT PACKED: {package.name}: {done.stderr[-300:]}\n"


def packed() -> list[Path]:
    return sorted(PACKED.glob("*.tgz"))
