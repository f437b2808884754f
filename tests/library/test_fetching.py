import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from postroom.kit.http import Guard
from postroom.library.fetching import fetch_asset
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound
from tests.library.stored import content_of, stored
from tests.make import library as make
from tests.make.workspaces import NOW


class Server:
    """A web server on this machine, in a thread of its own."""

    def __init__(self, routes: dict) -> None:
        self.started, self.loop = threading.Event(), asyncio.new_event_loop()
        self.asked: list[str] = []
        self.routes = routes
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        self.started.wait(30)

    def _serve(self) -> None:
        async def start() -> None:
            app = web.Application()
            app.router.add_get("/{name:.*}", self._answer)
            self.runner = web.AppRunner(app)
            await self.runner.setup()
            site = web.TCPSite(self.runner, "127.0.0.1", 0)
            await site.start()
            self.port = self.runner.addresses[0][1]
            self.started.set()

        self.loop.run_until_complete(start())
        self.loop.run_forever()
        self.loop.run_until_complete(self.runner.cleanup())
        self.loop.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        found = self.routes[request.path]
        return await found(request) if callable(found) else web.Response(body=found)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(30)


async def endless(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    await answer.write(make.jpeg()[:100])
    try:
        while True:
            await answer.write(bytes(100_000))
    except ConnectionError:
        return answer


async def round_and_round(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(request.path)


async def moved(_: web.Request) -> web.StreamResponse:
    raise web.HTTPMovedPermanently("/sea%20side.jpg?size=large")


async def inwards(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")


async def gone(_: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(
        {
            "/sea side.jpg": make.jpeg(40),
            "/moved": moved,
            "/endless": endless,
            "/round": round_and_round,
            "/inwards": inwards,
            "/gone": gone,
            "/page": b"<html>hello</html>",
        }
    )
    yield made
    made.stop()


def fetch(actor, server: Server, path: str, **more):
    return fetch_asset(actor=actor, url=server.url(path), guard=Guard([f"127.0.0.1:{server.port}"]), now=NOW, **more)


def test_a_file_is_fetched_and_taken_in(cast, server: Server):
    asset = fetch(cast.editor, server, "/sea%20side.jpg?w=1", alt_text="Sea", brand_id=cast.brand.id)
    assert (asset.filename, asset.alt_text, asset.brand_id) == ("sea side.jpg", "Sea", cast.brand.id)
    assert content_of(asset.storage_key) == make.jpeg(40)
    assert fetch(cast.editor, server, "/moved").id == asset.id


@pytest.mark.bad_input("library.fetching.fetch_asset")
@pytest.mark.parametrize("path", ["/round", "/inwards", "/gone"])
def test_an_address_that_gives_no_file(cast, server: Server, files: Path, path: str):
    with pytest.raises(BadInput) as refused:
        fetch(cast.editor, server, path)
    assert refused.value.field == "url"
    assert stored(files) == []


@pytest.mark.bad_input("library.fetching.fetch_asset")
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.jpg",
        "http://127.0.0.1/a.jpg",
        "https://127.0.0.1/a.jpg",
        "https://[::1]/a.jpg",
        "https://localhost/a.jpg",
        "https://10.0.0.1/a.jpg",
        "https://169.254.169.254/latest/meta-data",
        "https://user:password@example.com/a.jpg",
        "not an address",
        "",
        "https://[broken/a.jpg",
    ],
)
def test_addresses_that_may_not_be_called(cast, url: str):
    with pytest.raises(BadInput) as refused:
        fetch_asset(actor=cast.editor, url=url, guard=Guard(), now=NOW)
    assert refused.value.field == "url"


@pytest.mark.bad_input("library.fetching.fetch_asset")
def test_what_comes_is_measured_as_an_upload_is(cast, server: Server, settings):
    with pytest.raises(BadInput, match="web page"):
        fetch(cast.editor, server, "/page")
    settings.UPLOAD_LIMIT = 1_000_000
    with pytest.raises(BadInput, match="1,000,000"):
        fetch(cast.editor, server, "/endless")


@pytest.mark.outsider("library.fetching.fetch_asset")
def test_nothing_is_called_for_who_may_not(cast, server: Server):
    with pytest.raises(NotFound):
        fetch(cast.outsider, server, "/sea%20side.jpg", brand_id=cast.brand.id)
    server.asked.clear()
    with pytest.raises(NotAllowed):
        fetch(cast.viewer, server, "/sea%20side.jpg")
    assert server.asked == []
