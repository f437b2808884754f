"""Quotas are read from their rows, with what was learned of a channel, and can be said."""

import dataclasses

from postroom.networks import bluesky, mastodon
from postroom.networks.quotas import Quota, quotas, span
from postroom.networks.shape import Limit


def test_quotas_are_read_from_their_rows():
    found = {quota.what: (quota.amount, quota.seconds, quota.per) for quota in quotas(mastodon.NETWORK)}
    assert found == {
        "posts": (300, 10_800, "channel"),
        "requests": (300, 300, "channel"),
        "uploads": (30, 1800, "channel"),
    }
    assert quotas(bluesky.NETWORK)[-1] == Quota("requests", 3000, 300, "server")


def test_what_is_learned_of_a_channel_says_nothing_of_its_app():
    rows = (Limit("posts", 300, "per 60 s"), Limit("posts", 3000, "per 60 s per app"), Limit("text.max", 500))
    network = dataclasses.replace(mastodon.NETWORK, limits=rows)
    assert quotas(network, {"posts": None}) == quotas(network)
    assert quotas(network, {"posts": 10}) == (Quota("posts", 10, 60), Quota("posts", 3000, 60, "app"))


def test_a_quota_in_words():
    assert str(Quota("posts", 3000, 10_800, "app")) == "3,000 posts in 3 hours for each app"
    assert [span(seconds) for seconds in (1, 90, 60, 3600, 86_400, 172_800)] == [
        "a second", "90 seconds", "a minute", "an hour", "a day", "2 days",
    ]  # fmt: skip
