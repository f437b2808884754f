"""The video service's way, with a service of our own that stores the film at the real PDS in the account's name."""

from __future__ import annotations

import dataclasses
import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from postroom.networks.bluesky import NETWORK
from postroom.networks.bluesky.clips import PATIENCE, look
from postroom.networks.line import Line
from postroom.networks.shape import Format, Wait
from postroom.networks.verdicts import Rejected, Stop
from tests.networks.bluesky.conftest import Open
from tests.networks.bluesky.server import Account, ask
from tests.networks.bluesky.ways import connect, draft, send
from tests.networks.files import clip
from tests.networks.runner import Run

pytestmark = [pytest.mark.real_server, pytest.mark.xdist_group("pds")]


@dataclasses.dataclass
class Service:
    """Takes a film, needs two looks, and hands it to the PDS with the token it was given."""

    pds: str
    base: str = ""
    jobs: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    permits: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    uploads: int = 0
    looks: int = 0
    fails: str = ""
    bare: bool = False

    async def upload(self, request: web.Request) -> web.Response:
        film, permit = await request.read(), request.headers["Authorization"]
        self.uploads += 1
        self.permits.append(_claims(permit))
        assert request.headers["Content-Length"] == str(len(film))
        if "film" in self.jobs:
            return web.json_response({"error": "already_exists", "message": "seen", "jobId": "film"}, status=409)
        headers = {"Authorization": permit, "Content-Type": "video/mp4"}
        async with aiohttp.ClientSession() as session:
            url = f"{self.pds}/xrpc/com.atproto.repo.uploadBlob"
            async with session.post(url, data=film, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                blob = (await answer.json())["blob"]
        self.jobs["film"] = blob
        status = {"jobId": "film", "did": request.query["did"], "state": "JOB_STATE_CREATED"}
        return web.json_response(status if self.bare else {"jobStatus": status})

    async def status(self, request: web.Request) -> web.Response:
        self.looks += 1
        status: dict[str, Any] = {"jobId": request.query["jobId"], "did": "did:plc:x", "state": "JOB_STATE_ENCODING"}
        if self.fails:
            status |= {"state": "JOB_STATE_FAILED", "failureCode": self.fails, "message": "the film is odd"}
        elif self.looks > 2:
            status |= {"state": "JOB_STATE_COMPLETED", "blob": self.jobs["film"]}
        return web.json_response({"jobStatus": status})


def _claims(permit: str) -> dict[str, Any]:
    body = permit.split(".")[1]
    return json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))


@pytest.fixture
async def service(account: Account) -> AsyncIterator[Service]:
    made = Service(account.base)
    app = web.Application(client_max_size=10**8)
    app.router.add_post("/xrpc/app.bsky.video.uploadVideo", made.upload)
    app.router.add_get("/xrpc/app.bsky.video.getJobStatus", made.status)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def line(open_line: Open, account: Account, service: Service) -> Line:
    line = open_line(await connect(open_line(), account))
    line.who = dataclasses.replace(line.who, learned={"bluesky.videos": service.base})
    return line


def film():
    return draft("Film", Format.VIDEO, media=(clip(alt="A film"),))


@pytest.mark.parametrize("bare", [False, True])
async def test_the_service_stores_the_film_for_us(line: Line, service: Service, account: Account, bare: bool):
    service.bare = bare
    receipt = await send(line, film())
    embed = account.record(receipt.id)["embed"]
    assert embed["video"] == service.jobs["film"]
    assert embed["alt"] == "A film"
    server = ask(f"{account.base}/xrpc/com.atproto.server.describeServer")
    (permit,) = service.permits
    assert (permit["iss"], permit["aud"], permit["lxm"]) == (account.did, server["did"], "com.atproto.repo.uploadBlob")
    assert service.looks == 3


async def test_a_film_sent_before_is_not_refused_but_used(line: Line, service: Service, account: Account):
    what = film()
    run = Run(NETWORK, lambda: line, what)
    await run.one(forget=True)
    receipt = await run.to_the_end()
    assert service.uploads == 2
    assert len(account.records()) == 1
    assert account.record(receipt.id)["embed"]["video"] == service.jobs["film"]


async def test_a_film_that_can_not_be_processed_is_rejected_with_the_reason(
    line: Line, service: Service, account: Account
):
    service.fails = "encoding_failure"
    with pytest.raises(Stop) as stopped:
        await send(line, film())
    assert stopped.value.verdict == Rejected("the video could not be processed: the film is odd", "media.0")
    assert account.records() == []


async def test_waiting_ends_after_a_quarter_of_an_hour(line: Line, service: Service):
    with pytest.raises(Stop) as stopped:
        await look(line, {"v": 1, "service": service.base, "job": "film", "waited": PATIENCE + 1})
    assert isinstance(stopped.value.verdict, Rejected)


async def test_looks_become_rarer(line: Line, service: Service):
    service.looks = -1000
    bag: dict[str, Any] = {"v": 1, "service": service.base, "job": "film", "waited": 0}
    pauses = []
    for _ in range(12):
        answer = await look(line, bag)
        assert isinstance(answer, Wait)
        bag = answer.bag
        pauses.append(answer.look_again)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1, 15)
