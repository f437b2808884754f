"""The API beside bare inserts and the same SQL: one web process, an API key, row-level security on."""

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from bench.house import ROOT, House, family, line
from bench.table import Figure

SECONDS, CONNECTIONS = 3.0, 8
ANY = range(os.cpu_count() or 1)
Round = dict[str, Any]


def seed(house: House) -> Round:
    """Make a workspace with a thousand posts on three channels each; answers what the callers need."""
    with house.process("bench.api_seed") as child:
        told: Round = json.loads(line(child))
    with house.owner() as owner:
        owner.execute("VACUUM ANALYZE")
    return told


@contextmanager
def web(house: House, port: int) -> Iterator[None]:
    """One web process, as `postroom up` starts it."""
    child = subprocess.Popen(
        [sys.executable, "-m", "postroom.cli", "web"],
        cwd=ROOT,
        env=house.environment(POSTROOM_PORT=str(port)),
    )
    try:
        for _ in range(200):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health").read()
                break
            time.sleep(0.05)
        yield
    finally:
        child.terminate()
        child.wait(20)


def bare_round(house: House, seeded: Round, what: str) -> float:
    """The same statements through a bare psycopg pool of the same size; answers a second."""
    with house.process("bench.api_bare", what, json.dumps(seeded), str(CONNECTIONS), str(SECONDS)) as child:
        return float(line(child))


def api_round(house: House, seeded: Round, what: str, port: int) -> float:
    """The same through the API; answers a second."""
    with house.process("bench.api_load", what, json.dumps(seeded), str(CONNECTIONS), str(SECONDS), str(port)) as child:
        return float(line(child))


def measure(house: House, *, rounds: int = 5) -> tuple[list[Figure], dict[str, Any]]:
    """All figures of the API. Bare and API alternate; medians are compared."""
    for process in (os.getpid(), *family(house.database)):
        os.sched_setaffinity(process, ANY)  # callers, PostgreSQL and the process looked at share the cores as they like
    seeded, port = seed(house), 8791
    found: dict[str, dict[str, list[float]]] = {what: {"bare": [], "api": []} for what in ("list", "create")}
    with web(house, port):
        for what, measured in found.items():
            api_round(house, seeded, what, port)
            for _ in range(rounds):
                measured["bare"].append(bare_round(house, seeded, what))
                measured["api"].append(api_round(house, seeded, what, port))
                time.sleep(0.2)
    figures = []
    for what, words, goal in (
        ("list", "lists of 100 posts with their publications", 60),
        ("create", "creates (post, three publications, event)", 40),
    ):
        bare, api = (statistics.median(found[what][kind]) for kind in ("bare", "api"))
        figures += [
            Figure(f"bare psycopg pool, {words}", bare, "/s"),
            Figure(f"API, {words}", api, "/s"),
            Figure(f"API ÷ bare, {what}", api / bare * 100, "%", at_least=goal),
        ]
    return figures, found
