"""The web application as a server calls it: pages and API by their own ways."""

import io
from typing import Any

import orjson
import pytest


def _call(path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    from postroom.config.wsgi import application

    told: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        **headers,
    }
    body = b"".join(application(environ, lambda status, sent, *_: told.extend((status, sent))))
    return int(told[0].split()[0]), dict(told[1]), body


def test_the_api_answers_with_the_headers_that_keep_it_safe(db: None) -> None:
    status, headers, body = _call("/api/v1/health")
    assert (status, orjson.loads(body)) == (200, {"status": "ok"})
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Length"] == str(len(body))
    assert "Set-Cookie" not in headers


def test_without_a_key_the_api_is_closed(db: None) -> None:
    assert _call("/api/v1/posts")[0] == 401


def test_a_host_that_is_not_ours_is_refused_on_both_ways(db: None) -> None:
    for path in ("/api/v1/health", "/api/v1/docs"):
        assert _call(path, HTTP_HOST="elsewhere.example")[0] == 400


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/openapi.json"])
def test_the_pages_of_the_api_go_the_way_of_pages(db: None, path: str) -> None:
    assert _call(path)[0] == 200
