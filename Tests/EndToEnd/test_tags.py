"""Tags that spell the version of an upload otherwise than its file does: the index has one spelling of it, git has many."""

import pytest

from packages import fresh_name, sdist, wheel
from test_refusals import assert_refused
from wire import Form, token_credential, upload

WHEN = '{{repository: acme/widgets, repository_owner_id: "42", repository_id: "1234", workflow: release.yml, tag: {tag}}}'


def published(started, registry, issuer, pattern, tag, version, file=wheel):
    gateway = started(registry, when=WHEN.format(tag=pattern))
    claims = {"ref": f"refs/tags/{tag}"}
    return gateway, upload(gateway, Form.of(file(fresh_name(), version)), token_credential(issuer.mint(**claims)))


@pytest.mark.parametrize("pattern, tag, version", [
    ('"v{version}"', "v1.0.0-rc.1", "1.0.0rc1"),
    ('"v{version}"', "v2024.01.05", "2024.1.5"),
    ('"v{version}"', "v1.0", "1.0.0"),
    ('"release-{version}-final"', "release-1.0-final", "1.0.0"),
    ('["v{version}", "{version}"]', "1.0.0-alpha.2", "1.0.0a2"),
])
@pytest.mark.parametrize("file", [wheel, sdist], ids=["wheel", "sdist"])
def test_another_spelling_of_the_version_publishes(started, recording, issuer, pattern, tag, version, file):
    gateway, answer = published(started, recording, issuer, pattern, tag, version, file)
    assert answer.status == 200, answer
    [record] = gateway.audit()
    assert (record["package.version"], record["vcs.ref.head.name"]) == (version, f"refs/tags/{tag}")


@pytest.mark.parametrize("pattern, tag, version", [
    ('"v{version}"', "v1.0.1", "1.0"),
    ('"v{version}"', "v1.0.0-rc.1", "1.0.0"),
    ('"v{version}"', "vv1.0", "1.0"),
    ('"release-{version}-final"', "release-1.0-Final", "1.0.0"),
    ('["v{version}", "v{version}-1"]', "v1.0-1", "1.0"),
    ('["v{version}", "v{version}-1"]', "v1.0-1", "1.0.post1"),
])
def test_another_version_or_two_of_them_do_not(started, recording, issuer, pattern, tag, version):
    gateway, answer = published(started, recording, issuer, pattern, tag, version)
    assert_refused(gateway, answer, 403, "publisher.claim-mismatch")
    assert f"refs/tags/{tag}" in answer.json["message"]
    assert not recording.requests
