"""The PostgreSQL of a test run: started by whoever needs it first, ended when the run ends, even by kill -9.

Run as a program it is the keeper: it starts the server, makes the template database, and waits for the run's process
to end. As a module it finds or starts the keeper of this run.
"""

import fcntl
import hashlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from postroom.database.cluster import bundled_programs
from postroom.database.embedded import Embedded

SECRET = "the secret of the test run, long enough for anything"
TEMPLATE = "postroom_template"
ROOT = Path(__file__).parents[2]
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "300",
    "autovacuum_naptime": "10s",
    "max_wal_size": "1GB",
    "jit": "off",
    "lc_messages": "C",
}


def debian_binaries() -> Path | None:
    """The newest PostgreSQL that Debian's packages put on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def binaries(kind: str) -> Path:
    """The programs of "debian" or "embedded"."""
    found = debian_binaries() if kind == "debian" else bundled_programs()
    assert found, "no PostgreSQL of Debian's on this machine"
    return found


def owner_url(kind: str) -> str:
    """The owner's address of the run's server, whose database is the template; starts the server if nobody did."""
    run = _run_process()
    folder = Path(tempfile.gettempdir()) / f"postroom-run-{run}-{_started(run)}-{kind}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    ready = folder / "ready"
    with (folder / "starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _start_keeper(folder, kind, run, ready)
    return ready.read_text()


def _start_keeper(folder: Path, kind: str, run: int, ready: Path) -> None:
    log = folder / "keeper.log"
    with log.open("wb") as out:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.make.server", str(folder), kind, str(run)],
            cwd=ROOT,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env=environment(os.environ),
        )
    while not ready.exists():
        assert keeper.poll() is None, f"the tests' PostgreSQL didn't start:\n{log.read_text()}"
        time.sleep(0.02)


def environment(base: "os._Environ[str] | dict[str, str]", **more: str) -> dict[str, str]:
    """An environment for a child of the tests: nobody's POSTROOM_* variables but ours."""
    clean = {key: value for key, value in base.items() if not key.startswith(("POSTROOM_", "DJANGO_"))}
    return clean | {"POSTROOM_SECRET_KEY": SECRET} | more


def _run_process() -> int:
    """The process of the whole run: pytest itself, or the parent of this xdist worker."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _started(pid: int) -> str:
    """When a process started, so that a later one of the same number isn't taken for it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def _fingerprint(kind: str) -> str:
    """Changes whenever a migrated template made earlier can't be used again."""
    versions = [version(name) for name in ("django", "procrastinate", "psycopg")]
    digest = hashlib.sha256(f"{kind} {binaries(kind)} {sys.version} {versions}".encode())
    package = ROOT / "postroom"
    sources = [*package.glob("*/migrations/*.py"), *package.glob("*/sql/**/*"), *package.glob("database/*.py")]
    for source in sorted([*sources, package / "config" / "settings.py", package / "config" / "migrating.py"]):
        if source.is_file():
            digest.update(source.read_bytes())
    return digest.hexdigest()[:24]


def keep(folder: Path, kind: str, run: int) -> None:
    """Start the server in the folder, with a migrated template database in it, until the run's process ends."""
    life = os.pidfd_open(run)
    cache = Path(tempfile.gettempdir()) / f"postroom-template-{os.getuid()}-{kind}"
    known = cache / f"{_fingerprint(kind)}.done"
    server = Embedded(folder, owner="postroom_test_owner", programs=binaries(kind), settings=FAST)
    fresh = not (known.exists() and _recall(cache, folder))
    try:
        server.start()
        url = server.address_file.read_text().replace("/postroom?", f"/{TEMPLATE}?")
        if fresh:
            migrate = "from postroom.config.migrating import migrate; migrate(say=print)"
            variables = {"POSTROOM_DATA": str(folder), "POSTROOM_DATABASE_URL": url}
            subprocess.run(
                [sys.executable, "-c", migrate], check=True, cwd=ROOT, env=environment(os.environ, **variables)
            )
            server.stop()
            _remember(folder, cache, known)
            server.start()
            url = server.address_file.read_text().replace("/postroom?", f"/{TEMPLATE}?")
        (folder / "ready.new").write_text(url)
        (folder / "ready.new").rename(folder / "ready")
        select.select([life], [], [])
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _recall(cache: Path, folder: Path) -> bool:
    parts = [str(cache / name) for name in ("postgres", "database.password")]
    copied = subprocess.run(["cp", "-a", *parts, str(folder)], check=False).returncode == 0
    if not copied:  # another run was just replacing it
        shutil.rmtree(folder / "postgres", ignore_errors=True)
    return copied


def _remember(folder: Path, cache: Path, known: Path) -> None:
    """Keep the migrated server's files for the next run (migrating takes seconds, copying a tenth of one)."""
    draft = cache.with_name(f"{cache.name}.{os.getpid()}")
    draft.mkdir(mode=0o700)
    subprocess.run(["cp", "-a", str(folder / "postgres"), str(folder / "database.password"), str(draft)], check=True)
    (draft / known.name).touch()
    shutil.rmtree(cache, ignore_errors=True)
    try:
        draft.rename(cache)
    except OSError:  # another run was quicker
        shutil.rmtree(draft, ignore_errors=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
