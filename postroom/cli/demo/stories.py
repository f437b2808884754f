"""What the demo's two brands say: what goes out around now and in the two weeks to come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

ROASTERY, TRAILS = "Kettle & Kiln", "Long Way Round"


@dataclass(frozen=True, slots=True)
class Demo:
    """A brand of the demo: what its pictures are, and its channels as (name, kind of sandbox account)."""

    name: str
    about: str
    time_zone: str
    draw: str
    alt: str
    """Its pictures in words."""
    channels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One post. `minutes` from now (0 or less: at once); `on`: kinds of account it goes to; `pictures`: how many."""

    brand: str
    minutes: float
    text: str
    on: tuple[str, ...] = ("microblog", "photo", "page")
    pictures: int = 1
    items: tuple[str, ...] = ()
    first_comment: str = ""
    poll: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    alt: str = ""


_CUP = "A cup of black coffee from above, a leaf drawn in milk on it."
_HILLS = "Layers of hills under a low sun."

BRANDS: Final = (
    Demo(
        ROASTERY,
        "A small roastery in Leipzig that writes about coffee without shouting.",
        "Europe/Berlin",
        "cup",
        _CUP,
        (("kettle.kiln", "microblog"), ("kettleandkiln", "photo"), ("kettle-and-kiln", "page")),
    ),
    Demo(
        TRAILS,
        "Long walks, slow trains, and what to pack for both.",
        "America/New_York",
        "landscape",
        _HILLS,
        (("longwayround", "microblog"), ("thelongwayround", "photo")),
    ),
)

STORIES: Final[tuple[Story, ...]] = (
    Story(ROASTERY, 0, "Monday's roast is in: a washed Ethiopian, all peach and black tea. #coffee", alt=_CUP),
    Story(
        TRAILS, 0, "Three days, 61 kilometres, one dry pair of socks. #hiking", on=("microblog", "photo"), alt=_HILLS
    ),
    Story(ROASTERY, 0, "Grind finer than you think, pour slower than you want.", on=("microblog",), pictures=0),
    Story(TRAILS, 0, "The ridge at six in the morning. Nobody but us and one very confident goat.", alt=_HILLS),
    Story(
        ROASTERY,
        0,
        "How we taste, in three short parts.",
        on=("microblog",),
        pictures=0,
        items=(
            "First dry: nose in the cup, no water, no opinions.",
            "Then wet: break the crust, breathe, write it down.",
        ),
    ),
    Story(TRAILS, 0, "What's in the small pack? A list, and why each thing earned its place.", pictures=3, alt=_HILLS),
    Story(
        ROASTERY,
        0,
        "Which one goes into the autumn box?",
        on=("microblog",),
        pictures=0,
        poll=("Plum and cocoa", "Orange and honey", "Surprise me"),
    ),
    Story(TRAILS, 0, "Slow trains make the best waiting rooms.", on=("microblog",), pictures=0),
    Story(ROASTERY, 0, "New cups from the potter next door. Twelve of them, no two alike.", pictures=4, alt=_CUP),
    Story(
        TRAILS,
        0,
        "Weather turned, so did we. The hut had soup.",
        on=("photo",),
        first_comment="Recipe for the soup is on the blog. It is mostly onions.",
        alt=_HILLS,
    ),
    Story(ROASTERY, 0, "Open until six. The window seat is free.", on=("page",), alt=_CUP),
    Story(TRAILS, 0, "Blue hour, no filter, cold fingers.", on=("photo",), alt=_HILLS),
    Story(
        ROASTERY,
        0,
        "This one the sandbox refuses, so that you can see what a failure looks like.",
        on=("microblog",),
        pictures=0,
        options={"trouble": "refused"},
    ),
    Story(
        ROASTERY,
        0,
        "Of this one the answer got lost, and it can't be looked up. Is it there? Have a look, then settle it.",
        on=("page",),
        pictures=0,
        options={"trouble": "unknown"},
    ),
    Story(
        ROASTERY,
        0.4,
        "The answer to this one gets lost too, but it can be found again: published once, not twice.",
        on=("page",),
        pictures=0,
        options={"trouble": "lost_answer"},
    ),
    Story(TRAILS, 0.8, "Packed in four minutes. Forgot the spoon again.", alt=_HILLS),
    Story(ROASTERY, 1.2, "Second batch is cooling. Smells like toast and cherries.", alt=_CUP),
    Story(
        TRAILS,
        1.7,
        "The network fails once here and works the second time.",
        on=("microblog",),
        pictures=0,
        options={"trouble": "busy"},
    ),
    Story(ROASTERY, 2.2, "Ask us anything about decaf. Really, anything.", on=("microblog", "page"), pictures=0),
    Story(TRAILS, 2.8, "Map folded wrong since 2019, still gets us home.", alt=_HILLS),
    Story(ROASTERY, 3.5, "Milk or no milk? We pour both and say nothing.", pictures=2, alt=_CUP),
    Story(
        TRAILS,
        4.2,
        "This time the sandbox asks us to wait a little first (429). We wait.",
        on=("microblog",),
        pictures=0,
        options={"trouble": "limited"},
    ),
    Story(ROASTERY, 5, "Five-minute warning: fresh bags on the shelf.", alt=_CUP),
    Story(TRAILS, 7, "If you can see the pass, you are not there yet.", alt=_HILLS),
    Story(ROASTERY, 9, "Tasting tonight at seven, six places left.", on=("microblog", "photo"), alt=_CUP),
    Story(TRAILS, 60, "Night train, upper bunk, window seat for the moon.", alt=_HILLS),
    Story(ROASTERY, 24 * 60, "Tomorrow's espresso: a little darker, a lot calmer.", alt=_CUP),
    Story(TRAILS, 26 * 60, "Day two always starts uphill.", alt=_HILLS),
    Story(ROASTERY, 3 * 24 * 60, "Weekend hours: nine to four, cinnamon rolls until they are gone.", alt=_CUP),
    Story(TRAILS, 5 * 24 * 60, "Next week: the coast path, start to finish, in bad weather.", pictures=3, alt=_HILLS),
    Story(ROASTERY, 6 * 24 * 60, "Friday is subscription day. The printer is warming up.", on=("microblog", "page")),
    Story(ROASTERY, 8 * 24 * 60, "Cupping course, first evening. Bring curiosity, leave perfume.", alt=_CUP),
    Story(TRAILS, 9 * 24 * 60, "Rest day. Socks on the radiator, maps on the floor.", on=("photo",), alt=_HILLS),
    Story(ROASTERY, 11 * 24 * 60, "Gift boxes are folded. All two hundred of them.", pictures=2, alt=_CUP),
    Story(TRAILS, 13 * 24 * 60, "Long way round, part two: rivers.", alt=_HILLS),
)
