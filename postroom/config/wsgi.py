"""The web application as a WSGI server takes it; runs as the app role unless its door chose otherwise.

The API goes a shorter way than pages do: a program with a key has no session, no messages, no form and no static files.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - after the set-up
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 - after the set-up

API = "/api/v1/"
PAGES_OF_THE_API = (f"{API}docs", f"{API}openapi.json")


class ApiHandler(WSGIHandler):
    """Django with the middleware of `settings.API_MIDDLEWARE` alone."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Load it: once, while nothing is served yet."""
        pages, settings.MIDDLEWARE = settings.MIDDLEWARE, settings.API_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = pages


_pages, _api = WSGIHandler(), ApiHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request by the way that it needs."""
    path = environ.get("PATH_INFO", "")
    is_api = path.startswith(API) and not path.startswith(PAGES_OF_THE_API)
    return (_api if is_api else _pages)(environ, start_response)
