"""A migration operation: the database itself writes the history of a state column.

One statement-level trigger per column, so that a batch of ten thousand changes costs one INSERT … SELECT.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class KeepsHistory(Operation):
    """Write a row into the activity log for every change of `column` in `model`'s table, whoever makes it.

    `why`: a column of the same row that holds the reason in words; else the actor's own reason is taken.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str, *, column: str = "status", why: str | None = None) -> None:
        self.model, self.column, self.why = model, column, why

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave Django's picture of the models as it is."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - Django's signature
        to_state: ProjectState,
    ) -> None:
        """Make the function and its trigger."""
        table, name = self._names(app_label, to_state)
        why = f"nullif(new_row.{self.why}, '')" if self.why else "null"
        schema_editor.execute(
            f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $history$
            DECLARE actor jsonb := nullif(current_setting('postroom.actor', true), '')::jsonb;
            BEGIN
                INSERT INTO events_activitylog
                    (id, at, workspace_id, actor_kind, actor_id, actor_name, what, subject_type, subject_id,
                     from_state, to_state, why, context)
                SELECT postroom_uuid7(), clock_timestamp(), new_row.workspace_id,
                       coalesce(actor->>'kind', 'system'),
                       (actor->>'id')::uuid, coalesce(actor->>'name', ''),
                       '{self.model}.{self.column}', '{self.model}',
                       new_row.id, old_row.{self.column}, new_row.{self.column},
                       coalesce({why}, actor->>'why', ''), '{{}}'
                FROM new_rows new_row JOIN old_rows old_row USING (id)
                WHERE new_row.{self.column} IS DISTINCT FROM old_row.{self.column};
                RETURN NULL;
            END
            $history$
            """,  # noqa: S608 - names of our own models, from our own migrations
            params=None,
        )
        schema_editor.execute(
            f'CREATE TRIGGER history_{self.column} AFTER UPDATE ON "{table}" '
            f"REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
            params=None,
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,  # noqa: ARG002 - Django's signature
    ) -> None:
        """Drop both."""
        table, name = self._names(app_label, from_state)
        schema_editor.execute(f'DROP TRIGGER history_{self.column} ON "{table}"', params=None)
        schema_editor.execute(f"DROP FUNCTION {name}()", params=None)

    def describe(self) -> str:
        """One line for `migrate`'s output."""
        return f"KeepsHistory {self.model}.{self.column}"

    def _names(self, app_label: str, state: ProjectState) -> tuple[str, str]:
        table = state.apps.get_model(app_label, self.model)._meta.db_table
        return table, f"postroom_history_{table}_{self.column}"
