"""Where each client's program is."""

from pathlib import Path

from registries import VENVS


def client(name: str) -> Path:
    for environment in ("clients", f"client-{name}"):
        program = VENVS / environment / "bin" / name
        if program.exists():
            return program
    raise AssertionError(f"{name} is not installed; run Tests/run python")
