"""ETags on edits: the row's version in quotes. If-Match tells which version the caller has read."""

from django.http import HttpRequest

from postroom.workspaces.errors import BadInput


def expected_version(request: HttpRequest) -> int | None:
    """Read If-Match; None when the caller sent none (or *), and takes what comes. Errors: BadInput."""
    value = request.headers.get("If-Match", "").strip()
    if value in {"", "*"}:
        return None
    number = value.removeprefix("W/").strip('"')
    if not number.isdigit():
        raise BadInput("If-Match", value, 'an ETag of ours, such as "3"')
    return int(number)


def etag(version: int) -> str:
    """Write a version as an ETag."""
    return f'"{version}"'
