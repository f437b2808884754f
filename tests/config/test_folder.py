import stat
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from postroom.config import env, folder
from postroom.database.passwords import password_for

SERVER = "postgresql://boss:pw@db.example:5433/post?sslmode=require"


def test_the_secret_is_made_once_and_private(tmp_path):
    data = tmp_path / "new" / "data"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(folder.prepare, [data] * 8))
    here = env.Environment(data=data)
    secret = folder.secret_of(here)
    assert len(secret) > 40
    assert stat.S_IMODE((data / folder.SECRET_FILE).stat().st_mode) == 0o600
    folder.prepare(data)
    assert folder.secret_of(here) == secret
    assert [path.name for path in data.iterdir()] == [folder.SECRET_FILE]


def test_a_secret_of_the_environment_wins(tmp_path):
    folder.prepare(tmp_path)
    assert folder.secret_of(env.Environment(data=tmp_path, secret_key="mine")) == "mine"


def test_each_role_has_an_address_of_its_own():
    here = env.Environment(database_url=SERVER, secret_key="s", database_role_prefix="acme")
    assert folder.address(here, "owner") == SERVER
    for role in ("app", "engine"):
        parts = urlsplit(folder.address(here, role))
        assert (parts.username, parts.password) == (f"acme_{role}", password_for(f"acme_{role}", secret="s"))
        assert (parts.hostname, parts.port, parts.path, parts.query) == ("db.example", 5433, "/post", "sslmode=require")


def test_given_addresses_are_taken_as_they_are():
    app = "postgresql://front:x@db.example/post"
    here = env.Environment(database_url=SERVER, database_app_url=app, secret_key="s")
    assert folder.address(here, "app") == app
    assert folder.role_names(here) == {"app": "front", "engine": "postroom_engine"}


def test_passwords_differ_by_role_and_secret():
    found = {password_for(role, secret=secret) for role in ("a", "b") for secret in ("s", "t")}
    assert len(found) == 4


@pytest.mark.parametrize("role", ["owner", "app", "engine"])
def test_without_a_running_database_there_is_no_address(tmp_path, role):
    assert folder.address(env.Environment(data=tmp_path), role) == ""
