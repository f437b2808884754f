"""Videos by Bluesky's video service, which makes the versions first, so that the post is never seen without its film.

A server outside the public network has no such service; then the file goes up like a picture. Which it is was learned
when the channel was connected. https://docs.bsky.app/docs/tutorials/video, checked 2026-11-20.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from postroom.networks.bluesky.calls import xrpc
from postroom.networks.shape import Bag, Go, Json, Wait
from postroom.networks.verdicts import Rejected, Stop

if TYPE_CHECKING:
    from postroom.networks.line import Line
    from postroom.networks.shape import Draft, Media, StepAnswer

KEY = "bluesky.videos"
"""Where, in what was learned of the channel, the service's address is kept."""
UPLOAD_SECONDS = 900
TOKEN_LIFE = timedelta(minutes=30)
"""Long enough for the service to hand the file over; the server allows an hour at most."""
PATIENCE = 15 * 60
"""Seconds of waiting after which we call it failed; the network names no maximum."""
SLOWEST = 15
READ = "app.bsky.video.getJobStatus"


def service(line: Line) -> str | None:
    """Give the video service's base address, or None where this account's server has none."""
    return (line.who.learned or {}).get(KEY)


async def send(line: Line, draft: Draft, media: Media, base: str) -> Bag:
    """Upload the file to the service; what to remember is its job, or the blob when it knew the file already.

    409 {"jobId": …, "error": "already_exists", …}: the same bytes were sent before; their job or blob serves again.
    """
    assert media.read is not None, "a file's content can be read while publishing"  # noqa: S101 - the contract's word
    answer = await line.call(
        "POST",
        f"{base}/xrpc/app.bsky.video.uploadVideo",
        query={"did": line.who.network_user_id, "name": f"{draft.key}.mp4"},
        body=media.read(),
        headers={
            "Authorization": f"Bearer {await _permit(line)}",
            "Content-Type": media.mime,
            "Content-Length": str(media.bytes),
        },
        signed=False,
        accept={409},
        timeout=UPLOAD_SECONDS,
    )
    job = _job(answer.json())
    if answer.status == 409 and not (job.get("blob") or job.get("jobId")):
        raise Stop(line.judge(answer))
    return {
        "service": base,
        "job": str(job.get("jobId", "")),
        "waited": 0,
        **({"blobs": [job["blob"]]} if job.get("blob") else {}),
    }


async def _permit(line: Line) -> str:
    """Ask the account's server for a token that lets the service store one file there in the account's name."""
    server = await xrpc(line, "GET", "com.atproto.server.describeServer")
    query = {
        "aud": str(server.field("did")),
        "lxm": "com.atproto.repo.uploadBlob",
        "exp": str(int((line.now() + TOKEN_LIFE).timestamp())),
    }
    answer = await xrpc(line, "GET", "com.atproto.server.getServiceAuth", query=query)
    return str(answer.field("token"))


async def look(line: Line, bag: Bag) -> StepAnswer:
    """Ask how far the job is; look less and less often, for a quarter of an hour at most."""
    if bag.get("blobs"):
        return Go(bag)
    answer = await line.call("GET", f"{bag['service']}/xrpc/{READ}", query={"jobId": bag["job"]}, signed=False)
    job = _job(answer.json())
    if job.get("blob"):
        return Go({**bag, "blobs": [job["blob"]]})
    if job.get("state") == "JOB_STATE_FAILED":
        said = job.get("message") or job.get("error") or job.get("failureCode") or "no reason given"
        raise Stop(Rejected(f"the video could not be processed: {said}", "media.0"))
    waited = float(bag["waited"])
    if waited > PATIENCE:
        raise Stop(Rejected("the video was still not processed after a quarter of an hour", "media.0"))
    pause = min(SLOWEST, 1 + waited / 2)
    return Wait({**bag, "waited": waited + pause}, pause)


def _job(said: Any) -> Json:
    """The lexicon wraps the status in `jobStatus`; the upload has been seen to answer it bare."""
    job = said.get("jobStatus", said) if isinstance(said, dict) else {}
    return job if isinstance(job, dict) else {}
