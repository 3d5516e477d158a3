"""The harness itself: real registries take an upload with their own credential and give the same bytes back."""

import subprocess

import pytest

from clients import client
from packages import fresh_name, sdist, wheel
from registries import assert_stored


@pytest.mark.parametrize("kind", ["pypiserver", "devpi"])
def test_a_registry_keeps_what_its_own_credential_uploads(request, tmp_path, kind):
    registry = request.getfixturevalue(kind)
    name = fresh_name()
    for distribution in (wheel(name), sdist(name)):
        path = distribution.write(tmp_path)
        done = subprocess.run(
            [client("twine"), "upload", "--non-interactive", "--repository-url", registry.url, "-u", registry.username, "-p",
             registry.password, path],
            capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        assert_stored(registry, distribution)
    assert len(registry.requests("POST")) >= 2
