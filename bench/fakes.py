"""The bare fake server, in a process of its own: answers every POST with an id, after a latency if asked.

As cheap as Python can make it, so that the sender is what is measured. GET /seen tells what arrived and when.
"""

import asyncio
import json
import sys
import time
from collections import deque
from typing import Any

import uvloop

END = b"\r\n\r\n"


class Seen:
    """What arrived: one moment (epoch seconds) a request, and the keys."""

    moments: list[float] = []
    keys: list[bytes] = []


class Wire(asyncio.Protocol):
    """HTTP/1.1 as far as our own client speaks it: Content-Length bodies, keep-alive, no pipelining."""

    def __init__(self, latency: float) -> None:
        self.latency, self.buffer = latency, b""
        self.transport: Any = None
        self.answers: deque[bytes] = deque()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        data = self.buffer + data if self.buffer else data
        end = data.find(END)
        if end < 0:
            self.buffer = data
            return
        place = data.find(b"Content-Length: ", 0, end)
        length = int(data[place + 16 : data.find(b"\r\n", place)]) if place >= 0 else 0
        if len(data) < end + 4 + length:
            self.buffer = data
            return
        self.buffer = b""
        if data.startswith(b"POST"):
            self.post(data[end + 4 :])
        else:
            self.get(data)

    def post(self, body: bytes) -> None:
        Seen.moments.append(time.time())
        place = body.find(b'"key":"') + 7
        Seen.keys.append(body[place : body.find(b'"', place)])
        self.answer(b'{"id":"%d","url":"https://bench.test/%d"}' % (len(Seen.keys), len(Seen.keys)))

    def get(self, data: bytes) -> None:
        if data.startswith(b"GET /forget"):
            Seen.moments, Seen.keys = [], []
        told = {"moments": sorted(Seen.moments), "count": len(Seen.keys), "different": len(set(Seen.keys))}
        self.write(json.dumps(told).encode())

    def answer(self, body: bytes) -> None:
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, self.write, body)
        else:
            self.write(body)

    def write(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.transport.write(head + body)


async def serve(latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Wire(latency), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # ends with its parent


if __name__ == "__main__":
    uvloop.run(serve(float(sys.argv[1])))
