from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.library.addresses import PREFIX, BadAddress, address_of, disposition, read_address
from tests.make.workspaces import NOW


def token_of(url: str) -> str:
    path = urlsplit(url).path
    assert path.startswith(PREFIX)
    return path.removeprefix(PREFIX)


def made(**more: Any) -> str:
    given: dict[str, Any] = {"mime": "image/png", "name": "Käse.png", "now": NOW} | more
    return address_of("w/aa/bb", **given)


def test_an_address_leads_to_its_file_for_a_while():
    url = made()
    assert url.startswith("http")
    found = read_address(token_of(url), NOW + timedelta(seconds=3600))
    assert (found.key, found.mime, found.name, found.is_shown) == ("w/aa/bb", "image/png", "Käse.png", True)
    with pytest.raises(BadAddress):
        read_address(token_of(url), NOW + timedelta(seconds=7200))


def test_the_same_address_comes_out_for_a_while_so_that_browsers_keep_what_they_have():
    assert made() == made(now=NOW + timedelta(seconds=3599))
    assert made() != made(now=NOW + timedelta(seconds=3600))


def test_nothing_in_it_can_be_changed():
    token = token_of(made())
    for at in range(0, len(token), 3):
        other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(BadAddress):
            read_address(other, NOW)


@given(st.text(max_size=200))
def test_what_we_never_gave_out_leads_nowhere(token: str):
    with pytest.raises(BadAddress):
        read_address(token, NOW)


def test_what_a_browser_may_run_is_only_to_be_saved():
    pdf = read_address(token_of(made(mime="application/pdf", name="a.pdf")), NOW)
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    assert pdf.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in pdf.headers["Content-Security-Policy"]
    assert read_address(token_of(made(save=True)), NOW).is_shown is False


def test_names_dont_break_out_of_the_header():
    header = disposition('a"; filename="evil.exe\r\nSet-Cookie: x=1', is_shown=True)
    assert "\r" not in header
    assert header.count('"') == 2
