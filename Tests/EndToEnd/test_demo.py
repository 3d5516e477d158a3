"""The demonstration, as a newcomer runs it."""

import re
import signal
import subprocess
import urllib.request

from gateway import BINARY
from packages import wheel
from ports import until
from registries import ROOT
from wire import Form


def test_the_tour_from_its_script_ends_with_0_after_each_step_went_as_it_should():
    done = subprocess.run([ROOT / "deploy/demo", "--once"], capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line[:2] for line in lines[:5]] == ["ok"] * 5, lines
    assert sum('"event":"publish"' in line for line in lines) == 3
    assert sum('"event":"exchange"' in line for line in lines) == 2


def test_it_goes_on_for_a_person_to_try_the_lines_that_it_prints(tmp_path):
    with open(tmp_path / "out", "wb") as output:
        child = subprocess.Popen([BINARY, "demo"], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        text = until(lambda: found if "What the registry has" in (found := (tmp_path / "out").read_text()) else None)
        token_url = re.search(r"curl -s '(http://[^']+)'", text).group(1)
        gateway = re.search(r"--publish-url (http://\S+)", text).group(1)
        token = urllib.request.urlopen(token_url, timeout=20).read().decode().strip()
        kind, body = Form.of(wheel("acme-widgets")).encoded()
        request = urllib.request.Request(gateway, body, {"Content-Type": kind, "Authorization": f"Bearer {token}"})
        assert urllib.request.urlopen(request, timeout=20).status == 200
        listed = urllib.request.urlopen(gateway + "simple/", timeout=20).read().decode()
        assert "acme_widgets-1.0.0-py3-none-any.whl" in listed
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 0
    finally:
        child.kill()
        child.wait()
