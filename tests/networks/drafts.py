"""Drafts exactly at a limit and one over it, made from the limits table itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from postroom.networks.rules import Table
from postroom.networks.shape import Draft, Limit, Media, MediaKind, Poll
from tests.networks.files import clip, picture
from tests.networks.samples import Samples

Maker = Callable[[Draft, Any], Draft]


def at_and_over(samples: Samples, row: Limit, learned: Mapping[str, Any] | None = None) -> tuple[Draft, Draft]:
    """Make (a draft exactly at the row's limit, one just over it); what was learned of the channel counts."""
    base = _base(samples, row)
    amount = Table(samples.network, base.format, learned).amount(row.what)
    if isinstance(amount, (tuple, list)):
        return _with_type(base, row.what, amount[0]), _with_type(base, row.what, "application/x-nobody-takes-this")
    step = _step(row.what, amount)
    at = samples.at(row.what, amount) or build(base, row.what, amount)
    over = samples.over(row.what, at) or build(_base(samples, row), row.what, amount + step)
    return at, over


def is_checkable(row: Limit) -> bool:
    """Whether a draft can be over this row (quotas and weights are no property of one draft)."""
    return row.what in MAKERS or row.what.endswith(".types")


def _step(what: str, amount: float) -> float:
    """The smallest step over the limit: a hundredth of a ratio, one of anything else; downwards for minimums."""
    size = 0.01 * amount if ".ratio." in what else 1
    return -size if what.endswith((".min", ".required")) else size


def _base(samples: Samples, row: Limit) -> Draft:
    """Find a sample draft that the row speaks about."""
    found = next(_fitting(samples, row), None)
    assert found, f"none of {samples.names} is a draft to try {row.what} {row.formats} with"
    return found


def has_base(samples: Samples, row: Limit) -> bool:
    """Whether this account can try the row; only an account that takes fewer formats than its network may not."""
    limit = samples.learned.get(row.what, row.amount)
    return samples.formats is None or (bool(limit) and next(_fitting(samples, row), None) is not None)


def _fitting(samples: Samples, row: Limit) -> Iterator[Draft]:
    """Give the sample drafts for which this row is the one that counts."""
    kind = row.what.split(".")[0]
    for draft in map(samples.draft, samples.names):
        if Table(samples.network, draft.format).rows.get(row.what) == row and FITS.get(kind, lambda _: True)(draft):
            yield draft


FITS: dict[str, Callable[[Draft], bool]] = {
    "poll": lambda draft: draft.poll is not None,
    "image": lambda draft: _has(draft, MediaKind.IMAGE),
    "images": lambda draft: _has(draft, MediaKind.IMAGE),
    "alt": lambda draft: _has(draft, MediaKind.IMAGE),
    "gif": lambda draft: bool(draft.media),
    "media": lambda draft: bool(draft.media),
    "video": lambda draft: _has(draft, MediaKind.VIDEO),
    "videos": lambda draft: _has(draft, MediaKind.VIDEO),
}


def _has(draft: Draft, kind: MediaKind) -> bool:
    return any(media.kind is kind for media in draft.media)


def build(base: Draft, what: str, amount: float) -> Draft:
    """Bring one property of a draft to exactly `amount`."""
    return MAKERS[what](base, amount)


def _text(base: Draft, amount: float) -> Draft:
    """Plain letters: one each in every unit of counting. The start stays, so that drafts differ."""
    size = int(amount)
    start = base.text.split("\n")[0].replace("#", "").replace("@", "").replace("://", "")[:40]
    return dataclasses.replace(base, text=(start + " " + "a" * size)[:size])


def _tags(base: Draft, amount: float) -> Draft:
    return dataclasses.replace(base, text=" ".join(f"#t{number}x" for number in range(int(amount))))


def _many(kind: MediaKind) -> Maker:
    def make(base: Draft, amount: float) -> Draft:
        one = picture() if kind is MediaKind.IMAGE else clip()
        files = tuple(picture(shade=number + 1) if kind is MediaKind.IMAGE else one for number in range(int(amount)))
        return dataclasses.replace(base, media=files)

    return make


def _file(change: Callable[[Media, float], Media]) -> Maker:
    def make(base: Draft, amount: float) -> Draft:
        return dataclasses.replace(base, media=(change(base.media[0], amount), *base.media[1:]))

    return make


def _pixels(media: Media, amount: float) -> Media:
    return dataclasses.replace(media, width=int(amount), height=1)


def _ratio(media: Media, amount: float) -> Media:
    return dataclasses.replace(media, width=round(amount * 100_000), height=100_000)


def _poll(base: Draft, **change: Any) -> Draft:
    assert base.poll is not None
    return dataclasses.replace(base, poll=dataclasses.replace(base.poll, **change))


def _options(base: Draft, amount: float) -> Draft:
    return _poll(base, options=tuple(f"answer {number}" for number in range(int(amount))))


def _option(base: Draft, amount: float) -> Draft:
    assert isinstance(base.poll, Poll)
    return _poll(base, options=("a" * int(amount), *base.poll.options[1:]))


def _alone(kind: str, name: str, change: Callable[[Media, float], Media]) -> dict[str, Maker]:
    return {f"{kind}.{name}": _file(change)}


MAKERS: dict[str, Maker] = {
    "text.max": _text,
    "text.bytes": _text,
    "text.required": lambda base, amount: dataclasses.replace(base, text="a" * int(amount)),
    "tags.max": _tags,
    "tag.max": lambda base, amount: dataclasses.replace(base, text="#" + "a" * int(amount)),
    "mentions.max": lambda base, amount: dataclasses.replace(
        base, text=" ".join(f"@u{number}.example.com" for number in range(int(amount)))
    ),
    "links.max": lambda base, amount: dataclasses.replace(
        base, text=" ".join(f"https://example.com/{number}" for number in range(int(amount)))
    ),
    "languages.max": lambda base, amount: dataclasses.replace(base, languages=("en",) * int(amount)),
    "media.required": lambda base, amount: dataclasses.replace(base, media=base.media[:1] * int(amount)),
    "media.max": _many(MediaKind.IMAGE),
    "images.max": _many(MediaKind.IMAGE),
    "videos.max": _many(MediaKind.VIDEO),
    "alt.max": _file(lambda media, amount: dataclasses.replace(media, alt="a" * int(amount))),
    "poll.options.min": _options,
    "poll.options.max": _options,
    "poll.option.max": _option,
    "poll.seconds.min": lambda base, amount: _poll(base, seconds=int(amount)),
    "poll.seconds.max": lambda base, amount: _poll(base, seconds=int(amount)),
}
for _kind in ("image", "video"):
    MAKERS |= {
        **_alone(_kind, "bytes", lambda media, amount: dataclasses.replace(media, bytes=int(amount))),
        **_alone(_kind, "pixels", _pixels),
        **_alone(_kind, "width.max", lambda media, amount: dataclasses.replace(media, width=int(amount))),
        **_alone(_kind, "width.min", lambda media, amount: dataclasses.replace(media, width=int(amount))),
        **_alone(_kind, "ratio.min", _ratio),
        **_alone(_kind, "ratio.max", _ratio),
        **_alone(_kind, "seconds.min", lambda media, amount: dataclasses.replace(media, seconds=float(amount))),
        **_alone(_kind, "seconds.max", lambda media, amount: dataclasses.replace(media, seconds=float(amount))),
    }


def _with_type(base: Draft, what: str, mime: str) -> Draft:
    kind = MediaKind(what.split(".", maxsplit=1)[0])
    first = dataclasses.replace(base.media[0], kind=kind, mime=mime)
    return dataclasses.replace(base, media=(first, *base.media[1:]))
