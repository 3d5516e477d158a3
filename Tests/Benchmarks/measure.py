"""See Tests/Benchmarks/run."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from stand import Issuer
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from gateway import BINARY
from issuer import github_claims
from ports import Process, free_port

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / ".build" / "bench"
LOAD = WORK / "load"
URL = "https://issuer.example.com"


def make_tokens(count: int):
    issuer = Issuer()
    issuer.url = URL
    now = int(time.time())
    lines = [issuer.sign(github_claims(URL, "bench", iat=now - 60, nbf=now - 60, exp=now + 86_400)) for _ in range(count)]
    (WORK / "tokens").write_text("\n".join(lines) + "\n")
    (WORK / "jwks.json").write_text(json.dumps(issuer.jwks()))
    (WORK / "key.pem").write_bytes(issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    issuer.close()


def filled(name: str, port: int, sink: int) -> Path:
    text = (HERE / "peers" / name).read_text()
    for key, value in {"@WORK@": WORK, "@PORT@": port, "@SINK@": sink}.items():
        text = text.replace(key, str(value))
    (WORK / name).write_text(text)
    return WORK / name


def imprimatur(port: int, sink: int) -> list:
    folder = WORK / "imprimatur"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "spool").mkdir(parents=True)
    (folder / "password").write_text("secret")
    (folder / "password").chmod(0o600)
    (folder / "imprimatur.yaml").write_text(f"""version: 1
server: {{listen: "127.0.0.1:{port}", limits: {{spool_directory: spool}}}}
state: {{sqlite: state.db}}
audit: {{file: audit.jsonl}}
issuers:
  github: {{provider: github, url: {URL}, jwks_file: {WORK}/jwks.json, max_lifetime: 30d}}
registries:
  files:
    protocol: generic
    audience: bench
    template: "/upload/{{name}}/{{version}}/{{file}}"
    upstream:
      url: http://127.0.0.1:{sink}/
      credential: {{basic: {{username: svc, password: {{file: password}}}}}}
publishers:
  - id: widgets
    issuer: github
    when: {{repository: acme/widgets, repository_owner_id: "42", repository_id: "1234", workflow: release.yml}}
    may_publish: {{files: [x]}}
""")
    return [BINARY, "serve", "-c", folder / "imprimatur.yaml"]


def found(name: str) -> str | None:
    here = WORK / name
    return str(here) if here.exists() else shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


def commands(sink: int):
    """name, port and command of each proxy that is here."""
    port = free_port()
    yield "imprimatur", port, imprimatur(port, sink)
    peers = {"nginx": ("nginx.conf", lambda file: ["-c", file]), "haproxy": ("haproxy.cfg", lambda file: ["-db", "-f", file]),
             "envoy": ("envoy.yaml", lambda file: ["-c", file, "--concurrency", "1", "--disable-hot-restart", "-l", "error"])}
    for name, (file, arguments) in peers.items():
        if program := found(name):
            port = free_port()
            yield name, port, [program, *arguments(filled(file, port, sink))]
        else:
            print(f"PEER MISSING: {name}")


def family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(one for child in children for one in family(int(child)))]


def cpu_seconds(process: int) -> float:
    return sum(int(Path(f"/proc/{one}/task/{task}/schedstat").read_text().split()[0])
               for one in family(process) for task in os.listdir(f"/proc/{one}/task")) / 1e9


def resident(process: int) -> float:
    lines = (line for one in family(process) for line in Path(f"/proc/{one}/status").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def pinned(core: int, command: list) -> list:
    """The proxy on one core, load and sink on another."""
    return ["taskset", "-c", str(core % os.cpu_count()), *command]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="4096,67108864", help="bytes of an upload, with commas")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=2000)
    parser.add_argument("--against", default="imprimatur")
    options = parser.parse_args()
    make_tokens(options.tokens)
    sink = free_port()
    running = {}
    server = Process(pinned(1, [LOAD, "sink", sink]), WORK / "sink.log")
    bad = 0
    try:
        server.wait_for_port(sink)
        for name, port, command in commands(sink):
            process = Process(pinned(0, command), WORK / f"{name}.log", directory=WORK / "imprimatur")
            running[name] = (process, port)
            process.wait_for_port(port)
        for size in map(int, options.sizes.split(",")):
            runs = {name: [] for name in running}
            connections = 32 if size < 1 << 20 else 1
            for repetition in range(options.repetitions):
                for name in list(running)[:: 1 if repetition % 2 == 0 else -1]:
                    process, port = running[name]
                    before = cpu_seconds(process.child.pid)
                    output = subprocess.run(
                        list(map(str, pinned(1, [LOAD, "send", port, WORK / "tokens", options.seconds, connections, size]))),
                        capture_output=True, text=True, check=True).stdout.split()
                    count, failed, seconds = int(output[0]), int(output[1]), float(output[2])
                    bad += failed
                    cpu = (cpu_seconds(process.child.pid) - before) / max(1, count) * 1e6
                    runs[name].append((cpu, count / seconds, failed))
            print(f"\nuploads of {size} bytes, {connections} at once: medians of {options.repetitions} interleaved runs")
            middle = {name: [statistics.median(column) for column in zip(*values)] for name, values in runs.items()}
            for name, (cpu, rate, failed) in middle.items():
                ratio = cpu / middle[options.against][0] if options.against in middle else 0
                print(f"{name:12} CPU {cpu:10.1f} us a request (x {ratio:.2f})  {rate:9.1f} a second  "
                      f"RSS {resident(running[name][0].child.pid):6.1f} MiB  refused {failed:.0f}", flush=True)
    finally:
        for process, _ in running.values():
            process.end()
        server.end()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
