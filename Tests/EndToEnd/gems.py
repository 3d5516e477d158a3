"""Gems: built by Ruby's own tool or by hand, pushed by it, and a server of our own that reads them with Ruby, or with Python where there is none."""

import functools
import gzip
import hashlib
import io
import re
import shutil
import subprocess
import tarfile
import tempfile
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from clients import environment
from registries import Registry, basic
from wire import Answer, request

needs_ruby = pytest.mark.skipif(not shutil.which("gem"), reason="needs Debian's ruby")
GEMS = {"protocol": "rubygems", "audience": "acme_gems"}
PUSH = "/api/v1/gems"


def started_gems(started, server, /, **settings):
    return started(server, **{**GEMS, **settings})


# Gems


@dataclass(frozen=True)
class Gem:
    name: str
    version: str
    filename: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def write(self, directory: Path) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / self.filename
        path.write_bytes(self.content)
        return path


def ruby(*arguments, cwd: Path, home: Path | None = None, **variables: str) -> subprocess.CompletedProcess:
    """`gem` or `ruby`, with nothing of the machine's own configuration."""
    home = home or cwd / "home"
    home.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        arguments, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
        env=environment(home, **variables))


def built(directory: Path, name: str, version: str = "1.0.0", platform: str = "ruby", extra: str = "") -> Gem:
    """What `gem build` makes of a small project. `extra`: lines of Ruby about the specification `s`."""
    project = directory / f"{name}-{version}-{platform}"
    (project / "lib").mkdir(parents=True)
    (project / "lib" / f"{name.replace('-', '_')}.rb").write_text("module Acme\n  ANSWER = 42\nend\n")
    (project / f"{name}.gemspec").write_text(f"""Gem::Specification.new do |s|
  s.name, s.version, s.platform = {name!r}, {version!r}, {platform!r}
  s.summary = "A tiny gem: of nothing much"
  s.description = "Two lines,\\nthe second of them 'quoted' # and no comment"
  s.authors, s.email, s.homepage, s.license = ["A. Author"], "author@example.com", "https://example.com/", "MIT"
  s.files = Dir["lib/*.rb"]
  s.add_dependency "rake", ">= 12", "< 15"
  s.required_ruby_version = ">= 2.5"
  s.metadata = {{"source_code_uri" => "https://example.com/source"}}
{extra}
end
""")
    done = ruby("gem", "build", f"{name}.gemspec", cwd=project, home=directory / "home")
    (path,) = project.glob("*.gem")
    assert done.returncode == 0, done.stdout
    return Gem(name, version, path.name, path.read_bytes())


def specification(name="acme-widgets", number="1.0.0", **changes) -> str:
    """As RubyGems writes it today. `changes`: whole lines by key, `None` for none."""
    lines = {
        "name": f"name: {name}",
        "version": f"version: !ruby/object:Gem::Version\n  version: {number}",
        "platform": "platform: ruby",
        "authors": "authors:\n- A. Author",
        "dependencies": """dependencies:
- !ruby/object:Gem::Dependency
  name: rake
  requirement: !ruby/object:Gem::Requirement
    requirements:
    - - ">="
      - !ruby/object:Gem::Version
        version: '12'
  type: :runtime
  prerelease: false""",
        "summary": "summary: A tiny gem",
        "rubygems_version": "rubygems_version: 3.3.15",
        **changes,
    }
    return "--- !ruby/object:Gem::Specification\n" + "".join(f"{text}\n" for text in lines.values() if text is not None)


def tar(files: list[tuple[str, bytes]], end: bytes = b"") -> bytes:
    """As RubyGems writes it: ustar headers, owned by `wheel`."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.uname, member.gname = len(content), 0o444, "wheel", "wheel"
            archive.addfile(member, io.BytesIO(content))
    # Python fills its last record; RubyGems ends with the two blocks.
    size = sum(512 + -(-len(content) // 512) * 512 for _, content in files) + 1024
    return output.getvalue()[:size] + end


def compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def checksums(files: dict[str, bytes], algorithms=("SHA256", "SHA512")) -> bytes:
    lines = ["---"]
    for algorithm in algorithms:
        lines.append(f"{algorithm}:")
        lines += [f"  {name}: {hashlib.new(algorithm.lower(), content).hexdigest()}" for name, content in files.items()]
    return ("\n".join(lines) + "\n").encode()


def by_hand(metadata: str | bytes | None = None, stated: bytes | None = b"", order=None, extra=(), data: bytes | None = None) -> bytes:
    """A gem of these metadata. `stated`: the text of its checksums, `None` for none; `extra`: further files; `order`: of all."""
    metadata = specification() if metadata is None else metadata
    metadata = metadata.encode() if isinstance(metadata, str) else metadata
    files = {"metadata.gz": compressed(metadata), "data.tar.gz": compressed(tar([("lib/acme.rb", b"module Acme\nend\n")])) if data is None else data}
    if stated is not None:
        files["checksums.yaml.gz"] = compressed(stated or checksums(files))
    return tar([(name, files[name]) for name in order or files] + list(extra))


# The client


def push(gateway, gem: Gem, key: str, directory: Path, *options: str, host: str | None = None) -> subprocess.CompletedProcess:
    path = gem.write(directory)
    return ruby("gem", "push", "--host", host or gateway.url, *options, str(path), cwd=directory, GEM_HOST_API_KEY=key)


def send(gateway, key: str | None, body: bytes, kind="application/octet-stream", path=PUSH, method="POST") -> Answer:
    credential = [("Authorization", key)] if key else []
    return request(gateway, method, path, [("Content-Type", kind), ("Content-Length", str(len(body))), *credential], body)


def form(gem: bytes, attestations: bytes | None = b"[]", filename="/tmp/pkg/acme-widgets-1.0.0.gem", extra=b"") -> tuple[str, bytes]:
    """As Net::HTTP writes what `gem push --attestation` gives it."""
    boundary = "MhZ5xbkCxXv5BSv7gUvbNa3tcLPqC2gcGqyW2HPyXpdmHsk4Y0xqDQ"
    parts = [b'Content-Disposition: form-data; name="gem"; filename="%s"\r\nContent-Type: application/octet-stream\r\n\r\n' % filename.encode() + gem]
    if attestations is not None:
        parts.append(b'Content-Disposition: form-data; name="attestations"\r\n\r\n' + attestations)
    parts += [extra] if extra else []
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts) + b"--%s--\r\n" % boundary.encode()
    return f"multipart/form-data; boundary={boundary}", body


# The server


READER = """
require "rubygems/package"
$stdout.sync = true
Gem::DefaultUserInteraction.ui = Gem::SilentUI.new
while path = $stdin.gets
  begin
    puts Gem::Package.new(path.chomp).spec.full_name
  rescue StandardError => failure
    puts "refused: #{failure.class}"
  end
end
"""


class RubyReader:
    """Names the files of gems as a server does that loads their specifications by Ruby's own library."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            ["ruby", "-e", READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(Path(self.folder.name)))

    def name(self, gem: bytes) -> str:
        with self.lock:
            path = Path(self.folder.name) / "any.gem"
            path.write_bytes(gem)
            self.process.stdin.write(f"{path}\n")
            self.process.stdin.flush()
            name = self.process.stdout.readline().strip()
        if not name or name.startswith("refused: "):
            raise ValueError(name)
        return f"{name}.gem"


@functools.cache
def ruby_reader() -> RubyReader:
    return RubyReader()


class Loader(yaml.SafeLoader):
    """Every scalar as it stands, whatever tag is before it."""


Loader.yaml_implicit_resolvers = {}


def construct(loader, _, node):
    if isinstance(node, yaml.MappingNode):
        return {loader.construct_object(key, True): loader.construct_object(value, True) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [loader.construct_object(value, True) for value in node.value]
    return node.value


Loader.add_multi_constructor("", construct)
Loader.add_multi_constructor("!", construct)


def read_name(gem: bytes) -> str:
    """The name of the gem's file, by Ruby; without it by Python's readers, which know nothing of what RubyGems makes of a platform."""
    if shutil.which("ruby"):
        return ruby_reader().name(gem)
    with tarfile.open(fileobj=io.BytesIO(gem), mode="r:") as archive:
        specification = yaml.load(gzip.decompress(archive.extractfile("metadata.gz").read()), Loader)
    platform = specification.get("platform") or "ruby"
    if isinstance(platform, dict):
        platform = "-".join(filter(None, (platform.get(key) for key in ("cpu", "os", "version"))))
    parts = [specification["name"], specification["version"]["version"]] + ([] if platform == "ruby" else [platform])
    return "-".join(parts) + ".gem"


class GemServer(Registry):
    """Takes gems with its one credential, and serves what `gem install` reads. A file name is taken once, unless it `replaces`."""

    name = "gems"

    def __init__(self, directory: Path):
        self.directory = directory
        (directory / "gems").mkdir(parents=True)
        self.lines: list[str] = []
        self.attestations: dict[str, bytes] = {}
        self.replaces = False
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def authorization(self) -> str:
        return basic(self.username, self.password)

    def stored(self, filename: str) -> bytes:
        return (self.directory / "gems" / filename).read_bytes()

    def handler(server):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                server.lines.append(self.requestline)

            def answer(self, status: int, body: bytes, kind="text/plain"):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get_all("Authorization") != [server.authorization]:
                    return self.answer(401, b"Access Denied. Please sign up for an account")
                if self.path != "/api/v1/gems":
                    return self.answer(404, b"nothing here")
                self.answer(*server.take(self.headers["Content-Type"], body))

            def do_GET(self):
                self.answer(*server.give(self.path))

            do_HEAD = do_GET

        return Handler

    def take(self, kind: str, body: bytes) -> tuple[int, bytes]:
        attestations = None
        if kind.startswith("multipart/"):
            boundary = kind.split("boundary=")[1].encode()
            parts = [part.split(b"\r\n\r\n", 1) for part in body.split(b"--" + boundary)[1:-1]]
            values = {re.search(rb'name="(\w+)"', head)[1]: value[:-2] for head, value in parts}
            body, attestations = values[b"gem"], values.get(b"attestations")
        try:
            filename = read_name(body)
        except (tarfile.TarError, yaml.YAMLError, OSError, KeyError, TypeError, ValueError) as failure:
            return 422, f"RubyGems.org cannot process this gem: {type(failure).__name__}".encode()
        with self.lock:
            path = self.directory / "gems" / filename
            if path.exists() and not self.replaces:
                same = path.read_bytes() == body
                return (200, f"Gem was already pushed: {filename}".encode()) if same else (409, b"Repushing of gem versions is not allowed.")
            path.write_bytes(body)
            if attestations:
                self.attestations[filename] = attestations
        return 200, f"Successfully registered gem: {filename}".encode()

    def give(self, path: str) -> tuple[int, bytes, str]:
        names = sorted(file.name for file in (self.directory / "gems").glob("*.gem"))
        if found := re.fullmatch(r"/info/([\w.-]+)", path):
            versions = [name for name in names if name.startswith(found[1] + "-")]
            lines = "".join(f"{name.removeprefix(found[1] + '-').removesuffix('.gem')} |checksum:0\n" for name in versions)
            return (200, f"---\n{lines}".encode(), "text/plain") if versions else (404, b"no", "text/plain")
        if re.match(r"/(specs|latest_specs|prerelease_specs|quick/)", path):
            with self.lock:
                ruby("gem", "generate_index", "--directory", str(self.directory), cwd=self.directory)
        file = self.directory / path.lstrip("/")
        if re.fullmatch(r"/[\w./-]+", path) and ".." not in path and file.is_file():
            return 200, file.read_bytes(), "application/octet-stream"
        return 404, b"nothing here", "text/plain"


# Real gems

PACK = """
require "rubygems/package"
Gem::DefaultUserInteraction.ui = Gem::SilentUI.new
Dir.chdir(ARGV[0])
Gem::Specification.each do |spec|
  spec.define_singleton_method(:files) { [] }
  Gem::Package.build(spec, true)
end
"""


def packed(directory: Path) -> list[Path]:
    """Every gem that Debian's Ruby has, without its files: the specifications are their authors'."""
    directory.mkdir(parents=True)
    done = ruby("ruby", "-e", PACK, str(directory), cwd=directory.parent)
    assert done.returncode == 0, done.stdout
    return sorted(directory.glob("*.gem"))
