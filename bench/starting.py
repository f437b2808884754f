"""`postroom up`: how long until the first answer, on a new data folder and on an existing one, and how much memory."""

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from bench.house import ROOT, House
from bench.table import Figure

Round = dict[str, float]
SETTLED = 5.0
"""Seconds after the first answer at which memory is looked at: everything has started by then, and idles."""


def measure(house: House, *, rounds: int = 3) -> tuple[list[Figure], dict[str, Any]]:
    """All figures of starting. The house's own database idles meanwhile."""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    found: dict[str, list[Round]] = {"new": [], "existing": []}
    for _ in range(rounds):
        data = Path(tempfile.mkdtemp(prefix="postroom-bench-up-"))
        data.chmod(0o711)
        try:
            found["new"].append(_round(house, data))
            found["existing"].append(_round(house, data))
        finally:
            shutil.rmtree(data, ignore_errors=True)
    median = {
        (kind, what): statistics.median(one[what] for one in found[kind]) for kind in found for what in found[kind][0]
    }
    return [
        Figure("postroom up, first answer, existing data folder", median["existing", "seconds"], "s", at_most=4),
        Figure("postroom up, first answer, new data folder", median["new", "seconds"], "s", at_most=8),
        Figure("idle memory without PostgreSQL, sum of RSS", median["existing", "rss"], "MB", at_most=350),
        Figure("idle memory without PostgreSQL, shared pages counted once (PSS)", median["existing", "pss"], "MB"),
    ], found


def _round(house: House, data: Path) -> Round:
    port, sandbox = _free_port(), _free_port()
    began = time.monotonic()
    variables = {"POSTROOM_DATA": str(data), "POSTROOM_PORT": str(port), "POSTROOM_SANDBOX_PORT": str(sandbox)}
    child = subprocess.Popen(
        [sys.executable, "-m", "postroom.cli", "up", "--sandbox"],
        cwd=ROOT,
        env=house.environment(**variables),
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        seconds = _first_answer(port, began)
        time.sleep(SETTLED)
        return {"seconds": seconds, **_memory(child.pid)}
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(40)


def _first_answer(port: int, began: float) -> float:
    while time.monotonic() < began + 60:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=2):
            return time.monotonic() - began
        time.sleep(0.02)
    raise RuntimeError("postroom up gave no answer within a minute")


def _memory(top: int) -> Round:
    """Megabytes of the process and all below it, PostgreSQL's left out."""
    whole = psutil.Process(top)
    ours = [one for one in (whole, *whole.children(recursive=True)) if "postgres" not in one.name()]
    found = [one.memory_full_info() for one in ours]
    return {"rss": sum(one.rss for one in found) / 1e6, "pss": sum(one.pss for one in found) / 1e6}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
