"""What every test can ask for: a real PostgreSQL with row-level security on, the addresses of its roles, the cast.

Tests run as the app role on a database of their worker's own. Everything really commits; a test that used `db` leaves
empty tables behind. Without `db` (or a fixture standing on it) a test can't touch the database.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

import django
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.make import server

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

# Settings are read once and before any fixture: a folder of our own and nobody's variables. The database's address is
# filled in by `database` when a test first needs one.
_DATA = Path(tempfile.mkdtemp(prefix="postroom-test-data-"))
for _name in [name for name in os.environ if name.startswith("POSTROOM_")]:
    del os.environ[_name]
os.environ |= {
    "POSTROOM_DATA": str(_DATA),
    "POSTROOM_SECRET_KEY": server.SECRET,
    "POSTROOM_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "DJANGO_SETTINGS_MODULE": "postroom.config.settings",
}
django.setup()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pg",
        choices=["debian", "embedded"],
        default="debian" if server.debian_binaries() else "embedded",
        help="which PostgreSQL the tests run on",
    )
    parser.addoption("--shots", metavar="FOLDER", help="keep a screenshot of every page there")


def pytest_unconfigure() -> None:
    shutil.rmtree(_DATA, ignore_errors=True)


class Database:
    """One worker's database, made from the template."""

    def __init__(self, template: str, name: str) -> None:
        self.template = template
        self.owner = urlunsplit(urlsplit(template)._replace(path=f"/{name}"))
        self.name = name
        with psycopg.connect(self._elsewhere(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            made = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
            connection.execute(sql.SQL(made).format(sql.Identifier(name), sql.Identifier(server.TEMPLATE)))
        self._connection = psycopg.connect(self.owner, autocommit=True)
        # Foreign keys and triggers are left out: everything goes, and the history isn't to tell of it.
        self._connection.execute("set session_replication_role = replica")
        self._connection.execute("set lock_timeout = '10s'")
        tables = self._tables()
        seeded = set(self._filled(tables))
        self._emptied = [table for table in tables if table not in seeded]

    def _elsewhere(self) -> str:
        return urlunsplit(urlsplit(self.template)._replace(path="/postgres"))

    def as_role(self, role: str) -> str:
        """The address of this database as "app" or "engine"."""
        from postroom.database.passwords import password_for

        parts = urlsplit(self.owner)
        name = f"postroom_{role}"
        login = f"{name}:{quote(password_for(name, secret=server.SECRET))}"
        return urlunsplit(parts._replace(netloc=f"{login}@"))

    def _tables(self) -> list[str]:
        found = self._connection.execute(
            "select format('%I', relname) from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition order by 1"
        )
        return [row[0] for row in found]

    def _filled(self, tables: list[str]) -> list[str]:
        question = " union all ".join(f"(select '{table}' from {table} limit 1)" for table in tables)
        return [row[0] for row in self._connection.execute(question.encode())] if tables else []

    def wipe(self) -> None:
        """Empty every table that a test filled, except what migrations put there."""
        for table in self._filled(self._emptied):
            self._connection.execute(f"delete from {table}".encode())

    def drop(self) -> None:
        self._connection.close()
        with psycopg.connect(self._elsewhere(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.name)))


@pytest.fixture(scope="session")
def postgres_kind(request: pytest.FixtureRequest) -> str:
    """Which PostgreSQL this run is on: "debian" or "embedded"."""
    return str(request.config.getoption("--pg"))


@pytest.fixture(scope="session")
def database(postgres_kind: str) -> Iterator[Database]:
    """This worker's database; Django is pointed at it as the app role."""
    from django.db import connections

    made = Database(server.owner_url(postgres_kind), f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    parts = conninfo_to_dict(made.as_role("app"))
    settings: dict[str, Any] = connections.settings["default"]
    settings |= {
        "HOST": parts["host"],
        "PORT": parts["port"],
        "NAME": parts["dbname"],
        "USER": parts["user"],
        "PASSWORD": parts["password"],
        "CONN_MAX_AGE": None,
    }
    settings["CONN_HEALTH_CHECKS"] = False
    settings["OPTIONS"].pop("pool", None)
    yield made
    connections.close_all()
    made.drop()


@pytest.fixture
def db(database: Database, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """Access to the database; its tables are emptied afterwards."""
    from django.db import connection

    with django_db_blocker.unblock():
        yield
        if connection.in_atomic_block or (connection.connection is not None and connection.connection.closed):
            connection.close()
        database.wipe()


@pytest.fixture
def owner_dsn(db: None, database: Database) -> str:
    """The worker's database as its owner, who passes row-level security by."""
    return database.owner


@pytest.fixture
def engine_dsn(db: None, database: Database) -> str:
    """The worker's database as the engine, which sees every workspace."""
    return database.as_role("engine")


@pytest.fixture
def app_dsn(db: None, database: Database) -> str:
    """The worker's database as the app, which sees what its scope shows."""
    return database.as_role("app")


@pytest.fixture
def cast(db: None) -> Any:
    """People of one workspace, and an outsider who must see nothing of it: see tests/make/workspaces.py."""
    from tests.make.workspaces import make_cast

    return make_cast()
