import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.config import env


def _message(**variables: str) -> str:
    with pytest.raises(env.EnvironmentProblem) as caught:
        env.read(variables)
    return str(caught.value)


def test_nothing_set_gives_the_defaults():
    found = env.read({"HOME": "/somewhere", "PATH": ""})
    assert found == env.Environment(data=found.data)
    assert found.is_embedded
    assert found.public_url == "http://localhost:8000"


@pytest.mark.parametrize(("user", "folder"), [(0, "/var/lib/postroom"), (1000, "~/.local/share/postroom")])
def test_roots_data_is_where_postgres_gets_at_it(monkeypatch, user, folder):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert env.read({}).data == Path(folder).expanduser()


def test_an_unknown_variable_is_named_with_the_nearest_known_one():
    assert _message(POSTROOM_PROT="1") == "There is no variable POSTROOM_PROT. Did you mean POSTROOM_PORT?"
    assert "POSTROOM_DATABASE_URL" in _message(POSTROOM_DATABSE_URL="x")


def test_a_bad_value_names_the_variable_what_was_found_and_what_is_allowed():
    found = _message(POSTROOM_PORT="eighty")
    assert found == "POSTROOM_PORT can't be “eighty”: it must be a whole number from 1 to 65535."


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("DEBUG", "perhaps"),
        ("STORAGE", "ftp"),
        ("URL", "post.example.org"),
        ("URL", "https://example.org/path"),
        ("DATABASE_ROLE_PREFIX", "Bad-Name"),
        ("DATABASE_ROLE_PREFIX", "x" * 41),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_values_that_dont_fit_are_refused(name, bad):
    assert f"POSTROOM_{name} can't be “{bad}”" in _message(**{f"POSTROOM_{name}": bad})


def test_a_secret_is_not_repeated():
    secret = "mysql://root:hunter2@host/name"
    assert "hunter2" not in _message(POSTROOM_DATABASE_URL=secret)


def test_values_are_read():
    found = env.read(
        {
            "POSTROOM_DATA": "~/post",
            "POSTROOM_SANDBOX": "Yes",
            "POSTROOM_ALLOWED_HOSTS": "a.example, b.example,",
            "POSTROOM_URL": "https://post.example.org/",
            "POSTROOM_PORT": "  ",
        }
    )
    assert found.data == Path.home() / "post"
    assert found.sandbox
    assert found.allowed_hosts == ("a.example", "b.example")
    assert found.public_url == "https://post.example.org"
    assert found.port == 8000


def test_every_variable_says_what_it_is_for():
    for name, row in env.variables():
        assert row.metadata["doc"].endswith("."), name


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_whatever_a_number_is_set_to_it_is_taken_or_refused_in_words(text):
    with contextlib.suppress(env.EnvironmentProblem):
        assert 1 <= env.read({"POSTROOM_PORT": text}).port <= 65535
