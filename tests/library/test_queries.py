import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postroom.library.queries import assets, assets_by_id, one_asset
from postroom.workspaces.errors import BadInput, NotFound
from postroom.workspaces.models import Role
from tests.make.library import jpeg, make_asset, wav
from tests.make.workspaces import make_member


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
