from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from postroom.kit import clock
from postroom.library import jobs, storing, sweeping
from postroom.library.fitting import File, Wanted
from postroom.library.models import Asset, LooseFile
from postroom.library.queries import assets, assets_by_id, one_asset
from postroom.library.removing import GRACE, InUse, IsThereAgain, remove_asset, restore_asset
from postroom.library.renditions import ensure
from postroom.library.uploading import announce
from postroom.networks.rules import Need
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import Conflict, NotAllowed, NotFound
from postroom.workspaces.models import Role
from tests.library.stored import loose, stored
from tests.make.library import jpeg, make_asset
from tests.make.workspaces import NOW, make_member

LATER = NOW + GRACE + timedelta(seconds=1)


def remove(actor: Actor, asset: Asset) -> Asset:
    return remove_asset(actor=actor, asset_id=asset.id, now=NOW)


def restore(actor: Actor, asset: Asset) -> Asset:
    return restore_asset(actor=actor, asset_id=asset.id, now=NOW)


@pytest.fixture
def as_engine(engine_dsn):
    """Django's connection as the engine, which sees every workspace, for as long as the test asks for it."""
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(engine_dsn)
    ours = connection.settings_dict
    before = {"USER": ours["USER"], "PASSWORD": ours["PASSWORD"]}

    class Switch:
        def __enter__(self) -> None:
            connection.close()
            ours.update(USER=parts["user"], PASSWORD=parts["password"])

        def __exit__(self, *_: object) -> None:
            connection.close()
            ours.update(before)

    yield Switch()
    ours.update(before)


def test_removed_and_brought_back(cast):
    asset = make_asset(cast.owner)
    removed = remove(cast.editor, asset)
    assert assets(cast.owner) == []
    assert assets_by_id(cast.owner, [asset.id]) == {}
    with pytest.raises(NotFound):
        one_asset(cast.owner, asset.id)
    back = restore(cast.editor, asset)
    assert back.version == removed.version + 1
    assert [row.id for row in assets(cast.owner)] == [asset.id]


def test_what_is_needed_stays(cast):
    asset = make_asset(cast.owner)
    with pytest.raises(InUse, match="post A, post B, post C and 1 more") as refused:
        remove_asset(actor=cast.owner, asset_id=asset.id, now=NOW, used_in=["post A", "post B", "post C", "post D"])
    assert refused.value.used_in[3] == "post D"
    assert len(assets(cast.owner)) == 1


def test_the_same_file_can_come_again_and_then_the_old_one_stays_away(cast):
    first = make_asset(cast.owner)
    remove(cast.owner, first)
    second = make_asset(cast.owner)
    assert second.id != first.id
    assert second.is_new
    with pytest.raises(IsThereAgain):
        restore(cast.owner, first)


@pytest.mark.outsider("library.removing.remove_asset", "library.removing.restore_asset")
@pytest.mark.parametrize("verb", [remove, restore])
def test_outsiders_and_who_may_not(cast, verb):
    asset = make_asset(cast.owner, brand_id=cast.brand.id)
    if verb is restore:
        remove(cast.owner, asset)
    for actor in (cast.outsider, make_member(cast.owner, Role.EDITOR, brand_ids=[cast.other_brand.id])):
        with pytest.raises(NotFound):
            verb(actor, asset)
    with pytest.raises(NotAllowed):
        verb(cast.viewer, asset)
    assert len(assets(cast.owner)) == (0 if verb is restore else 1)


@pytest.mark.bad_input("library.removing.remove_asset", "library.removing.restore_asset")
def test_what_isnt_there(cast):
    asset = make_asset(cast.owner)
    for verb, wanted in ((remove_asset, uuid4()), (restore_asset, uuid4()), (restore_asset, asset.id)):
        with pytest.raises(NotFound):
            verb(actor=cast.owner, asset_id=wanted, now=NOW)
    remove(cast.owner, asset)
    with pytest.raises(NotFound):
        remove(cast.owner, asset)


def test_after_its_grace_the_bytes_go_and_the_thumbnail_stays(cast, files: Path, as_engine):
    asset, kept = make_asset(cast.owner), make_asset(cast.owner, jpeg(2))
    assert len(stored(files)) == 4
    wanted = Wanted(asset.id, Need(max_width=50))
    assert isinstance(ensure(cast.workspace.id, [wanted], now=NOW)[wanted], File)
    remove(cast.owner, asset)
    with as_engine:
        assert sweeping.bury_removed(now=NOW + GRACE) == 0
        assert sweeping.bury_removed(now=LATER) == 1
        assert sweeping.bury_removed(now=LATER) == 0
        assert sweeping.delete_loose(now=LATER) == 2, "the file and what was made of it"
        assert sweeping.delete_loose(now=LATER) == 0
    assert not storing.is_there(asset.storage_key)
    assert storing.is_there(asset.thumbnail_key)
    assert storing.is_there(kept.storage_key)
    assert len(stored(files)) == 3
    with pytest.raises(Conflict):
        restore(cast.owner, asset)
    assert loose(cast.owner) == 0


def test_what_a_killed_upload_left_goes_after_a_day(cast, files: Path, tmp_path: Path, as_engine):
    key = storing.new_key(cast.workspace.id)
    announce(cast.workspace.id, [key, storing.new_key(cast.workspace.id)], NOW + timedelta(days=1))
    half = tmp_path / "half"
    half.write_bytes(b"x")
    storing.put(half, key, "image/jpeg")
    with as_engine:
        assert sweeping.delete_loose(now=NOW) == 0
        assert storing.is_there(key)
        assert sweeping.delete_loose(now=NOW + timedelta(days=2)) == 2
    assert stored(files) == []


def test_a_file_that_a_row_speaks_for_is_never_deleted(cast, as_engine):
    asset = make_asset(cast.owner)
    with seeing(cast.owner):
        LooseFile.objects.create(workspace=cast.workspace, storage_key=asset.storage_key, delete_after=NOW)
        LooseFile.objects.create(workspace=cast.workspace, storage_key=asset.thumbnail_key, delete_after=NOW)
    with as_engine:
        assert sweeping.delete_loose(now=LATER) == 0
    assert storing.is_there(asset.storage_key)
    assert storing.is_there(asset.thumbnail_key)
    assert loose(cast.owner) == 0


def test_a_storage_that_is_down_is_tried_again(cast, as_engine, monkeypatch):
    announce(cast.workspace.id, [storing.new_key(cast.workspace.id)], NOW)

    def down(_: str) -> None:
        raise OSError(5, "down")

    with as_engine:
        with monkeypatch.context() as patch:
            patch.setattr(storing, "drop", down)
            assert sweeping.delete_loose(now=LATER) == 0
        assert sweeping.delete_loose(now=LATER) == 1


def test_the_workers_hourly_job_does_all_of_it(cast, files: Path, as_engine):
    asset = make_asset(cast.owner)
    remove_asset(actor=cast.owner, asset_id=asset.id, now=clock.now() - GRACE - timedelta(days=1))
    with as_engine:
        jobs.sweep.run()
    assert [path.relative_to(files).as_posix() for path in stored(files)] == [asset.thumbnail_key]


def test_old_leftovers_on_the_way_in_are_cleared():
    with storing.workshop() as folder:
        (folder / "file").write_bytes(b"x")
        now_on_disk = folder.stat().st_mtime
        assert sweeping.clear_incoming(now=NOW.fromtimestamp(now_on_disk, NOW.tzinfo)) == 0
        assert sweeping.clear_incoming(now=NOW.fromtimestamp(now_on_disk, NOW.tzinfo) + timedelta(days=2)) == 1
        assert not folder.exists()
