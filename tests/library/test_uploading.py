import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from postroom.events.models import ActivityLog
from postroom.kit import darkroom
from postroom.library import storing, uploading
from postroom.library.models import Asset
from postroom.library.queries import assets, one_asset
from postroom.library.uploading import CannotKeep, CannotRead, upload_asset
from postroom.workspaces.actors import seeing
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound
from postroom.workspaces.models import Role
from tests.library.stored import content_of, loose, stored
from tests.make import library as make
from tests.make.workspaces import NOW, make_member


def test_a_photo_is_measured_by_content_and_kept(cast):
    content = make.photo(320, 200, orientation=6)
    asset = make.make_asset(cast.editor, content, filename="IMG_0001.PNG", brand_id=cast.brand.id, alt_text="A field")
    assert (asset.type, asset.mime, asset.bytes) == ("image", "image/jpeg", len(content))
    assert (asset.width, asset.height) == (200, 320), "as it is shown, not as it is stored"
    assert asset.needs_cleaning
    assert asset.filename == "IMG_0001.jpg"
    assert bytes(asset.sha256) == hashlib.sha256(content).digest()
    assert (asset.alt_text, asset.brand_id, asset.created_by_id) == ("A field", cast.brand.id, cast.editor.user_id)
    assert content_of(asset.storage_key) == content
    assert content_of(asset.thumbnail_key)[8:12] == b"WEBP"
    assert asset.is_new
    assert loose(cast.editor) == 0
    with seeing(cast.editor):
        assert ActivityLog.objects.filter(what="asset.uploaded", subject_id=asset.id).count() == 1


def test_a_film_is_measured_and_gets_a_frame_as_its_thumbnail(cast):
    asset = make.make_asset(cast.editor, make.film(sound=True), filename="clip.bin")
    assert (asset.type, asset.mime, asset.filename) == ("video", "video/mp4", "clip.mp4")
    assert (asset.width, asset.height) == (320, 240)
    assert asset.seconds == pytest.approx(2, abs=0.1)
    assert asset.details["codecs"] == ["avc1", "mp4a"]
    assert asset.thumbnail_key


def test_the_same_bytes_are_kept_once(cast, files: Path):
    first = make.make_asset(cast.editor, make.jpeg(7), filename="a.jpg")
    second = make.make_asset(cast.admin, make.jpeg(7), filename="b.jpg")
    assert second.id == first.id
    assert second.filename == "a.jpg"
    assert not second.is_new
    assert len(stored(files)) == 2, "the file and its thumbnail"


def test_the_same_bytes_sent_at_the_same_time_are_kept_once(cast, files: Path, monkeypatch):
    together = Barrier(4)
    really = uploading._make_row

    def all_at_once(*given):
        together.wait(30)
        return really(*given)

    monkeypatch.setattr(uploading, "_make_row", all_at_once)

    def send(_: int) -> Asset:
        try:
            return make.make_asset(cast.editor, make.jpeg(8))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(send, range(4)))
    assert len({asset.id for asset in found}) == 1
    assert [asset.is_new for asset in found].count(True) == 1
    assert len(stored(files)) == 2
    assert loose(cast.editor) == 0


def test_a_file_of_two_brands_is_everybodys(cast):
    first = make.make_asset(cast.owner, make.jpeg(9), brand_id=cast.brand.id)
    second = make.make_asset(cast.owner, make.jpeg(9), brand_id=cast.other_brand.id)
    assert second.id == first.id
    assert second.brand_id is None
    assert second.version == 2


def test_another_workspace_keeps_its_own_copy(cast, files: Path):
    mine, theirs = make.make_asset(cast.owner, make.jpeg(3)), make.make_asset(cast.outsider, make.jpeg(3))
    assert mine.id != theirs.id
    assert mine.storage_key != theirs.storage_key
    assert mine.storage_key.startswith(cast.workspace.id.hex)
    assert len(stored(files)) == 4


@pytest.mark.outsider("library.uploading.upload_asset")
def test_an_outsider_puts_nothing_under_a_brand_that_isnt_theirs(cast, files: Path):
    with pytest.raises(NotFound):
        make.make_asset(cast.outsider, brand_id=cast.brand.id)
    assert stored(files) == []
    asset = make.make_asset(cast.owner)
    assert assets(cast.outsider) == []
    with pytest.raises(NotFound):
        one_asset(cast.outsider, asset.id)


def test_who_may_only_look_uploads_nothing(cast):
    for actor in (cast.viewer, cast.approver):
        with pytest.raises(NotAllowed):
            make.make_asset(actor)
    limited = make_member(cast.owner, Role.EDITOR, brand_ids=[cast.brand.id])
    with pytest.raises(NotAllowed):
        make.make_asset(limited, brand_id=cast.other_brand.id)


BAD = {
    "empty": (b"", "empty"),
    "svg": (make.SVG, "SVG"),
    "svg with a mark in front": (b"\xef\xbb\xbf  " + make.SVG, "SVG"),
    "page": (b"<!DOCTYPE html><script>alert(1)</script>", "web page"),
    "text": (b"hello there, this is plain text\n" * 9, "plain text"),
    "zip": (b"PK\x03\x04" + bytes(200), "ZIP"),
    "program": (b"\x7fELF" + bytes(200), "program"),
    "noise": (bytes(range(3, 250)) * 40, "no kind we know"),
    "half a jpeg": (make.encoded(make.noise(), "JPEG")[:6000], "broken"),
    "half a png": (make.encoded(make.noise(), "PNG")[:6000], "broken"),
    "half a film": (make.film()[:4000], "cut short"),
    "only a jpeg's first bytes": (b"\xff\xd8\xff\xe0" + bytes(40), "broken"),
    "a page that begins as a gif": (b"GIF89a/*<svg onload=alert(1)>*/=1;" * 9, "broken"),
    "a pdf without its end": (make.PDF[:-8], "PDF without its end"),
}


@pytest.mark.bad_input("library.uploading.upload_asset")
@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_film_or_sound_is_refused(cast, files: Path, name: str):
    content, words = BAD[name]
    with pytest.raises(BadInput) as refused:
        make.make_asset(cast.editor, content, filename="holiday.jpg")
    assert refused.value.field == "file"
    assert words in str(refused.value.found)
    assert refused.value.allowed
    assert stored(files) == []
    assert assets(cast.editor) == []


@pytest.mark.bad_input("library.uploading.upload_asset")
def test_a_file_too_large_is_refused_at_the_first_byte_too_many(cast, settings):
    settings.UPLOAD_LIMIT = 50_000
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield make.jpeg()[:5000]
        while True:
            taken += 1000
            yield bytes(1000)

    with pytest.raises(BadInput) as refused:
        upload_asset(actor=cast.editor, chunks=endless(), filename="a.jpg", now=NOW)
    assert "50,000" in refused.value.allowed
    assert taken <= 50_000


def test_a_wrong_type_is_refused_before_all_of_it_was_sent(cast):
    taken = 0

    def page() -> Iterator[bytes]:
        nonlocal taken
        while taken < 10_000_000:
            taken += 1000
            yield b"<html>".ljust(1000)

    with pytest.raises(BadInput):
        upload_asset(actor=cast.editor, chunks=page(), filename="a.jpg", now=NOW)
    assert taken < 10_000


@pytest.mark.bad_input("library.uploading.upload_asset")
@pytest.mark.parametrize(
    "about",
    [{"focus": [2, 0]}, {"focus": "middle"}, {"purpose": "fun"}, {"tags": "one"}, {"colour": "red"}, {"order": True}],
)
def test_what_is_said_of_it_is_checked_too(cast, about):
    with pytest.raises(BadInput):
        make.make_asset(cast.editor, **about)
    with pytest.raises(NotFound):
        make.make_asset(cast.editor, brand_id=uuid4())


def test_a_failure_half_way_leaves_neither_row_nor_file(cast, files: Path, monkeypatch):
    calls = []
    really = storing.put

    def fails_at_the_second(path: Path, key: str, mime: str) -> None:
        calls.append(key)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        really(path, key, mime)

    monkeypatch.setattr(storing, "put", fails_at_the_second)
    with pytest.raises(CannotKeep, match="No space"):
        make.make_asset(cast.editor)
    assert stored(files) == []
    assert assets(cast.editor) == []
    assert loose(cast.editor) == 0
    assert list(storing.incoming().iterdir()) == []


def test_chunks_that_break_off_leave_nothing(cast, files: Path):
    def broken() -> Iterator[bytes]:
        yield make.jpeg()[:100]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        upload_asset(actor=cast.editor, chunks=broken(), filename="a.jpg", now=NOW)
    assert stored(files) == []
    assert list(storing.incoming().iterdir()) == []


def test_a_machine_that_cant_look_says_so_and_keeps_nothing(cast, files: Path, monkeypatch):
    def killed(*_: object) -> None:
        raise darkroom.Broke("the process that reads files was killed")

    monkeypatch.setattr(darkroom, "look", killed)
    with pytest.raises(CannotRead):
        make.make_asset(cast.editor)
    assert stored(files) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("..\\..\\windows\\system32\\evil.exe", "evil.jpg"),
        ("/absolute/path/photo.JPEG", "photo.jpg"),
        ("sneaky\u202egpj.exe", "sneakygpj.jpg"),
        ("line\nbreak\x00\x1b[31m.jpg", "linebreak[31m.jpg"),
        ("a" * 400 + ".jpg", "a" * 150 + ".jpg"),
        ("...", "file.jpg"),
        ("", "file.jpg"),
        ("Ferien – Müller 日本 👩‍👩‍👧.heic", "Ferien – Müller 日本 👩👩👧.jpg"),
        ('what<is>"this"|?*:.png', "what_is__this_____.jpg"),
        (".htaccess", "htaccess.jpg"),
    ],
)
def test_names_lead_nowhere(cast, files: Path, given: str, kept: str):
    asset = make.make_asset(cast.editor, filename=given)
    assert asset.filename == kept
    assert all(path.is_relative_to(files) for path in stored(files))


def test_a_file_that_is_two_things_is_what_its_content_says_and_goes_out_clean(cast):
    """A picture with an archive behind it is a picture; see test_renditions for what leaves the house."""
    asset = make.make_asset(
        cast.editor, make.encoded(make.halves(), "PNG") + b"PK\x03\x04" + b"<script>alert(1)</script>"
    )
    assert (asset.type, asset.mime, asset.filename) == ("image", "image/png", "picture.png")
    assert asset.needs_cleaning
