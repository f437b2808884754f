"""The one interpreter of every limits table: what blocks, what warns, and what a file must become to fit.

A table's rows are facts; what was learned of one channel (a server's own limits, a verified account) is laid over them.
The same check runs while writing, at scheduling and before the first step, and makes the "what fits" panel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from postroom.kit import text as words
from postroom.networks.shape import Draft, Format, Limit, Media, MediaKind, Network

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WHATS: dict[str, str] = {
    "text.max": "length of the text",
    "text.bytes": "length of the text in bytes",
    "text.required": "a text is needed (1)",
    "tags.max": "hashtags in the text",
    "tag.max": "length of one hashtag",
    "mentions.max": "mentions in the text",
    "links.max": "links in the text",
    "languages.max": "languages named",
    "media.required": "files needed at least",
    "media.max": "files in all",
    "images.max": "pictures",
    "videos.max": "videos",
    "media.mix": "pictures and videos together (1 = allowed)",
    "image.types": "file types of pictures",
    "image.bytes": "size of a picture",
    "image.pixels": "pixels of a picture",
    "image.width.max": "width of a picture",
    "image.width.min": "width of a picture at least",
    "image.ratio.min": "width ÷ height of a picture at least",
    "image.ratio.max": "width ÷ height of a picture at most",
    "video.types": "file types of videos",
    "video.bytes": "size of a video",
    "video.pixels": "pixels of a video's frame",
    "video.seconds.min": "length of a video at least",
    "video.seconds.max": "length of a video at most",
    "video.ratio.min": "width ÷ height of a video at least",
    "video.ratio.max": "width ÷ height of a video at most",
    "gif.types": "file types of moving pictures",
    "gif.bytes": "size of a moving picture",
    "gif.pixels": "pixels of a moving picture",
    "alt.max": "length of an alternative text",
    "thread.max": "items in a thread",
    "poll.options.min": "answers of a poll at least",
    "poll.options.max": "answers of a poll at most",
    "poll.option.max": "length of a poll's answer",
    "poll.seconds.min": "time a poll is open at least",
    "poll.seconds.max": "time a poll is open at most",
    "posts": "posts in a window of time (a quota)",
    "requests": "requests in a window of time (a quota)",
    "uploads": "uploads in a window of time (a quota)",
    "text.url_weight": "how many characters a link counts for",
    "formats": "kinds of posts this channel takes",
}
"""Every name a row may carry, in words."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that doesn't fit. `blocks`: it can't be expressed there; else a warning."""

    code: str
    where: str
    message: str
    found: Any = None
    allowed: Any = None
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """What a picture or video must be to fit. None = no such limit; bytes, pixels, seconds, width ÷ height."""

    types: tuple[str, ...] = ()
    max_bytes: int | None = None
    max_pixels: int | None = None
    max_width: int | None = None
    min_ratio: float | None = None
    max_ratio: float | None = None


class Table:
    """A network's limits as they hold for one channel and one format."""

    def __init__(self, network: Network, format_: Format, learned: Mapping[str, Any] | None = None) -> None:
        """Lay what was learned over the table; a row for this very format wins over one for all."""
        self.network, self.learned = network, dict(learned or {})
        general = {row.what: row for row in network.limits if not row.formats}
        special = {row.what: row for row in network.limits if format_ in row.formats}
        self.rows: dict[str, Limit] = general | special

    def amount(self, what: str) -> Any:
        """Give the amount for a name of `WHATS`, or None where there is no limit."""
        if what in self.learned:
            return self.learned[what]
        row = self.rows.get(what)
        return row.amount if row else None

    def number(self, what: str) -> float | None:
        """Give the amount as a number."""
        amount = self.amount(what)
        return None if amount is None or isinstance(amount, (tuple, list, str)) else float(amount)

    def unit(self, what: str) -> str:
        """Give the unit a text is counted in."""
        row = self.rows.get(what)
        return (row.unit if row else "") or "grapheme"

    def is_hard(self, what: str) -> bool:
        """Tell whether going over blocks (or only warns)."""
        row = self.rows.get(what)
        return row.hard if row else True


def count_text(network: Network, draft: Draft, learned: Mapping[str, Any] | None = None) -> tuple[int, int | None]:
    """Give (length, limit) of a draft's text in the network's own unit."""
    table = Table(network, draft.format, learned)
    counted = network.counted_text(draft) if network.counted_text else draft.text
    limit = table.number("text.max")
    return _count(table, counted, "text.max"), int(limit) if limit is not None else None


def _count(table: Table, value: str, what: str) -> int:
    weight = table.number("text.url_weight")
    return words.count(value, table.unit(what), url_weight=int(weight) if weight else None)


def need(network: Network, kind: MediaKind, format_: Format, learned: Mapping[str, Any] | None = None) -> Need:
    """Say what a file of this kind must become to fit."""
    table, name = Table(network, format_, learned), str(kind.value)

    def whole(what: str) -> int | None:
        number = table.number(f"{name}.{what}")
        return None if number is None else int(number)

    return Need(
        types=tuple(table.amount(f"{name}.types") or ()),
        max_bytes=whole("bytes"),
        max_pixels=whole("pixels"),
        max_width=whole("width.max"),
        min_ratio=table.number(f"{name}.ratio.min"),
        max_ratio=table.number(f"{name}.ratio.max"),
    )


def check(network: Network, draft: Draft, learned: Mapping[str, Any] | None = None) -> tuple[Problem, ...]:
    """Check a draft against the table; blocking problems first. Files are checked as they stand."""
    table = Table(network, draft.format, learned)
    found = [
        *_check_format(network, draft, table),
        *_check_text(network, draft, table),
        *_check_counts(draft, table),
        *(problem for index, media in enumerate(draft.media) for problem in _check_file(media, index, table)),
        *_check_poll(draft, table),
        *_check_options(network, draft),
    ]
    return tuple(sorted(found, key=lambda problem: not problem.blocks))


def _over(table: Table, what: str, found: float, where: str, *, words_for: str | None = None) -> Iterator[Problem]:
    """Yield a problem when `found` is over the limit named `what`."""
    limit = table.number(what)
    if limit is not None and found > limit:
        yield Problem(
            what,
            where,
            f"{words_for or WHATS[what]}: {_plain(found)}, allowed {_plain(limit)}",
            found,
            limit,
            table.is_hard(what),
        )


def _under(table: Table, what: str, found: float, where: str) -> Iterator[Problem]:
    limit = table.number(what)
    if limit is not None and found < limit:
        yield Problem(
            what, where, f"{WHATS[what]}: {_plain(found)}, needed {_plain(limit)}", found, limit, table.is_hard(what)
        )


def _plain(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.2f}"


def _check_format(network: Network, draft: Draft, table: Table) -> Iterator[Problem]:
    """A reply (a thread's next item, a first comment) is a comment there, whatever formats posts of one's own have."""
    if draft.parent is not None:
        if not network.threads:
            yield Problem("thread", "items", f"{network.label} has no threads", 1, 0)
        return
    allowed = sorted(str(value) for value in network.formats & set(table.amount("formats") or network.formats))
    if draft.format.value not in allowed:
        yield Problem(
            "format",
            "format",
            f"{network.label} takes no {draft.format.value} posts here; it takes {', '.join(allowed)}",
            draft.format.value,
            allowed,
        )


def _check_text(network: Network, draft: Draft, table: Table) -> Iterator[Problem]:
    counted = network.counted_text(draft) if network.counted_text else draft.text
    yield from _over(table, "text.max", _count(table, counted, "text.max"), "text")
    yield from _over(table, "text.bytes", len(counted.encode()), "text")
    tags = words.hashtags(draft.text)
    yield from _over(table, "tags.max", len(tags), "text")
    for tag in tags:
        yield from _over(table, "tag.max", words.count(tag, "grapheme"), "text", words_for=f"length of #{tag[:40]}")
    yield from _over(table, "mentions.max", len(words.mentions(draft.text)), "text")
    yield from _over(table, "links.max", len(words.links(draft.text)), "text")
    yield from _over(table, "languages.max", len(draft.languages), "languages")
    if not draft.text.strip() and (table.number("text.required") or not (draft.media or draft.poll or draft.link)):
        yield Problem("text.required", "text", "there is nothing to post: a text is needed", "", "a text")


def _check_counts(draft: Draft, table: Table) -> Iterator[Problem]:
    images = sum(media.kind in {MediaKind.IMAGE, MediaKind.GIF} for media in draft.media)
    videos = sum(media.kind is MediaKind.VIDEO for media in draft.media)
    if draft.parent is None:
        yield from _under(table, "media.required", len(draft.media), "media")
    yield from _over(table, "media.max", len(draft.media), "media")
    yield from _over(table, "images.max", images, "media")
    yield from _over(table, "videos.max", videos, "media")
    if images and videos and not table.amount("media.mix"):
        yield Problem(
            "media.mix", "media", "pictures and videos can't go together in one post here", "both", "one kind"
        )


def _check_file(media: Media, index: int, table: Table) -> Iterator[Problem]:
    where, kind = f"media.{index}", media.kind.value
    types = table.amount(f"{kind}.types")
    if types is None:
        yield Problem("media.kind", where, f"{kind} files can't be posted here", kind, None)
        return
    if media.mime not in types:
        yield Problem(
            f"{kind}.types",
            where,
            f"{media.name}: {media.mime} is not taken here; {', '.join(types)} are",
            media.mime,
            list(types),
        )
    for what, found in _measures(media):
        if found is None:
            continue
        name = f"{kind}.{what}"
        if name in WHATS:
            check_one = _under if what.endswith(".min") else _over
            yield from check_one(table, name, found, where)
    yield from _over(table, "alt.max", words.count(media.alt, "grapheme"), f"{where}.alt")


def _measures(media: Media) -> Iterator[tuple[str, float | None]]:
    yield "bytes", media.bytes
    yield "seconds.min", media.seconds
    yield "seconds.max", media.seconds
    if media.width and media.height:
        ratio = media.width / media.height
        yield from (
            ("pixels", media.width * media.height),
            ("width.max", media.width),
            ("width.min", media.width),
            ("ratio.min", ratio),
            ("ratio.max", ratio),
        )


def _check_poll(draft: Draft, table: Table) -> Iterator[Problem]:
    if draft.poll is None:
        if draft.format is Format.POLL and draft.parent is None:
            yield Problem("poll.required", "poll", "a poll needs a question's answers", None, "a poll")
        return
    if table.number("poll.options.max") is None:
        yield Problem("poll", "poll", f"{table.network.label} has no polls", "a poll", None)
        return
    if draft.media:
        yield Problem("poll.media", "poll", "a poll can't go together with files", "both", "one of them")
    count = len(draft.poll.options)
    yield from _under(table, "poll.options.min", count, "poll.options")
    yield from _over(table, "poll.options.max", count, "poll.options")
    for index, option in enumerate(draft.poll.options):
        yield from _over(table, "poll.option.max", words.count(option, "grapheme"), f"poll.options.{index}")
        if not option.strip():
            yield Problem("poll.option.empty", f"poll.options.{index}", "an answer of the poll is empty", "", "a text")
        elif option in draft.poll.options[:index]:
            yield Problem("poll.option.twice", f"poll.options.{index}", "an answer of the poll comes twice", option, "")
    yield from _under(table, "poll.seconds.min", draft.poll.seconds, "poll.seconds")
    yield from _over(table, "poll.seconds.max", draft.poll.seconds, "poll.seconds")


def _check_options(network: Network, draft: Draft) -> Iterator[Problem]:
    known = {option.name: option for option in network.options}
    for name, value in draft.options.items():
        option, where = known.get(name), f"options.{name}"
        if option is None:
            yield Problem(
                "option",
                where,
                f"{network.label} has no option {name!r}; it has {', '.join(known) or 'none'}",
                name,
                list(known),
            )
        elif option.kind == "choice" and value not in [choice for choice, _ in option.choices]:
            allowed = [choice for choice, _ in option.choices]
            yield Problem(
                "option", where, f"{option.label}: {value!r} is not one of {', '.join(allowed)}", value, allowed
            )
        elif option.kind == "number" and (not isinstance(value, (int, float)) or isinstance(value, bool)):
            yield Problem("option", where, f"{option.label}: {value!r} is not a number", value, "a number")
        elif option.kind == "bool" and not isinstance(value, bool):
            yield Problem("option", where, f"{option.label}: {value!r} is not yes or no", value, [True, False])
        elif option.kind == "text" and (
            not isinstance(value, str) or (option.max_length and len(value) > option.max_length)
        ):
            yield Problem(
                "option",
                where,
                f"{option.label}: a text of at most {option.max_length} characters is allowed",
                value,
                option.max_length,
            )
