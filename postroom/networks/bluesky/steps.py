"""Publishing: upload the files, wait for a video, freeze the records, put them under our own key.

The key and the moment were stored before the first call and the records are frozen in the bag, so a repeated put says
the same bytes again: the server answers with the record that is there and commits nothing (shown against the real PDS).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postroom.networks.bluesky import clips, words
from postroom.networks.bluesky.calls import xrpc
from postroom.networks.bluesky.errors import read_error
from postroom.networks.bluesky.facets import handles
from postroom.networks.shape import Absent, Bag, Find, Go, Json, MediaKind, Receipt, Step, Unclear
from postroom.networks.verdicts import Rejected, Stop, Touch, Unsure

if TYPE_CHECKING:
    from postroom.networks.line import Answer, Line
    from postroom.networks.shape import Draft, Found, Media, StepAnswer

UPLOAD_SECONDS = 300


async def upload(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Upload all files. Leftovers are private and swept up after hours; the same bytes are the same blob."""
    words.check_embed(draft)
    service = clips.service(line)
    if service and any(media.kind is MediaKind.VIDEO for media in draft.media):
        return Go({"v": 1, **await clips.send(line, draft, draft.media[0], service)})
    return Go({**bag, "v": 1, "blobs": [await _upload(line, media) for media in draft.media]})


async def _upload(line: Line, media: Media) -> Json:
    """Upload one file: {"$type": "blob", "ref": {"$link": cid}, "mimeType": …, "size": …}."""
    assert media.read is not None, "a file's content can be read while publishing"  # noqa: S101 - the contract's word
    answer = await xrpc(
        line,
        "POST",
        "com.atproto.repo.uploadBlob",
        body=media.read,
        headers={"Content-Type": media.mime, "Content-Length": str(media.bytes)},
        timeout=UPLOAD_SECONDS,
    )
    blob: Json = answer.field("blob")
    return blob


async def process(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Wait until the video service has made its versions and handed the file to the account's server."""
    del draft
    return await clips.look(line, bag) if "job" in bag else Go(bag)


async def compose(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Look up who is mentioned and freeze the records in the bag: from here on every repeat says the same bytes."""
    dids = {}
    for handle in handles(draft.text):
        did = await _did_of(line, handle)
        if did:
            dids[handle] = did
    record = words.post(draft, bag.get("blobs", ()), dids)
    return Go({**bag, "record": record, "gates": words.gates(draft, _uri(line, draft))})


async def _did_of(line: Line, handle: str) -> str | None:
    """Resolve a handle: 400 {"error":"InvalidRequest","message":"Unable to resolve handle"} where nobody has it."""
    answer = await xrpc(line, "GET", "com.atproto.identity.resolveHandle", query={"handle": handle}, accept={400})
    if answer.status == 400 and read_error(answer)[0] in {"InvalidRequest", "InvalidHandle", "HandleNotFound"}:
        return None
    if answer.status == 400:
        raise Stop(line.judge(answer))
    return str(answer.field("did"))


async def publish(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Put the record, only where none is yet. Files that were swept up meanwhile are uploaded once more before."""
    send = _write_all if bag["gates"] else _put
    answer = await send(line, draft, bag)
    if isinstance(answer, Receipt):
        return answer
    if answer.status == 400 and read_error(answer)[0] == "BlobNotFound" and "job" not in bag:
        for media in draft.media:
            await _upload(line, media)
        answer = await send(line, draft, bag)
        if isinstance(answer, Receipt):
            return answer
    if answer.status == 400:
        raise Stop(line.judge(answer))
    where = ("results", 0) if bag["gates"] else ()
    return _receipt(line, draft, answer.field(*where, "uri"), answer.field(*where, "cid"))


async def _put(line: Line, draft: Draft, bag: Bag) -> Answer | Receipt:
    """`swapRecord: null` means "only if nothing is there"; the same bytes again are answered 200, with no commit."""
    return await xrpc(
        line,
        "POST",
        "com.atproto.repo.putRecord",
        json={**_where(line, draft), "record": bag["record"], "swapRecord": None},
        accept={400},
    )


async def _write_all(line: Line, draft: Draft, bag: Bag) -> Answer | Receipt:
    """Write post and gates in one commit, so that nobody slips in between. A repeat fails (500): look before it."""
    there = await look(line, draft, bag)
    if isinstance(there, Receipt):
        return there
    if isinstance(there, Unclear):
        raise Stop(Unsure(there.why))
    create = {"$type": "com.atproto.repo.applyWrites#create", "rkey": draft.key}
    writes = [{**create, "collection": record["$type"], "value": record} for record in (bag["record"], *bag["gates"])]
    body = {"repo": line.who.network_user_id, "writes": writes}
    return await xrpc(line, "POST", "com.atproto.repo.applyWrites", json=body, accept={400})


async def look(line: Line, draft: Draft, bag: Bag) -> Found:
    """Ask the account's own server, which is strongly consistent, what stands under our key. Needs no sign-in.

    Absent: 400 {"error":"RecordNotFound","message":"Could not locate record: at://…"}.
    """
    del bag
    url = "/xrpc/com.atproto.repo.getRecord"
    answer = await line.call("GET", url, query=_where(line, draft), signed=False, accept={400})
    if answer.status == 400:
        if read_error(answer)[0] == "RecordNotFound":
            return Absent()
        verdict = line.judge(answer)
        if isinstance(verdict, Rejected):
            return Unclear(verdict.why)
        raise Stop(verdict)
    if answer.field("value").get("createdAt") != words.written(draft.at):
        return Unclear("another record stands under this post's key")
    return _receipt(line, draft, answer.field("uri"), answer.field("cid"))


async def remove(line: Line, receipt: Receipt) -> None:
    """Delete the record; a second time is no error."""
    did, collection, rkey = receipt.id.removeprefix("at://").split("/")
    body = {"repo": did, "collection": collection, "rkey": rkey}
    await xrpc(line, "POST", "com.atproto.repo.deleteRecord", json=body)


def _where(line: Line, draft: Draft) -> dict[str, str]:
    return {"repo": line.who.network_user_id, "collection": words.POST, "rkey": draft.key}


def _uri(line: Line, draft: Draft) -> str:
    return f"at://{line.who.network_user_id}/{words.POST}/{draft.key}"


def _receipt(line: Line, draft: Draft, uri: str, cid: str) -> Receipt:
    url = f"https://bsky.app/profile/{line.who.network_user_id}/post/{draft.key}"
    return Receipt(uri, url, {"uri": uri, "cid": cid})


STEPS = (
    Step("upload", Touch.STAGES, upload),
    Step("process", Touch.LOOKS, process),
    Step("compose", Touch.LOOKS, compose),
    Step("publish", Touch.PUBLISHES, publish, keyed=True),
)
FIND = Find(look)
