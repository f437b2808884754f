"""Stored files by the addresses that were given out for them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from postroom.library import storing
from postroom.library.addresses import address_of
from postroom.library.models import Asset
from postroom.library.uploading import upload_asset
from tests.make.library import encoded, halves
from tests.make.workspaces import NOW, Cast

PHOTO = encoded(halves())


@pytest.fixture
def asset(cast: Cast) -> Asset:
    return upload_asset(actor=cast.owner, chunks=[PHOTO], filename="Grüße.jpg", now=NOW)


def _path(asset: Asset, now: datetime, **more: bool) -> str:
    return urlsplit(address_of(asset.storage_key, mime=asset.mime, name=asset.filename, now=now, **more)).path


def test_a_file_is_streamed_and_may_do_nothing(asset: Asset) -> None:
    answer = Client().get(_path(asset, datetime.now(UTC), save=True))
    assert answer.getvalue() == PHOTO
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Client().head(_path(asset, datetime.now(UTC))).status_code == 200


def test_addresses_end_and_cannot_be_made_up(asset: Asset) -> None:
    late = _path(asset, datetime.now(UTC) - timedelta(hours=3))
    forged = _path(asset, datetime.now(UTC))[:-3] + "xyz"
    for path in (late, forged, "/files/", "/files/nonsense", f"/files/{asset.storage_key}"):
        assert Client().get(path).status_code == 404, path


def test_a_file_that_is_gone_is_said_to_be(asset: Asset) -> None:
    path = _path(asset, datetime.now(UTC))
    storing.drop(asset.storage_key)
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/plain; charset=utf-8")
