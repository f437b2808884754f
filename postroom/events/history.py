"""A migration operation: the database itself writes the history of a state column.

One statement-level trigger per column, so that a batch of ten thousand changes costs one INSERT … SELECT.
"""

from typing import Any

from postroom.database.tenancy import TableOperation


class KeepsHistory(TableOperation):
    """Write a row into the activity log for every change of `column` in `model`'s table, whoever makes it.

    `why`: a column of the same row that holds the reason in words; else the actor's own reason is taken.
    """

    def __init__(self, model: str, *, column: str = "status", why: str | None = None) -> None:
        super().__init__(model)
        self.column, self.why = column, why

    def forward(self, model: Any) -> list[str]:
        """Make the function and its trigger."""
        table, name = model._meta.db_table, self._function(model)
        why = f"nullif(new_row.{self.why}, '')" if self.why else "null"
        function = f"""
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
            """  # noqa: S608 - names of our own models, from our own migrations
        trigger = (
            f'CREATE TRIGGER history_{self.column} AFTER UPDATE ON "{table}" '
            f"REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
        return [function, trigger]

    def backward(self, model: Any) -> list[str]:
        """Drop both."""
        return [
            f'DROP TRIGGER history_{self.column} ON "{model._meta.db_table}"',
            f"DROP FUNCTION {self._function(model)}()",
        ]

    def describe(self) -> str:
        """One line for `migrate`'s output."""
        return f"KeepsHistory {self.model}.{self.column}"

    def _function(self, model: Any) -> str:
        return f"postroom_history_{model._meta.db_table}_{self.column}"
