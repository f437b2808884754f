"""Callers of the API: a few kept-alive connections that ask again as soon as they are answered."""

import asyncio
import json
import sys
import time
from typing import Any


def request_of(what: str, seeded: dict[str, Any]) -> bytes:
    """The bytes of one request."""
    head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {seeded['key']}\r\n"
    if what == "list":
        return f"GET /api/v1/posts?limit=100 HTTP/1.1\r\n{head}\r\n".encode()
    channels = [{"channel_id": channel} for channel in seeded["channels"]]
    body = json.dumps({"brand_id": seeded["brand"], "text": "Hello from the bench", "channels": channels})
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"POST /api/v1/posts HTTP/1.1\r\n{head}{length}\r\n{body}".encode()


async def caller(port: int, request: bytes, end: float, expected: bytes) -> int:
    """Ask until the end; answers how often."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.monotonic() < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert expected in head[:20], head[:200]
        length = next(row for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        done += 1
    writer.close()
    return done


async def main() -> None:
    """Run for some seconds; print how many a second."""
    what, seeded, callers, seconds = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    request, end = request_of(what, seeded), time.monotonic() + seconds
    expected = b" 200 " if what == "list" else b" 201 "
    done = await asyncio.gather(*(caller(int(sys.argv[5]), request, end, expected) for _ in range(callers)))
    print(sum(done) / seconds, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
