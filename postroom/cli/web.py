"""`postroom web`: the web server alone."""

from postroom.cli.output import become, command, demand_database

app = command()


@app.command()
def web() -> None:
    """Serve pages and API. The database must be there: `postroom up` runs it, or POSTROOM_DATABASE_URL names it."""
    demand_database()
    become("postroom.config.serving")
