"""Stored files by the addresses that were given out for them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from postroom.library import storing
from postroom.library.addresses import address_of
from postroom.library.models import Asset
from postroom.library.uploading import upload_asset
from postroom.web.files.ranges import Unsatisfiable, read_range
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


def _get(asset: Asset, **headers: str) -> HttpResponseBase:
    return Client().get(_path(asset, datetime.now(UTC)), headers=headers)


def test_a_whole_file_says_its_length_and_that_parts_can_be_had(asset: Asset) -> None:
    answer = _get(asset)
    assert (answer.status_code, answer["Accept-Ranges"], answer["Content-Length"]) == (200, "bytes", str(len(PHOTO)))
    assert asset.storage_key not in answer["ETag"]
    head = Client().head(_path(asset, datetime.now(UTC)), headers={"Range": "bytes=0-1"})
    assert (head.status_code, head["Content-Length"]) == (200, str(len(PHOTO)))


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=2-5", 2, 6),
        ("bytes=10-", 10, len(PHOTO)),
        ("bytes=-7", len(PHOTO) - 7, len(PHOTO)),
        ("bytes=5-999999999", 5, len(PHOTO)),
        ("bytes=-999999999", 0, len(PHOTO)),
    ],
)
def test_a_part_is_given(asset: Asset, asked: str, start: int, stop: int) -> None:
    answer = _get(asset, Range=asked)
    assert (answer.status_code, answer.getvalue()) == (206, PHOTO[start:stop])
    assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/{len(PHOTO)}"
    assert answer["Content-Length"] == str(stop - start)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("asked", [f"bytes={len(PHOTO)}-", "bytes=999999999-", "bytes=-0"])
def test_what_the_file_does_not_have_is_refused(asset: Asset, asked: str) -> None:
    answer = _get(asset, Range=asked)
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(PHOTO)}")


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=²-3", "x"])
def test_what_makes_no_sense_or_names_several_parts_brings_all(asset: Asset, asked: str) -> None:
    answer = _get(asset, Range=asked)
    assert (answer.status_code, answer.getvalue()) == (200, PHOTO)
    assert not answer.has_header("Content-Range")


def test_a_part_is_given_only_of_the_file_it_goes_with(asset: Asset) -> None:
    etag = _get(asset)["ETag"]
    assert _get(asset, **{"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    for other in ('"another"', f"W/{etag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        answer = _get(asset, **{"Range": "bytes=0-1", "If-Range": other})
        assert (answer.status_code, answer.getvalue()) == (200, PHOTO), other


def test_who_has_the_file_already_is_sent_nothing(asset: Asset) -> None:
    etag = _get(asset)["ETag"]
    for headers in ({"If-None-Match": etag}, {"If-None-Match": f'"another", {etag}', "Range": "bytes=0-1"}):
        answer = _get(asset, **headers)
        assert (answer.status_code, answer["ETag"]) == (304, etag)
    assert _get(asset, **{"If-Match": '"another"'}).status_code == 412


def test_nothing_is_held_whole_in_memory_and_every_file_is_closed(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "PIECE", 16)
    answer = _get(asset, Range="bytes=3-102")
    assert answer.streaming
    pieces = list(answer.streaming_content)  # type: ignore[attr-defined] # a streaming answer has it
    assert [len(piece) for piece in pieces] == [16] * 6 + [4]
    assert b"".join(pieces) == PHOTO[3:103]
    unread = _get(asset)
    unread.close()
    assert unread.closed


def test_an_empty_file_has_no_part() -> None:
    assert read_range("", 0) is None
    for asked in ("bytes=0-", "bytes=-5"):
        with pytest.raises(Unsatisfiable):
            read_range(asked, 0)
