"""Asking for renditions and looking at them."""

import io

from PIL import Image

from postroom.library.fitting import Crop, File, NotReady, Wanted
from postroom.library.models import Asset
from postroom.library.renditions import ensure, ready_for
from postroom.networks.rules import Need
from postroom.workspaces.actors import seeing
from tests.library.stored import content_of
from tests.make.workspaces import NOW

ANY = Need()


def made(cast, asset: Asset, need: Need, crop: Crop | None = None) -> File:
    wanted = Wanted(asset.id, need, crop)
    found = ensure(cast.workspace.id, [wanted], now=NOW)[wanted]
    assert isinstance(found, File), found
    return found


def refused(cast, asset: Asset, need: Need) -> str:
    wanted = Wanted(asset.id, need)
    found = ensure(cast.workspace.id, [wanted], now=NOW)[wanted]
    assert isinstance(found, NotReady)
    assert found.is_final
    return found.why


def picture_of(file: File) -> Image.Image:
    picture = Image.open(io.BytesIO(content_of(file.storage_key)))
    picture.load()
    assert picture.size == (file.width, file.height)
    return picture


def size_of(file: File) -> tuple[int, int]:
    assert file.width is not None
    assert file.height is not None
    return file.width, file.height


def ready(cast, wanted: Wanted) -> File | NotReady:
    with seeing(cast.owner):
        return ready_for(cast.workspace.id, [wanted])[wanted]
