"""What the demo's brands posted in the three weeks before: put on the sandbox as of then, and taken over from it."""

import base64
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from postroom.cli.demo.stories import ROASTERY, TRAILS
from postroom.posts.content import MediaOf, Writing
from postroom.publishing.importing import There, import_post
from postroom.workspaces.actors import Actor


@dataclass(frozen=True, slots=True)
class Earlier:
    """A post of `days` ago at `clock` in the brand's zone."""

    brand: str
    days: int
    clock: str
    text: str
    on: tuple[str, ...] = ("microblog",)
    has_picture: bool = False


EARLIER: Final = (
    Earlier(ROASTERY, 21, "09:00", "We are open again after the floor was done. It still smells of oil.", ("page",)),
    Earlier(
        TRAILS, 20, "18:30", "Autumn plan: fewer kilometres, more benches.", ("microblog", "photo"), has_picture=True
    ),
    Earlier(
        ROASTERY,
        20,
        "12:15",
        "A washed Kenyan for people who think they don't like acidity.",
        ("photo",),
        has_picture=True,
    ),
    Earlier(ROASTERY, 18, "09:00", "Tasting on Thursday. Bring a friend who only drinks tea.", ("microblog", "page")),
    Earlier(TRAILS, 18, "07:45", "Fog until ten, then all of it at once.", ("photo",), has_picture=True),
    Earlier(TRAILS, 16, "20:00", "Which jacket? The one you will actually carry."),
    Earlier(ROASTERY, 15, "09:00", "The grinder got new burrs. Everything is a little louder and a lot better."),
    Earlier(
        ROASTERY,
        14,
        "16:40",
        "Two bags left of the Guatemalan. One if you hurry.",
        ("microblog", "photo"),
        has_picture=True,
    ),
    Earlier(
        TRAILS, 13, "18:30", "The station café at kilometre 40 closes at five. Ask us how we know.", ("microblog",)
    ),
    Earlier(ROASTERY, 12, "09:00", "Water matters more than the machine. Start there.", ("page", "microblog")),
    Earlier(TRAILS, 11, "08:10", "Frost on the inside of the tent. Worth it.", ("photo",), has_picture=True),
    Earlier(
        ROASTERY, 10, "12:00", "Lunch break, cupping table, eleven spoons, nobody talks.", ("photo",), has_picture=True
    ),
    Earlier(TRAILS, 9, "18:30", "Packing list, winter edition: everything, but twice as dry."),
    Earlier(
        ROASTERY,
        8,
        "09:00",
        "New subscription: one bag, every second Friday, no small print.",
        ("microblog", "page", "photo"),
        has_picture=True,
    ),
    Earlier(TRAILS, 7, "17:20", "Forty minutes of sun. We used all of them.", ("microblog", "photo"), has_picture=True),
    Earlier(ROASTERY, 6, "15:30", "Decaf that nobody notices is decaf. That is the whole pitch."),
    Earlier(TRAILS, 5, "20:00", "The last bus was early. The night was long. The soup was good.", ("microblog",)),
    Earlier(ROASTERY, 4, "09:00", "Weekend hours are nine to four, as ever.", ("page",)),
    Earlier(TRAILS, 3, "07:30", "First snow above 1,400 metres.", ("photo",), has_picture=True),
    Earlier(ROASTERY, 2, "11:45", "Somebody asked for pumpkin spice. We were kind about it.", ("microblog",)),
    Earlier(ROASTERY, 1, "09:00", "Roasting all day. Follow your nose.", ("photo", "page"), has_picture=True),
    Earlier(TRAILS, 1, "18:30", "Tomorrow: the ridge, if the wind allows.", ("microblog",)),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of the demo, and the account at the sandbox behind it."""

    channel_id: UUID
    account: str


def fill_past(
    actor: Actor,
    *,
    brand_id: UUID,
    brand: str,
    time_zone: str,
    places: Mapping[str, Place],
    pictures: list[tuple[UUID, bytes]],
    alt: str,
    sandbox: str,
    token: str,
    now: datetime,
) -> int:
    """Make the earlier posts of one brand; gives how many. `pictures`: assets with their content."""
    put = _door(sandbox, token)
    mine = [one for one in EARLIER if one.brand == brand]
    for number, one in enumerate(mine):
        hour, minute = map(int, one.clock.split(":"))
        day = now.astimezone(ZoneInfo(time_zone)) - timedelta(days=one.days)
        moment = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        asset, content = pictures[number % len(pictures)]
        what = {"text": one.text, "made_at": moment.timestamp(), "format": "image" if one.has_picture else "text"}
        if one.has_picture:
            what |= {"pictures": [base64.b64encode(content).decode()], "alt": alt}
        there = []
        for kind in one.on:
            if kind in places:
                made = put({**what, "account": places[kind].account})
                there.append(There(places[kind].channel_id, made["id"], made["url"]))
        import_post(
            actor=actor,
            brand_id=brand_id,
            writing=Writing(text=one.text, media=(MediaOf(asset, alt_text=alt),) if one.has_picture else ()),
            there=there,
            published_at=moment,
            now=now,
        )
    return len(mine)


def admin_token(data: Path) -> str:
    """Give the sandbox's own admin token, which lies in the data folder of whoever runs it."""
    return (data / "sandbox" / "admin-token").read_text().strip()


def _door(sandbox: str, token: str) -> Callable[[Mapping[str, object]], dict[str, str]]:
    def put(what: Mapping[str, object]) -> dict[str, str]:
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{sandbox}/admin/posts",
            data=orjson.dumps(what),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - the same
            assert response.status == HTTPStatus.CREATED  # noqa: S101 - urllib raises for what is no success
            made: dict[str, str] = orjson.loads(response.read())
            return made

    return put
