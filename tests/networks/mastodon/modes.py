"""The kinds of server that speak Mastodon's API, as far as they differ where it matters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mode:
    """How a server behaves."""

    name: str = "mastodon"
    idempotency: str = "honoured"
    """honoured: a repeat gets the first status; ignored: a repeat makes another; in_a_row: two at once make two."""
    ids: str = "number"
    """number or uuid."""
    instance: str = "v2"
    """v2, v1 (with `configuration`), bare (fields of its own at the top) or none."""
    has_metadata: bool = True
    """PKCE and the profile scope, told by RFC 8414 metadata."""
    renews: bool = False
    """Whether access ends and is renewed."""
    unauthorised: tuple[int, str] = (401, '{"error":"The access token is invalid"}')
    markup: str = "mastodon"
    """How text becomes HTML: mastodon, or markdown (which changes it)."""
    has_source: bool = True
    has_bulk: bool = True
    has_media_v2: bool = True
    image_looks: int = 0
    """How often a picture is still in work when looked at; 0: ready in the answer to its upload."""
    video_looks: int = 2
    max_characters: int = 500
    takes_text_booleans: bool = True
    clock_ahead: float = 0
    """Seconds by which the server's clock is ahead of ours."""


MASTODON = Mode()
RENEWING = Mode(name="renewing", renews=True, image_looks=1)
TAKAHE = Mode(
    name="takahe", idempotency="ignored", instance="v1", has_metadata=False, renews=True,
    unauthorised=(401, "Unauthorized"), has_source=False, has_bulk=False, max_characters=800, clock_ahead=95,
)  # fmt: skip
HOLLO = Mode(
    name="hollo", idempotency="in_a_row", ids="uuid", renews=True, has_media_v2=False, max_characters=4096,
    unauthorised=(401, '{"error":"unauthorized"}'), takes_text_booleans=False, has_bulk=False, clock_ahead=-95,
)  # fmt: skip
BARE = Mode(
    name="bare", idempotency="ignored", instance="bare", has_metadata=False, markup="markdown",
    unauthorised=(400, '{"error":"Invalid access token"}'),
)  # fmt: skip
