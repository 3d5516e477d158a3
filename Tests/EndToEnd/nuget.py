"""Packages for .NET: built by NuGet's own tool or by hand, pushed by it or as dotnet does, and a server of our own that reads them with Python."""

import io
import json
import re
import shutil
import subprocess
import threading
import uuid
import zipfile
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.parsers import expat

import pytest

from clients import environment
from registries import Registry
from wire import Answer, head, read_answer, request

needs_nuget = pytest.mark.skipif(not shutil.which("nuget"), reason="needs Debian's nuget")
AUDIENCE = "acme_packages"
NUGET = {"protocol": "nuget", "audience": AUDIENCE, "key_field": "X-NuGet-ApiKey", "packages": '"Acme.*"'}
PUSH = "/api/v2/package/"
SYMBOLS = "/api/v2/symbolpackage/"
TOKEN = "/api/v2/token"
SCHEMA = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"


def started_nuget(started, server, /, **settings):
    return started(server, **{**NUGET, **settings})


# Packages

RELATIONSHIPS = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/%s" Id="R1b7b6f0a6b4a4f0c" />
  <Relationship Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="/package/services/metadata/core-properties/5f1d.psmdcp" Id="R2" />
</Relationships>"""
CONTENT_TYPES = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
  <Default Extension="psmdcp" ContentType="application/vnd.openxmlformats-package.core-properties+xml" />
  <Default Extension="nuspec" ContentType="application/octet" />
  <Default Extension="dll" ContentType="application/octet" />
</Types>"""


def nuspec(id="Acme.Widgets", version="1.0.0", more="", schema=SCHEMA, declaration='<?xml version="1.0" encoding="utf-8"?>\n') -> str:
    """As NuGet writes it. `id` and `version` may be `None`."""
    lines = [f"    <{name}>{value}</{name}>\n" for name, value in (("id", id), ("version", version)) if value is not None]
    namespace = f' xmlns="{schema}"' if schema else ""
    return (f"{declaration}<package{namespace}>\n  <metadata>\n{''.join(lines)}    <authors>A. Author</authors>\n"
            f"    <description>A tiny package, of \"nothing\" &amp; more &lt;here&gt;.&#xD;\n</description>\n{more}  </metadata>\n</package>")


def zipped(files: list[tuple[str, bytes]], host=3, listed_first: str | None = None) -> bytes:
    """As .NET's ZipArchive writes it. `listed_first`: what the directory begins with, wherever it stands."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, (2026, 11, 30, 12, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name == ".signature.p7s" else zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = host, 0o100644 << 16 if host == 3 else 0
            archive.writestr(entry, content)
        archive.filelist.sort(key=lambda entry: entry.filename != listed_first)
    return output.getvalue()


def package(manifest: str | bytes | None = None, name="Acme.Widgets.nuspec", relationships: str | None = "", extra=(), first=(), host=3, listed_first=None) -> bytes:
    """As `dotnet pack` makes it. `relationships`: `None` for none; `extra`: further files behind it."""
    manifest = nuspec() if manifest is None else manifest
    manifest = ("\ufeff" + manifest).encode() if isinstance(manifest, str) else manifest
    files = list(first)
    if relationships is not None:
        files.append(("_rels/.rels", (relationships or RELATIONSHIPS % name).encode()))
    files += [
        (name, manifest), ("lib/net8.0/Acme.Widgets.dll", b"MZ" + bytes(2000)), ("content/a file.txt", b"text\n"),
        ("[Content_Types].xml", CONTENT_TYPES.encode()), ("package/services/metadata/core-properties/5f1d.psmdcp", b"<coreProperties/>"),
    ]
    return zipped(files + list(extra), host, listed_first)


SYMBOL_TYPE = '    <packageTypes>\n      <packageType name="SymbolsPackage" />\n    </packageTypes>\n'


def symbols(id="Acme.Widgets", version="1.0.0") -> bytes:
    return zipped([
        ("_rels/.rels", (RELATIONSHIPS % f"{id}.nuspec").encode()), (f"{id}.nuspec", nuspec(id, version, SYMBOL_TYPE).encode()),
        ("lib/net8.0/Acme.Widgets.pdb", b"BSJB" + bytes(500)), ("[Content_Types].xml", CONTENT_TYPES.encode())])


def nuget(*arguments, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["nuget", *map(str, arguments)], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
        env=environment(cwd, TERM="dumb"))


def built(directory: Path, id="Acme.Widgets", version="1.0.0", more="", files='<file src="a.txt" target="content" />') -> Path:
    """What `nuget pack` of version 2.8 makes."""
    project = directory / f"{id}-{version}"
    project.mkdir(parents=True)
    (project / "a.txt").write_text("text\n")
    (project / "a.nuspec").write_text(f"""<?xml version="1.0"?>
<package>
  <metadata>
    <id>{id}</id>
    <version>{version}</version>
    <authors>A. Author</authors>
    <description>A tiny package, of "nothing" much</description>
{more}
  </metadata>
  <files>{files}</files>
</package>
""")
    done = nuget("pack", "a.nuspec", "-NoPackageAnalysis", cwd=project)
    assert done.returncode == 0, done.stdout
    (path,) = project.glob("*.nupkg")
    return path


# Clients


def push(gateway, path: Path, key: str, source: str | None = None) -> subprocess.CompletedProcess:
    """As NuGet 2.8 does: HTTP/1.0, a form of a known length. It takes an absolute path for one below its folder."""
    return nuget("push", path.name, key, "-Source", source or gateway.url, "-NonInteractive", cwd=path.parent)


def form(content: bytes, boundary: str, part: bytes | None = None) -> bytes:
    """As .NET's MultipartFormDataContent."""
    part = part or (b"Content-Type: application/octet-stream\r\nContent-Disposition: form-data; name=package; "
                    b"filename=package.nupkg; filename*=utf-8''package.nupkg")
    return b"--%s\r\n%s\r\n\r\n%s\r\n--%s--\r\n" % (boundary.encode(), part, content, boundary.encode())


def dotnet(
    gateway, key: str | None, content: bytes, path=PUSH, expects=False, method="PUT", part: bytes | None = None, fields=(), chunk=65536,
    kind: str | None = None
) -> Answer:
    """As `dotnet nuget push` does: chunked. nuget.exe on Windows waits for an interim answer before."""
    boundary = str(uuid.uuid4())
    body = form(content, boundary, part)
    sent = [
        ("Host", f"127.0.0.1:{gateway.port}"), *([("X-NuGet-ApiKey", key)] if key else []), ("X-NuGet-Client-Version", "6.12.0"),
        ("X-NuGet-Session-Id", str(uuid.uuid4())), ("X-NuGet-Protocol-Version", "4.1.0"),
        ("User-Agent", "NuGet .NET Core MSBuild Task/6.12.0 (Linux)"), ("Accept-Language", "en"), ("Transfer-Encoding", "chunked"),
        ("Content-Type", kind or f'multipart/form-data; boundary="{boundary}"'), *([("Expect", "100-continue")] if expects else []), *fields]
    chunks = b"".join(b"%X\r\n%s\r\n" % (len(body[start:start + chunk]), body[start:start + chunk]) for start in range(0, len(body), chunk))
    with gateway.connect() as connection:
        connection.sendall(head(method, path, sent))
        if expects:
            interim = connection.recv(65536)
            if not interim.startswith(b"HTTP/1.1 100 "):
                return parsed(interim, connection)
        try:
            connection.sendall(chunks + b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        return read_answer(connection)


def parsed(begun: bytes, connection) -> Answer:
    class Rest:
        def __init__(self):
            self.begun = begun

        def recv(self, size: int) -> bytes:
            begun, self.begun = self.begun, b""
            return begun or connection.recv(size)

    return read_answer(Rest())


def login(gateway, token: str | None, path=TOKEN, body: dict | None = None, method="POST", **fields: str | None) -> Answer:
    """What NuGet/login sends. `fields`: with `_` for `-`, `None` for none."""
    content = json.dumps({"username": "someone", "tokenType": "ApiKey"} if body is None else body).encode()
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", "User-Agent": "nuget/login-action", "Content-Length": str(len(content)),
            **{name.replace("_", "-"): value for name, value in fields.items()}}
    return request(gateway, method, path, [(name, value) for name, value in sent.items() if value is not None], content)


# The server


def read_name(content: bytes) -> tuple[str, str]:
    """The id and the version, by Python's readers."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        [name] = [name for name in archive.namelist() if "/" not in name and name.lower().endswith(".nuspec")]
        text = archive.read(name)
    found: dict[str, str] = {}
    path: list[str] = []

    def begin(name, _):
        path.append(name.split(" ")[-1])
        if len(path) == 3 and path[:2] == ["package", "metadata"]:
            found.setdefault(path[2], "")

    def read(data):
        if len(path) == 3 and path[:2] == ["package", "metadata"]:
            found[path[2]] += data

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = begin, read, lambda _: path.pop()
    parser.Parse(text, True)
    return found["id"], found["version"]


def normalized(version: str) -> str:
    numbers, *labels = version.split("+")[0].split("-", 1)
    parts = ([str(int(number)) for number in numbers.split(".")] + ["0", "0", "0"])[:4]
    parts = parts[:3] if parts[3:] == ["0"] or len(parts) == 3 else parts
    return "-".join([".".join(parts), *labels]).lower()


ATOM = ('<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" '
        'xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices">%s</feed>')


class NuGetServer(Registry):
    """Takes packages with its one key, and serves the documents that clients read. A version is taken once.

    `symbols`: `None` if it takes none. `feed`: where version 2 of the protocol is, `None` if nowhere. `known_as`: its URL in its index. `ignores_case`: as
    servers on Windows do in paths.
    """

    name = "nuget"
    username = ""

    def __init__(self, base="", index="/v3/index.json", push=PUSH, symbols=SYMBOLS, guarded=False, container="/v3/package", feed=None, page=100, known_as=None,
                 ignores_case=False):
        self.container, self.feed, self.page, self.known_as, self.ignores_case = container, feed, page, known_as, ignores_case
        self.base, self.index, self.push, self.symbols, self.guarded = base, index, push, symbols, guarded
        self.stored: dict[str, bytes] = {}
        self.lines: list[str] = []
        self.heads: list = []
        self.failing = 0
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.url = f"{self.origin}{base}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def handler(server):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                server.lines.append(self.requestline)

            def answer(self, status: int, body: bytes = b"", kind="text/plain", reason=None):
                self.send_response(status, reason)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if status >= 400:
                    self.send_header("X-NuGet-Warning", reason or "no")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def body(self) -> bytes:
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def do_PUT(self):
                if self.headers.get("Expect") == "100-continue":
                    self.send_response_only(100)
                    self.end_headers()
                body = self.body()
                server.heads.append(self.headers)
                with server.lock:
                    if server.failing:
                        server.failing -= 1
                        return self.answer(500, b"failed")
                if self.headers.get_all("X-NuGet-ApiKey") != [server.password]:
                    return self.answer(403, reason="The specified API key is invalid, has expired, or does not have permission to access the specified package.")
                suffix = {f"{server.base}{server.push}": "nupkg", server.symbols and f"{server.base}{server.symbols}": "snupkg"}.get(self.path)
                if not suffix:
                    return self.answer(404)
                self.answer(*server.take(self.headers["Content-Type"], body, suffix))

            def do_GET(self):
                self.answer(*server.give(self.path.removeprefix(server.base)))

            do_HEAD = do_GET

        return Handler

    def take(self, kind: str, body: bytes, suffix: str):
        boundary = re.search(r'boundary="?([^"]+)"?$', kind)[1].encode()
        try:
            content = body.split(b"--" + boundary)[1].split(b"\r\n\r\n", 1)[1]
            # NuGet 2.8 ends its form with a bare LF before the last delimiter.
            content = content.removesuffix(b"\n").removesuffix(b"\r") if content.endswith(b"\r\n") else content.removesuffix(b"\n")
            id, version = read_name(content)
        except (zipfile.BadZipFile, expat.ExpatError, ValueError, KeyError, IndexError) as failure:
            return 400, b"", "text/plain", f"The package is invalid: {type(failure).__name__}"
        name = f"{id}.{normalized(version)}.{suffix}".lower()
        with self.lock:
            if name in self.stored:
                return 409, b"", "text/plain", f"A package with ID '{id}' and version '{version}' already exists and cannot be modified."
            self.stored[name] = content
        return 201, b""

    def versions(self, id: str) -> list[str]:
        return [name.removeprefix(id + ".").removesuffix(".nupkg") for name in self.stored if name.startswith(id + ".") and name.endswith(".nupkg")]

    def give(self, path: str):
        if self.guarded:
            return 401, b"", "text/plain", "Unauthorized"
        if path == self.index or self.ignores_case and path.lower().rstrip("/") == self.index:
            url = (self.known_as or self.url).rstrip("/")
            resources = [
                (f"{url}{self.push.rstrip('/')}", "PackagePublish/2.0.0"),
                *([(f"{url}{self.symbols.rstrip('/')}", "SymbolPackagePublish/4.9.0")] if self.symbols else []),
                (f"{url}{self.container}/", "PackageBaseAddress/3.0.0"), ("https://example.com/search", "SearchQueryService")]
            listed = [{"@id": url, "@type": kind, "comment": "x"} for url, kind in resources]
            return 200, b"\xef\xbb\xbf" + json.dumps({"version": "3.0.0", "resources": listed, "@context": {"comment": "y"}}).encode(), "application/json"
        if self.feed is not None and (found := re.fullmatch(re.escape(f"{self.feed}/FindPackagesById()") + r"\?id='([^']+)'(&semVerLevel=2\.0\.0)?(?:&\$skip=(\d+))?", path)):
            versions = [version for version in self.versions(found[1]) if found[2] or "." not in version.partition("-")[2]]
            start = int(found[3] or 0)
            entries = "".join(f"<entry><m:properties><d:Id>{found[1]}</d:Id><d:Version>{version}</d:Version></m:properties></entry>" for version in versions[start:start + self.page])
            more = '<link rel="next" href="http://example.com/FindPackagesById()?id=x&amp;$skip=y"/>' if versions[start + self.page:] else ""
            return 200, (ATOM % (entries + more)).encode(), "application/atom+xml"
        if found := re.fullmatch(re.escape(self.container) + r"/([^/]+)/index\.json", path):
            versions = self.versions(found[1])
            return (200, json.dumps({"versions": versions}).encode(), "application/json") if versions else (404, b"")
        if found := re.fullmatch(r"/v3/package/[^/]+/[^/]+/([^/]+\.nupkg)", path):
            return (200, self.stored[found[1]], "application/octet-stream") if found[1] in self.stored else (404, b"")
        return 404, b"nothing here"
