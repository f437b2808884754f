"""Files through the API: streamed in, described, and given out by addresses that end."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from postroom.posts.content import MediaOf, Writing
from postroom.publishing.planning import Variant, compose_post
from postroom.publishing.timing import At
from tests.api.conftest import Caller
from tests.make.library import encoded, halves
from tests.make.posts import make_silent_channel
from tests.make.workspaces import Cast

PHOTO = encoded(halves())


def _upload(caller: Caller, content: bytes = PHOTO, query: str = "?filename=a.jpg", **sent: Any) -> tuple[int, Any]:
    kind = {"content_type": "application/octet-stream", **sent}
    answer = Client(headers={"Authorization": f"Bearer {caller.raw}"}).generic(
        "POST", f"/api/v1/assets{query}", content, **kind
    )
    return answer.status_code, answer.json()


@pytest.fixture
def asset(owner: Caller) -> dict[str, Any]:
    status, made = _upload(owner)
    assert status == 201, made
    return dict(made)


def test_a_file_is_uploaded_as_the_body_or_in_a_form(cast: Cast, owner: Caller) -> None:
    status, made = _upload(owner, query=f"?filename=a.jpg&alt_text=Sea&brand_id={cast.brand.id}")
    assert (status, made["type"], made["width"], made["alt_text"]) == (201, "image", 320, "Sea")
    assert "storage_key" not in made
    form = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("b.jpg", PHOTO)})
    status, again = _upload(owner, form, query="", content_type=MULTIPART_CONTENT)
    assert (status, again["id"]) == (200, made["id"])
    status, problem = _upload(owner, encode_multipart(BOUNDARY, {"x": "1"}), query="", content_type=MULTIPART_CONTENT)
    assert (status, problem["errors"][0]["field"]) == (422, "file")


def test_what_is_no_file_of_ours_is_refused(cast: Cast, owner: Caller, settings: Any) -> None:
    for content in (b"just words", b"<svg onload='alert(1)'/>", PHOTO[:900]):
        status, problem = _upload(owner, content)
        assert (status, problem["errors"][0]["field"]) == (422, "file"), content[:10]
    settings.UPLOAD_LIMIT = 1000
    assert _upload(owner)[1]["errors"][0]["field"] == "file"
    status, problem = _upload(owner, CONTENT_LENGTH="99999999")
    assert (status, problem["code"]) == (413, "too_large")
    assert _upload(owner, CONTENT_LENGTH="")[0] == 411
    assert owner.call("GET", "/assets")[1]["items"] == []


def test_files_are_listed_described_removed_and_restored(owner: Caller, asset: dict[str, Any]) -> None:
    path = f"/assets/{asset['id']}"
    assert [row["id"] for row in owner.call("GET", "/assets?type=image&search=a.jp")[1]["items"]] == [asset["id"]]
    assert owner.call("GET", "/assets?type=smell")[1]["errors"][0]["field"] == "type"
    status, edited, answer = owner.call("PATCH", path, {"alt_text": "Sea", "focus": [0, 0.5]}, {"If-Match": '"1"'})
    assert (status, edited["focus"], answer["ETag"]) == (200, [0, 0.5], '"2"')
    assert owner.call("PATCH", path, {"alt_text": "x"}, {"If-Match": '"1"'})[0] == 409
    assert owner.call("PATCH", path, {"focus": [5, 5]})[1]["errors"][0]["field"] == "focus"
    assert owner.call("DELETE", path)[0] == 204
    assert owner.call("GET", path)[0] == 404
    assert owner.call("POST", f"{path}/restore")[1]["id"] == asset["id"]


def test_bytes_go_out_by_addresses_that_need_no_key(owner: Caller, asset: dict[str, Any]) -> None:
    for what, mime in (("download", "image/jpeg"), ("thumbnail", "image/webp")):
        answer = owner.call("GET", f"/assets/{asset['id']}/{what}")[2]
        assert answer.status_code == 302
        given = Client().get(urlsplit(answer["Location"]).path)
        assert (given.status_code, given["Content-Type"], given["X-Content-Type-Options"]) == (200, mime, "nosniff")
        content = given.getvalue()
        assert content == PHOTO if what == "download" else content[8:12] == b"WEBP"


def test_a_file_that_waits_to_go_out_stays(cast: Cast, owner: Caller, asset: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    channel = make_silent_channel(cast.owner, cast.brand)
    compose_post(
        actor=cast.owner, brand_id=cast.brand.id, now=now, when=At(now + timedelta(days=1)),
        writing=Writing("With it", media=(MediaOf(UUID(asset["id"]), "Sea"),)), variants=[Variant(channel.id)],
    )  # fmt: skip
    status, problem, _ = owner.call("DELETE", f"/assets/{asset['id']}")
    assert (status, problem["code"], "With it" in problem["detail"]) == (409, "in_use", True)


def test_fetching_calls_no_private_address(cast: Cast, owner: Caller) -> None:
    for url in ("http://127.0.0.1:1/a.jpg", "https://10.0.0.1/a.jpg", "file:///etc/passwd", "nonsense"):
        status, problem, _ = owner.call("POST", "/assets/fetch", {"url": url})
        assert (status, problem["errors"][0]["field"]) == (422, "url"), url


def test_roles_and_the_outsider(owner: Caller, viewer: Caller, outsider: Caller, asset: dict[str, Any]) -> None:
    path = f"/assets/{asset['id']}"
    assert viewer.call("GET", path)[0] == 200
    assert _upload(viewer)[0] == 403
    assert viewer.call("DELETE", path)[0] == 403
    assert outsider.call("GET", "/assets")[1]["items"] == []
    for method, where, body in (
        ("GET", path, None), ("PATCH", path, {"title": "x"}), ("DELETE", path, None), ("POST", f"{path}/restore", None),
        ("GET", f"{path}/download", None), ("GET", f"{path}/thumbnail", None),
    ):  # fmt: skip
        assert outsider.call(method, where, body)[0] == 404, where
