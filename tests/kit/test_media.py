import random
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postroom.kit import boxes, darkroom, darkroom_tasks, films, matroska, parts, sound
from postroom.kit.darkroom_tasks import look
from postroom.kit.media import HEAD, Aim, Facts, Unfit, type_of
from tests.make import library as make


@pytest.fixture
def look_at(tmp_path: Path):
    def look_at(content: bytes) -> Facts:
        path = tmp_path / "no-ending-tells"
        path.write_bytes(content)
        return look(path)

    return look_at


FILES: dict[str, tuple[Any, str, str, tuple[int, int] | None, float | None]] = {
    "jpeg": (make.jpeg, "image", "image/jpeg", (320, 200), None),
    "sideways jpeg": (lambda: make.photo(orientation=8), "image", "image/jpeg", (200, 320), None),
    "png": (lambda: make.encoded(make.halves(), "PNG"), "image", "image/png", (320, 200), None),
    "webp": (lambda: make.encoded(make.halves(), "WEBP"), "image", "image/webp", (320, 200), None),
    "avif": (lambda: make.encoded(make.halves(), "AVIF"), "image", "image/avif", (320, 200), None),
    "gif": (lambda: make.encoded(make.halves().convert("P"), "GIF"), "image", "image/gif", (320, 200), None),
    "moving gif": (make.moving, "gif", "image/gif", (64, 48), 0.4),
    "moving webp": (lambda: make.moving("WEBP"), "gif", "image/webp", (64, 48), 0.4),
    "moving png": (lambda: make.moving("PNG"), "gif", "image/png", (64, 48), 0.4),
    "mp4": (lambda: make.film(sound=True), "video", "video/mp4", (320, 240), 2),
    "mov": (lambda: make.film("mov"), "video", "video/quicktime", (320, 240), 2),
    "upright mp4": (lambda: make.film(rotation=270), "video", "video/mp4", (240, 320), 2),
    "webm": (lambda: make.film("webm", sound=True), "video", "video/webm", (320, 240), 2),
    "wav": (make.wav, "audio", "audio/wav", None, 2),
    "mp3": (lambda: make.sound("mp3"), "audio", "audio/mpeg", None, 2),
    "ogg": (lambda: make.sound("ogg"), "audio", "audio/ogg", None, 2),
    "flac": (lambda: make.sound("flac"), "audio", "audio/flac", None, 2),
    "m4a": (lambda: make.sound("m4a"), "audio", "audio/mp4", None, 2),
    "pdf": (lambda: make.PDF, "document", "application/pdf", None, None),
}


@pytest.mark.parametrize("name", FILES)
def test_facts_come_from_the_content(look_at, name: str):
    made, kind, mime, size, seconds = FILES[name]
    content = made()
    facts = look_at(content)
    assert (facts.kind, facts.mime, facts.bytes) == (kind, mime, len(content))
    assert (facts.width, facts.height) == (size or (None, None))
    assert facts.seconds == (pytest.approx(seconds, abs=0.15) if seconds else None)


@pytest.mark.parametrize("name", [name for name, row in FILES.items() if row[1] in {"video", "audio"}])
def test_the_decoder_agrees_with_our_own_reading(tmp_path: Path, name: str):
    path = tmp_path / "film"
    path.write_bytes(FILES[name][0]())
    ours = look(path)
    assert films.check(path, ours) == ours
    with films._open(path, ours.mime) as opened:
        assert ours.seconds == pytest.approx(films._seconds(opened) or 0, abs=0.15)


def test_a_fragmented_film_tells_its_length_through_the_decoder(tmp_path: Path):
    import io

    import av

    source, out = av.open(io.BytesIO(make.film())), io.BytesIO()
    flags = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with source, av.open(out, "w", format="mp4", options=flags) as made:
        stream = made.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    path = tmp_path / "film"
    path.write_bytes(out.getvalue())
    assert darkroom.look(path).seconds == pytest.approx(2, abs=0.15)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "empty"),
        (make.SVG, "SVG"),
        (b"<svg onload=alert(1)>", "SVG"),
        ("<svg onload=alert(1)>".encode("utf-16"), "SVG"),
        (b"<?xml version='1.0'?><!-- long -->" + b" " * 500 + b"<svg>", "SVG"),
        (b"<html>", "web page"),
        (b"PK\x03\x04", "ZIP"),
        (b"MZ\x90", "Windows"),
        (b"II*\x00", "TIFF"),
        (b"BM" + bytes(60), "BMP"),
        (b"RIFF\x00\x00\x00\x00AVI ", "RIFF"),
        (b"just words\n", "plain text"),
        (b"\x00" * 100, "no kind"),
    ],
)
def test_what_isnt_taken_is_named(head: bytes, words: str):
    with pytest.raises(Unfit, match=words):
        type_of(head)


@given(st.binary(max_size=HEAD))
def test_any_first_bytes_are_a_type_or_unfit(head: bytes):
    try:
        assert "/" in type_of(head)
    except Unfit:
        return


READERS = {
    "mp4": (boxes.look, "video/mp4"),
    "mov": (boxes.look, "video/quicktime"),
    "m4a": (boxes.look, "audio/mp4"),
    "webm": (matroska.look, "video/webm"),
    "wav": (sound.look, "audio/wav"),
    "mp3": (sound.look, "audio/mpeg"),
    "ogg": (sound.look, "audio/ogg"),
    "flac": (sound.look, "audio/flac"),
}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), flips=st.integers(0, 60), cut=st.floats(0, 1))
def test_a_damaged_film_or_sound_is_facts_or_unfit_and_nothing_else(tmp_path: Path, name, seed, flips, cut):
    reader, mime = READERS[name]
    content, dice = bytearray(FILES[name][0]()), random.Random(seed)
    edges = min(len(content), 3000)
    for _ in range(flips):
        near = dice.randrange(edges) if dice.random() < 0.5 else len(content) - 1 - dice.randrange(edges)
        content[near] = dice.randrange(256)
    if dice.random() < 0.5:
        content = content[: int(len(content) * cut)]
    path = tmp_path / "damaged"
    path.write_bytes(content)
    try:
        facts = reader(path, mime, len(content))
    except Unfit:
        return
    assert facts.seconds is None or 0 <= facts.seconds < float("inf")
    assert (facts.width is None) == (facts.height is None)


@pytest.mark.parametrize("reader", [boxes.look, matroska.look, *[sound.look] * 4])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=500))
def test_noise_is_unfit(tmp_path: Path, reader, content: bytes):
    path = tmp_path / "noise"
    path.write_bytes(content)
    for mime in ("video/mp4",) if reader is not sound.look else ("audio/wav", "audio/mpeg", "audio/ogg", "audio/flac"):
        try:
            reader(path, mime, len(content))
        except Unfit:
            continue


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


@pytest.mark.parametrize(
    "content",
    [
        box(b"ftyp", b"isom") + box(b"free", b"") * 30_000,
        box(b"ftyp", b"isom") + box(b"moov", box(b"trak", b"") * 100),
        box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"moov", 2**63),
        box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"moov", 0),
        box(b"ftyp", b"isom") + struct.pack(">I4s", 4, b"moov"),
        box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", b"\x01" + bytes(5))) + box(b"mdat", b""),
    ],
)
def test_a_film_made_to_keep_its_reader_busy_is_unfit(tmp_path: Path, content: bytes):
    path = tmp_path / "film"
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(Unfit):
        look(path)
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


def nested(depth: int) -> bytes:
    content = b""
    for _ in range(depth):
        content = box(b"trak", content)
    return box(b"ftyp", b"isom") + box(b"moov", content)


def test_boxes_within_boxes_within_boxes(tmp_path: Path):
    path = tmp_path / "film"
    path.write_bytes(nested(15_000))
    with pytest.raises(Unfit):
        look(path)


def test_a_reader_that_crashes_takes_nobody_with_it(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(darkroom, "_START", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    path = tmp_path / "file"
    path.write_bytes(make.jpeg())
    with pytest.raises(Unfit, match="broke"):
        darkroom.look(path)


def test_a_reader_that_is_killed_isnt_the_files_fault(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(darkroom, "_START", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(darkroom.Broke):
        darkroom.look(tmp_path / "file")
    monkeypatch.undo()
    with pytest.raises(darkroom.Broke):
        darkroom.look(tmp_path / "there is no such file")


def test_a_reader_that_runs_for_ever_is_ended_by_the_clock_of_its_own_work(tmp_path: Path, monkeypatch):
    busy = darkroom._START.replace("work()", "_bound(1)\nwhile True: pass").replace("import work;", "import _bound;")
    monkeypatch.setattr(darkroom, "_START", busy)
    with pytest.raises(Unfit, match="broke"):
        darkroom.look(tmp_path / "file")


def test_a_reader_knows_none_of_our_secrets(tmp_path: Path, monkeypatch):
    told = tmp_path / "told"
    monkeypatch.setenv("POSTROOM_SECRET_KEY", "very secret")
    start = f"import os; open({str(told)!r}, 'w').write(str(dict(os.environ)))"
    monkeypatch.setattr(darkroom, "_START", start)
    with pytest.raises(Unfit):
        darkroom.look(tmp_path / "file")
    assert "secret" not in told.read_text()


def test_a_reader_that_eats_memory_is_ended(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(darkroom, "_MEMORY", 200 * 1024**2)
    eats = (
        "import json, sys; from postroom.kit import darkroom;"
        f"darkroom._MEMORY = {200 * 1024**2}; darkroom._do = lambda task: bytearray(2**30); darkroom.work()"
    )
    monkeypatch.setattr(
        darkroom, "_START", darkroom._START.split(";")[0] + f"; {darkroom._START.split(';')[1]}; {eats}"
    )
    with pytest.raises(Unfit, match="memory"):
        darkroom.look(tmp_path / "file")


def test_the_parent_loads_no_decoder():
    code = "import sys; import postroom.kit.darkroom; print('PIL' in sys.modules, 'av' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("content", [make.film("mov", place="+52.5200+013.4050/"), make.film()])
def test_blanking_out_leaves_every_frame_where_it_was(tmp_path: Path, content: bytes):
    path = tmp_path / "film"
    path.write_bytes(content)
    before = films.check(path, look(path))
    boxes.blank(path)
    after = films.check(path, look(path))
    assert (after.width, after.height, after.seconds, after.bytes) == (
        before.width,
        before.height,
        before.seconds,
        before.bytes,
    )
    assert not after.needs_cleaning
    assert b"+52.52" not in path.read_bytes()


def test_without_the_extra_films_get_a_drawn_tile(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(darkroom_tasks, "decoder", lambda: None)
    path, tile = tmp_path / "film", tmp_path / "tile"
    for content in (make.film(), make.wav(), make.PDF):
        path.write_bytes(content)
        darkroom_tasks._look_and_show(path, tile)
        picture = look(tile)
        assert picture.mime == "image/webp"
        assert max(picture.width or 0, picture.height or 0) == 480


def test_parts_know_where_pictures_end(tmp_path: Path):
    path = tmp_path / "picture"
    for name in ("jpeg", "sideways jpeg", "png", "webp", "gif", "moving gif", "moving png"):
        made, _, mime, *_ = FILES[name]
        path.write_bytes(made())
        assert not parts.has_tail(path, mime), name
        path.write_bytes(made() + b"tail")
        assert parts.has_tail(path, mime), name


def test_aims_travel_to_the_darkroom_whole(tmp_path: Path):
    path, target = tmp_path / "picture", tmp_path / "made"
    path.write_bytes(make.encoded(make.halves(), "PNG"))
    aim = Aim(types=("image/png",), max_width=100, crop=(0, 0, 0.5, 1))
    made = darkroom.make(path, darkroom.look(path), target, aim)
    assert (made.mime, made.width, made.height) == ("image/png", 100, 125)
