"""Films decoded and made anew by PyAV (FFmpeg), which is an extra: import this only in the darkroom's child."""

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.error import FFmpegError

from postroom.kit import pictures
from postroom.kit.images import MOST_PIXELS
from postroom.kit.media import Aim, Facts, Made, Unfit

av.logging.set_level(None)

_WHOLE: Final = "a whole film"
_SOUND_BITS: Final = 128_000
_LEAST_BITS: Final = 150_000
_PROTOCOLS: Final = {"protocol_whitelist": "file"}  # a playlist inside a file may not fetch from elsewhere
_PLAIN_CODECS: Final = {"avc1", "avc3", "mp4a"}
"""H.264 and AAC: what every network plays."""
_AT_ONCE: Final = {"movflags": "faststart"}
_FORMATS: Final = {
    "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm", "image/gif": "gif",
    "audio/mp4": "mp4", "audio/mpeg": "mp3", "audio/wav": "wav", "audio/ogg": "ogg", "audio/flac": "flac",
    "audio/webm": "webm",
}  # fmt: skip


def check(path: Path, facts: Facts) -> Facts:
    """See that a film or sound can be decoded at its start; find the length its headers don't tell. Raises `Unfit`."""
    try:
        with _open(path, facts.mime) as film:
            streams = film.streams.video if facts.kind == "video" else film.streams.audio
            if not streams:
                raise Unfit("a film without picture and sound", _WHOLE)
            stream = streams[0]
            if facts.kind == "video" and stream.width * stream.height > MOST_PIXELS:
                raise Unfit(f"{stream.width} × {stream.height} pixels", f"at most {MOST_PIXELS:,} pixels")
            next(iter(film.decode(stream)))
            if facts.seconds is None:
                facts = replace(facts, seconds=_seconds(film) or _last_moment(path, facts.mime))
    except (FFmpegError, StopIteration, ValueError) as problem:
        raise Unfit(f"a file that can't be decoded ({type(problem).__name__})", _WHOLE) from problem
    return facts


def _open(path: Path, mime: str) -> Any:
    """Open as exactly this type: what the content was found to be is what is read, and nothing else."""
    return av.open(str(path), format=_FORMATS.get(mime), options=dict(_PROTOCOLS))


def _seconds(film: Any) -> float | None:
    return round(film.duration / 1_000_000, 3) if film.duration else None


def _last_moment(path: Path, mime: str) -> float | None:
    """The end of the last packet, for recordings whose headers don't tell their length."""
    last = 0.0
    with _open(path, mime) as film:
        for packet in film.demux():
            if packet.pts is not None and packet.time_base is not None:
                last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return round(last, 3) or None


def poster(path: Path, target: Path, side: int = 480) -> bool:
    """Write a preview of a frame a little after the start; False where none could be decoded."""
    try:
        with av.open(str(path), options=dict(_PROTOCOLS)) as film:
            stream = film.streams.video[0]
            frame, until = None, min(1.0, (_seconds(film) or 1.0) / 3)
            for frame in film.decode(stream):
                if (frame.time or 0) >= until:
                    break
            if frame is None:
                return False
            shown: Any = frame
            image = shown.to_image().rotate(shown.rotation % 360, expand=True)
    except (FFmpegError, ValueError, IndexError):
        return False
    image.thumbnail((side, side))
    image.save(target, "WEBP", quality=80)
    return True


def rewrap(path: Path, facts: Facts, target: Path) -> bool:
    """Put picture and sound, as they are, into a new MP4, and nothing else; False where an MP4 can't hold them."""
    if not set(facts.details.get("codecs", ())) <= _PLAIN_CODECS:
        return False
    try:
        with _open(path, facts.mime) as source, av.open(str(target), "w", format="mp4", options=_AT_ONCE) as out:
            kept = [*source.streams.video[:1], *source.streams.audio[:1]]
            streams = {stream.index: out.add_stream_from_template(stream) for stream in kept}
            for stream in streams.values():
                stream.metadata.clear()
            for packet in source.demux(*kept):
                if packet.dts is not None:
                    packet.stream = streams[packet.stream.index]
                    out.mux(packet)
    except (FFmpegError, ValueError):
        return False
    return True


def transcode(path: Path, facts: Facts, target: Path, aim: Aim) -> Made:
    """Write an MP4 (H.264, AAC) that fits the aim; nothing of the source's metadata. Raises `Unfit`."""
    if aim.types and "video/mp4" not in aim.types:
        raise Unfit(f"a film ({facts.mime})", ", ".join(aim.types))
    scale = 1.0
    for _ in range(3):
        bits = _bits(facts, aim, scale)
        try:
            made = _encode(path, facts, target, aim, bits)
        except (FFmpegError, ValueError, IndexError) as problem:
            raise Unfit(f"a film that can't be converted ({type(problem).__name__})", _WHOLE) from problem
        size = target.stat().st_size
        if aim.max_bytes is None or size <= aim.max_bytes:
            return made
        scale *= 0.9 * aim.max_bytes / size
    raise Unfit(f"a film of {size:,} bytes after conversion", f"{aim.max_bytes:,} bytes")


def _bits(facts: Facts, aim: Aim, scale: float) -> int | None:
    """Bits a second for the picture so that the bytes fit; None = quality decides."""
    if aim.max_bytes is None or not facts.seconds:
        return None
    room = aim.max_bytes * 8 * 0.93 / facts.seconds - _SOUND_BITS
    if room < _LEAST_BITS:
        raise Unfit(f"a film of {facts.seconds:g} seconds", f"one short enough for {aim.max_bytes:,} bytes")
    return int(min(room, 12_000_000) * scale)


def _encode(path: Path, facts: Facts, target: Path, aim: Aim, bits: int | None) -> Made:
    with (
        _open(path, facts.mime) as source,
        av.open(str(target), "w", format="mp4", options=_AT_ONCE) as out,
    ):
        stream = source.streams.video[0]
        stream.thread_type = "AUTO"
        sound = source.streams.audio[0] if source.streams.audio else None
        first = next(iter(source.decode(stream)))
        turned = round(first.rotation / 90) * 90 % 360
        source.seek(0)
        size, steps = _plan(first.width, first.height, turned, aim)
        rate = stream.average_rate or Fraction(25)
        film = _film_stream(out, size, min(rate, Fraction(60)), bits)
        voice = out.add_stream("aac", rate=48_000, bit_rate=_SOUND_BITS) if sound else None
        graph = _graph(stream, steps)
        end = 0.0
        for packet in source.demux(*[each for each in (stream, sound) if each]):
            for frame in packet.decode():
                end = max(end, frame.time or 0)
                if packet.stream.type == "video":
                    _push(graph, frame, film, out)
                elif voice is not None:
                    frame.pts = None if frame.pts is None else frame.pts
                    out.mux(voice.encode(frame))
        _push(graph, None, film, out)
        out.mux(film.encode())
        if voice is not None:
            out.mux(voice.encode())
    return Made("video/mp4", *size, seconds=facts.seconds or round(end, 3))


def _film_stream(out: Any, size: tuple[int, int], rate: Fraction, bits: int | None) -> Any:
    options = {"preset": "veryfast", **({} if bits else {"crf": "21"})}
    film = out.add_stream("libx264", rate=rate, options=options)
    film.width, film.height, film.pix_fmt = *size, "yuv420p"
    if bits:
        film.bit_rate = bits
        film.codec_context.options = {**options, "maxrate": str(bits), "bufsize": str(bits * 2)}
    return film


def _plan(width: int, height: int, turned: int, aim: Aim) -> tuple[tuple[int, int], list[tuple[str, str]]]:
    """The final size, and the filters that lead there: turn, cut, shrink, fill up."""
    steps: list[tuple[str, str]] = []
    if turned in {90, 270}:
        steps.append(("transpose", "cclock" if turned == 90 else "clock"))
        width, height = height, width
    elif turned == 180:
        steps += [("hflip", ""), ("vflip", "")]
    if aim.crop:
        left, top, wide, high = aim.crop
        cut = [max(2, math.floor(value)) for value in (wide * width, high * height)]
        steps.append(("crop", f"{cut[0]}:{cut[1]}:{math.floor(left * width)}:{math.floor(top * height)}"))
        width, height = cut
    frame = pictures.frame_for(width, height, aim)
    size = pictures.size_within(*frame, aim, even=True)
    part = size[0] / frame[0]
    inner = tuple(
        max(2, min(most, math.floor(side * part / 2) * 2)) for side, most in zip((width, height), size, strict=True)
    )
    steps.append(("scale", f"{inner[0]}:{inner[1]}"))
    steps.append(("setsar", "1"))
    if inner != size:
        steps.append(("pad", f"{size[0]}:{size[1]}:{(size[0] - inner[0]) // 4 * 2}:{(size[1] - inner[1]) // 4 * 2}"))
    return size, steps


def _graph(stream: Any, steps: list[tuple[str, str]]) -> Any:
    graph = av.filter.Graph()
    last = graph.add_buffer(template=stream)
    for name, arguments in [*steps, ("format", "yuv420p")]:
        following = graph.add(name, arguments)
        last.link_to(following)
        last = following
    last.link_to(graph.add("buffersink"))
    graph.configure()
    return graph


def _push(graph: Any, frame: Any, film: Any, out: Any) -> None:
    graph.vpush(frame)
    while True:
        try:
            done = graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        out.mux(film.encode(done))
