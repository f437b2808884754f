"""Mastodon, and servers that speak its API and differ, through the suite that every network passes."""

from tests.networks.conformance import Conformance
from tests.networks.mastodon.modes import HOLLO, TAKAHE
from tests.networks.mastodon.samples import MastodonSamples, make


class TestMastodon(Conformance):
    samples = MastodonSamples


class TestIgnoresKeys(Conformance):
    samples = make(TAKAHE)


class TestKeepsKeysInARow(Conformance):
    samples = make(HOLLO)
