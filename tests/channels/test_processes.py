import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from postroom.channels.models import Credential
from postroom.workspaces.actors import acting, seeing
from tests.make.channels import make_channel, make_tokens
from tests.make.workspaces import Cast

PROCESSES = 3


class Faraway(ThreadingHTTPServer):
    """A network that renews keys, slowly enough for all processes to be there at once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[str] = []
        self.may_answer = threading.Event()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: Faraway

    def do_POST(self) -> None:
        self.server.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.may_answer.wait(30)
        body = b'{"access": "new", "refresh": "newer"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def faraway() -> Iterator[Faraway]:
    server = Faraway()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.may_answer.set()
    server.shutdown()
    thread.join()
    server.server_close()


def engine(owner_dsn: str, faraway: Faraway, *arguments: str) -> subprocess.Popen[str]:
    """Start a process that acts as the engine once it is told to."""
    environment = {
        **os.environ,
        "POSTROOM_DATA": str(settings.DATA),  # the key ring of this very process
        "POSTROOM_DATABASE_URL": owner_dsn,
        "POSTROOM_ALLOW_PRIVATE": faraway.address,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.channels.refresher", *arguments],
        env=environment,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_of_several_processes_exactly_one_asks_the_network(cast: Cast, faraway: Faraway, owner_dsn: str) -> None:
    channel = make_channel(cast.owner, cast.brand, network="faraway", server=f"http://{faraway.address}")
    ids = (str(channel.workspace_id), str(channel.id))
    running = [engine(owner_dsn, faraway, "refresh", *ids) for _ in range(PROCESSES)]
    try:
        for process in running:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in running:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        # All but the one that asks have their answer before the network gives its own.
        answers = [str(line.strip()) for line in _first_lines(running, PROCESSES - 1)]
        faraway.may_answer.set()
        rest = [process.communicate(timeout=60)[0].strip() for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert sorted([*answers, *(line for line in rest if line)]) == ["busy", "busy", "refreshed"]
    assert faraway.asked == ["token=" + (f"refresh-token-{channel.username.removeprefix('channel')}")]
    with seeing(cast.owner):
        opened = tokens_of(channel.id)
    assert opened == ("new", "newer")


def test_the_engine_renews_and_seals_anew_in_every_workspace(cast: Cast, faraway: Faraway, owner_dsn: str) -> None:
    faraway.may_answer.set()
    server, ended = f"http://{faraway.address}", make_tokens(seconds=-60)
    ours = make_channel(cast.owner, cast.brand, network="faraway", server=server, tokens=ended)
    theirs = make_channel(cast.outsider, cast.outside_brand, network="faraway", server=server, tokens=ended)
    fresh = make_channel(cast.owner, cast.brand, network="faraway", server=server, tokens=make_tokens(seconds=9999))
    for actor, channel in [(cast.owner, ours), (cast.outsider, theirs), (cast.owner, fresh)]:
        with acting(actor):
            kept = Credential.objects.filter(channel=channel)
            kept.update(refresh_at=kept.get().expires_at)
    process = engine(owner_dsn, faraway, "due")
    assert process.communicate("go\n", timeout=60)[0] == "ready\n3 2\n"
    assert len(faraway.asked) == 2
    process = engine(owner_dsn, faraway, "rotate")
    assert process.communicate("go\n", timeout=60)[0] == "ready\n3 0\n"
    # This process reads the ring again, because the other one has changed it.
    for actor, channel in [(cast.owner, ours), (cast.outsider, theirs)]:
        with seeing(actor):
            assert tokens_of(channel.id) == ("new", "newer")


def _first_lines(running: list[subprocess.Popen[str]], count: int) -> list[str]:
    """What the first `count` processes to answer say."""
    import selectors

    said: list[str] = []
    with selectors.DefaultSelector() as ready:
        for process in running:
            assert process.stdout
            ready.register(process.stdout, selectors.EVENT_READ)
        while len(said) < count:
            found = ready.select(timeout=60)
            assert found, "no process answered"
            for key, _ in found:
                line = key.fileobj.readline()
                ready.unregister(key.fileobj)
                said.append(line)
    return said


def tokens_of(channel_id: UUID) -> tuple[str, str | None]:
    from postroom.channels.credentials import open_tokens

    kept = Credential.objects.get(channel_id=channel_id)
    tokens = open_tokens(kept.key_id, bytes(kept.sealed), workspace_id=kept.workspace_id, channel_id=kept.channel_id)
    return tokens.access, tokens.refresh
