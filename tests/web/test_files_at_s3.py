"""Addresses that were given out while files were kept in the local folder, after a move to S3."""

from datetime import UTC, datetime
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from django.test import Client

from postroom.library import storing
from postroom.library.addresses import address_of
from postroom.library.models import Asset
from tests.library.test_s3 import _empty_afterwards, bucket, s3  # noqa: F401 - fixtures
from tests.make.library import make_asset, photo
from tests.make.workspaces import Cast

PHOTO = photo()


@pytest.fixture
def asset(cast: Cast, bucket: str) -> Asset:  # noqa: F811 - the fixture
    return make_asset(cast.owner, PHOTO)


@pytest.fixture
def path(asset: Asset, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the file was to be had as long as it was local."""
    with monkeypatch.context() as before:
        before.setattr(storing, "is_remote", lambda: False)
        address = address_of(asset.storage_key, mime=asset.mime, name="Grüße.jpg", now=datetime.now(UTC), save=True)
    return urlsplit(address).path


def test_they_lead_to_s3_which_gives_parts_itself(path: str) -> None:
    sent = Client().get(path, headers={"Range": "bytes=2-5"})
    assert (sent.status_code, sent["Cache-Control"]) == (302, "no-store")
    with urlopen(Request(sent["Location"], headers={"Range": "bytes=2-5"})) as answer:
        assert (answer.status, answer.read()) == (206, PHOTO[2:6])
        assert answer.headers["Content-Range"] == f"bytes 2-5/{len(PHOTO)}"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    with urlopen(sent["Location"]) as answer:
        assert (answer.status, answer.read()) == (200, PHOTO)


def test_a_file_that_is_gone_there_is_said_to_be(path: str, asset: Asset) -> None:
    storing.drop(asset.storage_key)
    assert Client().get(path).status_code == 404
