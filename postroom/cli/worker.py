"""`postroom worker`: the worker alone."""

from postroom.cli.output import command, start

app = command()


@app.command()
def worker() -> None:
    """Publish what is due, and do what is asked for in the background, until told to stop."""
    start("engine")
    from postroom.worker import main

    main.run()
