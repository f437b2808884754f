"""`postroom keys`: the keys under which networks' tokens are stored."""

from datetime import UTC, datetime

from postroom.cli.output import Json, commands, progress, say, show_json, start

app = commands("Keys that encrypt what is stored.")


@app.command()
def rotate(*, as_json: Json = False) -> None:
    """Add a key and seal everything stored under it anew. What was broken off is finished first."""
    start("engine")  # sees every workspace
    from postroom.channels.sealing import rotate_keys, still_under_old_keys

    done = 0
    with progress("sealing anew") as more:
        for count in rotate_keys(now=datetime.now(UTC)):
            done += count
            more(count)
    left = still_under_old_keys()
    if as_json:
        show_json({"sealed": done, "left": left})
        return
    say(f"{done} secrets were sealed under the new key. Keep the old one: backups need it.")
    if left:
        say(f"{left} could not be opened or are in use at this moment; run this again, or reconnect those channels.")


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """Show which keys there are (not the keys themselves)."""
    start("engine")
    from postroom.channels.sealing import ring, still_under_old_keys

    ids = [key.id for key in ring().keys]
    left = still_under_old_keys()
    if as_json:
        show_json({"keys": ids, "newest": ring().newest.id, "under_old_keys": left})
        return
    for one in ids:
        print(f"{one}{'  seals' if one == ring().newest.id else ''}")  # noqa: T201 - what was asked for
    say(f"{left} secrets are still under an older key." if left else "Everything is under the newest key.")
