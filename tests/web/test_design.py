"""The page of all parts, and that every colour can be read on what it stands on."""

import pytest

from postroom.web.design.tokens import colours, pairs, ratio
from postroom.web.templatetags.ui import STATES
from tests.make.workspaces import Cast
from tests.web.signing import signed_in


def test_only_who_runs_the_workspace_sees_it(cast: Cast) -> None:
    path = f"/w/{cast.workspace.slug}/design/"
    for role, actor in cast.everybody().items():
        assert signed_in(actor).get(path).status_code == (200 if role in {"owner", "admin"} else 403)
    assert signed_in(cast.outsider).get(path).status_code == 404


def test_every_state_is_shown_and_a_theme_can_be_asked_for(cast: Cast) -> None:
    client, path = signed_in(cast.admin), f"/w/{cast.workspace.slug}/design/"
    shown = client.get(path, {"theme": "contrast"}).text
    assert 'data-theme="contrast"' in shown
    for words, _tone, _icon in STATES.values():
        assert str(words) in shown
    assert 'data-theme="auto"' in client.get(path, {"theme": "pink"}).text


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair.front} on {pair.back}")
def test_every_pair_can_be_read_in_every_theme(pair) -> None:
    assert [(one.theme, one.ratio) for one in pair.contrasts if not one.is_enough] == []


def test_contrast_is_measured_as_its_standard_says() -> None:
    assert round(ratio("000000", "ffffff"), 1) == 21
    assert ratio("777777", "777777") == 1
    assert round(ratio("767676", "ffffff"), 2) == 4.54
    assert {"light", "dark", "contrast"} == set(colours())
