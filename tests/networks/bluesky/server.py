"""Bluesky's own PDS for as long as this process lives: one for all tests of a run, started by the first that asks."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import json
import os
import secrets
import select
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
MODULES = HERE.parent.parent / "node" / "node_modules"


@dataclasses.dataclass(frozen=True)
class Servers:
    """Base addresses of the three: PDS, DID directory, and an AppView that counts alike for every post."""

    pds: str
    directory: str
    appview: str


@functools.cache
def servers(*, counting: bool = False) -> Servers:
    """Start them, with the PDS `counting` calls against its limits or not.

    They end when this process does, however it ends: their standard input closes then.
    """
    node = shutil.which("node")
    if node is None or not (MODULES / "@atproto" / "pds").is_dir():
        pytest.skip("no PDS here: `npm ci` in tests/node brings it")
    folder = tempfile.mkdtemp(prefix="postroom-pds-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    process = subprocess.Popen(
        [node, str(HERE / "pds.mjs"), folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "RATE_LIMITS": str(int(counting))},
        stderr=(Path(folder) / "log").open("wb"),
    )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 60)
    line = process.stdout.readline().decode() if ready else ""
    assert line.startswith("READY "), f"the PDS did not start: {(Path(folder) / 'log').read_text()[-2000:]}"
    found = Servers(**json.loads(line.removeprefix("READY ")))
    atexit.register(process.wait, 10)
    atexit.register(process.terminate)  # they run last first: stop, wait, tidy up
    _kept.append((process, found))
    return found


_kept: list[tuple[subprocess.Popen[bytes], Servers]] = []
"""Holds the pipe open: a Popen that nobody holds closes it."""


@dataclasses.dataclass(frozen=True)
class Account:
    """A fresh account at the PDS, with its main password and an app password."""

    did: str
    handle: str
    password: str
    app_password: str
    base: str

    def records(self, collection: str = "app.bsky.feed.post") -> list[dict[str, Any]]:
        """List the account's records, newest first, as anybody sees them."""
        query = f"repo={self.did}&collection={collection}&limit=100"
        return ask(f"{self.base}/xrpc/com.atproto.repo.listRecords?{query}")["records"]

    def record(self, uri: str) -> dict[str, Any]:
        """Read one record's value."""
        return next(found["value"] for found in self.records() if found["uri"] == uri)

    def revision(self) -> str:
        """Read the revision of the account's repository: it changes with every commit."""
        return str(ask(f"{self.base}/xrpc/com.atproto.sync.getLatestCommit?did={self.did}")["rev"])


def new_account(base: str) -> Account:
    """Make an account, as its owner would in an app."""
    name = "u" + secrets.token_hex(5)
    wanted = {"handle": f"{name}.test", "email": f"{name}@example.com", "password": f"main-{name}"}
    made = ask(f"{base}/xrpc/com.atproto.server.createAccount", wanted)
    url = f"{base}/xrpc/com.atproto.server.createAppPassword"
    app = ask(url, {"name": "Postroom"}, made["accessJwt"])["password"]
    return Account(made["did"], made["handle"], wanted["password"], app, base)


def ask(url: str, body: Any = None, bearer: str = "") -> dict[str, Any]:
    """Call a method past the adapter; a body makes it a POST."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
        return json.loads(answer.read() or b"{}")
