"""The yardstick: a bare aiohttp loop that makes the same requests and reads the same answers, and nothing else."""

import asyncio
import json
import os
import sys
import time

import orjson
import uvloop

from postroom.kit.http import Guard, open_session


async def run(port: int, count: int, at_once: int, session_kind: str) -> dict[str, float]:
    """Send `count` posts, `at_once` at a time."""
    import aiohttp

    if session_kind == "default":
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once))
    else:
        session = open_session(Guard([f"127.0.0.1:{port}"]), at_once=at_once)
    url, numbers = f"http://127.0.0.1:{port}/posts", iter(range(count))
    headers = {"Content-Type": "application/json", "Authorization": "Bearer a-token-of-the-usual-length"}

    async def one_after_the_other() -> None:
        for _ in numbers:
            body = orjson.dumps({"text": "Something worth saying, number 7 of today", "key": os.urandom(16).hex()})
            async with session.post(url, data=body, headers=headers) as response:
                answer = orjson.loads(await response.read())
                assert answer["id"]

    async with session:
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[5])})
    print(json.dumps(uvloop.run(run(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))))
