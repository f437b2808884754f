import asyncio
import io
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import psycopg
import pytest
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from postroom.jobs.running import run_jobs
from postroom.kit import darkroom
from postroom.library import storing
from postroom.library.fitting import Crop, File, NotReady, Wanted, need_words, read_need_words
from postroom.library.models import Rendition
from postroom.library.renditions import ask_for, ensure, ready_for_async
from postroom.networks.rules import Need
from postroom.networks.shape import MediaKind
from postroom.workspaces.actors import seeing
from tests.library.rendering import ANY, made, picture_of, ready, refused, size_of
from tests.library.stored import content_of, loose, stored
from tests.make import library as make
from tests.make.workspaces import NOW

SMALL = Need(types=("image/jpeg", "image/png"), max_bytes=20_000, max_width=150)


def test_what_fits_and_tells_nothing_goes_out_as_it_is(cast):
    asset = make.make_asset(cast.owner, make.jpeg(), alt_text="Sea", focus=[0.5, -0.25])
    found = ready(cast, Wanted(asset.id, Need(types=("image/jpeg",), max_bytes=1_000_000)))
    assert found == File(
        asset.id,
        MediaKind.IMAGE,
        "image/jpeg",
        asset.bytes,
        "picture.jpg",
        asset.storage_key,
        320,
        200,
        None,
        "Sea",
        (0.5, -0.25),
    )


def test_gps_and_camera_are_gone_and_the_picture_stands_upright(cast):
    asset = make.make_asset(cast.owner, make.photo(orientation=6))
    original = content_of(asset.storage_key)
    assert b"Secret Camera" in original
    assert isinstance(ready(cast, Wanted(asset.id, ANY)), NotReady), "it fits any need, and still may not go out"
    file = made(cast, asset, ANY)
    sent = content_of(file.storage_key)
    assert b"Secret Camera" not in sent
    assert b"Exif" not in sent
    picture = picture_of(file)
    assert picture.size == (200, 320)
    assert not picture.getexif()
    top, bottom = picture.getpixel((100, 20)), picture.getpixel((100, 300))
    assert top[0] > 150 > top[2], "what was left is up"
    assert bottom[2] > 150 > bottom[0]


def test_an_upright_photo_is_cleaned_without_touching_a_pixel(cast):
    asset = make.make_asset(cast.owner, make.photo(orientation=1))
    file = made(cast, asset, ANY)
    sent = content_of(file.storage_key)
    assert b"Secret Camera" not in sent
    before = Image.open(io.BytesIO(content_of(asset.storage_key)))
    assert before.tobytes() == picture_of(file).tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_was_hidden_behind_a_picture_stays_at_home(cast, kind: str):
    hidden = b"PK\x03\x04<script>alert(1)</script>"
    asset = make.make_asset(cast.owner, make.encoded(make.halves(), kind) + hidden)
    assert hidden not in content_of(made(cast, asset, ANY).storage_key)


def test_a_foreign_colour_space_becomes_srgb(cast):
    content = make.encoded(make.halves().convert("CMYK"), "JPEG")
    asset = make.make_asset(cast.owner, content)
    assert asset.needs_cleaning
    picture = picture_of(made(cast, asset, ANY))
    assert picture.mode == "RGB"
    assert "icc_profile" not in picture.info


def test_bytes_pixels_and_width_are_kept_to(cast):
    asset = make.make_asset(cast.owner, make.encoded(make.noise(400, 300), "PNG"), filename="noise.png")
    file = made(cast, asset, SMALL)
    assert file.bytes <= 20_000
    assert file.width is not None
    assert file.width <= 150
    assert file.bytes == len(content_of(file.storage_key))
    file = made(cast, asset, Need(max_pixels=10_000))
    assert math.prod(size_of(file)) <= 10_000
    assert file.mime == "image/png"
    assert file.name == "noise.png"


@pytest.mark.parametrize(("least", "most"), [(0.8, 1.91), (1.0, 1.0), (None, 0.5625), (3.0, None)])
@pytest.mark.parametrize("size", [(320, 97), (97, 320), (201, 200)])
def test_a_ratio_that_doesnt_fit_is_filled_up_and_nothing_is_cut_away(cast, size, least, most):
    picture = Image.new("RGB", size, (10, 200, 30))
    asset = make.make_asset(cast.owner, make.encoded(picture, "PNG"))
    file = made(cast, asset, Need(types=("image/png",), min_ratio=least, max_ratio=most))
    width, height = size_of(file)
    assert (least or 0) <= width / height <= (most or 99)
    assert width >= size[0]
    assert height >= size[1]
    assert picture_of(file).getcolors() == [(width * height, (10, 200, 30))]


def test_what_its_author_cut_away_is_gone(cast):
    asset = make.make_asset(cast.owner, make.encoded(make.halves(), "PNG"))
    file = made(cast, asset, ANY, Crop.of({"x": 0.5, "y": 0, "width": 0.5, "height": 1}))
    assert (file.width, file.height) == (160, 200)
    assert picture_of(file).getcolors() == [(160 * 200, (20, 20, 220))]


def test_transparency_is_kept_where_it_can_be_and_white_where_not(cast):
    clear = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 50, 100))
    asset = make.make_asset(cast.owner, make.encoded(clear, "PNG"))
    assert picture_of(made(cast, asset, Need(types=("image/png", "image/jpeg"), max_width=50))).mode == "RGBA"
    assert picture_of(made(cast, asset, Need(types=("image/jpeg",)))).getpixel((90, 50)) == (255, 255, 255)


def test_pictures_of_phones_become_jpeg(cast):
    heic = pytest.importorskip("pillow_heif")
    heic.register_heif_opener()
    asset = make.make_asset(cast.owner, make.encoded(make.halves(), "HEIF"), filename="IMG_1.HEIC")
    assert asset.mime == "image/heic"
    file = made(cast, asset, Need(types=("image/jpeg", "image/png")))
    assert (file.mime, file.name) == ("image/jpeg", "IMG_1.jpg")


def test_what_is_gone_is_final(cast):
    wanted = Wanted(uuid4(), ANY)
    found = ready(cast, wanted)
    assert isinstance(found, NotReady)
    assert found.is_final
    assert ensure(cast.workspace.id, [wanted], now=NOW)[wanted] == found


def test_another_workspace_gets_nothing(cast):
    asset = make.make_asset(cast.owner)
    wanted = Wanted(asset.id, SMALL)
    found = ensure(cast.outside_workspace.id, [wanted], now=NOW)[wanted]
    assert isinstance(found, NotReady)
    with seeing(cast.owner):
        assert Rendition.objects.count() == 0


def test_the_worker_makes_what_was_asked_for_at_commit(cast, files: Path):
    asset = make.make_asset(cast.owner)
    wanted = Wanted(asset.id, SMALL)
    with seeing(cast.owner):
        ask_for(cast.workspace.id, [wanted])
        transaction.set_rollback(True)
    with seeing(cast.owner):
        assert ask_for(cast.workspace.id, [wanted, wanted]) == 1
        assert ask_for(cast.workspace.id, [wanted]) == 1, "still waiting; the second job is none"
    asyncio.run(run_jobs(until_empty=True))
    connections.close_all()
    found = ready(cast, wanted)
    assert isinstance(found, File)
    assert len(stored(files)) == 3
    assert loose(cast.owner) == 0


def test_what_failed_is_tried_again_when_asked_again(cast):
    sound = make.make_asset(cast.owner, make.wav())
    wanted = Wanted(sound.id, Need(types=("audio/mpeg",)))
    refused(cast, sound, wanted.need)
    with seeing(cast.owner):
        assert ask_for(cast.workspace.id, [wanted]) == 1


def test_many_makers_make_it_once(cast, files: Path, monkeypatch):
    asset = make.make_asset(cast.owner, make.photo())
    wanted, together, made_here = Wanted(asset.id, SMALL), Barrier(4), []
    really = darkroom.make

    def counted(*given):
        made_here.append(1)
        return really(*given)

    monkeypatch.setattr(darkroom, "make", counted)

    def go(_: int) -> File | NotReady:
        together.wait(30)
        try:
            return ensure(cast.workspace.id, [wanted], now=NOW)[wanted]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(go, range(4)))
    assert len(made_here) == 1
    assert all(isinstance(each, File) or not each.is_final for each in found)
    assert isinstance(ready(cast, wanted), File)
    assert len(stored(files)) == 3


def test_a_maker_that_fails_leaves_it_to_the_next(cast, files: Path, monkeypatch):
    asset = make.make_asset(cast.owner)
    wanted = Wanted(asset.id, SMALL)
    with monkeypatch.context() as patch:
        patch.setattr(storing, "put", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(OSError, match="full"):
            ensure(cast.workspace.id, [wanted], now=NOW)
    assert isinstance(ready(cast, wanted), NotReady)
    assert isinstance(ensure(cast.workspace.id, [wanted], now=NOW)[wanted], File)


async def _on_the_engines_own(dsn: str, workspace_id, wanted: list[Wanted]):
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as engine:
        found = await ready_for_async(engine, workspace_id, wanted)
    first = found[wanted[0]]
    assert isinstance(first, File)
    return found, b"".join([chunk async for chunk in storing.open_chunks(first.storage_key)])


def test_the_engine_asks_on_its_own_connection_and_reads_in_chunks(cast, engine_dsn):
    content = make.jpeg(5, 600, 600)
    asset = make.make_asset(cast.owner, content)
    wanted = [Wanted(asset.id, ANY), Wanted(asset.id, SMALL), Wanted(uuid4(), ANY)]
    found, read = asyncio.run(_on_the_engines_own(engine_dsn, cast.workspace.id, wanted))
    assert read == content
    assert isinstance(found[wanted[1]], NotReady)
    assert not found[wanted[1]].is_final
    assert found[wanted[2]].is_final
    strange, _ = asyncio.run(_on_the_engines_own(engine_dsn, cast.workspace.id, wanted[:1]))
    assert list(strange) == wanted[:1]


def test_a_rendition_is_asked_for_within_a_transaction_of_the_verb(cast):
    asset = make.make_asset(cast.owner)
    with transaction.atomic(), seeing(cast.owner):
        assert ask_for(cast.workspace.id, [Wanted(asset.id, ANY)]) == 0, "what fits needs nothing"


def test_reading_what_isnt_there(files: Path):
    async def read() -> None:
        async for _ in storing.open_chunks("0/1/2"):
            pass

    with pytest.raises(storing.Gone):
        asyncio.run(read())
    with pytest.raises(storing.Gone):
        list(storing.chunks("0/1/2"))


parts = st.floats(0.01, 1)
needs = st.builds(
    Need,
    types=st.lists(st.sampled_from(["image/jpeg", "image/png", "video/mp4"]), max_size=3, unique=True).map(tuple),
    max_bytes=st.none() | st.integers(1, 2**40),
    max_pixels=st.none() | st.integers(1, 2**40),
    max_width=st.none() | st.integers(1, 2**20),
    min_ratio=st.none() | st.floats(0.01, 1),
    max_ratio=st.none() | st.floats(1, 10),
)


@given(needs, st.none() | st.builds(Crop, parts, parts, parts, parts))
def test_needs_read_as_they_were_said(need: Need, crop: Crop | None):
    said = need_words(need, crop)
    again, cut = read_need_words(said)
    assert (need_words(again, cut), cut) == (said, crop)
    assert sorted(again.types) == sorted(need.types)
    assert (again.max_bytes, again.min_ratio, again.max_ratio) == (need.max_bytes, need.min_ratio, need.max_ratio)


def test_the_order_of_types_changes_nothing():
    assert need_words(Need(types=("image/png", "image/jpeg"))) == need_words(Need(types=("image/jpeg", "image/png")))


@pytest.mark.parametrize(
    "crop",
    [
        {"x": 0},
        {"x": 0.5, "y": 0, "width": 0.6, "height": 1},
        {"x": -1, "y": 0, "width": 1, "height": 1},
        {"x": "a", "y": 0, "width": 1, "height": 1},
    ],
)
def test_a_crop_that_makes_no_sense(crop):
    with pytest.raises(ValueError, match=r"crop|float"):
        Crop.of(crop)


def test_a_crop_of_all_is_none():
    assert Crop.of({"x": 0, "y": 0, "width": 1, "height": 1}) is None
    assert Crop.of(None) is None
