import pytest

from postroom.worker import wiring


def test_the_table_is_callable():
    wiring.check_wiring()


def test_a_row_that_is_no_function_is_found_at_the_start(monkeypatch):
    monkeypatch.setitem(wiring.WIRING, "made.up", ("not a function",))
    with pytest.raises(TypeError, match=r"made\.up"):
        wiring.check_wiring()


def test_one_that_fails_does_not_stop_the_next(monkeypatch):
    heard = []

    def fails(**what):
        raise ValueError

    monkeypatch.setitem(wiring.WIRING, "made.up", (fails, lambda **what: heard.append(what)))
    assert wiring.tell("made.up", number=1) == 2
    assert heard == [{"number": 1}]
    assert wiring.tell("nobody.listens") == 0
