import os
import subprocess
import sys
from pathlib import Path

from postroom.library.queries import one_asset
from tests.make import library as make

MEGABYTES = 300
CHILD = """
import os, resource, struct, sys
import django
django.setup()
from uuid import UUID
from postroom.kit.clock import now
from postroom.library import storing
from postroom.library.uploading import upload_asset
from postroom.workspaces.actors import Actor

film, workspace, megabytes = bytes.fromhex(sys.argv[1]), UUID(sys.argv[2]), int(sys.argv[3])
actor = Actor.system(workspace)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def chunks(size):
    yield film
    yield struct.pack(">I4s", 8 + size * 2**20, b"free")
    for _ in range(size):
        yield bytes(2**20)

upload_asset(actor=actor, chunks=chunks(1), filename="small.mp4", now=now())
before = peak()
asset = upload_asset(actor=actor, chunks=chunks(megabytes), filename="large.mp4", now=now())
read = sum(len(chunk) for chunk in storing.chunks(asset.storage_key))
print(asset.id, read, peak() - before)
"""


def test_a_large_file_passes_through_without_filling_the_memory(cast, app_dsn, database, tmp_path: Path):
    from uuid import UUID

    environment = {
        **os.environ,
        "POSTROOM_DATA": str(tmp_path),
        "POSTROOM_DATABASE_URL": database.owner,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    film = make.film()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, film.hex(), str(cast.workspace.id), str(MEGABYTES)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    asset_id, read, kilobytes = done.stdout.split()
    row = one_asset(cast.owner, UUID(asset_id))
    assert row.bytes == int(read) == MEGABYTES * 2**20 + len(film) + 8
    assert (row.type, row.filename) == ("video", "large.mp4")
    assert int(kilobytes) < 20_000
