import io
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from postroom.kit import images, pictures
from postroom.kit.darkroom_tasks import look
from postroom.kit.media import Aim, Unfit
from tests.make import library as make


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, rows: bytes = b"", more: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


BOMBS = {
    "png of four thousand million pixels": png(65_535, 65_535),
    "png of 65 million pixels": png(8_125, 8_001),
    "gif of four thousand million pixels": b"GIF89a\xff\xff\xff\xff\x80\x00\x00" + bytes(6) + b"\x3b",
    "jpeg of four thousand million pixels": b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03"
    b"\x01\x11\x00\x02\x11\x00\x03\x11\x00\xff\xda\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00\xff\xd9",
    "png whose profile unfolds": png(4, 4, bytes(20), chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(200_000_000)))),
    "png whose text unfolds": png(4, 4, bytes(20), chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(200_000_000)))),
}
CHILD = """
import resource, sys
from pathlib import Path
from postroom.kit.darkroom_tasks import look
from postroom.kit.media import Unfit
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    look(Path(sys.argv[1])); print("taken")
except Unfit as problem:
    print("unfit")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path, name: str):
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[name])
    assert path.stat().st_size < 1_000_000
    done = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True)
    answer, kilobytes = done.stdout.split()
    assert answer == "unfit", name
    assert int(kilobytes) < 60_000


def test_a_moving_bomb(tmp_path: Path):
    frames = [Image.new("1", (1, 1))] * 2
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    content = out.getvalue()
    frame = b"\x21\xf9\x04\x00\x0a\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    path = tmp_path / "bomb"
    path.write_bytes(content[:-1] + frame * 3000 + b"\x3b")
    with pytest.raises(Unfit, match="frames"):
        look(path)


WHOLE = {
    "jpeg": make.photo,
    "png": lambda: make.encoded(make.halves(), "PNG"),
    "webp": lambda: make.encoded(make.halves(), "WEBP"),
    "gif": make.moving,
    "avif": lambda: make.encoded(make.halves(64, 64), "AVIF"),
}


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), flips=st.integers(0, 40), cut=st.floats(0, 1))
def test_a_damaged_picture_is_facts_or_unfit_and_nothing_else(tmp_path: Path, name, seed, flips, cut):
    content, dice = bytearray(WHOLE[name]()), random.Random(seed)
    for _ in range(flips):
        content[dice.randrange(len(content))] = dice.randrange(256)
    if dice.random() < 0.5:
        content = content[: int(len(content) * cut)]
    path = tmp_path / "damaged"
    path.write_bytes(content)
    try:
        facts = look(path)
        if facts.kind == "image":
            pictures.make(path, facts.mime, tmp_path / "made", Aim(max_width=100))
    except Unfit:
        return


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_half_a_picture_is_found_out(tmp_path: Path, name: str, part: float):
    content = WHOLE[name]()
    path = tmp_path / "half"
    path.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(Unfit):
        look(path)


@given(
    st.integers(1, 5000),
    st.integers(1, 5000),
    st.none() | st.integers(64, 5000),
    st.none() | st.integers(10_000, 5_000_000),
    st.sampled_from([(None, None), (0.8, 1.91), (1.0, 1.0), (0.5625, 0.5625), (0.01, 10.0)]),
    st.booleans(),
)
# hypothesis gives them by name
def test_sizes_keep_to_their_limits(width, height, most_width, most_pixels, ratios, even):  # noqa: PLR0917
    aim = Aim(max_width=most_width, max_pixels=most_pixels, min_ratio=ratios[0], max_ratio=ratios[1])
    frame = pictures.frame_for(width, height, aim)
    assert frame[0] >= width
    assert frame[1] >= height
    wide, high = pictures.size_within(*frame, aim, even=even)
    assert not even or (wide % 2 == 0 == high % 2)
    if min(wide, high) > 100:
        assert wide <= (most_width or wide)
        assert wide * high <= (most_pixels or wide * high)
        assert wide / high >= (ratios[0] or 0)
        assert wide / high <= (ratios[1] or 99_999)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_every_orientation_is_applied_once(tmp_path: Path, orientation: int, kind: str):
    from PIL import ImageOps

    pillow_heif.register_heif_opener()
    path, target = tmp_path / "photo", tmp_path / "made"
    path.write_bytes(make.encoded(make.halves(40, 20), kind, exif=make.camera_exif(orientation)))
    facts = look(path)
    made = pictures.make(path, facts.mime, target, Aim())
    assert (made.width, made.height) == (facts.width, facts.height)
    seen, wanted = Image.open(target), ImageOps.exif_transpose(Image.open(path))
    assert seen.size == wanted.size
    assert not seen.getexif()
    for point in ((3, 3), (seen.width - 4, 3), (3, seen.height - 4)):
        here, there = seen.convert("RGB").getpixel(point), wanted.convert("RGB").getpixel(point)
        assert isinstance(here, tuple)
        assert isinstance(there, tuple)
        assert (here[0] > here[2]) == (there[0] > there[2])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_every_mode_can_be_made_a_jpeg(tmp_path: Path, mode: str):
    kind = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    picture = Image.new(mode, (50, 50), 20_000) if mode == "I;16" else make.halves(50, 50).convert(mode)
    path, target = tmp_path / "picture", tmp_path / "made"
    path.write_bytes(make.encoded(picture, kind))
    facts = look(path)
    made = pictures.make(path, facts.mime, target, Aim(types=("image/jpeg",), max_width=20))
    assert (made.mime, made.width) == ("image/jpeg", 20)
    assert Image.open(target).mode == "RGB"


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path: Path):
    picture = Image.new("I;16", (4, 4), 32_768)
    picture.putpixel((0, 0), 0)
    picture.putpixel((1, 0), 65_535)
    path, target = tmp_path / "picture", tmp_path / "made"
    path.write_bytes(make.encoded(picture, "PNG"))
    pictures.make(path, "image/png", target, Aim(types=("image/png",), max_pixels=16))
    seen = Image.open(target).convert("L")
    assert seen.getpixel((3, 3)) == pytest.approx(128, abs=2)
    assert (seen.getpixel((0, 0)), seen.getpixel((1, 0))) == (0, 255)


def test_a_profile_of_srgb_by_name_needs_no_cleaning(tmp_path: Path):
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = tmp_path / "picture"
    path.write_bytes(make.encoded(make.halves(), "JPEG", icc_profile=profile))
    assert not look(path).needs_cleaning
    assert images.is_srgb(profile)
    assert not images.is_srgb(b"no profile at all")
    path.write_bytes(make.encoded(make.halves(), "JPEG", icc_profile=b"no profile at all"))
    assert look(path).needs_cleaning
    pictures.make(path, "image/jpeg", tmp_path / "made", Aim(max_width=100))


def test_a_preview_is_small_and_upright(tmp_path: Path):
    path, small = tmp_path / "photo", tmp_path / "small"
    path.write_bytes(make.photo(1500, 900, orientation=6))
    images.preview(path, "image/jpeg", small)
    seen = Image.open(small)
    assert seen.format == "WEBP"
    assert seen.size == (288, 480)
    assert small.stat().st_size < 30_000
