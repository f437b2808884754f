"""Every page there is, read from the addresses themselves, so that none is forgotten."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

OUTSIDE = ("account_login", "account_signup", "account_reset_password", "profile", "workspace-new")
"""Pages outside any workspace."""


def _patterns(found: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in found.url_patterns:
        parts = (*before, *one.pattern.converters)
        if isinstance(one, URLResolver):
            if str(one.pattern) != "api/v1/":
                yield from _patterns(one, parts)
        elif isinstance(one, URLPattern) and one.name:
            yield one.name, parts


def inside() -> list[tuple[str, tuple[str, ...]]]:
    """Every address of a workspace, with the names of its parts; some of them take orders and are no pages."""
    return [(name, parts) for name, parts in _patterns(get_resolver()) if "workspace" in parts]
