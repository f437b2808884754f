"""Mastodon, and every server that speaks its API: an account lives on one server, which has limits of its own.

Documentation: https://docs.joinmastodon.org/client/intro/. Not there: stories, cards of our own, views and reach.
"""

from __future__ import annotations

from postroom.networks.mastodon import words
from postroom.networks.mastodon.connect import CONNECTING
from postroom.networks.mastodon.errors import ROWS, read_error
from postroom.networks.mastodon.limits import LIMITS
from postroom.networks.mastodon.looking import FIND
from postroom.networks.mastodon.numbers import NUMBERS
from postroom.networks.mastodon.steps import STEPS, remove
from postroom.networks.shape import Format, Network, Option

NETWORK = Network(
    name="mastodon",
    label="Mastodon",
    formats=frozenset({Format.TEXT, Format.IMAGE, Format.CAROUSEL, Format.VIDEO, Format.POLL}),
    limits=LIMITS,
    steps=STEPS,
    connecting=CONNECTING,
    errors=ROWS,
    read_error=read_error,
    find=FIND,
    remove=remove,
    numbers=NUMBERS,
    options=(
        Option("visibility", "Who sees it", "choice", words.VISIBILITIES, default="public"),
        Option(
            "spoiler",
            "Content warning",
            "text",
            help="Shown instead of the text until somebody opens it; counts with the text",
            max_length=500,
        ),
        Option("sensitive", "Hide the files behind a warning", "bool", default=False),
    ),
    counted_text=words.counted,
    threads=True,
    colour="#6364ff",
    mark="Ma",
)
