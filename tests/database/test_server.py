import psycopg
import pytest
from django.db import connection


def test_tests_run_as_the_app_role(db):
    with connection.cursor() as cursor:
        cursor.execute("select current_user, current_setting('server_version_num')::int >= 150000")
        assert cursor.fetchone() == ("postroom_app", True)


def test_each_role_has_its_own_address(owner_dsn, engine_dsn, app_dsn):
    found = []
    for dsn in (owner_dsn, engine_dsn, app_dsn):
        with psycopg.connect(dsn) as connected:
            found.append(
                connected.execute("select current_user, usesuper from pg_user where usename = current_user").fetchone()
            )
    assert found == [("postroom_test_owner", True), ("postroom_engine", False), ("postroom_app", False)]


def test_without_the_fixture_there_is_no_database():
    with pytest.raises(RuntimeError, match="not allowed"):
        connection.ensure_connection()
