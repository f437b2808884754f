"""What a network is: one value with slots. A missing ability is an empty slot, never a function that raises.

An adapter is a folder that fills these slots. It receives a *line* (see `line.py`) and a *draft* (below), and gets no
model, settings, clock or logger; it never sleeps, retries or writes; one exception leaves it: `Stop(verdict)`.
"""

from __future__ import annotations

import builtins
import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from postroom.networks.verdicts import ErrorRow, Touch

if TYPE_CHECKING:
    from datetime import date, datetime

    from postroom.networks.line import Answer, Line

Json = dict[str, Any]
Bag = Json
"""Small versioned JSON that only the adapter reads; the engine stores it after every step."""


class Format(enum.StrEnum):
    """What kind of post it is, as the composer offers it."""

    TEXT = "text"
    IMAGE = "image"
    CAROUSEL = "carousel"
    """Several pictures (or pictures and videos, where the network mixes) in one post."""
    VIDEO = "video"
    REEL = "reel"
    STORY = "story"
    POLL = "poll"


class MediaKind(enum.StrEnum):
    """The sort of a file."""

    IMAGE = "image"
    VIDEO = "video"
    GIF = "gif"
    AUDIO = "audio"
    DOCUMENT = "document"


# ---------------------------------------------------------------- what is to be said


@dataclass(frozen=True, slots=True)
class Media:
    """One file of a draft, already in a form the network takes. Sizes in bytes, pixels and seconds."""

    kind: MediaKind
    mime: str
    bytes: int
    name: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    alt: str = ""
    focus: tuple[float, float] | None = None
    """Where the eye should rest: x and y from -1 to 1, (0, 0) is the middle."""
    read: Callable[[], AsyncIterator[builtins.bytes]] | None = None
    """Opens the content as a stream of chunks; may be called again for a repeat. None only while checking."""
    url: str | None = None
    """A short-lived public address, for networks that fetch the file themselves."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with answers; `seconds` is how long it stays open."""

    options: tuple[str, ...]
    seconds: int
    multiple: bool = False
    hide_totals: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that something is public: the network's id, its address, and what a reply needs to point at it."""

    id: str
    url: str
    ref: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """One thing to publish: a post, or one item of a thread, or a first comment (then `parent` is set).

    `key` and `at` are made once, stored before the first call and the same in every repeat.
    """

    key: str
    at: datetime
    format: Format
    text: str = ""
    media: tuple[Media, ...] = ()
    poll: Poll | None = None
    link: str | None = None
    """An address to show as a card, where the network has cards."""
    languages: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    """The network's own options (visibility, spoiler …), as declared in `Network.options`."""
    root: Receipt | None = None
    parent: Receipt | None = None
    ai_made: bool = False


# ---------------------------------------------------------------- publishing


@dataclass(frozen=True, slots=True)
class Go:
    """This step is done; on to the next."""

    bag: Bag


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet; run this same step again after `look_again` seconds."""

    bag: Bag
    look_again: float


StepAnswer = Go | Wait | Receipt


@dataclass(frozen=True, slots=True)
class Step:
    """One step of publishing. `keyed`: the network drops repeats that carry `draft.key`, so repeating is harmless.

    The last step must answer a Receipt. A step that a draft doesn't need answers `Go(bag)` without a call.
    """

    name: str
    touch: Touch
    run: Callable[[Line, Draft, Bag], Awaitable[StepAnswer]]
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """Looked, and it is surely not there."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Looked, and could not tell."""

    why: str


Found = Receipt | Absent | Unclear


@dataclass(frozen=True, slots=True)
class Find:
    """How to look a publication up after doubt. `trust_absence_after`: seconds before "not there" is proof."""

    run: Callable[[Line, Draft, Bag], Awaitable[Found]]
    trust_absence_after: float = 0


# ---------------------------------------------------------------- connecting


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """What opens a channel. `extra`: further secrets of the network (a DPoP key, an issuer). Never printed."""

    access: str
    refresh: str | None = None
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Show that there are tokens, and nothing of them."""
        return f"<Tokens until {self.expires_at}>"


@dataclass(frozen=True, slots=True, repr=False)
class App:
    """Our registration at a network or server: id and secret. Never printed."""

    client_id: str
    client_secret: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Show the public id only."""
        return f"<App {self.client_id}>"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose channel it is, as the network tells; counts are of this moment."""

    network_user_id: str
    username: str
    display_name: str = ""
    bio: str = ""
    avatar_url: str = ""
    profile_url: str = ""
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    learned: Mapping[str, Any] = field(default_factory=dict)
    """Limits that are this channel's own, laid over the table: {"text.max": 5000, …}."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A field the owner fills in to connect (a server's address, a handle, an app password)."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    default: str = ""


@dataclass(frozen=True, slots=True)
class Begin:
    """What a connection starts from. `redirect_uri` is where the network sends the owner back."""

    fields: Mapping[str, str]
    redirect_uri: str
    public_url: str
    state: str
    now: datetime


@dataclass(frozen=True, slots=True)
class SendTo:
    """Send the owner to `url`; `remember` (secret, stored encrypted) comes back in `Return`."""

    url: str
    remember: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Return:
    """The owner is back: the query of the redirect, and what `begin` asked to remember."""

    params: Mapping[str, str]
    remember: Mapping[str, str]
    redirect_uri: str
    public_url: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection made: who it is, what opens it, and the server it lives on ("" where the network has just one)."""

    identity: Identity
    tokens: Tokens
    server: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to connect. OAuth has `begin` and `finish`; a way without a redirect (app password) has `direct`.

    `register`: makes the app registration at the named server when there is none yet (Mastodon's way); None where an
    admin enters the app's credentials, or none are needed (`needs_app` False).
    """

    name: str
    label: str
    explains: str
    """What will be asked and why, in words for the channel's owner."""
    asks: tuple[Ask, ...] = ()
    scopes: tuple[str, ...] = ()
    needs_app: bool = False
    register: Callable[[Line, Begin], Awaitable[App]] | None = None
    begin: Callable[[Line, Begin], Awaitable[SendTo]] | None = None
    finish: Callable[[Line, Return], Awaitable[Connected]] | None = None
    direct: Callable[[Line, Begin], Awaitable[Connected]] | None = None


@dataclass(frozen=True, slots=True)
class Connecting:
    """Everything about keeping a channel connected. `server_of` gives the base address from what the owner typed."""

    ways: tuple[Way, ...]
    whoami: Callable[[Line], Awaitable[Identity]]
    refresh: Callable[[Line, Tokens, datetime], Awaitable[Tokens]] | None = None
    refresh_early: float = 0
    """Seconds before the token ends at which to refresh."""
    revoke: Callable[[Line, Tokens], Awaitable[None]] | None = None
    server_of: Callable[[Mapping[str, str]], str] | None = None


# ---------------------------------------------------------------- limits, options, numbers


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of a network's table.

    what: a name from `rules.WHATS` ("text.max", "images.max", "posts" …). amount: a number, or a tuple of words
    (file types). unit: for counts of text a unit of `kit.text`; for quotas a window in seconds as "per 10800 s", with
    "per app" or "per server" behind it where that is what is counted for. hard: True blocks, False warns. formats: only
    for these, empty means all.
    """

    what: str
    amount: float | tuple[str, ...]
    unit: str = ""
    hard: bool = True
    source: str = ""
    checked: date | None = None
    sure: bool = True
    formats: tuple[Format, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the network's own choices for a publication; the composer's field is generated from it."""

    name: str
    label: str
    kind: str
    """choice, text, bool, number."""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs."""
    default: Any = None
    help: str = ""
    max_length: int | None = None
    formats: tuple[Format, ...] = ()


@dataclass(frozen=True, slots=True)
class Counters:
    """What a published thing has earned so far; None = this network doesn't tell."""

    views: int | None = None
    reach: int | None = None
    impressions: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    clicks: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Reading counters. `of` takes receipts and answers by receipt id; those that are gone are left out."""

    of: Callable[[Line, tuple[Receipt, ...]], Awaitable[Mapping[str, Counters]]]
    at_once: int = 1


def bearer(tokens: Tokens, method: str, url: str) -> Mapping[str, str]:  # noqa: ARG001 - the slot's signature
    """Sign a call with a plain bearer token (RFC 6750)."""
    return {"Authorization": f"Bearer {tokens.access}"}


def plain_error(answer: Any) -> tuple[str, str]:
    """Read (code, message) from an answer whose form we don't know: no code, the first 200 characters of the body."""
    return "", answer.body[:200].decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Network:
    """A network as a value. See `docs/adding-a-network.md` for how the slots are filled."""

    name: str
    label: str
    formats: frozenset[Format]
    limits: tuple[Limit, ...]
    steps: tuple[Step, ...]
    connecting: Connecting
    errors: tuple[ErrorRow, ...] = ()
    read_error: Callable[[Any], tuple[str, str]] = plain_error
    """Reads (code, message) from an answer that is not a success."""
    find: Find | None = None
    remove: Callable[[Line, Receipt], Awaitable[None]] | None = None
    numbers: Numbers | None = None
    options: tuple[Option, ...] = ()
    mint_key: Callable[[datetime, bytes], str] | None = None
    """Makes `draft.key` from the moment and 16 random bytes, where the network wants a form of its own (a TID)."""
    sign: Callable[[Tokens, str, str], Mapping[str, str]] = bearer
    counted_text: Callable[[Draft], str] | None = None
    """What text the length limit counts, where it is more than `draft.text` (a content warning, say)."""
    documents: Mapping[str, Callable[[str], Json]] = field(default_factory=dict)
    """JSON documents we must serve for this network, by file name: made from our public address."""
    threads: bool = False
    """Whether replies to one's own posts make a thread here."""
    is_sandbox: bool = False
    colour: str = "#667085"
    mark: str = ""
    """Two letters or an icon name for the badge."""

    def way(self, name: str) -> Way | None:
        """Find a way to connect by its name."""
        return next((way for way in self.connecting.ways if way.name == name), None)

    def read(self, answer: Answer) -> tuple[str, str]:
        """Read (code, message) from an error answer."""
        return self.read_error(answer)
