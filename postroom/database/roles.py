"""The two roles under the owner: made before migrations, granted what they need after them.

The owner makes tables and passes row-level security by. The app (pages, API, command line) is bound by it. The engine
(worker) has policies of its own that show it every workspace. Neither of the two owns or may alter anything.
"""

from dataclasses import dataclass

from psycopg import Connection, sql

# Seen through the catalogue alone, so that no list of tables has to be kept: partitions are reached through their
# parent, whose policies and grants then hold; append-only tables are those TenantTable gave a policy `workspace_add`.
_TABLES = """
select c.oid::regclass::text, c.relname,
       exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace_add')
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
"""
_READ_ONLY = frozenset({"django_migrations", "django_content_type", "auth_permission"})


@dataclass(frozen=True, slots=True)
class RoleLogin:
    """A role that logs in; no password means an administrator made it and keeps it."""

    name: str
    password: str | None


def ensure_roles(owner: Connection, logins: list[RoleLogin]) -> None:
    """Make the roles that are missing and set their passwords. Needs CREATEROLE unless every password is None.

    psycopg's InsufficientPrivilege says the owner may not create roles.
    """
    for login in logins:
        if login.password is None:
            continue
        name = sql.Identifier(login.name)
        found = owner.execute("select rolsuper from pg_roles where rolname = %s", [login.name]).fetchone()
        if found is None:
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(name))
        owner.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(login.password)))


def grant(owner: Connection, *, app: str, engine: str) -> None:
    """Give both roles exactly what they need on every table and sequence there is now; repeat it after migrations."""
    both = sql.SQL(", ").join([sql.Identifier(app), sql.Identifier(engine)])
    database = owner.execute("select current_database()").fetchone()
    assert database is not None  # noqa: S101 - the query always gives one row
    owner.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database[0]), both))
    owner.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(both))
    owner.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(both))
    for qualified, name, append_only in owner.execute(_TABLES).fetchall():
        if name in _READ_ONLY:
            allowed = "SELECT"
        elif append_only:
            allowed = "SELECT, INSERT"
        else:
            allowed = "SELECT, INSERT, UPDATE, DELETE"
        table = sql.SQL(qualified)
        owner.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(table, both))
        owner.execute(sql.SQL(f"GRANT {allowed} ON {{}} TO {{}}").format(table, both))
