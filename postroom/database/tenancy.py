"""Who sees which rows: migration operations that put tables under row-level security, and the scope verbs run in.

The database decides: with no scope open, the app role sees no tenant row at all (nothing set means nothing shown).
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from postroom.database.asking import tell

_IN_SCOPE: Final = "(select nullif(current_setting('postroom.workspace_id', true), '')::uuid)"

# created_at is put back as well: when a row was made is nobody's to change.
_TOUCH_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION postroom_touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    NEW.created_at := OLD.created_at;
    NEW.updated_at := statement_timestamp();
    RETURN NEW;
END
$touch$
"""


class TableOperation(Operation):
    """SQL on one table of the migration's own app; the models Django knows of don't change by it."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave Django's picture of the models as it is."""

    def forward(self, model: Any) -> list[str]:
        """The statements that apply this operation."""
        raise NotImplementedError

    def backward(self, model: Any) -> list[str]:
        """The statements that take it back."""
        raise NotImplementedError

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - Django's signature
        to_state: ProjectState,
    ) -> None:
        """Run the forward statements."""
        self._run(self.forward, app_label, schema_editor, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,  # noqa: ARG002 - Django's signature
    ) -> None:
        """Run the backward statements."""
        self._run(self.backward, app_label, schema_editor, from_state)

    def _run(self, statements: Any, label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
        self._apps = state.apps
        model = state.apps.get_model(label, self.model)
        if self.allow_migrate_model(editor.connection.alias, model):
            for statement in statements(model):
                editor.execute(statement, params=None)

    def describe(self) -> str:
        """One line for `migrate`'s output."""
        return f"{type(self).__name__} {self.model}"


def _has_field(model: Any, name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())


def _touch(model: Any) -> list[str]:
    table = model._meta.db_table
    if not _has_field(model, "updated_at"):
        return []
    return [
        _TOUCH_FUNCTION,
        f'CREATE TRIGGER touch BEFORE UPDATE ON "{table}" FOR EACH ROW EXECUTE FUNCTION postroom_touch()',
    ]


class PlainTable(TableOperation):
    """A table that belongs to no workspace (users, …): only the `updated_at` trigger."""

    def forward(self, model: Any) -> list[str]:
        """Add the trigger."""
        return _touch(model)

    def backward(self, model: Any) -> list[str]:
        """Drop the trigger."""
        return [f'DROP TRIGGER IF EXISTS touch ON "{model._meta.db_table}"']


class TenantTable(TableOperation):
    """A table whose rows belong to a workspace: row-level security, and the `updated_at` trigger where there is one.

    `column`: what holds the workspace's id ("id" for the table of workspaces itself).
    `append_only`: app and engine add and read rows, and never change or remove one (roles.py grants accordingly).
    `extra_policy`: an SQL expression; rows for which it is true may be read, though not written, outside their
    workspace's scope, such as one's own memberships: "user_id = nullif(current_setting('postroom.user_id', true),
    '')::uuid".
    """

    def __init__(
        self, model: str, *, column: str = "workspace_id", append_only: bool = False, extra_policy: str | None = None
    ) -> None:
        super().__init__(model)
        self.column = column
        self.append_only = append_only
        self.extra_policy = extra_policy

    def forward(self, model: Any) -> list[str]:
        """Enable row-level security and add policies and trigger."""
        table = model._meta.db_table
        statements = [f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY']
        mine = f'"{self.column}" = {_IN_SCOPE}'
        engine = f'"{settings.DATABASE_ENGINE_ROLE}"'
        for name, who, condition in (("workspace", "PUBLIC", mine), ("engine", engine, "true")):
            create = f'CREATE POLICY {{}} ON "{table}" FOR {{}} TO {who}'
            if self.append_only:
                statements.append(f"{create.format(name + '_read', 'SELECT')} USING ({condition})")
                statements.append(f"{create.format(name + '_add', 'INSERT')} WITH CHECK ({condition})")
            else:
                statements.append(f"{create.format(name, 'ALL')} USING ({condition}) WITH CHECK ({condition})")
        if self.extra_policy:
            statements.append(f'CREATE POLICY extra ON "{table}" FOR SELECT TO PUBLIC USING ({self.extra_policy})')
        return statements + _touch(model)

    def backward(self, model: Any) -> list[str]:
        """Drop trigger and policies and disable row-level security."""
        table = model._meta.db_table
        endings = ("_read", "_add") if self.append_only else ("",)
        names = [base + ending for base in ("workspace", "engine") for ending in endings]
        if self.extra_policy:
            names.append("extra")
        drops = [f'DROP POLICY {name} ON "{table}"' for name in names]
        return [
            f'DROP TRIGGER IF EXISTS touch ON "{table}"',
            *drops,
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        ]


class SameWorkspace(TableOperation):
    """A foreign key that can't cross workspaces: (workspace_id, <field>_id) → parent (workspace_id, id).

    The parent declares `UniqueConstraint(fields=["workspace", "id"], …)` in this or an earlier migration.
    A row whose <field> is null isn't looked at. Checked at commit, as Django's own foreign keys are.
    """

    def __init__(self, model: str, field: str, *, parent: str) -> None:
        super().__init__(model)
        self.field = field
        self.parent = parent

    @property
    def _name(self) -> str:
        return f"same_workspace_{self.field}"

    def forward(self, model: Any) -> list[str]:
        """Add the composite foreign key."""
        column = model._meta.get_field(self.field).column
        parent = self._apps.get_model(self.parent)._meta.db_table
        key = f'FOREIGN KEY (workspace_id, "{column}") REFERENCES "{parent}" (workspace_id, id)'
        table = model._meta.db_table
        return [f'ALTER TABLE "{table}" ADD CONSTRAINT "{self._name}" {key} DEFERRABLE INITIALLY DEFERRED']

    def backward(self, model: Any) -> list[str]:
        """Drop it."""
        return [f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self._name}"']

    def describe(self) -> str:
        """One line for `migrate`'s output."""
        return f"SameWorkspace {self.model}.{self.field} → {self.parent}"


class ScopeError(RuntimeError):
    """A scope was opened inside that of another workspace: a verb would see two tenants at once."""


@dataclass(frozen=True, slots=True)
class _Scope:
    workspace_id: UUID | None
    user_id: UUID | None
    actor: str


TELL: Final = """
SELECT set_config('postroom.workspace_id', %(workspace)s, true), set_config('postroom.user_id', %(user)s, true),
       set_config('postroom.actor', %(actor)s, true)
"""
_NOBODY: Final = _Scope(None, None, "")
_open: WeakKeyDictionary[BaseDatabaseWrapper, _Scope] = WeakKeyDictionary()


@contextmanager
def scope(
    *, workspace_id: UUID | None = None, user_id: UUID | None = None, actor: Mapping[str, object] | None = None
) -> Iterator[None]:
    """Open a transaction in which the database shows one workspace's rows and knows who acts.

    `actor` is what triggers write into the history: {"kind", "id", "name", "why"}. Inside the same scope this costs
    nothing; another actor or user of the same workspace gets a savepoint and the outer one is put back afterwards;
    another workspace is a ScopeError. To catch a database error inside a scope, give it a `transaction.atomic()`.
    """
    connection = connections["default"]
    outer = _open.get(connection) if connection.in_atomic_block else None
    wanted = _Scope(workspace_id, user_id, json.dumps(actor, default=str) if actor else "")
    if outer is not None and outer.workspace_id != workspace_id:
        message = f"a scope of workspace {workspace_id} was opened inside one of workspace {outer.workspace_id}"
        raise ScopeError(message)
    if outer == wanted:
        yield
        return
    with transaction.atomic():
        _tell(wanted)
        _open[connection] = wanted
        try:
            yield
        finally:
            if outer is None:
                del _open[connection]
            else:
                _open[connection] = outer
        # Inside somebody else's transaction the settings would outlive this scope. (After an error the rollback to
        # the savepoint has taken them back already.)
        if connection.savepoint_ids and not connection.needs_rollback:
            _tell(outer or _NOBODY)


def _tell(wanted: _Scope) -> None:
    values = {"workspace": str(wanted.workspace_id or ""), "user": str(wanted.user_id or ""), "actor": wanted.actor}
    tell(TELL, values)
