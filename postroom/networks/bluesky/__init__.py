"""Bluesky and every other server of the AT Protocol."""

from __future__ import annotations

from postroom.networks.bluesky import errors, limits, oauth, tid, words
from postroom.networks.bluesky.connect import CONNECTING
from postroom.networks.bluesky.numbers import NUMBERS
from postroom.networks.bluesky.steps import FIND, STEPS, remove
from postroom.networks.shape import Format, Network

NETWORK = Network(
    name="bluesky",
    label="Bluesky",
    formats=frozenset({Format.TEXT, Format.IMAGE, Format.CAROUSEL, Format.VIDEO}),
    limits=limits.LIMITS,
    steps=STEPS,
    connecting=CONNECTING,
    errors=errors.ROWS,
    read_error=errors.read_error,
    find=FIND,
    remove=remove,
    numbers=NUMBERS,
    options=words.OPTIONS,
    counted_text=words.counted,
    mint_key=tid.mint,
    documents={oauth.DOCUMENT: oauth.document},
    threads=True,
    colour="#1185fe",
    mark="Bs",
)
