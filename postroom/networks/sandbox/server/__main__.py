"""Run the sandbox: `python -m postroom.networks.sandbox.server --data DIR --port N`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import signal
import sys
from pathlib import Path

import orjson
from aiohttp import web

from postroom.networks.sandbox.server.app import make_app
from postroom.networks.sandbox.server.storage import STORE


async def serve(folder: Path, host: str, port: int, speed: float) -> None:
    """Serve until told to stop; prints one line `READY {json}` once calls are answered."""
    app = make_app(folder, speed=speed)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    address = f"http://{host}:{runner.addresses[0][1]}"
    ready = {"url": address, "admin_token": app[STORE].admin_token, "pid": os.getpid()}
    sys.stdout.write(f"READY {orjson.dumps(ready).decode()}\n")
    sys.stdout.flush()
    gc.collect()
    gc.freeze()
    await told.wait()
    await runner.cleanup()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="postroom-sandbox", description="A whole social network to try things on.")
    parser.add_argument("--data", type=Path, required=True, help="folder for its database and files")
    parser.add_argument("--port", type=int, default=8601, help="0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--speed", type=float, default=60.0, help="how much faster than the clock engagement grows")
    asked = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(asked.data, asked.host, asked.port, asked.speed))


if __name__ == "__main__":
    main()
