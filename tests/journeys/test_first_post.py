"""The first post, as docs/first-post.md walks it: from nothing to a record on a Bluesky server, in two ways."""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from postroom.database.cluster import sockets_in
from tests.make.server import ROOT, environment
from tests.networks.bluesky.chromium import consent
from tests.networks.bluesky.server import Account, Servers, new_account, servers

pytestmark = [pytest.mark.real_server, pytest.mark.xdist_group("pds"), pytest.mark.timeout(300)]
PATIENCE = 60.0
PICTURE_START = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61")
"""Of a PNG that goes on with nothing of the kind."""
FORM_START = (
    b'--edge\r\nContent-Disposition: form-data; name="file"; filename="large.png"\r\nContent-Type: image/png\r\n\r\n'
)


@dataclass
class Running:
    """A whole Postroom of its own, with an account to post to."""

    process: "subprocess.Popen[bytes]"
    variables: dict[str, str]
    address: str
    pds: Servers
    account: Account

    def postroom(self, *arguments: str, typed: str = "") -> Any:
        """Run a command as a person does; gives what it prints as JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "postroom.cli", *arguments, "--json"],
            cwd=ROOT, env=self.variables, input=typed, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def worker(self) -> psutil.Process:
        """The worker's process."""
        parts = psutil.Process(self.process.pid).children(recursive=True)
        return next(part for part in parts if "postroom.config.working" in part.cmdline())

    def web(self) -> list[psutil.Process]:
        """The web server's processes."""
        parts = psutil.Process(self.process.pid).children(recursive=True)
        mine = next(part for part in parts if "postroom.config.serving" in part.cmdline())
        return [mine, *mine.children(recursive=True)]

    def texts(self) -> list[str]:
        """What is public."""
        return [record["value"]["text"] for record in self.account.records()]

    def status(self, publication: str) -> str:
        """Where a publication stands, looked at from below, so that looking costs nothing."""
        address = Path(self.variables["POSTROOM_DATA"], "database.url").read_text()
        with psycopg.connect(address) as connection:
            row = connection.execute("SELECT status FROM publishing_publication WHERE id = %s", [publication])
            return str((row.fetchone() or [""])[0])


def wait_until(is_so: Callable[[], bool], words: str) -> None:
    """Look until it is so; fail with these words if it never is."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, words
        time.sleep(0.02)


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api/v1/health", timeout=2):
        return True
    return False


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    pds = servers()
    data = Path(tempfile.mkdtemp(prefix="postroom-journey-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    private = ",".join(urlsplit(one).netloc for one in (pds.pds, pds.directory, pds.appview))
    variables = environment(
        os.environ, POSTROOM_DATA=str(data), POSTROOM_PORT=str(port), POSTROOM_ALLOW_PRIVATE=private
    )
    process = subprocess.Popen([sys.executable, "-m", "postroom.cli", "up"], cwd=ROOT, env=variables)
    made = Running(process, variables, f"http://127.0.0.1:{port}", pds, new_account(pds.pds))
    try:
        wait_until(lambda: process.poll() is not None or _answers(made.address), "Postroom never answered")
        yield made
    finally:
        process.terminate()
        process.wait(60)
        if left := sockets_in(data / "database.url"):
            shutil.rmtree(left, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="module")
def channel(running: Running) -> str:
    """The walk up to a connected channel; its id."""
    running.postroom("user", "create", "ada@example.org", "--name", "Ada", typed="correct horse battery\n")
    running.postroom("workspace", "create", "Postal Press", "--owner", "ada@example.org")
    running.postroom("brand", "create", "Daily Post", "--time-zone", "Europe/Berlin")
    account = running.account
    made = running.postroom(
        "channel", "connect", "bluesky", "--way", "password", "--field", f"handle={account.handle}",
        "--field", f"server={account.base}", "--field", f"directory={running.pds.directory}",
        "--field", "password=-", typed=f"{account.app_password}\n",
    )  # fmt: skip
    return str(made["id"])


def _post(running: Running, text: str, seconds: float) -> str:
    """Write a post for that many seconds from now; the publication's id."""
    moment = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    name = running.account.handle
    made = running.postroom("post", "create", "--text", text, "--channel", name, "--at", moment)
    return str(made["publications"][0]["id"])


def test_a_scheduled_post_is_there_once(running: Running, channel: str) -> None:
    publication = _post(running, "The first one", 2)
    wait_until(lambda: running.status(publication) == "published", "it was never published")
    assert running.texts().count("The first one") == 1
    shown = running.postroom("publication", "show", publication)
    assert (shown["status"], shown["history"][-1]["to"]) == ("published", "published")


def test_killing_the_worker_in_the_middle_changes_nothing(running: Running, channel: str) -> None:
    worker = running.worker()
    publication = _post(running, "Killed in the middle", 2)
    wait_until(lambda: running.status(publication) in {"sending", "published"}, "it never began")
    worker.kill()
    wait_until(lambda: running.status(publication) == "published", "nobody took the work over")
    assert running.texts().count("Killed in the middle") == 1


@pytest.mark.browser
def test_a_channel_is_connected_through_the_networks_pages(running: Running, channel: str) -> None:
    account = new_account(running.pds.pds)
    command = [
        sys.executable, "-m", "postroom.cli", "channel", "connect", "bluesky", "--way", "oauth", "--json",
        "--field", f"handle={account.handle}", "--field", f"server={account.base}",
        "--field", f"directory={running.pds.directory}",
    ]  # fmt: skip
    waiting = subprocess.Popen(
        command, cwd=ROOT, env=running.variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert waiting.stderr is not None
    url = next(line.strip() for line in waiting.stderr if line.strip().startswith("http"))
    returned = consent(url, account, f"{running.address}/channels/return")
    # The browser may have closed before its request was out; of two that bring the same state, one is told so.
    with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(returned, timeout=30):
        pass
    out, _ = waiting.communicate(timeout=60)
    assert (waiting.returncode, json.loads(out)["username"]) == (0, account.handle)


def test_the_same_by_the_api(running: Running, channel: str) -> None:
    key = running.postroom("key", "create", "Program", "--role", "editor")["key"]
    brand = running.postroom("brand", "list")[0]["slug"]
    body = {
        "brand_id": running.postroom("brand", "show", brand)["id"],
        "text": "By a program",
        "channels": [{"channel_id": channel}],
        "when": "now",
    }
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": "first"}
    answers = []
    for _ in range(2):
        request = urllib.request.Request(f"{running.address}/api/v1/posts", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            answers.append(json.load(answer))
    assert answers[0] == answers[1]
    publication = answers[0]["publications"][0]["id"]
    wait_until(lambda: running.status(publication) == "published", "it was never published")
    assert running.texts().count("By a program") == 1


@pytest.mark.parametrize("form", [False, True], ids=["as the body", "in a form"])
def test_the_web_server_does_not_grow_with_an_upload(running: Running, channel: str, *, form: bool) -> None:
    key = running.postroom("key", "create", "Uploader", "--role", "editor")["key"]
    start, end = (FORM_START, b"\r\n--edge--\r\n") if form else (b"", b"")
    kind = "multipart/form-data; boundary=edge" if form else "application/octet-stream"
    piece, pieces = bytes(2**20), 150
    call = http.client.HTTPConnection(urlsplit(running.address).netloc, timeout=120)
    call.putrequest("POST", "/api/v1/assets?filename=large.png")
    call.putheader("Authorization", f"Bearer {key}")
    call.putheader("Content-Type", kind)
    call.putheader("Content-Length", str(len(start + PICTURE_START + end) + len(piece) * pieces))
    call.endheaders(start + PICTURE_START)
    before = max(part.memory_info().rss for part in running.web())
    most = before
    for _ in range(pieces):
        call.send(piece)
        most = max(most, *(part.memory_info().rss for part in running.web()))
    call.send(end)
    answer = call.getresponse()
    assert (answer.status, "whole picture" in answer.read().decode()) == (422, True)
    assert most - before < 40 * 2**20
