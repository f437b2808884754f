import io

import av
import pytest
from PIL import Image

from postroom.library.fitting import File, Wanted
from postroom.networks.rules import Need
from postroom.networks.shape import MediaKind
from tests.library.rendering import ANY, made, ready, refused
from tests.library.stored import content_of
from tests.make import library as make


def test_a_moving_picture_keeps_moving(cast):
    asset = make.make_asset(cast.owner, make.moving(frames=6, width=300, height=200))
    assert (asset.type, asset.seconds, asset.details) == ("gif", 0.6, {"frames": 6})
    file = made(cast, asset, Need(types=("image/gif",), max_width=100))
    assert file.kind is MediaKind.GIF
    picture = Image.open(io.BytesIO(content_of(file.storage_key)))
    assert getattr(picture, "n_frames", 1) == 6
    film = made(cast, asset, Need(types=("video/mp4",)))
    assert film.kind is MediaKind.VIDEO
    assert content_of(film.storage_key)[4:8] == b"ftyp"


def test_a_film_that_fits_goes_out_as_it_is(cast):
    asset = make.make_asset(cast.owner, make.film(), filename="clip.mp4")
    found = ready(cast, Wanted(asset.id, Need(types=("video/mp4",), max_bytes=10_000_000)))
    assert isinstance(found, File)
    assert found.storage_key == asset.storage_key


def test_where_a_film_was_made_stays_at_home(cast):
    asset = make.make_asset(cast.owner, make.film("mov", place="+52.5200+013.4050/"), filename="IMG_2.MOV")
    assert asset.needs_cleaning
    file = made(cast, asset, Need(types=("video/quicktime", "video/mp4")))
    sent = content_of(file.storage_key)
    assert b"+52.52" in content_of(asset.storage_key)
    assert b"+52.52" not in sent
    assert len(sent) == asset.bytes, "only blanked out: no frame was made anew"
    with av.open(io.BytesIO(sent)) as film:
        assert len(list(film.decode(video=0))) == 20


def test_an_mov_becomes_an_mp4_with_every_frame_as_it_was(cast):
    asset = make.make_asset(cast.owner, make.film("mov", sound=True, rotation=90, place="+52.5200+013.4050/"))
    file = made(cast, asset, Need(types=("video/mp4",)))
    assert (file.mime, file.width, file.height) == ("video/mp4", asset.width, asset.height)
    sent = content_of(file.storage_key)
    assert b"+52.52" not in sent
    with av.open(io.BytesIO(sent)) as ours, av.open(io.BytesIO(content_of(asset.storage_key))) as theirs:
        here, there = list(ours.decode(video=0)), list(theirs.decode(video=0))
        assert [bytes(frame.planes[0]) for frame in here] == [bytes(frame.planes[0]) for frame in there]
        assert {frame.rotation for frame in here} == {frame.rotation for frame in there} != {0}
        assert ours.streams.audio[0].codec.name == "aac"


def test_what_a_camera_tells_on_a_track_of_its_own_stays_at_home(cast):
    content, said = make.film_with_telemetry()
    asset = make.make_asset(cast.owner, content)
    assert asset.needs_cleaning
    assert said in content
    sent = content_of(made(cast, asset, ANY).storage_key)
    assert said not in sent
    with av.open(io.BytesIO(sent)) as film:
        assert [stream.type for stream in film.streams] == ["video"]
        assert len(list(film.decode(video=0))) == 20


def test_a_film_is_made_anew_where_it_must_be(cast):
    asset = make.make_asset(cast.owner, make.film("webm", sound=True), filename="clip.webm")
    need = Need(types=("video/mp4",), max_width=200, min_ratio=1.5, max_bytes=200_000)
    file = made(cast, asset, need)
    assert (file.mime, file.name) == ("video/mp4", "clip.mp4")
    with av.open(io.BytesIO(content_of(file.storage_key))) as film:
        picture = film.streams.video[0]
        assert (picture.width, picture.height) == (file.width, file.height)
        assert picture.width <= 200
        assert picture.width / picture.height >= 1.5
        assert film.streams.audio[0].codec.name == "aac"


def test_a_film_held_upright_stays_upright(cast):
    asset = make.make_asset(cast.owner, make.film(rotation=90))
    assert (asset.width, asset.height) == (240, 320)
    file = made(cast, asset, Need(types=("video/mp4",), max_width=120))
    with av.open(io.BytesIO(content_of(file.storage_key))) as film:
        assert film.streams.video[0].width < film.streams.video[0].height
        assert next(film.decode(video=0)).rotation == 0


def test_what_cant_be_made_is_said_in_words(cast):
    sound = make.make_asset(cast.owner, make.wav(), filename="a.wav")
    assert "audio/wav" in refused(cast, sound, Need(types=("audio/mpeg",)))
    film = make.make_asset(cast.owner, make.film())
    assert "20,000" in refused(cast, film, Need(types=("video/mp4",), max_bytes=20_000, max_width=100))
    picture = make.make_asset(cast.owner, make.jpeg())
    assert "image/x-nothing" in refused(cast, picture, Need(types=("image/x-nothing",)))


def test_without_the_extra_a_film_that_doesnt_fit_is_a_clear_problem(tmp_path, monkeypatch):
    from postroom.kit import darkroom_tasks
    from postroom.kit.media import Aim, Unfit

    monkeypatch.setattr(darkroom_tasks, "decoder", lambda: None)
    source = tmp_path / "film"
    source.write_bytes(make.film())
    facts = darkroom_tasks.look(source)
    assert facts.width == 320
    assert darkroom_tasks.make(source, facts, tmp_path / "same", Aim(types=("video/mp4",))).mime == "video/mp4"
    with pytest.raises(Unfit, match=r"postroom\[video\]"):
        darkroom_tasks.make(source, facts, tmp_path / "other", Aim(max_width=100))
