"""What soak and attacks share: a gateway, a registry that takes anything, an issuer, and what the gateway's process holds."""

import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from gateway import Authority, Gateway, Settings  # noqa: E402
from issuer import Issuer  # noqa: E402
from packages import fresh_name, wheel  # noqa: E402
from recording import RecordingRegistry  # noqa: E402
from wire import Form, token_credential, upload  # noqa: E402


class Stand:
    def __init__(self, tls=False, **settings):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.folder = tempfile.TemporaryDirectory(prefix="imprimatur-bench-", ignore_cleanup_errors=True)
        self.registry = RecordingRegistry()
        self.issuer = Issuer()
        self.authority = Authority(Path(self.folder.name) / "authority") if tls else None
        values = {"issuer": self.issuer.url, "upstream": self.registry.url, "audit_file": True, **settings}
        self.gateway = Gateway(Path(self.folder.name) / "gateway", Settings(**values), self.authority)
        self.gateway.start()

    def close(self):
        self.gateway.kill()
        self.registry.close()
        self.issuer.close()
        self.folder.cleanup()

    def credential(self):
        return token_credential(self.issuer.mint())

    def upload(self) -> int:
        self.registry.requests.clear()
        return upload(self.gateway, Form.of(wheel(fresh_name())), self.credential()).status

    def metric(self, name: str) -> float:
        _, text = self.gateway.admin("/metrics")
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name)

    def held(self) -> dict:
        status = Path(f"/proc/{self.gateway.child.pid}/status").read_text()
        resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        files = self.gateway.open_files()
        return {
            "descriptors": len(files),
            "RSS in KiB": resident,
            "connections": int(self.metric("imprimatur_connections")),
            "upstream connections": self.upstream_connections(),
            "spooled files": sum("/spool/" in file for file in files),
        }

    def upstream_connections(self) -> int:
        port = f"{self.registry.port:04X}"
        lines = Path(f"/proc/{self.gateway.child.pid}/net/tcp").read_text().splitlines()[1:]
        # Connected to the registry's port, from the gateway's side.
        return sum(line.split()[2].endswith(f":{port}") and line.split()[3] == "01" for line in lines)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def in_threads(count: int, act):
    threads = [threading.Thread(target=act, args=(index,), daemon=True) for index in range(count)]
    for thread in threads:
        thread.start()
    return threads


def measure(act, count: int, seconds: float = 60) -> list[float]:
    """Milliseconds of each call, of fewer calls if they take longer than `seconds`."""
    times = []
    end = time.perf_counter() + seconds
    while len(times) < count and (not times or time.perf_counter() < end):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return times
