"""The library's pages: what is shown, taken in, described, removed and brought back."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from postroom.library.models import Asset
from postroom.library.queries import assets, one_asset
from postroom.library.removing import remove_asset
from postroom.posts.content import MediaOf, Writing
from postroom.publishing.planning import Variant, compose_post
from postroom.publishing.timing import At
from tests.make.library import PDF, SVG, film, jpeg, make_asset, wav
from tests.make.posts import make_silent_channel
from tests.make.workspaces import NOW, Cast
from tests.web.signing import signed_in


def _at(cast: Cast, path: str = "") -> str:
    return f"/w/{cast.workspace.slug}/library/{path}"


@pytest.fixture
def editor(cast: Cast) -> Client:
    return signed_in(cast.editor)


@pytest.fixture
def asset(cast: Cast) -> Asset:
    return make_asset(cast.owner, filename="Grüße.jpg")


def _send(client: Client, cast: Cast, content: bytes, query: str = "?name=a.jpg") -> tuple[int, dict[str, str]]:
    answer = client.generic("POST", _at(cast, f"upload/{query}"), content, content_type="application/octet-stream")
    return answer.status_code, answer.json()


def test_an_outsider_finds_nothing(cast: Cast, asset: Asset) -> None:
    outside = signed_in(cast.outsider)
    for path in ("", "removed/", f"{asset.id}/"):
        assert outside.get(_at(cast, path)).status_code == 404
        elsewhere = f"/w/{cast.outside_workspace.slug}/library/{path}"
        assert "Grüße" not in outside.get(elsewhere).text
    for path in ("upload/", f"{asset.id}/remove/", f"{asset.id}/restore/", f"{asset.id}/"):
        assert outside.post(_at(cast, path)).status_code == 404
        assert outside.post(f"/w/{cast.outside_workspace.slug}/library/{asset.id}/remove/").status_code == 404


def test_a_viewer_looks_and_is_shown_no_button(cast: Cast, asset: Asset) -> None:
    viewer = signed_in(cast.viewer)
    assert "Choose files" not in viewer.get(_at(cast)).text
    shown = viewer.get(_at(cast, f"{asset.id}/")).text
    assert ("Download" in shown, "Remove the file" in shown, ">Save<" in shown) == (True, False, False)
    for path in ("upload/", f"{asset.id}/", f"{asset.id}/remove/"):
        assert viewer.post(_at(cast, path)).status_code == 403, path
    remove_asset(actor=cast.owner, asset_id=asset.id, now=NOW)
    assert "Restore<" not in viewer.get(_at(cast, "removed/")).text
    assert viewer.post(_at(cast, f"{asset.id}/restore/")).status_code == 403


def test_a_file_streams_in_and_is_stored_once(cast: Cast, editor: Client) -> None:
    status, told = _send(editor, cast, jpeg(1), f"?name=sun.jpg&brand={cast.brand.id}")
    assert (status, told["said"]) == (201, "Stored.")
    assert editor.get(told["url"]).status_code == 200
    assert told["thumbnail"].startswith("/files/"), "without a host: pages may be opened under several"
    assert Client().get(told["thumbnail"]).status_code == 200
    assert _send(editor, cast, jpeg(1), f"?brand={cast.brand.id}")[0] == 200
    (row,) = assets(cast.owner)
    assert (row.filename, row.brand_id) == ("sun.jpg", cast.brand.id)


def test_what_cannot_be_taken_is_said(cast: Cast, editor: Client, settings) -> None:
    status, told = _send(editor, cast, SVG)
    assert (status, "can’t be taken" in told["error"]) == (422, True)
    assert _send(editor, cast, jpeg(), "?brand=x")[0] == 422
    assert _send(editor, cast, jpeg(), f"?brand={cast.outside_brand.id}")[0] == 422
    settings.UPLOAD_LIMIT = 10
    assert _send(editor, cast, b"x" * 1_100_000)[0] == 422
    answer = editor.post(_at(cast, "upload/"), {"file": SimpleUploadedFile("a.jpg", b"x" * 1_100_000)}, follow=True)
    assert "Too large" in answer.text
    assert assets(cast.owner) == []


def test_a_plain_form_brings_many_and_keeps_the_good_ones(cast: Cast, editor: Client) -> None:
    files = [
        SimpleUploadedFile(f"{name}", content)
        for name, content in (("a.jpg", jpeg(1)), ("b.jpg", jpeg(2)), ("c.svg", SVG))
    ]
    answer = editor.post(_at(cast, "upload/"), {"file": files, "brand": ""}, follow=True)
    assert ("2 files are stored" in answer.text, "c.svg: This file can’t be taken" in answer.text) == (True, True)
    assert len(assets(cast.owner)) == 2
    one = editor.post(_at(cast, "upload/"), {"file": SimpleUploadedFile("d.jpg", jpeg(3))})
    assert one["Location"].endswith(f"/{assets(cast.owner)[0].id}/")
    assert "Choose a file first" in editor.post(_at(cast, "upload/"), {"brand": ""}, follow=True).text


def test_a_form_of_another_site_brings_nothing(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(cast.editor).cookies
    assert strict.post(_at(cast, "upload/"), {"file": SimpleUploadedFile("a.jpg", jpeg())}).status_code == 403
    sent = strict.generic("POST", _at(cast, "upload/?name=a.jpg"), jpeg(), content_type="application/octet-stream")
    assert sent.status_code == 403
    assert assets(cast.owner) == []


def test_the_grid_is_searched_filtered_and_sorted_by_its_address(cast: Cast, editor: Client) -> None:
    make_asset(cast.owner, jpeg(1), filename="bread.jpg", alt_text="A loaf", purpose="story")
    make_asset(cast.owner, wav(), filename="song.wav")
    make_asset(cast.owner, film(seconds=2), filename="train.mp4", brand_id=cast.other_brand.id)

    def names(query: str) -> list[str]:
        shown = editor.get(_at(cast, query)).text
        return re.findall(r'<span class="strong clip">(\w+)\.', shown)

    assert names("") == ["train", "song", "bread"]
    assert names("?sort=name") == ["bread", "song", "train"]
    assert names("?q=LOAF") == ["bread"]
    assert names("?kind=audio") == ["song"]
    assert names("?alt=missing") == ["train"]
    assert names(f"?brand={cast.brand.id}") == ["song", "bread"]
    assert names("?kind=cake&purpose=x&sort=y&brand=z&after=w&q=%00") == ["train", "song", "bread"]
    assert names("?q=nothing") == []
    assert "No file like that" in editor.get(_at(cast, "?q=nothing")).text
    assert "1 file has no alternative text" in editor.get(_at(cast)).text


def test_pages_follow_on_and_the_number_of_questions_stays(
    cast: Cast, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.web.library.views.ON_A_PAGE", 2)
    for shade in range(5):
        make_asset(cast.owner, jpeg(shade), filename=f"{shade}.jpg")
    seen, path = [], "?sort=oldest"
    for _page in range(3):
        shown = editor.get(_at(cast, path)).text
        seen += re.findall(r'<span class="strong clip">(\d)\.', shown)
        following = re.search(r'rel="next"[^>]* href="([^"]+)"|href="([^"]+)"[^>]* rel="next"', shown)
        path = next(filter(None, following.groups())).replace("&amp;", "&") if following else ""
    assert (seen, path) == (["0", "1", "2", "3", "4"], "")
    with CaptureQueriesContext(connection) as asked:
        editor.get(_at(cast))
    assert len(asked) < 30


def test_a_file_is_described_and_nothing_typed_is_lost(cast: Cast, editor: Client, asset: Asset) -> None:
    said = {"alt_text": "A loaf of bread", "title": "Bread", "tags": "food, #warm", "purpose": "post",
            "brand_id": str(cast.brand.id), "version": "1"}  # fmt: skip
    assert "No alt text" in editor.get(_at(cast, f"{asset.id}/")).text
    assert editor.post(_at(cast, f"{asset.id}/"), said).status_code == 302
    row = one_asset(cast.owner, asset.id)
    assert (row.alt_text, row.title, row.tags, row.brand_id) == (
        "A loaf of bread",
        "Bread",
        ["food", "warm"],
        cast.brand.id,
    )
    late = editor.post(_at(cast, f"{asset.id}/"), said | {"alt_text": "Late words"})
    assert (late.status_code, "changed meanwhile" in late.text, "Late words" in late.text) == (422, True, True)
    wrong = editor.post(_at(cast, f"{asset.id}/"), said | {"version": "2", "tags": "x" * 101})
    assert (wrong.status_code, "field-error" in wrong.text) == (422, True)


def test_every_kind_has_its_preview(cast: Cast, editor: Client) -> None:
    for content, name, tag in ((film(), "a.mp4", "<video"), (wav(), "a.wav", "<audio"), (PDF, "a.pdf", "preview")):
        made = make_asset(cast.owner, content, filename=name)
        assert tag in editor.get(_at(cast, f"{made.id}/")).text


def test_what_a_waiting_post_needs_stays_and_the_post_is_linked(cast: Cast, editor: Client, asset: Asset) -> None:
    channel = make_silent_channel(cast.owner, cast.brand)
    plan = compose_post(
        actor=cast.owner, brand_id=cast.brand.id, writing=Writing(text="Bread at dawn", media=(MediaOf(asset.id),)),
        variants=[Variant(channel.id)], when=At(NOW.replace(year=2027)), now=NOW,
    )  # fmt: skip
    answer = editor.post(_at(cast, f"{asset.id}/remove/"), follow=True)
    assert "is used in “Bread at dawn”" in answer.text
    assert f'href="/w/{cast.workspace.slug}/posts/{plan.post.id}/"' in answer.text
    assert "needs it" in answer.text
    assert one_asset(cast.owner, asset.id).id == asset.id


def test_a_removed_file_is_brought_back(cast: Cast, editor: Client, asset: Asset) -> None:
    answer = editor.post(_at(cast, f"{asset.id}/remove/"), follow=True)
    assert ("was removed" in answer.text, f"{asset.id}/restore/" in answer.text) == (True, True)
    assert editor.get(_at(cast, f"{asset.id}/")).status_code == 404
    assert "Grüße.jpg" in editor.get(_at(cast, "removed/")).text
    assert "The file is back" in editor.post(_at(cast, f"{asset.id}/restore/"), follow=True).text
    remove_asset(actor=cast.owner, asset_id=asset.id, now=NOW)
    make_asset(cast.owner)
    assert "uploaded again" in editor.post(_at(cast, f"{asset.id}/restore/"), follow=True).text
