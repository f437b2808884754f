import psycopg
import pytest


def test_the_engine_makes_months_ahead_and_moves_rows_that_came_too_early(engine_dsn, owner_dsn):
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute(
            "insert into events_activitylog select gen_random_uuid(), now() + interval '7 months', null, 'system',"
            " null, '', 'test.done', 'test', gen_random_uuid(), '', '', '', '{}'"
        )
        with psycopg.connect(engine_dsn, autocommit=True) as engine:
            made = [row[0] for row in engine.execute("select postroom_keep_months(7)")]
            again = engine.execute("select postroom_keep_months(7)").fetchall()
            where = owner.execute("select tableoid::regclass::text from events_activitylog").fetchall()
        assert made
        assert again == []
        assert where == [(made[-1],)]
        indexes = owner.execute("select count(*) from pg_indexes where tablename = %s", [made[-1]]).fetchone()
        assert indexes == (4,)
        for name in made:
            owner.execute(f"drop table {name}".encode())


def test_the_app_may_not_make_tables(app_dsn):
    with psycopg.connect(app_dsn) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("select postroom_keep_months(1)")
