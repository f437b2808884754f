"""The files of a publication reach its network as the library has them, or it waits, or it says why not."""

import secrets

from psycopg import sql
from psycopg.types.json import Jsonb

from postroom.kit.ids import uuid7
from postroom.library import storing
from postroom.networks import registry
from postroom.networks.shape import Limit, Step
from postroom.networks.verdicts import Touch
from postroom.publishing.opening import ChannelKeys
from tests.make.library import encoded, halves
from tests.make.publishing import make_channels, make_posts
from tests.publishing.world import simple_network

LIMITS = (Limit("image.types", ("image/jpeg",)), Limit("images.max", 4), Limit("text.max", 100, "grapheme"))


def make_asset(owner, workspace, tmp_path, *, stored=True, mime="image/jpeg"):
    content = encoded(halves())
    key = f"{workspace.hex}/{secrets.token_hex(4)}"
    if stored:
        (tmp_path / "file").write_bytes(content)
        storing.put(tmp_path / "file", key, mime)
    asset = uuid7()
    row = {
        "id": asset, "workspace_id": workspace, "type": "image", "purpose": "any", "filename": "sea.jpg",
        "storage_key": key if stored else "", "storage": "local", "thumbnail_key": "", "mime": mime,
        "bytes": len(content), "width": 320, "height": 200, "sha256": secrets.token_bytes(32), "alt_text": "The sea",
        "title": "", "description": "", "tags": Jsonb([]), "order": 0, "usage_count": 0, "is_ai_made": False,
        "needs_cleaning": False, "details": Jsonb({}), "version": 1,
    }  # fmt: skip
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join(map(sql.Placeholder, row))
    owner.execute(sql.SQL("INSERT INTO library_asset ({}) VALUES ({})").format(names, places), row)
    return asset, content


def network_that_reads(world):
    got = []

    async def post(line, draft, bag):
        got.extend([(one.mime, one.alt, b"".join([piece async for piece in one.read()])) for one in draft.media])
        return await world.post(line, draft)

    registry.add(simple_network(world, limits=LIMITS, steps=(Step("post", Touch.PUBLISHES, post),)))
    return got


def make_posts_with(owner, where, asset):
    media = [{"asset_id": str(asset), "item_position": 0, "alt_text": "", "crop": None}]
    with owner.transaction():
        make_posts(owner, where, texts=["look"])
        owner.execute("UPDATE publishing_publication SET format = 'image', media = %s", [Jsonb(media)])


async def test_a_file_goes_out_with_its_words(running, owner, world, tmp_path):
    got = network_that_reads(world)
    where = make_channels(owner, network="world")
    asset, content = make_asset(owner, where.workspace, tmp_path)
    make_posts_with(owner, where, asset)
    running.start(keys=ChannelKeys())
    await running.all_are("published")
    assert got == [("image/jpeg", "The sea", content)]


async def test_a_file_that_is_gone_fails_with_its_place(running, owner, world, tmp_path):
    network_that_reads(world)
    where = make_channels(owner, network="world")
    asset, _ = make_asset(owner, where.workspace, tmp_path, stored=False)
    make_posts_with(owner, where, asset)
    running.start(keys=ChannelKeys())
    await running.all_are("failed")
    found = running.publications()[0]
    assert (found["error_class"], found["error_where"]) == ("check", "media.0")
    assert world.called == 0
