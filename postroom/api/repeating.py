"""Idempotency-Key on every write: the repeat gets the first answer, and changes nothing.

The write and its kept answer are committed together, so a crash leaves both or neither. A second request that arrives
while the first runs waits for it at the database. Requests that talk to a network (LONG) can't hold a transaction open:
they reserve the key first, and a repeat while the first runs is told so.
"""

import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from postroom.api.keys import actor_of
from postroom.api.problems import problem
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.repeating import Kept, keep_answer, release, reserve

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEY = re.compile(r"[\x21-\x7e]{1,255}")
LONG = re.compile(r"/api/v1/(channels/(connect|connections|[^/]+/(check|refresh|reconnect|disconnect))|assets/fetch)")
NOT_KEPT = re.compile(r"/api/v1/assets/?$")
"""An upload is kept once by its SHA-256, whatever the key."""

Respond = Callable[[HttpRequest], HttpResponse]


class Repeats:
    """Middleware: keeps and replays the answers of writes that carry an Idempotency-Key."""

    def __init__(self, get_response: Respond) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request, once for each key."""
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method not in WRITES or not request.path.startswith("/api/v1/"):
            return self.get_response(request)
        if not KEY.fullmatch(key):
            return problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "bad_input",
                "Idempotency-Key: allowed are 1 to 255 printable characters",
            )
        actor = actor_of(request)
        if actor is None or NOT_KEPT.fullmatch(request.path):
            return self.get_response(request)
        fingerprint = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).digest()
        respond = self._reserved_first if LONG.match(request.path) else self._in_one
        return respond(request, actor, key, fingerprint)

    def _in_one(self, request: HttpRequest, actor: Actor, key: str, fingerprint: bytes) -> HttpResponse:
        """Run the write and keep its answer in one transaction."""
        with acting(actor):
            kept = reserve(actor=actor, key=key, fingerprint=fingerprint)
            if kept is not None:
                return _replay(kept, fingerprint)
            answer = self.get_response(request)
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                transaction.set_rollback(True)
            else:
                _keep(actor, key, answer)
            return answer

    def _reserved_first(self, request: HttpRequest, actor: Actor, key: str, fingerprint: bytes) -> HttpResponse:
        """Reserve the key, run the write on its own, then keep its answer."""
        with acting(actor):
            kept = reserve(actor=actor, key=key, fingerprint=fingerprint)
        if kept is not None:
            return _replay(kept, fingerprint)
        answer = self.get_response(request)
        with acting(actor):
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                release(actor=actor, key=key)
            else:
                _keep(actor, key, answer)
        return answer


def _keep(actor: Actor, key: str, answer: HttpResponse) -> None:
    headers = {name: answer[name] for name in ("Content-Type", "ETag", "Location") if name in answer}
    # An answer that shows a secret once says itself what may be kept of it.
    body = getattr(answer, "kept", answer.content)
    keep_answer(actor=actor, key=key, status=answer.status_code, headers=headers, body=body)


def _replay(kept: Kept, fingerprint: bytes) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "key_reused", "Idempotency-Key: this key was used for another request"
        )
    if kept.status is None:
        return problem(HTTPStatus.CONFLICT, "still_running", "Idempotency-Key: the first request is still running")
    answer = HttpResponse(kept.body, status=kept.status, headers=kept.headers)
    answer["Idempotent-Replayed"] = "true"
    return answer
