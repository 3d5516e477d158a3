"""Each client's own way to publish a wheel and an sdist with an OIDC token."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from packages import Distribution, pyproject, sdist, wheel, write_project
from registries import VENVS


def client(name: str) -> Path:
    program = VENVS / name / "bin" / name
    assert program.exists(), f"{name} is not installed; run Tests/run python"
    return program


def version(name: str) -> str:
    done = subprocess.run([client(name), "--version"], capture_output=True, text=True, timeout=60, env=environment(Path("/nonexistent")))
    return (done.stdout + done.stderr).strip()


def environment(home: Path, **more: str) -> dict:
    """Nothing of the machine's own configuration, keyrings or CI."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "400",
        "LLVM_PROFILE_FILE": os.devnull,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        **more,
    }


@dataclass
class Run:
    """One publish: what was sent, how the client ended, and what the person saw."""

    distributions: list[Distribution]
    status: int
    seen: str


@dataclass
class Publishing:
    """What a client is given: a package's name, where to publish, and who the job is."""

    gateway: object
    issuer: object
    directory: Path
    package: str
    claims: dict

    @property
    def token(self) -> str:
        return self.issuer.mint(**self.claims)

    @property
    def dist(self) -> Path:
        return self.directory / "dist"

    def built(self) -> list[Distribution]:
        """Both distributions, made by us."""
        self.directory.mkdir(parents=True)
        distributions = [wheel(self.package), sdist(self.package)]
        for distribution in distributions:
            distribution.write(self.dist)
        (self.directory / "pyproject.toml").write_text(pyproject(self.package, "1.0.0"))
        return distributions

    @property
    def files(self) -> list[str]:
        return sorted(str(path) for path in self.dist.iterdir())

    def run(self, arguments, distributions, **variables: str) -> Run:
        done = subprocess.run(
            [client(arguments[0]), *arguments[1:]], cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=120, env=environment(self.directory / "home", **variables))
        return Run(distributions, done.returncode, " ".join(done.stdout.decode(errors="replace").split()))


def twine(publishing: Publishing) -> Run:
    built = publishing.built()
    return publishing.run(
        ["twine", "upload", "--non-interactive", "--disable-progress-bar", "--repository-url", publishing.gateway.url, "-u", "__token__",
         "-p", publishing.token, *publishing.files], built)


def uv(publishing: Publishing) -> Run:
    built = publishing.built()
    return publishing.run(
        ["uv", "publish", "--no-cache", "--trusted-publishing", "always", "--publish-url", publishing.gateway.url, *publishing.files], built,
        SSL_CERT_FILE=str(publishing.gateway.tls.authority), UV_SYSTEM_CERTS="1", **publishing.issuer.ambient_environment(**publishing.claims))


def flit(publishing: Publishing) -> Run:
    """flit publishes what it builds itself."""
    write_project(publishing.directory, publishing.package)
    run = publishing.run(
        ["flit", "publish", "--no-use-vcs"], [], FLIT_INDEX_URL=publishing.gateway.url, FLIT_USERNAME="__token__",
        FLIT_PASSWORD=publishing.token)
    paths = publishing.dist.iterdir() if publishing.dist.exists() else []
    run.distributions = [Distribution(publishing.package, "1.0.0", path.name, path.read_bytes()) for path in paths]
    return run


def hatch(publishing: Publishing) -> Run:
    built = publishing.built()
    return publishing.run(
        ["hatch", "publish", "--no-prompt", "-r", publishing.gateway.url, "-u", "__token__", "-a", publishing.token, *publishing.files], built)


def poetry(publishing: Publishing) -> Run:
    built = publishing.built()
    return publishing.run(
        ["poetry", "publish", "-n", "-r", "gateway"], built, POETRY_REPOSITORIES_GATEWAY_URL=publishing.gateway.url,
        POETRY_HTTP_BASIC_GATEWAY_USERNAME="__token__", POETRY_HTTP_BASIC_GATEWAY_PASSWORD=publishing.token)


def pdm(publishing: Publishing) -> Run:
    built = publishing.built()
    return publishing.run(
        ["pdm", "publish", "--no-build", "-d", "dist", "-r", publishing.gateway.url], built, PDM_CHECK_UPDATE="false", PDM_USE_VENV="false",
        **publishing.issuer.ambient_environment(**publishing.claims))


def maturin(publishing: Publishing) -> Run:
    built = publishing.built()
    return publishing.run(
        ["maturin", "upload", "--non-interactive", "--repository-url", publishing.gateway.url, *publishing.files], built,
        **publishing.issuer.ambient_environment(**publishing.claims))


CLIENTS = {function.__name__: function for function in (twine, uv, flit, hatch, poetry, pdm, maturin)}

# Those that exchange the OIDC token for an upload token by themselves.
TRUSTED = {"uv", "pdm", "maturin"}
