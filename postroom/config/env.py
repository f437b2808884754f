# ruff: noqa: RUF009 - _var makes a field(), which is not shared between instances
"""The one table of environment variables, and which of the three database roles this process takes.

Light on purpose (no Django, no database driver): `postroom up` supervises from here with little memory.
"""

import difflib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from postroom.config import kinds

Role = Literal["app", "engine", "owner"]
T = TypeVar("T")

PREFIX: Final = "POSTROOM_"
_ROOTS_FOLDER: Final = Path("/var/lib/postroom")


class EnvironmentProblem(Exception):
    """A POSTROOM_* variable is unknown or has a value that doesn't fit; the message names it and what would do."""


def _var(parse: Callable[[str], T], default: T, doc: str, *, secret: bool = False) -> T:
    """One row of the table. Typed as its value, though it is a dataclass field until the class is made."""
    made: T = field(default=default, metadata={"parse": parse, "doc": doc, "secret": secret})
    return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """Every variable Postroom reads: the field `port` is POSTROOM_PORT. An empty variable counts as not set."""

    data: Path = _var(
        kinds.folder,
        Path("~/.local/share/postroom").expanduser(),
        "Folder of the database, keys and files; root's is /var/lib/postroom.",
    )
    secret_key: str = _var(
        kinds.text,
        "",
        "Signs sessions; database passwords derive from it. Default: a file in the data folder.",
        secret=True,
    )
    keys: str = _var(
        kinds.text, "", "Key ring that encrypts networks' tokens. Default: a file in the data folder.", secret=True
    )
    debug: bool = _var(kinds.switch, default=False, doc="Show error details in pages. Never on a server others reach.")

    host: str = _var(kinds.text, "127.0.0.1", "Address the web server listens on.")
    port: int = _var(kinds.whole(1, 65535), 8000, "Port the web server listens on.")
    url: str = _var(kinds.web_url, "", "Address people reach Postroom at. Default: http://localhost and the port.")
    allowed_hosts: tuple[str, ...] = _var(
        kinds.words, (), "Further host names to answer to, besides that of POSTROOM_URL."
    )
    trust_proxy: bool = _var(
        kinds.switch,
        default=False,
        doc="Believe X-Forwarded-Proto and X-Forwarded-For: only behind a proxy that sets them.",
    )
    web_workers: int = _var(kinds.whole(1, 64), 1, "Processes of the web server.")
    web_threads: int = _var(kinds.whole(1, 128), 8, "Requests one web process works on at a time.")
    worker: bool = _var(kinds.switch, default=True, doc="Whether `postroom up` runs the worker too.")

    database_url: str = _var(
        kinds.database_url,
        "",
        "PostgreSQL 15 or newer, as a user that may create roles. Default: the embedded one in the data folder.",
        secret=True,
    )
    database_app_url: str = _var(
        kinds.database_url,
        "",
        "The same database as pages and API see it, where POSTROOM_DATABASE_URL may not create roles.",
        secret=True,
    )
    database_engine_url: str = _var(
        kinds.database_url, "", "The same database as the worker sees it, where roles may not be created.", secret=True
    )
    database_role_prefix: str = _var(
        kinds.name, "postroom", "Start of the roles' names; another one for each Postroom on the same server."
    )
    database_pool: int = _var(kinds.whole(1, 200), 10, "Database connections of one web process, at most.")

    storage: str = _var(
        kinds.one_of("local", "s3"), "local", "Where uploaded files go: the data folder, or S3 and its like."
    )
    s3_bucket: str = _var(kinds.text, "", "S3: the bucket.")
    s3_endpoint: str = _var(kinds.text, "", "S3: the server's address, when it isn't Amazon's.")
    s3_region: str = _var(kinds.text, "", "S3: the region.")
    s3_access_key: str = _var(kinds.text, "", "S3: the access key's id.", secret=True)
    s3_secret_key: str = _var(kinds.text, "", "S3: the access key's secret.", secret=True)
    s3_prefix: str = _var(kinds.text, "", "S3: what every file's key starts with.")
    upload_limit: int = _var(kinds.whole(1, 102_400), 1024, "Largest file that may be uploaded, in MiB.")

    missed_after: int = _var(
        kinds.whole(0, 720), 2, "Hours after which a publication that is late isn't sent but shown as missed."
    )
    sending_at_once: int = _var(kinds.whole(1, 5000), 500, "Publications the worker sends at the same moment, at most.")
    allow_private: tuple[str, ...] = _var(
        kinds.words, (), "Private addresses (10.0.0.0/8, localhost:3000, …) that networks' servers may be at."
    )
    signup: str = _var(
        kinds.one_of("invited", "open"),
        "invited",
        "Who may make an account: those who are invited, or everybody who finds the page.",
    )
    email_host: str = _var(kinds.text, "", "SMTP server that takes e-mails. Without it none are sent.")
    email_port: int = _var(kinds.whole(1, 65535), 587, "Its port.")
    email_security: str = _var(
        kinds.one_of("starttls", "tls", "none"), "starttls", "How the line to it is encrypted; port 465 wants tls."
    )
    email_user: str = _var(kinds.text, "", "User name there.")
    email_password: str = _var(kinds.text, "", "Password there.", secret=True)
    email_from: str = _var(kinds.text, "", "Sender of e-mails. Default: postroom@ and the host of POSTROOM_URL.")

    sandbox: bool = _var(kinds.switch, default=False, doc="Run the sandbox network, for trying things out.")
    sandbox_port: int = _var(kinds.whole(1, 65535), 8601, "Port of the sandbox network.")

    log_format: str = _var(kinds.one_of("plain", "json"), "plain", "How log lines look.")
    log_level: str = _var(
        kinds.one_of("debug", "info", "warning", "error"), "info", "Least important log line that is written."
    )

    @property
    def public_url(self) -> str:
        """The address people reach Postroom at, without a closing slash."""
        return self.url or f"http://localhost:{self.port}"

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the embedded one."""
        return not self.database_url


def variables() -> Iterator[tuple[str, Field[Any]]]:
    """The table: each variable's full name with its field (its metadata holds `doc` and `secret`)."""
    for row in fields(Environment):
        yield PREFIX + row.name.upper(), row


def read(environ: Mapping[str, str]) -> Environment:
    """Make an Environment of texts; EnvironmentProblem names the first variable that is unknown or doesn't fit."""
    table = dict(variables())
    # Root's home is closed to `nobody`, as whom PostgreSQL then runs.
    values: dict[str, Any] = {"data": _ROOTS_FOLDER} if os.geteuid() == 0 else {}
    for name in sorted(key for key in environ if key.startswith(PREFIX)):
        if name not in table:
            raise EnvironmentProblem(_unknown(name, list(table)))
        found = environ[name].strip()
        if not found:
            continue
        row = table[name]
        try:
            values[row.name] = row.metadata["parse"](found)
        except kinds.BadValue as problem:
            shown = "what it holds (kept secret)" if row.metadata["secret"] else f"“{found}”"
            message = f"{name} can't be {shown}: it must be {problem.allowed}."
            raise EnvironmentProblem(message) from None
    return Environment(**values)


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0)
    return f"There is no variable {name}. Did you mean {near[0]}?" if near else f"There is no variable {name}."


@cache
def environment() -> Environment:
    """This process's environment, read once."""
    return read(os.environ)


_role: Role = "app"
_pooled = True


def choose_role(role: Role, *, pooled: bool = False) -> None:
    """Take a database role for this process; before django.setup(), or it changes nothing.

    `pooled`: whether Django's connections come from a pool, which pays in a web server only.
    """
    global _role, _pooled
    _role, _pooled = role, pooled


def chosen_role() -> Role:
    """The role chosen; "app", the one bound by row-level security, when nobody chose."""
    return _role


def is_pooled() -> bool:
    """Whether Django is to use a pool; it is when nobody chose, as under somebody's own WSGI server."""
    return _pooled
