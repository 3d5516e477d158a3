"""Tiny distributions, made in code, each of a fresh name."""

import base64
import gzip
import hashlib
import io
import secrets
import tarfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Distribution:
    name: str
    version: str
    filename: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def of(self, content: bytes) -> "Distribution":
        """Other bytes under the same name."""
        return replace(self, content=content)

    def write(self, directory: Path) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / self.filename
        path.write_bytes(self.content)
        return path


def fresh_name(prefix: str = "acme-widgets") -> str:
    return f"{prefix}-{secrets.token_hex(4)}"


def metadata(name: str, version: str) -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: A tiny distribution\nRequires-Python: >=3.8\n"


def wheel(name: str, version: str = "1.0.0", padding: int = 0, stated: str | None = None) -> Distribution:
    """`stated`: other metadata than those of that name and version; empty for none."""
    stem = name.replace("-", "_")
    info = f"{stem}-{version}.dist-info"
    stated = metadata(name, version) if stated is None else stated
    files = {
        f"{stem}/__init__.py": f'"""{secrets.token_hex(16)}"""\n'.encode() + b"#" * padding,
        **({f"{info}/METADATA": stated.encode()} if stated else {}),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{path},sha256={digest(content)},{len(content)}" for path, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), content)
    return Distribution(name, version, f"{stem}-{version}-py3-none-any.whl", output.getvalue())


def sdist(name: str, version: str = "1.0.0", padding: int = 0) -> Distribution:
    """`padding`: bytes of a further file, which compress to half of them."""
    stem = name.replace("-", "_")
    files = {
        "PKG-INFO": metadata(name, version),
        "pyproject.toml": pyproject(name, version),
        f"{stem}/__init__.py": f'"""{secrets.token_hex(16)}"""\n',
        **({f"{stem}/padding.txt": secrets.token_hex(padding // 2)} if padding else {}),
    }
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{stem}-{version}/{path}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return Distribution(name, version, f"{stem}-{version}.tar.gz", gzip.compress(output.getvalue(), mtime=0))


def pyproject(name: str, version: str) -> str:
    """A project that each of flit, hatch, poetry, pdm takes as its own."""
    stem = name.replace("-", "_")
    return f"""[build-system]
requires = ["flit_core >=3.11,<5"]
build-backend = "flit_core.buildapi"

[project]
name = "{name}"
version = "{version}"
description = "A tiny distribution"
requires-python = ">=3.8"
dependencies = []

[tool.flit.module]
name = "{stem}"
"""


def write_project(directory: Path, name: str, version: str = "1.0.0") -> Path:
    """The source tree of a project, for clients that publish only from one."""
    module = directory / name.replace("-", "_")
    module.mkdir(parents=True)
    (directory / "pyproject.toml").write_text(pyproject(name, version))
    (module / "__init__.py").write_text('"""A tiny distribution"""\n')
    return directory


def digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
