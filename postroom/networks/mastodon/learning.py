"""What a server says of its own limits, in the names of `rules.WHATS`. Three dialects, the newest first.

`GET /api/v2/instance` (Mastodon 4.0 and newer): `configuration`. `GET /api/v1/instance` of 3.4.2 and newer: the same
under the same key, with fewer fields. Older and some compatible servers: fields of their own at the top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postroom.networks.line import Line
    from postroom.networks.shape import Json

# row → path in the answer's `configuration`
NEW: dict[str, tuple[str, str]] = {
    "text.max": ("statuses", "max_characters"),
    "text.url_weight": ("statuses", "characters_reserved_per_url"),
    "media.max": ("statuses", "max_media_attachments"),
    "images.max": ("statuses", "max_media_attachments"),
    "alt.max": ("media_attachments", "description_limit"),
    "image.bytes": ("media_attachments", "image_size_limit"),
    "gif.bytes": ("media_attachments", "image_size_limit"),
    "image.pixels": ("media_attachments", "image_matrix_limit"),
    "video.bytes": ("media_attachments", "video_size_limit"),
    "video.pixels": ("media_attachments", "video_matrix_limit"),
    "poll.options.max": ("polls", "max_options"),
    "poll.option.max": ("polls", "max_characters_per_option"),
    "poll.seconds.min": ("polls", "min_expiration"),
    "poll.seconds.max": ("polls", "max_expiration"),
}
# row → path in an answer without `configuration` (Pleroma and Akkoma, Mastodon's forks before 3.4.2)
OLD: dict[str, tuple[str, ...]] = {
    "text.max": ("max_toot_chars",),
    "media.max": ("max_media_attachments",),
    "images.max": ("max_media_attachments",),
    "alt.max": ("description_limit",),
    "image.bytes": ("upload_limit",),
    "gif.bytes": ("upload_limit",),
    "video.bytes": ("upload_limit",),
    "poll.options.max": ("poll_limits", "max_options"),
    "poll.option.max": ("poll_limits", "max_option_chars"),
    "poll.seconds.min": ("poll_limits", "min_expiration"),
    "poll.seconds.max": ("poll_limits", "max_expiration"),
}
NOT_HERE = frozenset({400, 401, 403, 404, 405, 406, 410, 422, 501})


async def instance(line: Line) -> Json:
    """Ask the server about itself; {} where it doesn't tell. Signed, for servers that tell their members only."""
    for path in ("/api/v2/instance", "/api/v1/instance"):
        answer = await line.call("GET", path, accept=NOT_HERE)
        if answer.status == 200:
            said = answer.json()
            return said if isinstance(said, dict) else {}
    return {}


def learned(said: Mapping[str, Any]) -> dict[str, Any]:
    """Read the limits out of what `instance` answered; what isn't told stays with the table."""
    configuration = said.get("configuration")
    if not isinstance(configuration, dict):
        return _numbers(said, OLD)
    return _numbers(configuration, NEW) | _types(configuration)


def domain(said: Mapping[str, Any], fallback: str) -> str:
    """Give the domain in the account's full name, which may differ from the server's host: `domain`, before `uri`."""
    name = str(said.get("domain") or said.get("uri") or fallback)
    return name.removeprefix("https://").removeprefix("http://").strip("/") or fallback


def _numbers(said: Mapping[str, Any], paths: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    found = {}
    for what, path in paths.items():
        value: Any = said
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        number = _whole(value)
        if number:
            found[what] = number
    return found


def _whole(value: Any) -> int | None:
    """Read a number above zero; some servers write numbers as text."""
    try:
        number = int(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else 0
    except (ValueError, OverflowError):
        return None
    return number if number > 0 else None


def _types(configuration: Mapping[str, Any]) -> dict[str, Any]:
    files = configuration.get("media_attachments")
    types = files.get("supported_mime_types") if isinstance(files, dict) else None
    if not isinstance(types, list) or not types:
        return {}
    names = [str(one).lower() for one in types]
    return {
        "image.types": [one for one in names if one.startswith("image/")],
        "gif.types": [one for one in names if one == "image/gif"],
        "video.types": [one for one in names if one.startswith("video/")],
    }
