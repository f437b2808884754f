"""The channels' pages: the list, one channel and what can be done with it, connecting and reconnecting."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from postroom.channels.models import Channel, Credential, NetworkApp
from postroom.channels.queries import channels, one_channel
from postroom.channels.states import Lifecycle
from postroom.networks import registry
from postroom.workspaces.actors import Actor, acting
from tests.channels.toy import LOST, Toy
from tests.make.channels import make_channel
from tests.make.rich import Rich, make_rich
from tests.make.workspaces import Cast
from tests.web.signing import signed_in

VERBS = ("pause", "resume", "move", "check", "refresh", "disconnect")


@pytest.fixture
def toy() -> Iterator[Toy]:
    made = Toy()
    registry.add(made.network())
    yield made
    registry._added.pop("toy")


@dataclass
class Desk:
    """A member's browser on the channels of the cast's workspace."""

    cast: Cast
    client: Client

    def at(self, path: str = "") -> str:
        return f"/w/{self.cast.workspace.slug}/channels/{path}"

    def read(self, path: str = "") -> str:
        answer = self.client.get(self.at(path))
        assert answer.status_code == 200, answer
        return answer.text


def desk(cast: Cast, who: Actor) -> Desk:
    return Desk(cast, signed_in(who))


@pytest.fixture
def rich(cast: Cast, owner_dsn: str) -> Rich:
    return make_rich(cast, owner_dsn)


def test_the_list_shows_how_each_is_and_what_waits(cast: Cast, rich: Rich) -> None:
    html = desk(cast, cast.owner).read()
    for words in ("First Brand", "Other Brand", "Morning Post", "Needs to be reconnected", "A rest", "Reconnect"):
        assert words in html


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("?state=trouble", "Evening Edition", "Try-out</a>"),
        ("?state=held", "Try-out", "Evening Edition</a>"),
        ("?state=gone", "No channel here", "Try-out</a>"),
        ("?network=sandbox", "Try-out", "Evening Edition</a>"),
        ("?state=nonsense&network=nowhere&brand=x&page=-1", "Morning Post", "No channel here"),
        ("?page=7", "No channel here", "Morning Post</a>"),
    ],
)
def test_the_list_is_narrowed_in_the_address(cast: Cast, rich: Rich, query: str, there: str, gone: str) -> None:
    html = desk(cast, cast.owner).read(query).partition('id="main"')[2]
    assert there in html
    assert gone not in html


def test_the_list_is_narrowed_to_a_brand(cast: Cast, rich: Rich) -> None:
    html = desk(cast, cast.owner).read(f"?brand={cast.other_brand.id}").partition('id="main"')[2]
    assert ("Morning Post" in html, "Other Brand</h2>" in html) == (False, True)


def test_nothing_yet_says_what_to_do_and_who(cast: Cast) -> None:
    assert "Connect a channel" in desk(cast, cast.owner).read()
    told = desk(cast, cast.editor).read()
    assert ("Connect a channel" in told, "An owner or admin" in told) == (False, True)


def test_a_channel_is_paused_with_a_reason_and_resumed(cast: Cast) -> None:
    channel, at = make_channel(cast.owner, cast.brand), desk(cast, cast.editor)
    answer = at.client.post(at.at(f"{channel.id}/pause/"), {"why": "A wrong price"}, follow=True)
    assert answer.redirect_chain == [(at.at(f"{channel.id}/"), 302)]
    assert "Somebody paused it: A wrong price" in answer.text
    again = at.client.post(at.at(f"{channel.id}/pause/"), follow=True)
    assert "This channel is paused already." in again.text
    assert "It goes on." in at.client.post(at.at(f"{channel.id}/resume/"), follow=True).text
    assert one_channel(cast.owner, channel.id).paused_at is None


def test_a_reason_that_is_too_long_is_kept_and_refused_at_its_field(cast: Cast) -> None:
    channel, at = make_channel(cast.owner, cast.brand), desk(cast, cast.editor)
    answer = at.client.post(at.at(f"{channel.id}/pause/"), {"why": "x" * 501})
    assert (answer.status_code, "x" * 501 in answer.text, "pause-wrong" in answer.text) == (422, True, True)


def test_a_channel_moves_only_where_it_may(cast: Cast) -> None:
    channel, at = make_channel(cast.owner, cast.brand, lifecycle=Lifecycle.ACTIVE), desk(cast, cast.admin)
    html = at.read(f"{channel.id}/")
    assert ('value="resting"' in html, 'value="ready"' in html) == (True, False)
    moved = at.client.post(at.at(f"{channel.id}/move/"), {"to": "resting", "why": "Summer"}, follow=True)
    assert "It stands at “Resting” now." in moved.text
    assert "Summer" in moved.text
    assert "Nothing goes out while it stands here" in moved.text
    refused = at.client.post(at.at(f"{channel.id}/move/"), {"to": "review"}, follow=True)
    assert "can&#x27;t become review" in refused.text
    wrong = at.client.post(at.at(f"{channel.id}/move/"), {"to": "nonsense"})
    assert (wrong.status_code, "This can&#x27;t be taken" in wrong.text) == (422, True)


def test_checking_and_renewing_say_what_came_of_it(cast: Cast, toy: Toy) -> None:
    at = desk(cast, cast.admin)
    typed = {"way": "password", "brand": str(cast.brand.id), "handle": "ada", "password": "hush-password"}
    at.client.post(at.at("connect/toy/"), typed)
    channel = channels(cast.owner)[0]
    assert "it works" in at.client.post(at.at(f"{channel.id}/check/"), follow=True).text
    assert "Its key is renewed." in at.client.post(at.at(f"{channel.id}/refresh/"), follow=True).text
    toy.trouble.append(LOST)
    told = at.client.post(at.at(f"{channel.id}/check/"), follow=True).text
    assert "toy.example did not answer" in told


def test_disconnecting_says_before_and_after_what_happens_to_what_waits(cast: Cast, rich: Rich, toy: Toy) -> None:
    at, channel = desk(cast, cast.owner), rich.channels[0]
    html = at.read(f"{channel.id}/")
    assert "4 publications wait on it. They are not cancelled" in html
    answer = at.client.post(at.at(f"{channel.id}/disconnect/"), {"why": "Sold"}, follow=True)
    assert "is disconnected, and its key is destroyed." in answer.text
    assert "4 publications wait on it until it is connected again" in answer.text
    assert "Connect again" in answer.text
    assert one_channel(cast.owner, channel.id).deleted_at is not None
    assert "Morning Post" in at.read("?state=gone")
    again = at.client.get(at.at(f"{channel.id}/reconnect/"))
    assert again["Location"].endswith(f"/connect/{channel.network}/?brand={cast.brand.id}")


def test_every_network_says_what_it_asks_and_why(cast: Cast) -> None:
    html = desk(cast, cast.admin).read("connect/")
    for network in registry.every():
        assert network.label in html
        assert any(way.explains.split(".")[0] in html.replace("’", "’") for way in network.connecting.ways)
    assert "For trying out" in html


def test_a_wrong_app_password_shows_the_networks_words_and_keeps_what_was_typed(cast: Cast, toy: Toy) -> None:
    at = desk(cast, cast.admin)
    typed = {
        "way": "password", "brand": str(cast.brand.id), "handle": "ada.example", "password": "hush-wrong",
        "server": "https://own.example",
    }  # fmt: skip
    answer = at.client.post(at.at("connect/toy/"), typed)
    assert answer.status_code == 422
    for words in (
        "name and password don&#x27;t go together",
        'value="ada.example"',
        "https://own.example",
        "connect-password-error",
    ):
        assert words in answer.text
    assert f'value="{cast.brand.id}" selected' in answer.text.replace("\n", " ").replace("  ", "")
    assert "hush" not in answer.text
    answer = at.client.post(at.at("connect/toy/"), typed | {"password": "hush-password"}, follow=True)
    row = channels(cast.owner)[0]
    assert answer.redirect_chain == [(at.at(f"{row.id}/"), 302)]
    assert "ada.example on Toy is connected." in answer.text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"brand": ""}, "This is needed."),
        ({"brand": "x"}, "This can&#x27;t be taken"),
        ({"brand": "01a1fe5e-68be-7082-9801-2fc09447101e"}, "Choose one of the brands."),
        ({"handle": ""}, "This is needed."),
        ({"server": "no address"}, "this is no address"),
        ({"handle": "x" * 2001}, "text of up to 2000 characters"),
    ],
)
def test_what_cannot_be_taken_is_said_where_it_is(cast: Cast, toy: Toy, changed: dict[str, str], words: str) -> None:
    at = desk(cast, cast.admin)
    typed = {"way": "password", "brand": str(cast.brand.id), "handle": "ada", "password": "hush-password"}
    answer = at.client.post(at.at("connect/toy/"), typed | changed)
    assert (answer.status_code, words in answer.text, "field-error" in answer.text) == (422, True, True)
    assert channels(cast.owner) == []


def test_a_missing_app_says_who_enters_what_where(cast: Cast, toy: Toy) -> None:
    at = desk(cast, cast.admin)
    html = at.read("connect/toy/?way=app")
    for words in ("lets only registered apps in", "/channels/return", "/settings/apps/", "disabled"):
        assert words in html
    answer = at.client.post(at.at("connect/toy/"), {"way": "app", "brand": str(cast.brand.id)})
    assert answer.status_code == 422
    with acting(cast.owner):
        assert not NetworkApp.objects.exists()


def test_a_way_through_the_networks_pages_leads_there_and_back_to_the_channel(cast: Cast, toy: Toy) -> None:
    at = desk(cast, cast.admin)
    asked = {"way": "pages", "brand": str(cast.brand.id), "server": "https://toy.example"}
    leaving = at.client.post(at.at("connect/toy/"), asked)
    assert (leaving.status_code, leaving["Referrer-Policy"]) == (200, "no-referrer")
    assert "no-store" in leaving["Cache-Control"]
    url = leaving.text.partition('content="0; url=')[2].partition('"')[0]
    state = dict(parse_qsl(urlsplit(url).query))["state"]
    back = at.client.get("/channels/return", {"state": state, "code": "1"})
    row = channels(cast.owner)[0]
    assert (back.status_code, back["Location"]) == (302, at.at(f"{row.id}/"))
    assert (back["Cache-Control"], back["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "ada on Toy is connected." in at.read(f"{row.id}/")


def test_with_htmx_the_browser_is_sent_on(cast: Cast, toy: Toy) -> None:
    at = desk(cast, cast.admin)
    asked = {"way": "pages", "brand": str(cast.brand.id), "server": "https://toy.example"}
    answer = at.client.post(at.at("connect/toy/"), asked, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(toy.authorize)


def test_somebody_else_who_comes_back_is_not_led_into_the_workspace(cast: Cast, toy: Toy) -> None:
    at = desk(cast, cast.admin)
    leaving = at.client.post(at.at("connect/toy/"), {"way": "pages", "brand": str(cast.brand.id)}).text
    state = dict(parse_qsl(urlsplit(leaving.partition('content="0; url=')[2].partition('"')[0]).query))["state"]
    answer = signed_in(cast.outsider).get("/channels/return", {"state": state, "code": "1"})
    assert (answer.status_code, "close this page" in answer.text) == (200, True)
    assert (cast.workspace.slug in answer.text, cast.workspace.name in answer.text) == (False, False)


def test_who_said_no_is_led_to_begin_again(cast: Cast, toy: Toy) -> None:
    at = desk(cast, cast.admin)
    leaving = at.client.post(at.at("connect/toy/"), {"way": "pages", "brand": str(cast.brand.id)}).text
    state = dict(parse_qsl(urlsplit(leaving.partition('content="0; url=')[2].partition('"')[0]).query))["state"]
    answer = at.client.get("/channels/return", {"state": state, "error": "access_denied"})
    assert (answer.status_code, at.at("connect/") in answer.text) == (400, True)


def test_reconnecting_says_what_waits_and_takes_no_other_account(cast: Cast, toy: Toy) -> None:
    channel = make_channel(cast.owner, cast.brand, network="toy", network_user_id="id-1", username="ada")
    with acting(cast.owner):
        Channel.objects.filter(id=channel.id).update(status="expired")
    at = desk(cast, cast.admin)
    html = at.read(f"{channel.id}/reconnect/?way=password")
    assert "Nothing waits behind it." in html
    assert 'value="ada"' in html
    typed = {"way": "password", "handle": "ada", "password": "hush-password"}
    answer = at.client.post(at.at(f"{channel.id}/reconnect/"), typed, follow=True)
    assert answer.redirect_chain == [(at.at(f"{channel.id}/"), 302)]
    assert one_channel(cast.owner, channel.id).status == "active"
    with acting(cast.owner):
        Channel.objects.filter(id=channel.id).update(network_user_id="id-2", username="bea")
    wrong = at.client.post(at.at(f"{channel.id}/reconnect/"), typed)
    assert (wrong.status_code, "This channel is bea" in wrong.text) == (422, True)


def test_a_viewer_sees_it_and_changes_nothing(cast: Cast, rich: Rich) -> None:
    at, channel = desk(cast, cast.viewer), rich.channels[0]
    html = at.read(f"{channel.id}/").partition('id="main"')[2]
    assert "<button" not in html
    assert "<form" not in html
    for verb in VERBS:
        assert at.client.post(at.at(f"{channel.id}/{verb}/"), {"to": "resting"}).status_code == 403, verb
    for path in ("connect/", f"connect/{channel.network}/", f"{channel.id}/reconnect/"):
        assert at.client.get(at.at(path)).status_code == 403, path
        assert at.client.post(at.at(path)).status_code in {403, 405}, path


def test_an_outsider_finds_no_channel(cast: Cast, rich: Rich) -> None:
    client, channel = signed_in(cast.outsider), rich.channels[0]
    for slug in (cast.workspace.slug, cast.outside_workspace.slug):
        at = f"/w/{slug}/channels/{channel.id}/"
        assert client.get(at).status_code == 404
        assert client.get(f"{at}reconnect/").status_code == 404
        for verb in VERBS:
            assert client.post(f"{at}{verb}/", {"to": "resting"}).status_code == 404, verb
    assert one_channel(cast.owner, channel.id).lifecycle == "connected"
    assert client.get(f"/w/{cast.outside_workspace.slug}/channels/connect/nowhere/").status_code == 404


def test_a_permission_that_ends_is_said_before_it_does(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand)
    with acting(cast.owner):
        Credential.objects.update(refresh_expires_at=timezone.now() + timedelta(days=3))
    at = desk(cast, cast.owner)
    assert "Permission ends soon" in at.read("?state=trouble")
    assert "can&#x27;t be renewed without its owner" in at.read(f"{channel.id}/")
