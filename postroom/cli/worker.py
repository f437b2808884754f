"""`postroom worker`: the worker alone."""

from postroom.cli.output import become, command, demand_database

app = command()


@app.command()
def worker() -> None:
    """Publish what is due, and do what is asked for in the background, until told to stop."""
    demand_database()
    become("postroom.config.working")
