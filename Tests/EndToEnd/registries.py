"""Real registries on free ports, in folders of their own."""

import base64
import hashlib
import os
import re
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

from ports import Process, free_port

ROOT = Path(__file__).resolve().parents[2]
VENVS = ROOT / ".build" / "venvs"


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def get(url: str, **headers) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        return answer.read()


class Registry:
    """`url` is where uploads go; `process` is its server; `username` and `password` are what only the gateway knows."""

    username = "svc"
    password = "svc-not-a-real-secret"

    def close(self):
        self.process.end()

    def requests(self, method: str) -> list[str]:
        """The access log's lines of one method."""
        return [line for line in self.access_log().splitlines() if f'"{method} ' in line or f" {method} " in line]

    def access_log(self) -> str:
        return Path(self.process.log).read_text(errors="replace")


class PyPIServer(Registry):
    name = "pypiserver"

    def __init__(self, directory: Path):
        self.packages = directory / "packages"
        self.packages.mkdir(parents=True)
        passwords = directory / "htpasswd"
        subprocess.run(["htpasswd", "-bcB", passwords, self.username, self.password], check=True, capture_output=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.simple = f"{self.url}simple"
        self.process = Process(
            [VENVS / "pypiserver/bin/pypi-server", "run", "-p", self.port, "-i", "127.0.0.1", "-P", passwords, "-a", "update",
             "-v", "--log-req-frmt", "%(REQUEST_METHOD)s %(PATH_INFO)s ", "--log-stream", "stdout", self.packages],
            directory / "log")
        self.process.wait_for_port(self.port)

    def download(self, distribution) -> bytes:
        page = get(f"{self.simple}/{distribution.name}/").decode()
        return get(urllib.parse.urljoin(self.url, href(page, distribution.filename)))


class Devpi(Registry):
    name = "devpi"

    def __init__(self, directory: Path):
        directory.mkdir(parents=True)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.base}/svc/dev/"
        environment = {**os.environ, "HOME": str(directory)}
        binaries = VENVS / "devpi/bin"
        server = directory / "server"
        subprocess.run(
            [binaries / "devpi-init", "--serverdir", server, "--root-passwd", "root-password", "--no-root-pypi"],
            check=True, capture_output=True, env=environment)
        self.process = Process(
            [binaries / "devpi-server", "--serverdir", server, "--host", "127.0.0.1", "--port", self.port],
            directory / "log", environment)
        self.process.wait_for_port(self.port)
        for command in (
            ["use", self.base],
            ["login", "root", "--password", "root-password"],
            ["user", "-c", self.username, f"password={self.password}"],
            ["index", "-c", "svc/dev", "bases=", "volatile=True", f"acl_upload={self.username}"],
        ):
            subprocess.run([binaries / "devpi", *command], check=True, capture_output=True, env=environment)

    def download(self, distribution) -> bytes:
        simple = f"{self.url}+simple/{distribution.name}/"
        return get(urllib.parse.urljoin(simple, href(get(simple).decode(), distribution.filename)))


class NginxDAV(Registry):
    name = "nginx"

    def __init__(self, directory: Path):
        self.files = directory / "root" / "repo"
        self.files.mkdir(parents=True)
        for folder in ("root", "root/repo", "."):
            (directory / folder).chmod(0o777)
        passwords = directory / "htpasswd"
        subprocess.run(["htpasswd", "-bc", passwords, self.username, self.password], check=True, capture_output=True)
        self.access = directory / "access.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/repo/"
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = "\n".join(
            f"{kind}_temp_path {directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (directory / "nginx.conf").write_text(f"""
{user} daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/error.log info;
events {{ worker_connections 128; }}
http {{
  access_log {self.access}; client_max_body_size 0;
  {temporary}
  server {{
    listen 127.0.0.1:{self.port}; root {directory}/root;
    location /repo/ {{
      dav_methods PUT DELETE; create_full_put_path on; dav_access user:rw group:r all:r;
      limit_except GET HEAD {{ auth_basic "files"; auth_basic_user_file {passwords}; }}
    }}
  }}
}}
""")
        self.process = Process(
            ["/usr/sbin/nginx", "-p", directory, "-c", directory / "nginx.conf", "-e", directory / "error.log"], directory / "log")
        self.process.wait_for_port(self.port)

    def access_log(self) -> str:
        return self.access.read_text(errors="replace")


def assert_stored(registry: Registry, distribution):
    """What the registry gives from its own port is what was built, byte for byte."""
    stored = hashlib.sha256(registry.download(distribution)).hexdigest()
    assert stored == distribution.sha256, f"another file than {distribution.filename} is stored: {stored}, not {distribution.sha256}"


def href(page: str, filename: str) -> str:
    for link in re.findall(r'href="([^"]+)"', page):
        if urllib.parse.unquote(urllib.parse.urlsplit(link).path).endswith("/" + filename):
            return urllib.parse.urldefrag(link).url
    raise AssertionError(f"{filename} is not on the page: {page}")
