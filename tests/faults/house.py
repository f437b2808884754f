"""A Postroom of its own for breaking: its PostgreSQL may be stopped, its workers are processes that may be killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from postroom.database.embedded import Embedded
from postroom.kit.ids import uuid7
from tests.make import server
from tests.make.publishing import Filled, make_channels, make_posts
from tests.networks.samples import Access

EMPTIED = (
    "publishing_attempt, publishing_publication, publishing_lane, publishing_worker, publishing_apphold,"
    " posts_postitem,"
    " posts_post, channels_credential, channels_networkapp, channels_channel, brands_brand, workspaces_workspace,"
    " events_event, events_activitylog"
)


class House:
    """One data folder: database, key ring, workers."""

    def __init__(self, kind: str) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="postroom-faults-"))
        self.data.chmod(0o711)
        settings = server.FAST | {"max_connections": "60", "synchronous_commit": "on"}
        self.database = Embedded(
            self.data, owner="postroom_fault_owner", programs=server.binaries(kind), settings=settings
        )
        self.workers: list[subprocess.Popen[bytes]] = []

    def open(self) -> None:
        """Start the database and migrate it."""
        self.database.start()
        migrate = "from postroom.config.migrating import migrate; migrate(say=lambda line: None)"
        subprocess.run([sys.executable, "-c", migrate], check=True, cwd=server.ROOT, env=self.environment())

    def close(self) -> None:
        """End everything."""
        self.kill_workers()
        self.database.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def environment(self, **more: str) -> dict[str, str]:
        """Variables of a child."""
        own = {"POSTROOM_DATA": str(self.data), "POSTROOM_ALLOW_PRIVATE": "127.0.0.1,localhost"}
        return server.environment(os.environ, **(own | more))

    # ------------------------------------------------------------ workers

    def start_worker(self) -> "subprocess.Popen[bytes]":
        """Start the worker as users do, with the key ring that this process seals with."""
        from postroom.channels.sealing import keys_file, ring

        ring()
        ours = self.data / "keys.json"
        if not ours.exists() or ours.read_bytes() != keys_file().read_bytes():  # a running worker may be reading it
            shutil.copy(keys_file(), ours)
            ours.chmod(0o600)
        with (self.data / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "postroom.config.working"],
                cwd=server.ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
        self.workers.append(worker)
        return worker

    def kill_workers(self) -> None:
        """Kill -9 whatever runs."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()
        self.workers.clear()

    # ------------------------------------------------------------ the database

    def owner(self) -> psycopg.Connection[Any]:
        """A connection past row-level security."""
        address = self.database.address_file.read_text()
        return psycopg.connect(address, autocommit=True, row_factory=dict_row)

    def rows(self, question: str, *values: Any) -> list[dict[str, Any]]:
        """Ask a question."""
        with self.owner() as owner:
            return owner.execute(question.encode(), values).fetchall()

    def empty(self) -> None:
        """Take everything out again."""
        with self.owner() as owner:
            owner.execute(f"TRUNCATE {EMPTIED} CASCADE".encode())

    def kill_database(self) -> None:
        """Kill PostgreSQL with all its processes, as a power cut would."""
        child = self.database.child
        assert child
        child.send_signal(signal.SIGQUIT)
        child.wait(20)

    def fill(
        self, network: str, accesses: list[tuple[Access, str]], texts: list[str], items: list[tuple[str, str]]
    ) -> Filled:
        """A channel for each account, with its sealed key, and posts on all of them, due now."""
        with self.owner() as owner:
            where = make_channels(owner, network=network, count=len(accesses))
            for channel, (access, base) in zip(where.channels, accesses, strict=True):
                _connect(owner, where.workspace, channel, access, base)
            return make_posts(owner, where, texts=texts, items=items)

    def standing(self) -> str:
        """Where everything stands, and the workers' last words: for a failed test."""
        shown = [(row["status"], row["worker"], row["reason"], row["checkpoint"]) for row in self.publications()]
        words = (self.data / "worker.log").read_text(errors="replace")[-4000:]
        open_ones = [one for one in shown if one[0] != "published"]
        return f"{len(open_ones)} open: {open_ones[:5]}\nlanes: {self.rows('SELECT * FROM publishing_lane')}\n{words}"

    def publications(self) -> list[dict[str, Any]]:
        """All of them."""
        return self.rows("SELECT * FROM publishing_publication ORDER BY id")


def _connect(owner: psycopg.Connection[Any], workspace: UUID, channel: UUID, access: Access, base: str) -> None:
    from postroom.channels.credentials import seal_tokens

    who = access.who
    owner.execute(
        "UPDATE channels_channel SET network_user_id = %s, username = %s, server = %s, learned = %s WHERE id = %s",
        [who.network_user_id, who.username, base, Jsonb(_plain(who.learned or {})), channel],
    )
    sealed = seal_tokens(access.tokens, workspace_id=workspace, channel_id=channel)
    owner.execute(
        "INSERT INTO channels_credential (id, workspace_id, channel_id, key_id, sealed, scopes, refresh_failures,"
        " generation) VALUES (%s, %s, %s, %s, %s, '[]', 0, 1)",
        [uuid7(), workspace, channel, sealed.key_id, sealed.content],
    )


def _plain(learned: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in learned.items()}


def wait_until(holds: Any, seconds: float, what: Any) -> None:
    """Wait for something to come true; `what` tells (or is) what it was."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"did not come to pass within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.05)
