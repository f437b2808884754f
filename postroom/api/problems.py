"""Errors as RFC 9457 problems: one place that turns a verb's no into a status, a type and words."""

import json
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from postroom.workspaces.errors import BadInput, Conflict, NotAllowed, NotFound, Refusal

STATUSES: tuple[tuple[type[Refusal], HTTPStatus], ...] = (
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotFound, HTTPStatus.NOT_FOUND),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (Conflict, HTTPStatus.CONFLICT),
    (Refusal, HTTPStatus.BAD_REQUEST),
)


def problem(status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    """Make a problem; `code` is stable and for machines, `detail` for people."""
    body = {"type": f"urn:postroom:problem:{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    # Not orjson: what was found may be a number or half a letter that it refuses to write.
    content = json.dumps(body | {"detail": detail} | more, default=str)
    return HttpResponse(content, status=status, content_type="application/problem+json")


def of_refusal(error: Refusal) -> HttpResponse:
    """Translate a verb's no."""
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    more: dict[str, Any] = {}
    if isinstance(error, BadInput):
        more["errors"] = [{"field": error.field, "found": _short(error.found), "allowed": error.allowed}]
    problems = getattr(error, "problems", None)
    if problems is not None:
        more["problems"] = problems
    return problem(status, error.code, error.message, **more)


def add_handlers(api: NinjaAPI) -> None:
    """Make every error that leaves an endpoint a problem."""

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
        return of_refusal(error)

    @api.exception_handler(DataError)
    @api.exception_handler(UnicodeEncodeError)
    def unfit(request: HttpRequest, error: Exception) -> HttpResponse:
        detail = "a value holds what can't be stored: a NUL character, half a surrogate pair, or a number too large"
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_input", detail)

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "a body of at most 2.5 MB; files go to /assets"
        )

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [_of_pydantic(one) for one in error.errors]
        detail = "; ".join(f"{one['field']}: {one['allowed']}" for one in errors[:5])
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_input", detail, errors=errors)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        answer = problem(
            HTTPStatus.UNAUTHORIZED,
            "no_key",
            "send an API key: Authorization: Bearer pr_…; keys are made by `postroom key create`",
        )
        answer["WWW-Authenticate"] = 'Bearer realm="postroom"'
        return answer

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(HTTPStatus.NOT_FOUND, "not_found", "nothing found here")

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, "bad_request", str(error))


def _of_pydantic(error: dict[str, Any]) -> dict[str, Any]:
    where = ".".join(str(part) for part in error.get("loc", ()) if part not in {"body", "query", "path", "payload"})
    return {"field": where or "body", "found": _short(error.get("input")), "allowed": error.get("msg", "")}


def _short(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, float, bool)) else str(value)[:200]
