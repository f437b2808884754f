"""The pages of the demo: time to the first byte, questions to the database, and what CSS and JavaScript weigh."""

import gzip
import http.client
import json
import os
import re
import statistics
import time
from pathlib import Path
from typing import Any

from bench.api import web
from bench.house import ROOT, House, family, line
from bench.table import Figure

PORT, SANDBOX_PORT = 8793, 8794
VISITS = 40
ANY = range(os.cpu_count() or 1)
STATIC = ROOT / "postroom" / "web" / "static"


def first_bytes(cookie: str, path: str, visits: int) -> tuple[int, list[float], str]:
    """Ask for a page again and again on one connection: status, milliseconds to the first byte of each, the page."""
    wire = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    took, body, status = [], "", 0
    for _ in range(visits):
        began = time.perf_counter()
        wire.request("GET", path, headers={"Cookie": f"sessionid={cookie}"})
        answer = wire.getresponse()
        took.append((time.perf_counter() - began) * 1000)
        body, status = answer.read().decode(errors="replace"), answer.status
    wire.close()
    return status, took, body


def weight(body: str) -> int:
    """Bytes of CSS and JavaScript that a page asks for, compressed."""
    files = {one.split("?")[0] for one in re.findall(r'(?:href|src)="/static/([^"#]+\.(?:css|js))', body)}
    return sum(len(gzip.compress((STATIC / one).read_bytes(), 9)) for one in files if (STATIC / one).exists())


def measure(house: House, *, rounds: int = 3) -> tuple[list[Figure], dict[str, Any]]:
    """All pages; the slowest of them stands in the table, each of them in the raw figures."""
    for process in (os.getpid(), *family(house.database)):
        os.sched_setaffinity(process, ANY)
    sandbox, found = Path(house.data) / "sandbox", {}
    address = f"http://127.0.0.1:{SANDBOX_PORT}"
    allowed = {"POSTROOM_ALLOW_PRIVATE": f"127.0.0.1:{SANDBOX_PORT}", "POSTROOM_SANDBOX": "on"}
    with house.process("postroom.networks.sandbox.server", "--data", str(sandbox), "--port", str(SANDBOX_PORT)) as net:
        line(net)
        with house.process("bench.pages_seed", address, **allowed) as seed, web(house, PORT):
            told = json.loads(line(seed))
            for name, path in told["paths"].items():
                assert seed.stdin
                seed.stdin.write(f"{path}\n")
                seed.stdin.flush()
                asked = json.loads(line(seed))
                if asked["status"] == http.client.OK:
                    first_bytes(told["cookie"], path, 3)
                    _, took, body = first_bytes(told["cookie"], path, VISITS * rounds)
                    took.sort()
                    p95, half = took[int(len(took) * 0.95)], statistics.median(took)
                    found[name] = asked | {"p95_ms": p95, "median_ms": half, "weight": weight(body)}
        net.terminate()
    slowest = max(found, key=lambda name: found[name]["p95_ms"])
    most = max(found, key=lambda name: found[name]["questions"])
    heaviest = max(found, key=lambda name: found[name]["weight"])
    figures = [
        Figure(f"slowest page ({slowest}), first byte p95", found[slowest]["p95_ms"], "ms", at_most=100),
        Figure(f"heaviest page ({heaviest}), CSS and JavaScript", found[heaviest]["weight"] / 1000, "KB", at_most=300),
        Figure(f"most questions to the database ({most})", found[most]["questions"], ""),
        *(Figure(f"{name}: {one['questions']} questions, p95", one["p95_ms"], "ms") for name, one in found.items()),
    ]
    return figures, {"pages": found}
