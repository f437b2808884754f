"""The terminal door: the same verbs with readable tables, progress bars and `--json`.

Belongs here: commands, their options, how answers are printed, and the supervisor behind `postroom up`.
Doesn't: models, rules of the business, or start-up logic that the worker needs too.
Above: config. Below: the rooms' verbs and queries. The other doors are neighbours it never imports.
"""


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    from postroom.cli.root import run

    run()
