"""Real wheels and source distributions of all ages through the binary: what PyPI takes passes, byte for byte; the rest is told what would pass."""

import email.parser
import fcntl
import os
import tarfile
import zipfile

import pytest

import real_files
from packages import Distribution
from wire import Form, token_credential, upload

FILES = real_files.listed()


@pytest.fixture(scope="module")
def fetched():
    """What could not be fetched, as text; one worker fetches for all."""
    real_files.FOLDER.mkdir(parents=True, exist_ok=True)
    with open(real_files.FOLDER / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return real_files.fetch_all()


@pytest.fixture(scope="module")
def gateway(started_once, registry):
    return started_once(registry, packages='"*"')


def test_the_real_files_are_here(fetched, record_property):
    """Without a network the files of an earlier run do, but not for CI, and none at all is a failure anywhere."""
    here = sum(file.path.exists() for file in FILES)
    missing = "" if here == len(FILES) else f" REAL FILES MISSING: the rest were not tried. {fetched}"
    record_property("real files", f"{here} of {len(FILES)}{missing}")
    assert here == len(FILES) or (here and not os.environ.get("CI")), fetched


def metadata(path) -> dict:
    """The metadata that lie nearest to the archive's root, as twine reads them."""
    if path.name.endswith((".whl", ".zip")):
        with zipfile.ZipFile(path) as archive:
            name = nearest(archive.namelist(), "METADATA" if path.suffix == ".whl" else "PKG-INFO")
            text = archive.read(name)
    else:
        with tarfile.open(path) as archive:
            text = archive.extractfile(nearest(archive.getnames(), "PKG-INFO")).read()
    return email.parser.Parser().parsestr(text.decode("utf-8", "replace"), headersonly=True)


def nearest(names, wanted):
    return min((name for name in names if name.rsplit("/", 1)[-1] == wanted), key=lambda name: name.count("/"))


def form(file) -> Form:
    told = metadata(file.path)
    made = Form.of(
        Distribution(told["Name"], told["Version"], file.file, file.path.read_bytes()), metadata_version=told["Metadata-Version"])
    if file.file.endswith(".whl"):
        made.fields = [(key, file.file.split("-")[-3] if key == "pyversion" else value) for key, value in made.fields]
    return made


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.file)
def test_a_real_file_is_judged_as_pypi_judges_it(fetched, gateway, registry, issuer, file):
    if not file.path.exists():
        pytest.skip(f"REAL FILES MISSING: {file.file}")
    before = len(registry.requests)
    sent = form(file)
    answer = upload(gateway, sent, token_credential(issuer.mint()))
    if file.code:
        assert (answer.status, answer.json["reason"]) == (400, file.code), answer
        assert (file.passing or "") in answer.json["message"], answer.json["message"]
        assert len(registry.requests) == before
    else:
        assert answer.status == 200, answer
        assert sent.content in registry.requests[-1].body
