from typing import Any
from uuid import uuid4

import pytest

from postroom.library.describing import describe_asset
from postroom.library.models import Asset
from postroom.library.queries import one_asset
from postroom.workspaces.errors import BadInput, Conflict, NotAllowed, NotFound
from postroom.workspaces.models import Role
from tests.make.library import jpeg, make_asset
from tests.make.workspaces import NOW, make_member


def describe(actor, asset: Asset, version: int | None = None, **changes: Any) -> Asset:
    return describe_asset(actor=actor, asset_id=asset.id, changes=changes, version=version, now=NOW)


def test_what_is_said_is_kept(cast):
    asset = make_asset(cast.owner)
    said = {"alt_text": "A lighthouse", "focus": [0.2, -1], "tags": ["#sea", "light"], "purpose": "story", "title": "T"}
    after = describe(cast.editor, asset, asset.version, **said, brand_id=str(cast.brand.id))
    row = one_asset(cast.viewer, asset.id)
    assert (row.alt_text, row.focus, row.tags) == ("A lighthouse", [0.2, -1.0], ["sea", "light"])
    assert (row.purpose, row.title, row.brand_id) == ("story", "T", cast.brand.id)
    assert row.version == after.version == asset.version + 1
    assert row.storage_key == asset.storage_key


def test_who_read_an_older_version_is_told(cast):
    asset = make_asset(cast.owner)
    describe(cast.owner, asset, asset.version, title="first")
    with pytest.raises(Conflict):
        describe(cast.owner, asset, asset.version, title="second")
    assert one_asset(cast.owner, asset.id).title == "first"


@pytest.mark.outsider("library.describing.describe_asset")
def test_outsiders_and_who_may_not(cast):
    asset = make_asset(cast.owner, brand_id=cast.brand.id)
    limited = make_member(cast.owner, Role.EDITOR, brand_ids=[cast.other_brand.id])
    for actor in (cast.outsider, limited):
        with pytest.raises(NotFound):
            describe(actor, asset, title="mine now")
    with pytest.raises(NotAllowed):
        describe(cast.viewer, asset, title="mine now")
    everybodys = make_asset(cast.owner, jpeg(4))
    with pytest.raises(NotFound):
        describe(limited, everybodys, brand_id=cast.brand.id)
    with pytest.raises(NotFound):
        describe(cast.owner, everybodys, brand_id=cast.outside_brand.id)


@pytest.mark.bad_input("library.describing.describe_asset")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alt_text", "a" * 10_001),
        ("alt_text", None),
        ("title", "a\x00b"),
        ("focus", [1.5, 0]),
        ("focus", [True, 0]),
        ("focus", [0]),
        ("focus", [float("nan"), 0]),
        ("tags", ["a"] * 51),
        ("tags", [""]),
        ("purpose", "POST"),
        ("order", "1"),
        ("is_ai_made", "yes"),
        ("brand_id", "no id"),
        ("storage_key", "../../secret"),
        ("sha256", "00"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(cast, field: str, value: Any):
    asset = make_asset(cast.owner)
    with pytest.raises(BadInput) as refused:
        describe(cast.owner, asset, None, **{field: value})
    assert refused.value.field.startswith(field)
    assert one_asset(cast.owner, asset.id).version == asset.version


def test_what_isnt_there(cast):
    with pytest.raises(NotFound):
        describe_asset(actor=cast.owner, asset_id=uuid4(), changes={}, now=NOW)
