"""The way in: which server, registering, consent with and without PKCE, what is learned, and the way out."""

import dataclasses

import pytest

from postroom.networks import rules
from postroom.networks.mastodon import NETWORK, connect
from postroom.networks.mastodon.identity import whoami
from postroom.networks.mastodon.learning import learned
from postroom.networks.mastodon.server import server_of
from postroom.networks.shape import App, Format, Return
from postroom.networks.verdicts import Expired, Rejected, Stop
from tests.networks.mastodon.modes import BARE, HOLLO, MASTODON, RENEWING, TAKAHE
from tests.networks.mastodon.samples import REDIRECT, connected, consent, started


@pytest.mark.parametrize(
    ("typed", "server"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" https://Mastodon.Social/home?x=1 ", "https://mastodon.social"),
        ("@ada@mastodon.social", "https://mastodon.social"),
        ("ada@mastodon.social", "https://mastodon.social"),
        ("https://mastodon.social/@ada", "https://mastodon.social"),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
    ],
)
def test_a_server_is_known_by_whatever_names_it(typed, server):
    assert server_of({"server": typed}) == server


@pytest.mark.parametrize(
    "typed", ["", "   ", "two words", "ftp://example.com", "https://", "exa mple.com", "@", "x" * 300]
)
def test_what_names_no_server_is_refused_at_its_field(typed):
    with pytest.raises(Stop) as stopped:
        server_of({"server": typed})
    assert stopped.value.verdict.where == "server"


async def test_scopes_are_as_narrow_as_the_server_allows(desk):
    assert desk.access.app.extra["scopes"] == "read:statuses write:statuses write:media profile"
    assert set(desk.access.tokens.scopes) == set(desk.access.app.extra["scopes"].split())


@pytest.mark.parametrize("desk", [TAKAHE, BARE], indirect=True, ids=lambda mode: mode.name)
async def test_an_older_server_gets_the_older_scope_and_no_pkce(desk):
    assert "read:accounts" in desk.access.tokens.scopes
    sent = await connect.begin(desk.open_line(), started())
    assert "code_challenge" not in sent.url
    assert "verifier" not in sent.remember


async def test_pkce_is_used_and_its_secret_stays_out_of_the_address(desk):
    sent = await connect.begin(desk.open_line(), started())
    assert "code_challenge_method=S256" in sent.url
    assert len(sent.remember["verifier"]) >= 43
    assert sent.remember["verifier"] not in sent.url
    back = await consent(sent.url, "eve")
    stolen = Return(back, {**sent.remember, "verifier": "x" * 64}, REDIRECT, "", started().now)
    with pytest.raises(Stop) as stopped:
        await connect.finish(desk.open_line(), stolen)
    assert isinstance(stopped.value.verdict, Expired)


async def test_an_owner_who_says_no_is_told_so(desk):
    sent = await connect.begin(desk.open_line(), started())
    back = await consent(sent.url, "eve", allow=False)
    with pytest.raises(Stop) as stopped:
        await connect.finish(desk.open_line(), Return(back, sent.remember, REDIRECT, "", started().now))
    assert "denied" in stopped.value.verdict.why


@pytest.mark.parametrize("params", [{}, {"state": "another", "code": "x"}])
async def test_an_answer_that_is_not_ours_is_refused(desk, params):
    sent = await connect.begin(desk.open_line(), started())
    before = len(desk.fake.requests)
    with pytest.raises(Stop) as stopped:
        await connect.finish(desk.open_line(), Return(params, sent.remember, REDIRECT, "", started().now))
    assert isinstance(stopped.value.verdict, Rejected)
    assert len(desk.fake.requests) == before, "nothing was sent"


async def test_a_consent_without_writing_is_refused_at_once(desk):
    desk.fake.say("POST", "/oauth/token", 200, '{"access_token":"t","token_type":"Bearer","scope":"profile"}')
    with pytest.raises(Stop) as stopped:
        await connected(desk.open_line())
    assert "write:statuses" in stopped.value.verdict.why


async def test_a_registration_for_another_address_is_not_used(desk):
    line = desk.open_line()
    line.app = dataclasses.replace(desk.access.app, extra={"redirect_uri": "https://elsewhere.example"})
    with pytest.raises(Stop) as stopped:
        await connect.begin(line, started())
    assert stopped.value.verdict.where == "server"
    line.app = None
    with pytest.raises(Stop):
        await connect.begin(line, started())


async def test_an_address_that_forwards_to_the_server_names_it(desk):
    desk.fake.say("GET", "/.well-known/", 301, "", Location="https://social.example/.well-known/x")
    with pytest.raises(Stop) as stopped:
        await connect.register(desk.open_line(), started())
    assert "social.example" in stopped.value.verdict.why


async def test_a_page_instead_of_metadata_is_no_metadata(desk):
    desk.fake.say("GET", "/.well-known/", 200, "<html>Everything is a page here</html>")
    app = await connect.register(desk.open_line(), started())
    assert "read:accounts" in app.extra["scopes"]


async def test_an_account_is_named_with_its_server(desk):
    identity = await whoami(desk.open_line())
    account = next(iter(desk.fake.accounts.values()))
    assert identity.network_user_id == f"{account.id}@{desk.base.removeprefix('http://')}"
    assert identity.username == f"{account.username}@fake.example"
    assert (identity.followers, identity.following, identity.posts) == (7, 3, 0)
    assert identity.bio == f"I am {account.username}"


@pytest.mark.parametrize("desk", [MASTODON, TAKAHE, HOLLO], indirect=True, ids=lambda mode: mode.name)
async def test_the_servers_own_limits_are_learned(desk):
    found = (await whoami(desk.open_line())).learned
    assert set(found) <= set(rules.WHATS)
    assert found["text.max"] == desk.fake.mode.max_characters
    assert found["image.types"] == ["image/jpeg", "image/png", "image/gif", "image/webp"]
    assert found["video.types"] == ["video/mp4"]
    assert (found["images.max"], found["alt.max"], found["poll.seconds.min"]) == (4, 1500, 300)


@pytest.mark.parametrize("desk", [BARE], indirect=True)
async def test_limits_in_an_older_dialect_are_learned(desk):
    found = (await whoami(desk.open_line())).learned
    assert found["text.max"] == 500
    assert found["image.bytes"] == found["video.bytes"] == 16_000_000
    assert (found["poll.options.max"], found["poll.option.max"]) == (20, 200)
    assert "poll.seconds.min" not in found, "no limit is not a limit of nothing"


async def test_a_server_that_does_not_tell_has_the_usual_limits(desk):
    desk.fake.mode = dataclasses.replace(MASTODON, instance="none")
    assert (await whoami(desk.open_line())).learned == {}


@pytest.mark.parametrize(
    "said",
    [
        {"configuration": {"statuses": {"max_characters": None, "max_media_attachments": "many"}}},
        {"configuration": {"statuses": [], "media_attachments": {"supported_mime_types": "image/png"}}},
        {"configuration": {"statuses": {"max_characters": -5}, "polls": {"max_options": True}}},
        {"max_toot_chars": {}, "poll_limits": None},
        {"configuration": {"statuses": {"max_characters": float("inf")}}},
    ],
)
def test_nonsense_from_a_server_teaches_nothing(said):
    assert learned(said) == {}


def test_what_is_learned_is_what_is_checked():
    from tests.networks.mastodon.samples import MastodonSamples

    said = {"configuration": {"statuses": {"max_characters": "5000", "characters_reserved_per_url": 30}}}
    known = learned(said)
    draft = MastodonSamples().fresh(text="https://example.com " + "a" * 4969)
    assert rules.check(NETWORK, draft, known) == ()
    assert rules.count_text(NETWORK, draft, known) == (5000, 5000)
    assert [problem.code for problem in rules.check(NETWORK, draft)] == ["text.max"]


def test_learned_types_say_what_a_file_must_become():
    files = {"supported_mime_types": ["image/png", "video/mp4"], "image_size_limit": 1000}
    known = learned({"configuration": {"media_attachments": files}})
    kind = next(iter(NETWORK.formats & {Format.IMAGE}))
    from postroom.networks.shape import MediaKind

    need = rules.need(NETWORK, MediaKind.IMAGE, kind, known)
    assert (need.types, need.max_bytes) == (("image/png",), 1000)


async def test_access_that_does_not_end_is_not_refreshed_but_asked_for_again(desk):
    line = desk.open_line()
    assert desk.access.tokens.expires_at is None
    with pytest.raises(Stop) as stopped:
        await connect.refresh(line, desk.access.tokens, line.now())
    verdict = stopped.value.verdict
    assert isinstance(verdict, Expired)
    assert not verdict.refreshable


@pytest.mark.parametrize("desk", [RENEWING], indirect=True)
async def test_access_that_ends_is_renewed(desk):
    line, old = desk.open_line(), desk.access.tokens
    assert old.expires_at is not None
    new = await connect.refresh(line, old, line.now())
    assert new.access != old.access
    assert set(new.scopes) == set(old.scopes)


async def test_revoking_ends_the_access(desk):
    await connect.revoke(desk.open_line(), desk.access.tokens)
    with pytest.raises(Stop) as stopped:
        await whoami(desk.open_line())
    assert stopped.value.verdict == Expired(stopped.value.verdict.why, refreshable=False)
    assert "revoked" in stopped.value.verdict.why


async def test_a_registration_that_the_server_forgot_asks_for_reconnecting(desk):
    line = desk.open_line()
    line.app = App("gone", "gone", desk.access.app.extra)
    with pytest.raises(Stop) as stopped:
        await connect.finish(line, Return({"code": "x"}, {}, REDIRECT, "", started().now))
    assert isinstance(stopped.value.verdict, Expired)
