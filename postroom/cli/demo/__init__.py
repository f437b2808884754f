"""`postroom demo`: everything running, a workspace that looks alive, and what goes out shown as it goes."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from postroom.cli.output import NotReachable, command, say, start
from postroom.config.env import Environment, environment

app = command()
PATIENCE = 60.0
"""Seconds for everything to start."""


@app.command()
def demo(
    *,
    following: Annotated[
        bool, typer.Option("--follow/--no-follow", help="Show what is published, until Ctrl-C.")
    ] = True,
) -> None:
    """Start Postroom with a demo workspace on the sandbox network, and follow what it publishes."""
    if not os.environ.get("POSTROOM_DATA"):
        usual = environment().data
        os.environ["POSTROOM_DATA"] = str(usual.with_name(f"{usual.name}-demo"))
    os.environ["POSTROOM_SANDBOX"] = "on"
    os.environ.setdefault("POSTROOM_LOG_LEVEL", "warning")
    environment.cache_clear()
    here = environment()
    running = subprocess.Popen([sys.executable, "-m", "postroom.cli.supervisor"])
    try:
        _show(here, running, following=following)
    except KeyboardInterrupt:
        say("stopping the demo")
    finally:
        _stop(running)


def _show(here: Environment, running: "subprocess.Popen[bytes]", *, following: bool) -> None:
    sandbox = f"http://127.0.0.1:{here.sandbox_port}"
    for address in (f"http://127.0.0.1:{here.port}/api/v1/health", f"{sandbox}/"):
        _await(address, running)
    start()
    from postroom.cli.demo.filling import EMAIL, fill
    from postroom.cli.demo.following import follow
    from postroom.cli.demo.past import admin_token
    from postroom.cli.user import sign_in_address

    now = datetime.now(UTC)
    filled = fill(say, sandbox=sandbox, token=admin_token(here.data), now=now)
    key_file = Path(here.data) / "demo-key"
    key_file.touch(mode=0o600)
    key_file.write_text(filled.key)
    print(  # noqa: T201 - this is where the command line speaks
        f"\n  Sign in                 {sign_in_address(EMAIL, now=now)}   (once, within a day)\n"
        f"  The sandbox's timeline  {sandbox}/\n"
        f"  API and its description {here.public_url}/api/v1/docs\n"
        f"  An API key              {filled.key}   (also in {key_file})\n"
        f"\n  Try:  curl -H 'Authorization: Bearer {filled.key}' {here.public_url}/api/v1/posts\n",
        flush=True,
    )
    if following:
        say("following what goes out (Ctrl-C stops everything)")
        follow(filled.actor, since=now)
    running.wait()


def _await(address: str, running: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if running.poll() is not None:
            message = "Postroom didn't start; the lines above say why"
            raise NotReachable(message)
        with suppress(OSError), urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
            return
        time.sleep(0.1)
    message = f"{address} doesn't answer after {PATIENCE:.0f} s"
    raise NotReachable(message)


def _stop(running: "subprocess.Popen[bytes]") -> None:
    if running.poll() is None:
        running.send_signal(signal.SIGTERM)
    with suppress(KeyboardInterrupt):
        running.wait()
