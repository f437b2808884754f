"""`postroom doctor`: say in plain words what is missing, and what to do."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from postroom.cli.output import Json, command, say, show_json
from postroom.config import folder
from postroom.config.env import Environment, environment

if TYPE_CHECKING:
    from postroom.upkeep.findings import Finding

app = command()

_MARKS = {"good": "✓", "warning": "!", "bad": "✗"}


@app.command()
def doctor(*, as_json: Json = False) -> None:
    """Look at everything Postroom needs. The exit code is 1 if something keeps it from working."""
    from postroom.upkeep.findings import Health

    findings = list(_look())
    if as_json:
        show_json(findings)
    else:
        for finding in findings:
            print(f"{_MARKS[finding.health]} {finding.what}: {finding.words}")  # noqa: T201 - the command line's own voice
            if finding.remedy:
                print(f"    → {finding.remedy}")  # noqa: T201 - as above
    if any(finding.health is Health.BAD for finding in findings):
        raise typer.Exit(1)
    if not as_json:
        say("Nothing keeps Postroom from working.")


def _look() -> "Iterator[Finding]":
    from postroom.upkeep.findings import Health, bad
    from postroom.upkeep.machine import look_at_machine

    here = environment()
    yield from look_at_machine(here.data)
    yield _look_at_mail(here)
    owner = folder.owner_address(here)
    if not owner:
        yield bad("Database", "The embedded one was never started.", "postroom up")
        return
    from postroom.upkeep.database_checks import look_at_database, look_at_migrations, pending_migrations
    from postroom.upkeep.key_checks import look_at_keys

    reached = True
    for finding in look_at_database(
        owner=owner, app=folder.address(here, "app"), engine=folder.address(here, "engine")
    ):
        if finding.health is Health.BAD and finding.what in {"Database", "Migrations", "Role: app"}:
            reached = False  # Django would only say the same again
        yield finding
    if reached:
        from postroom.cli.output import start

        start()
        waiting = look_at_migrations(pending_migrations)
        yield waiting
        if waiting.health is Health.GOOD:
            yield look_at_keys(here.data / "keys.json", given=here.keys, owner=owner)


def _look_at_mail(here: Environment) -> "Finding":
    """Sending none is a choice: it is said, with what it means, and isn't held against anybody."""
    from postroom.upkeep.findings import good

    if here.email_host:
        return good("E-mail", f"Sent through {here.email_host}:{here.email_port}; addresses have to be verified.")
    words = "Not sent: addresses aren't verified, passwords are reset by `postroom user link EMAIL`."
    return good("E-mail", f"{words} POSTROOM_EMAIL_HOST switches it on.")
