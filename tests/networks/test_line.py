"""The line: caps, time limits, no redirects, quiet logs, and a verdict for everything that goes wrong."""

import asyncio
import gzip
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog.testing
from aiohttp import web

from postroom.kit.http import Guard, open_session
from postroom.networks.line import Line, Part, Who
from postroom.networks.shape import App, Connecting, Format, Network, Step, Tokens
from postroom.networks.verdicts import Expired, Rejected, Retry, Stop, Touch, Unsure

SECRET = "sesame-open-yourself"


async def nothing(*_):
    raise AssertionError


NETWORK = Network(
    name="bare", label="Bare", formats=frozenset({Format.TEXT}), limits=(),
    steps=(Step("post", Touch.PUBLISHES, nothing),), connecting=Connecting(ways=(), whoami=nothing),
)  # fmt: skip


class Server:
    """What the line talks to; `seen` holds the requests that came in."""

    def __init__(self):
        self.seen, self.base = [], ""

    async def handle(self, request):
        self.seen.append((request.method, request.path_qs, dict(request.headers), await request.read()))
        if request.path == "/elsewhere":
            raise web.HTTPFound("/json")
        if request.path == "/slow":
            await asyncio.sleep(30)
        if request.path == "/chunks":
            return await in_chunks(request)
        key = request.headers.get("Authorization")
        answers: dict[str, dict[str, Any]] = {
            "/big": {"body": b"x" * 5000},
            "/bomb": {"body": gzip.compress(b"x" * 10_000_000), "headers": {"Content-Encoding": "gzip"}},
            "/html": {"text": "<html>"},
            "/empty": {"status": 204},
            "/denied": {"status": 401, "text": f"no: {key} {SECRET}"},
        }
        usual = {"text": '{"id": "7", "list": [{"x": 1}]}', "content_type": "application/json"}
        return web.Response(**answers.get(request.path, usual))


async def in_chunks(request):
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(50):
        await response.write(b"x" * 100)
    return response


@pytest.fixture
async def server():
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def line(server):
    guard = Guard(["127.0.0.1"])
    async with open_session(guard) as session:
        yield Line(
            network=NETWORK, session=session, guard=guard, who=Who(server=server.base),
            tokens=Tokens(access=SECRET, refresh="refresh-" + SECRET), app=App("id", "app-secret-value"),
        )  # fmt: skip


async def verdict(line, *args, **rest):
    with pytest.raises(Stop) as stopped:
        await line.call(*args, **rest)
    return stopped.value.verdict


async def test_a_path_goes_to_the_channels_server_signed(line, server):
    answer = await line.call("POST", "/posts", json={"text": "é"}, query={"a": "b c"})
    assert (answer.status, answer.field("id"), answer.field("list", 0, "x")) == (200, "7", 1)
    method, path, headers, body = server.seen[0]
    assert (method, path, body) == ("POST", "/posts?a=b+c", '{"text":"é"}'.encode())
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert headers["Content-Type"] == "application/json"
    assert line.calls == 1


async def test_unsigned_calls_carry_no_key(line, server):
    await line.call("POST", "/token", form={"code": "c"}, signed=False)
    assert "Authorization" not in server.seen[0][2]
    assert server.seen[0][3] == b"code=c"


async def test_files_are_streamed_in_a_form(line, server):
    async def chunks():
        yield b"one"
        yield b"two"

    await line.call("POST", "/media", parts=(Part("alt", "a cat"), Part("file", chunks(), "cat.jpg", "image/jpeg")))
    body = server.seen[0][3]
    assert b"onetwo" in body
    assert b'name="alt"' in body
    assert b'filename="cat.jpg"' in body
    assert b"Content-Type: image/jpeg" in body


@pytest.mark.parametrize("path", ["/big", "/chunks", "/bomb"])
async def test_an_answer_over_the_cap_is_not_read(line, path):
    line.touch = Touch.LOOKS
    found = await verdict(line, "GET", path, cap=4000)
    assert isinstance(found, Retry)
    assert "longer than 4000 bytes" in found.why
    line.touch = Touch.PUBLISHES
    assert isinstance(await verdict(line, "GET", path, cap=4000), Unsure)


async def test_an_answer_at_the_cap_is_read(line):
    assert len((await line.call("GET", "/big", cap=5000)).body) == 5000
    assert len((await line.call("GET", "/chunks", cap=5000)).body) == 5000


async def test_redirects_are_not_followed(line, server):
    line.touch = Touch.PUBLISHES
    assert isinstance(await verdict(line, "POST", "/elsewhere"), Unsure)
    assert [path for _, path, _, _ in server.seen] == ["/elsewhere"]
    assert (await line.call("GET", "/elsewhere", accept={302})).headers["Location"] == "/json"


async def test_silence_is_cut_off_after_the_time_given(line):
    for touch, keyed, wanted in (
        (Touch.LOOKS, False, Retry), (Touch.STAGES, False, Retry), (Touch.PUBLISHES, False, Unsure),
        (Touch.PUBLISHES, True, Retry),
    ):  # fmt: skip
        line.touch, line.keyed = touch, keyed
        assert isinstance(await verdict(line, "GET", "/slow", timeout=0.05), wanted)


async def test_nobody_there_is_retried_even_when_publishing(line):
    line.touch = Touch.PUBLISHES
    assert isinstance(await verdict(line, "POST", "http://127.0.0.1:1/x"), Retry)


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.1/x", "http://example.com/", "https://2130706433/", "https://127.1/", "ftp://example.com/",
     "https://a:b@example.com/", "https://[bad/", "https://example.com:99999/", "https://0x7f.2:1/", "nonsense"],
)  # fmt: skip
async def test_addresses_the_guard_refuses_are_rejected_for_good(line, url):
    line.touch = Touch.PUBLISHES
    assert isinstance(await verdict(line, "POST", url), Rejected)


async def test_an_unreadable_answer_is_a_verdict(line):
    line.touch = Touch.PUBLISHES
    answer = await line.call("POST", "/html")
    with pytest.raises(Stop) as stopped:
        answer.field("id")
    assert isinstance(stopped.value.verdict, Unsure)
    for path in (("nope",), ("list", 3), ("id", "deeper"), ("list", "x")):
        with pytest.raises(Stop):
            (await line.call("POST", "/json")).field(*path)
    assert (await line.call("DELETE", "/empty")).body == b""


async def test_logs_tell_of_the_call_without_query_body_or_key(line):
    with structlog.testing.capture_logs() as lines:
        await line.call("POST", "/posts", json={"text": "unpublished words"}, query={"token": SECRET})
        await verdict(line, "POST", "http://127.0.0.1:1/x", query={"token": SECRET})
        await verdict(line, "GET", f"https://user:{SECRET}@example.com/")
    assert [entry["outcome"] for entry in lines] == ["answered", "not sent", "refused"]
    assert (lines[0]["method"], lines[0]["path"], lines[0]["status"]) == ("POST", "/posts", 200)
    assert SECRET not in str(lines)
    assert "unpublished" not in str(lines)


async def test_a_server_that_echoes_secrets_gets_them_into_no_verdict(line):
    found = await verdict(line, "POST", "/denied", form={"refresh_token": SECRET[::-1], "code_verifier": "v" * 40})
    assert isinstance(found, Expired)
    assert SECRET not in found.why
    assert "no: Bearer" in found.why
    unsigned = await verdict(line, "GET", "/denied", headers={"Authorization": "Bearer just-made-token"}, signed=False)
    assert "just-made-token" not in unsigned.why


async def test_the_lines_clock_turns_waits_into_moments(line, server):
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    line.now = lambda: moment
    answer = await line.call("GET", "/json")
    assert line.judge(type(answer)(429, {"Retry-After": "5"}, b"")).until.isoformat() == "2030-01-01T00:00:05+00:00"
