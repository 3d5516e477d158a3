"""A PostgreSQL server that tests start, stop and freeze as they like."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from registries import ROOT


class PostgreSQL:
    """`state` is what a configuration says to keep its state there; `password` is what nobody may read."""

    def __init__(self):
        # Not below pytest's folder, into which the server's own user can't look.
        self.folder = Path(tempfile.mkdtemp(prefix="imprimatur-postgres-"))
        self.url = self.start()
        self.password = self.url.split(":")[2].split("@")[0]
        self.url_file = self.folder / "url"
        self.tell(self.url)
        self.state = f"{{postgres: {{url: {{file: {self.url_file}}}}}}}"

    def tell(self, url: str):
        """Writes what gateways are to connect to from now on."""
        self.url_file.write_text(f"{url}\n")

    def run(self, *command: str) -> str:
        return subprocess.run(
            [ROOT / "Tests" / "postgres", command[0], self.folder, *command[1:]], check=True, capture_output=True, text=True, timeout=120).stdout

    def start(self) -> str:
        return self.run("start").strip()

    def encrypt(self, authority):
        """From its next start it has a certificate of that CA."""
        for source, name in ((authority.certificate, "tls.pem"), (authority.key, "tls.key")):
            copy = self.folder / name
            shutil.copy(source, copy)
            copy.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(copy, "postgres")

    def stop(self):
        self.run("stop")

    def freeze(self):
        self.run("freeze")

    def thaw(self):
        self.run("thaw")

    def close(self):
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)
        self.folder.with_suffix(".log").unlink()
