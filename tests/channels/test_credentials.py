from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.channels.credentials import open_tokens, refresh_at, store_tokens
from postroom.channels.models import Credential
from postroom.kit.secrets import CannotOpen
from postroom.networks.shape import Connecting
from postroom.workspaces.actors import seeing
from tests.make.channels import make_channel, make_tokens
from tests.make.workspaces import NOW, Cast

TOKENS = replace(make_tokens(7), refresh_expires_at=NOW + timedelta(days=90))


def test_tokens_come_back_as_they_were_and_are_not_readable_in_the_database(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand, tokens=TOKENS)
    with seeing(cast.owner):
        kept = Credential.objects.get(channel=channel)
    assert b"access-token" not in bytes(kept.sealed)
    opened = open_tokens(kept.key_id, bytes(kept.sealed), workspace_id=channel.workspace_id, channel_id=channel.id)
    assert opened == TOKENS
    assert "token-7" not in f"{kept!r} {opened!r} {channel!r}"


def test_tokens_open_for_their_own_channel_and_workspace_only(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand)
    other = make_channel(cast.owner, cast.brand)
    with seeing(cast.owner):
        kept = Credential.objects.get(channel=channel)
    for workspace_id, channel_id in [
        (channel.workspace_id, other.id),
        (cast.outside_workspace.id, channel.id),
    ]:
        with pytest.raises(CannotOpen):
            open_tokens(kept.key_id, bytes(kept.sealed), workspace_id=workspace_id, channel_id=channel_id)


def test_each_new_token_is_a_new_generation(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand)
    connecting = Connecting((), whoami=None)  # type: ignore[arg-type] # nobody is asked here
    with seeing(cast.owner):
        again = store_tokens(channel, TOKENS, connecting=connecting)
    assert again.generation == 2


def test_refreshes_come_early_and_are_spread() -> None:
    async def refresh(line, tokens, now):
        return tokens

    connecting = Connecting((), whoami=None, refresh=refresh, refresh_early=600)  # type: ignore[arg-type] # as above
    ends = TOKENS.expires_at
    assert ends
    moments = {refresh_at(TOKENS, connecting) for _ in range(50)}
    assert len(moments) > 1
    assert all(
        moment and ends - timedelta(seconds=720) <= moment <= ends - timedelta(seconds=600) for moment in moments
    )
    assert refresh_at(replace(TOKENS, expires_at=None), connecting) is None
    assert refresh_at(TOKENS, Connecting((), whoami=None)) is None  # type: ignore[arg-type] # as above
