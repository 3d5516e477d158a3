"""Full and slow disks: a small tmpfs in a mount namespace of the gateway's own, and a preloaded library."""

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

import gateway as harness
from packages import fresh_name, wheel
from ports import until
from test_refusals import assert_unavailable
from wire import Form, request, token_credential, upload

SIZE = 256 << 10


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A folder which the gateway that starts next finds on a disk of 256 KiB."""
    probe = subprocess.run(["unshare", "-m", "true"], capture_output=True, text=True)
    if probe.returncode:
        pytest.skip(f"mount namespaces are not permitted here, so that no disk can be full: {probe.stderr.strip()}")
    folder = tmp_path / "disk"
    folder.mkdir()
    program = tmp_path / "on-small-disk"
    program.write_text(
        f'#!/bin/sh\nexec unshare -m sh -c \'mount -t tmpfs -o size={SIZE} none {folder} && exec {harness.BINARY} "$@"\' sh "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(harness, "BINARY", program)
    return folder


def seen(gateway, folder: Path) -> Path:
    """The folder as the gateway sees it."""
    return Path(f"/proc/{gateway.child.pid}/root") / folder.relative_to("/")


def room(gateway, folder: Path) -> int:
    disk = os.statvfs(seen(gateway, folder))
    return disk.f_bavail * disk.f_frsize


def fill(gateway, folder: Path) -> Path:
    """Takes every byte that is left."""
    filler = seen(gateway, folder) / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
    return filler


def send(gateway, issuer, padding=0):
    return upload(gateway, Form.of(wheel(fresh_name(), padding=padding)), token_credential(issuer.mint()))


def test_a_full_disk_under_the_spool_refuses_until_there_is_room(started, issuer, recording, small_disk):
    gateway = started(recording, limits={"spool_directory": small_disk})
    assert_unavailable(gateway, send(gateway, issuer, padding=2 * SIZE), "spool.full")
    assert not recording.requests
    until(lambda: room(gateway, small_disk) > SIZE - 8192, 10, "the room of the refused one")
    filler = fill(gateway, small_disk)
    answer = send(gateway, issuer, padding=64 << 10)
    assert (answer.status, answer.json["reason"]) == (503, "spool.full")
    filler.unlink()
    assert send(gateway, issuer, padding=64 << 10).status == 200
    assert len(recording.requests) == 1


def test_a_full_disk_under_the_state_fails_closed_until_there_is_room(started, issuer, recording, small_disk):
    gateway = started(recording, state=f"{{sqlite: {small_disk}/state.db}}")
    filler = fill(gateway, small_disk)
    refused = 0
    for _ in range(200):
        answer = send(gateway, issuer)
        if answer.status != 200:
            assert (answer.status, answer.json["reason"]) == (503, "state.unavailable"), answer
            refused += 1
            if refused == 3:
                break
    assert refused == 3, "the disk was never full"
    before = len(recording.requests)
    assert send(gateway, issuer).status == 503 and len(recording.requests) == before
    filler.unlink()
    until(lambda: send(gateway, issuer).status == 200, 20, "an upload once there is room")


@pytest.fixture
def small_audit_disk(small_disk, monkeypatch):
    """The same folder, which holds the audit file."""

    def render(self, original=harness.Gateway.render):
        self.audit_path = small_disk / "audit.jsonl"
        return original(self)

    monkeypatch.setattr(harness.Gateway, "render", render)
    return small_disk


def test_a_full_disk_under_the_audit_file_refuses_until_there_is_room(started, issuer, recording, small_audit_disk):
    small_disk = small_audit_disk
    gateway = started(recording, audit_file=True)
    filler = fill(gateway, small_disk)

    def refused():
        answer = send(gateway, issuer)
        return answer.status == 503 and answer.json["reason"] == "audit.unavailable"

    until(refused, 20, "a refusal for want of an audit record")
    before = len(recording.requests)
    assert refused() and len(recording.requests) == before
    filler.unlink()
    until(lambda: send(gateway, issuer).status == 200, 20, "an upload once there is room")


def leave(filler: Path, wanted: int):
    """Gives back so much of a full disk that `wanted` bytes are free."""
    disk = os.statvfs(filler)
    with open(filler, "r+b") as file:
        file.truncate(max(0, os.path.getsize(filler) - (wanted - disk.f_bavail * disk.f_frsize)))


def fill_partly(gateway, folder: Path, wanted: int) -> Path:
    """Takes all but `wanted` bytes, by writes that the gateway's own limits do not concern."""
    filler = fill(gateway, folder)
    leave(filler, wanted)
    return filler


def refuse(gateway, issuer, count: int):
    misfit = Form.of(wheel("somebody-elses"))
    assert {upload(gateway, misfit, token_credential(issuer.mint())).status for _ in range(count)} == {403}


def test_records_of_refusals_leave_room_for_those_of_grants(started, issuer, recording, small_audit_disk):
    gateway = started(recording, audit_file=True)
    folder = seen(gateway, small_audit_disk)
    filler = fill(gateway, small_audit_disk)
    # A tenth of the disk is left: less than the eighth that is kept for grants.
    leave(filler, SIZE // 10)
    refuse(gateway, issuer, 5)
    assert send(gateway, issuer).status == 200
    records = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
    assert [record["outcome"] for record in records] == ["published"]
    filler.unlink()

    def written():
        return [json.loads(line)["outcome"] for line in (folder / "audit.jsonl").read_text().splitlines()]

    until(lambda: written() == ["published"] + ["refused"] * 5, 20, "the records that waited for room")


def test_records_that_waited_for_room_leave_the_last_of_it_to_grants(started, issuer, recording, small_audit_disk):
    gateway = started(recording, audit_file=True)
    folder = seen(gateway, small_audit_disk)
    filler = fill(gateway, small_audit_disk)
    leave(filler, SIZE // 10)
    refuse(gateway, issuer, 50)
    audit = folder / "audit.jsonl"
    assert not audit.exists() or not audit.read_text()
    leave(filler, SIZE // 8 + (16 << 10))
    until(lambda: audit.read_text().count("\n") >= 5, 20, "some of the records that waited")
    assert send(gateway, issuer).status == 200
    assert room(gateway, small_audit_disk) > SIZE // 8 - (8 << 10)


def test_a_record_that_was_cut_off_is_finished_before_any_other(started, issuer, recording, small_audit_disk):
    gateway = started(recording, audit_file=True)
    audit = seen(gateway, small_audit_disk) / "audit.jsonl"
    refuse(gateway, issuer, 1)
    gateway.limit_files(os.path.getsize(audit) + 700)
    refuse(gateway, issuer, 1)
    assert not audit.read_text().endswith("\n")
    fill_partly(gateway, small_audit_disk, SIZE // 10)
    gateway.limit_files(-1)
    until(lambda: send(gateway, issuer).status == 200, 20, "an upload once the log can be written")
    records = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [record["outcome"] for record in records[:2]] == ["refused"] * 2
    assert records[-1]["outcome"] == "published"


@pytest.fixture(scope="session")
def slow_disk(tmp_path_factory):
    library = tmp_path_factory.mktemp("slow") / "slow_disk.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("slow_disk.c")], check=True)
    return {"LD_PRELOAD": str(library)}


def test_a_slow_disk_holds_up_nobody_who_does_not_write(started, issuer, recording, slow_disk):
    """While uploads wait for the disk, more reads are answered than the disk could flush in that time."""
    gateway = started(recording, audit_file=True, environment=slow_disk)
    answers = []
    uploads = [threading.Thread(target=lambda: answers.append(send(gateway, issuer).status)) for _ in range(8)]
    for thread in uploads:
        thread.start()
    reads = 0
    while any(thread.is_alive() for thread in uploads):
        assert request(gateway, "GET", "/_/oidc/audience", []).status == 200
        reads += 1
    assert answers == [200] * 8
    # Eight uploads take at least three flushes; a read that waited for one would make reads as rare.
    assert reads > 16, reads
    gateway.audit(8)
