"""The suite every network passes, here against Bluesky's own PDS behind the troublemaking proxy."""

from __future__ import annotations

import dataclasses
import os

import pytest

from postroom.networks.bluesky import NETWORK
from postroom.networks.line import Line
from postroom.networks.shape import Connected, Draft, Format
from tests.networks.bluesky.server import Account, new_account, servers
from tests.networks.bluesky.ways import connect
from tests.networks.conformance import Conformance
from tests.networks.files import clip, picture
from tests.networks.proxy import Fault, refusal
from tests.networks.samples import Access, Samples


class BlueskySamples(Samples):
    network = NETWORK
    names = ("words", "picture", "gallery", "film", "gated")
    faulted = ("gated", "picture")
    kept_by_server = ("text.max", "text.bytes", "languages.max", "images.max")
    revoking_ends_access = False  # an app password's access token is good for its two hours

    def start(self) -> str:
        return servers().pds

    def stop(self) -> None:
        """The PDS serves all tests of the run and ends with it."""

    async def connect(self, line: Line) -> Connected:
        return await connect(line, new_account(servers().pds))

    def draft(self, name: str) -> Draft:
        text = f"{os.urandom(6).hex()} {name} https://example.com/a #tag"
        match name:
            case "picture":
                return self.fresh(
                    format=Format.IMAGE, text=text + " @nobody.test", media=(picture(),), languages=("en",)
                )
            case "gallery":
                return self.fresh(format=Format.CAROUSEL, text=text, media=tuple(picture(shade=n) for n in range(4)))
            case "film":
                return self.fresh(format=Format.VIDEO, text=text, media=(clip(),))
            case "gated":
                return self.fresh(text=text, options={"replies": "nobody", "quotes": "nobody"})
            case _:
                return self.fresh(text=text)

    def at(self, what: str, amount: float) -> Draft | None:
        """3,000 bytes must be few graphemes: families of 18 bytes each, and letters for the rest."""
        return self.fresh(text=_families(int(amount))) if what == "text.bytes" else None

    def over(self, what: str, at_limit: Draft) -> Draft | None:
        return dataclasses.replace(self.fresh(), text=at_limit.text + "a") if what == "text.bytes" else None

    async def count(self, base: str, access: Access) -> int:
        return len(Account(access.who.network_user_id, "", "", "", base).records())

    def unauthorised(self) -> Fault:
        return refusal(400, "ExpiredToken", "Token has expired")

    def limited(self, **headers: str) -> Fault:
        return refusal(429, "RateLimitExceeded", "Rate Limit Exceeded", **headers)


def _families(size: int) -> str:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    many, rest = divmod(size, len(family.encode()))
    return family * many + "a" * rest


@pytest.mark.real_server
@pytest.mark.xdist_group("pds")
class TestBluesky(Conformance):
    samples = BlueskySamples
