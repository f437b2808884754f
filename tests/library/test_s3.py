"""The same library on S3: against moto's server, over HTTP, as against any other."""

import asyncio
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from moto.server import ThreadedMotoServer

from postroom.kit import clock
from postroom.library import storing
from postroom.library.addresses import address_of
from postroom.library.fitting import File, Wanted
from postroom.library.queries import assets
from postroom.library.renditions import ensure
from postroom.library.uploading import CannotKeep
from postroom.networks.rules import Need
from tests.library.stored import content_of, loose
from tests.make import library as make
from tests.make.workspaces import NOW


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def bucket(s3: str, settings) -> str:
    import boto3

    options = {
        "bucket_name": "press",
        "endpoint_url": s3,
        "region_name": "us-east-1",
        "access_key": "an-access-key",
        "secret_key": "a-secret-key",
        "location": "post/room",
        "default_acl": None,
        "file_overwrite": True,
        "querystring_auth": True,
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
    }
    client = boto3.client(
        "s3",
        endpoint_url=s3,
        region_name="us-east-1",
        aws_access_key_id="an-access-key",
        aws_secret_access_key="a-secret-key",
    )
    client.create_bucket(Bucket="press")
    return "press"


def keys() -> list[str]:
    from django.core.files.storage import default_storage

    bucket = default_storage.bucket  # type: ignore[attr-defined] # S3's storage has one
    return sorted(each.key for each in bucket.objects.all())


@pytest.fixture(autouse=True)
def _empty_afterwards(bucket) -> Iterator[None]:
    yield
    from django.core.files.storage import default_storage

    default_storage.bucket.objects.all().delete()  # type: ignore[attr-defined] # as above


def test_a_file_goes_there_and_comes_back(cast):
    content = make.photo()
    asset = make.make_asset(cast.owner, content)
    assert asset.storage == "s3"
    assert keys() == sorted(f"post/room/{key}" for key in (asset.storage_key, asset.thumbnail_key))
    assert content_of(asset.storage_key) == content
    assert make.make_asset(cast.owner, content).id == asset.id
    assert len(keys()) == 2
    assert loose(cast.owner) == 0


def test_the_engine_reads_it_in_chunks(cast):
    content = make.encoded(make.noise(500, 500), "PNG")
    asset = make.make_asset(cast.owner, content)
    assert len(content) > 2 * storing.PIECE

    async def read() -> list[bytes]:
        return [chunk async for chunk in storing.open_chunks(asset.storage_key)]

    chunks = asyncio.run(read())
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= storing.PIECE


def test_renditions_are_made_from_there(cast):
    asset = make.make_asset(cast.owner, make.photo())
    wanted = Wanted(asset.id, Need(max_width=50))
    file = ensure(cast.workspace.id, [wanted], now=NOW)[wanted]
    assert isinstance(file, File)
    assert b"Secret Camera" not in content_of(file.storage_key)
    assert len(keys()) == 3
    assert list(storing.incoming().iterdir()) == []


def test_a_signed_address_opens_it_for_a_while_and_nothing_else_does(cast):
    content = make.jpeg(11)
    asset = make.make_asset(cast.owner, content, filename="Größe.jpg")
    url = address_of(asset.storage_key, mime=asset.mime, name=asset.filename, now=clock.now())
    with urlopen(url) as answer:
        assert answer.read() == content
        assert answer.headers["Content-Type"] == "image/jpeg"
    assert "Signature=" in url
    assert "a-secret-key" not in url


def test_what_isnt_there_is_gone(cast):
    with pytest.raises(storing.Gone):
        list(storing.chunks("no/such/key"))
    storing.drop("no/such/key")
    assert not storing.is_there("no/such/key")


def test_a_failure_half_way_leaves_nothing(cast, monkeypatch):
    from postroom.library import uploading

    def fails(*_: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(uploading, "_make_row", fails)
    with pytest.raises(RuntimeError):
        make.make_asset(cast.owner)
    assert keys() == []
    assert loose(cast.owner) == 0


def test_a_storage_that_takes_nothing_leaves_no_row(cast, settings):
    there = settings.STORAGES
    options = there["default"]["OPTIONS"] | {"bucket_name": "nobodys"}
    settings.STORAGES = {**there, "default": {**there["default"], "OPTIONS": options}}
    with pytest.raises(CannotKeep):
        make.make_asset(cast.owner)
    settings.STORAGES = there
    assert assets(cast.owner) == []
