"""Sending, beside a raw aiohttp loop that makes the same requests: rate, memory, and how late a post goes out."""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.house import ROOT, SENDER, House, line
from bench.table import Figure
from bench.wire import NAME
from tests.make.publishing import make_channels, make_posts

Round = dict[str, Any]
TABLES = "publishing_publication, publishing_lane, publishing_attempt, events_activitylog, posts_post, channels_channel"


class Fake:
    """The fake server, from outside."""

    def __init__(self, port: int) -> None:
        self.port = port

    def seen(self) -> Round:
        """What arrived so far."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/seen") as answer:
            found: Round = json.load(answer)
            return found

    def forget(self) -> None:
        """Start anew."""
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/forget").read()


@contextmanager
def fake_server(house: House, latency: float = 0) -> Iterator[Fake]:
    """Run the fake server, with a latency in seconds."""
    with house.process("bench.fakes", str(latency)) as child:
        yield Fake(int(line(child)))


@contextmanager
def engine(house: House, fake: Fake, at_once: int) -> Iterator["subprocess.Popen[str]"]:
    """Run the worker's engine in a process of its own."""
    with house.process(
        "bench.engine",
        str(SENDER),
        POSTROOM_ALLOW_PRIVATE=f"127.0.0.1:{fake.port}",
        POSTROOM_SENDING_AT_ONCE=str(at_once),
    ) as child:
        assert line(child) == "ready"
        yield child


def raw_round(house: House, fake: Fake, count: int, at_once: int, kind: str = "ours") -> Round:
    """One run of the raw loop."""
    fake.forget()
    arguments = ["bench.raw", str(fake.port), str(count), str(at_once), kind, str(SENDER)]
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        check=True,
        cwd=ROOT,
        env=house.environment(),
        capture_output=True,
        text=True,
    )
    told: Round = json.loads(done.stdout)
    return told | {"rate": count / told["seconds"]}


def engine_round(
    house: House, child: "subprocess.Popen[str]", fake: Fake, *, channels: int, posts: int, spread: float = 0
) -> Round:
    """Posts on channels, due at one moment (or `spread` seconds apart): until all is out and on disk."""
    fake.forget()
    count = channels * posts
    with house.owner() as owner:
        due = datetime.now(UTC) + timedelta(seconds=2.5 + count / 12_000)
        where = make_channels(owner, network=NAME, count=channels, server=f"http://127.0.0.1:{fake.port}")
        texts = [f"Something worth saying, number {index} of today" for index in range(posts)]
        make_posts(owner, where, texts=texts, due=due, spread=spread)
        owner.execute(f"VACUUM ANALYZE {TABLES}")
        late = (datetime.now(UTC) - due).total_seconds()
        assert child.stdin
        child.stdin.write(f"expect {count}\n")
        child.stdin.flush()
        told: Round = json.loads(line(child))
        told["filled_before_due"] = -late
        told["seconds"] = told["ended"] - due.timestamp()
        told["rate"] = count / told["seconds"]
        _check(owner, where.workspace, count, fake, told, due=due.timestamp(), spread=spread)
        owner.execute("DELETE FROM events_activitylog")
    return told


def _check(owner: Any, workspace: Any, count: int, fake: Fake, told: Round, *, due: float, spread: float) -> None:
    """A figure counts only if the work was done: each once, with its attempt, its history, its state."""
    seen = fake.seen()
    told["seen"], told["twice"] = seen["count"], seen["count"] - seen["different"]
    question = (
        "SELECT (SELECT count(*) FROM publishing_publication WHERE workspace_id = %(w)s AND status = 'published'),"
        " (SELECT count(*) FROM publishing_attempt WHERE workspace_id = %(w)s AND outcome = 'receipt'),"
        " (SELECT count(*) FROM events_activitylog WHERE workspace_id = %(w)s AND what = 'publication.status')"
    )
    for _ in range(100):
        published, tries, history = owner.execute(question, {"w": workspace}).fetchone()
        if published == count:
            break
        time.sleep(0.05)
    told |= {"published": published, "tries": tries, "history": history}
    lateness = sorted(moment - due - index * spread for index, moment in enumerate(seen["moments"]))
    told["half"], told["last"] = lateness[len(lateness) // 2], lateness[-1]
    told["p99"] = lateness[int(len(lateness) * 0.99)]
    assert seen["count"] == seen["different"] == published == tries == count, told
    assert history == 2 * count, told


def measure(house: House, *, rounds: int = 3) -> tuple[list[Figure], dict[str, Any]]:
    """All figures of sending. Raw and engine alternate; medians are compared."""
    found: dict[str, Any] = {}
    with fake_server(house) as fake:
        found["bare"] = _bare(house, fake, rounds)
        with engine(house, fake, 1000) as child:
            engine_round(house, child, fake, channels=20, posts=2)
            found["burst"] = [engine_round(house, child, fake, channels=1000, posts=1) for _ in range(rounds)]
            found["steady"] = [engine_round(house, child, fake, channels=200, posts=30, spread=0.01)]
    with fake_server(house, 0.1) as fake:
        found["latency"] = {}
        for channels in (1000, 200):
            # One workspace gets three quarters of a worker's places: 1,500 are room for all of its channels.
            with engine(house, fake, 1500) as child:
                engine_round(house, child, fake, channels=20, posts=2)
                found["latency"][channels] = [
                    engine_round(house, child, fake, channels=channels, posts=10_000 // channels) for _ in range(rounds)
                ]
    return _figures(found), found


def _bare(house: House, fake: Fake, rounds: int) -> dict[str, list[Round]]:
    pairs: dict[str, list[Round]] = {"raw": [], "default": [], "engine": []}
    with engine(house, fake, 500) as child:
        engine_round(house, child, fake, channels=200, posts=5)
        for _ in range(rounds):
            pairs["raw"].append(raw_round(house, fake, 10_000, 200))
            pairs["engine"].append(engine_round(house, child, fake, channels=200, posts=50))
            pairs["default"].append(raw_round(house, fake, 10_000, 200, "default"))
    return pairs


def _median(rounds: list[Round], what: str) -> float:
    return statistics.median(one[what] for one in rounds)


def _figures(found: dict[str, Any]) -> list[Figure]:
    bare, latency = found["bare"], found["latency"]
    raw, ours = _median(bare["raw"], "rate"), _median(bare["engine"], "rate")
    return [
        Figure("raw aiohttp loop, the engine's own session, 200 at once", raw, "/s"),
        Figure("raw aiohttp loop, aiohttp's default session", _median(bare["default"], "rate"), "/s"),
        Figure("engine, 10,000 due at once on 200 channels", ours, "/s"),
        Figure("engine ÷ raw loop", ours / raw * 100, "%", at_least=80),
        Figure("memory of the worker, at most", max(one["memory"] for one in bare["engine"]), "MB", at_most=150),
        Figure("engine, 100 ms latency, 1,000 channels", _median(latency[1000], "rate"), "/s", at_least=4000),
        Figure(
            "engine, 100 ms latency, 200 channels (one at a time each: 2,000/s is the most)",
            _median(latency[200], "rate"),
            "/s",
        ),
        Figure("1,000 due at once: half are out after", _median(found["burst"], "half"), "s", at_most=0.5),
        Figure("1,000 due at once: all are out after", _median(found["burst"], "last"), "s", at_most=1.0),
        Figure("100 a second for a minute: p99 late", _median(found["steady"], "p99") * 1000, "ms", at_most=250),
    ]
