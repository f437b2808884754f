from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postroom.library.queries import SORTS, assets, assets_by_id, count_without_alt, one_asset, removed_assets
from postroom.library.removing import GRACE, remove_asset
from postroom.workspaces.errors import BadInput, NotFound
from postroom.workspaces.models import Role
from tests.make.library import jpeg, make_asset, wav
from tests.make.workspaces import NOW, make_member


@pytest.fixture
def five(cast):
    return [make_asset(cast.owner, jpeg(shade), title=f"number {shade}") for shade in range(5)]


def test_pages_are_newest_first_and_follow_on(cast, five):
    first = assets(cast.viewer, limit=2)
    second = assets(cast.viewer, limit=2, after=first[-1].id)
    third = assets(cast.viewer, limit=2, after=second[-1].id)
    assert [row.title for row in [*first, *second, *third]] == [f"number {at}" for at in (4, 3, 2, 1, 0)]


def test_a_list_is_one_query_however_long(cast, five):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert len(assets(cast.viewer)) == 5
    assert sum("library_asset" in query["sql"] for query in seen) == 1


def test_filters(cast):
    red = make_asset(cast.owner, jpeg(1), tags=["Red"], purpose="story", brand_id=cast.brand.id, alt_text="100% wool")
    sound = make_asset(cast.owner, wav(), filename="song.wav")
    other = make_asset(cast.owner, jpeg(2), purpose="avatar", brand_id=cast.other_brand.id)

    def ids(**wanted) -> set:
        return {row.id for row in assets(cast.owner, **wanted)}

    assert ids(type_="audio") == {sound.id}
    assert ids(tag="Red") == {red.id}
    assert ids(search="WOOL") == {red.id}
    assert ids(search="0% w") == {red.id}
    assert ids(search="%") == {red.id}
    assert ids(purpose="avatar") == {other.id, sound.id}, "what is for anything is for this too"
    assert ids(brand_id=cast.brand.id) == {red.id, sound.id}, "and what belongs to every brand"
    with pytest.raises(BadInput):
        assets(cast.owner, type_="cake")
    with pytest.raises(BadInput):
        assets(cast.owner, purpose="fun")


def test_who_is_limited_to_a_brand_sees_its_files_and_everybodys(cast):
    mine = make_asset(cast.owner, jpeg(1), brand_id=cast.brand.id)
    theirs = make_asset(cast.owner, jpeg(2), brand_id=cast.other_brand.id)
    everybodys = make_asset(cast.owner, jpeg(3))
    limited = make_member(cast.owner, Role.EDITOR, brand_ids=[cast.brand.id])
    assert {row.id for row in assets(limited)} == {mine.id, everybodys.id}
    assert set(assets_by_id(limited, [mine.id, theirs.id])) == {mine.id}
    with pytest.raises(NotFound):
        one_asset(limited, theirs.id)


def test_outsiders_see_nothing(cast, five):
    assert assets(cast.outsider) == []
    assert assets_by_id(cast.outsider, [asset.id for asset in five]) == {}
    with pytest.raises(NotFound):
        one_asset(cast.outsider, five[0].id)


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_is_whole_page_by_page(cast, sort):
    for shade, name in enumerate(("c", "a", "b", "a", "c")):
        make_asset(cast.owner, jpeg(shade), filename=f"{name}.jpg")
    whole = [row.id for row in assets(cast.viewer, sort=sort)]
    seen: list[UUID] = []
    while page := assets(cast.viewer, sort=sort, after=seen[-1] if seen else None, limit=2):
        seen += [row.id for row in page]
    assert (seen, len(whole)) == (whole, 5)
    with pytest.raises(BadInput):
        assets(cast.viewer, sort="luck")


def test_orders_are_what_they_say(cast):
    for size, name in ((300, "b"), (100, "c"), (200, "a")):
        make_asset(cast.owner, jpeg(width=size), filename=f"{name}.jpg")

    def names(sort: str) -> str:
        return "".join(row.filename[0] for row in assets(cast.viewer, sort=sort))

    assert [names(sort) for sort in ("newest", "oldest", "name", "largest")] == ["acb", "bca", "abc", "bac"]
    assert assets(cast.viewer, sort="name", after=uuid4()) == []


def test_what_is_seen_and_has_no_words_is_counted(cast):
    bare = make_asset(cast.owner, jpeg(1), brand_id=cast.other_brand.id)
    make_asset(cast.owner, jpeg(2), alt_text="A loaf")
    make_asset(cast.owner, wav(), filename="song.wav")
    assert [row.id for row in assets(cast.owner, no_alt=True)] == [bare.id]
    limited = make_member(cast.owner, Role.EDITOR, brand_ids=[cast.brand.id])
    assert (count_without_alt(cast.owner), count_without_alt(limited), count_without_alt(cast.outsider)) == (1, 0, 0)


def test_removed_files_are_listed_while_they_can_be_restored(cast):
    first, second = make_asset(cast.owner, jpeg(1)), make_asset(cast.owner, jpeg(2))
    for at, one in enumerate((first, second)):
        remove_asset(actor=cast.owner, asset_id=one.id, now=NOW + timedelta(hours=at))
    rows = removed_assets(cast.viewer)
    assert [row.id for row in rows] == [second.id, first.id]
    assert rows[1].restorable_until == NOW + GRACE
    assert removed_assets(cast.outsider) == []
