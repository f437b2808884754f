from collections.abc import Iterator
from pathlib import Path

import pytest

from postroom.channels import sealing
from postroom.channels.connecting import begin_connection, finish_connection
from postroom.channels.models import Credential
from postroom.channels.registering import set_network_app
from postroom.database.tenancy import scope
from postroom.kit.secrets import KeyRingProblem, Ring, as_text, make_key, read_ring, write_ring
from tests.channels.test_connecting import BACK
from tests.channels.toy import Toy
from tests.make.channels import make_channel
from tests.make.workspaces import NOW, Cast


@pytest.fixture
def folder(tmp_path: Path, settings_data: None) -> Path:
    return tmp_path


@pytest.fixture
def settings_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A data folder of this test's own, so that its key ring is nobody else's."""
    from django.conf import settings

    monkeypatch.setattr(settings, "DATA", tmp_path)
    yield
    sealing._remembered.source = None


def test_the_first_secret_makes_the_ring(folder: Path) -> None:
    first = sealing.ring()
    assert read_ring(folder / "keys.json") == first
    assert sealing.ring() is first


def test_a_key_added_by_another_process_seals_from_the_next_call_on(folder: Path) -> None:
    first = sealing.ring()
    write_ring(folder / "keys.json", Ring((*first.keys, make_key(NOW))))
    assert len(sealing.ring().keys) == 2


def test_a_file_that_others_may_read_is_refused_as_soon_as_it_is(folder: Path) -> None:
    sealing.ring()
    (folder / "keys.json").chmod(0o644)
    with pytest.raises(KeyRingProblem, match="chmod 600"):
        sealing.ring()


def test_keys_from_the_environment_need_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from django.conf import settings

    ring = Ring((make_key(NOW),))
    monkeypatch.setattr(settings, "ENVIRONMENT", replace(settings.ENVIRONMENT, keys=as_text(ring)))
    assert sealing.ring().newest.secret == ring.newest.secret
    assert list(folder.iterdir()) == []
    with pytest.raises(KeyRingProblem, match="POSTROOM_KEYS"):
        sealing.add_key(now=NOW)


def test_a_key_is_replaced_in_batches_and_everything_still_opens(cast: Cast, toy: Toy, folder: Path) -> None:
    old = sealing.ring().newest.id
    channels = [make_channel(cast.owner, cast.brand) for _ in range(5)]
    set_network_app(actor=cast.owner, network="toy", client_id="id", client_secret="secret", now=NOW)
    begun = begin_connection(
        actor=cast.owner, brand_id=cast.brand.id, network="toy", way="app", redirect_uri=BACK, now=NOW
    )
    with scope(workspace_id=cast.workspace.id):
        steps = sealing.rotate_keys(now=NOW, batch=2)
        assert next(steps) == 2
        new = sealing.ring().newest.id
        assert new != old
        assert sealing.still_under_old_keys() == 5
        # Broken off here and begun again: what was begun is finished, and no third key is made.
        assert sum(sealing.rotate_keys(now=NOW, batch=2)) == 5
        assert [key.id for key in sealing.ring().keys] == [old, new]
        assert sealing.still_under_old_keys() == 0
        assert set(Credential.objects.values_list("key_id", flat=True)) == {new}
        assert {_access(channel) for channel in Credential.objects.all()} == {
            f"access-token-{channel.username.removeprefix('channel')}" for channel in channels
        }
    state = begun.authorize_url.split("state=")[1]
    finish_connection(actor=cast.owner, params={"state": state, "code": "x"}, now=NOW)
    assert [app.client_id if app else None for app in toy.apps] == ["id", "id"]


def test_a_secret_that_does_not_open_stops_no_other(cast: Cast, folder: Path) -> None:
    channels = [make_channel(cast.owner, cast.brand) for _ in range(4)]
    with scope(workspace_id=cast.workspace.id):
        Credential.objects.filter(channel=channels[1]).update(sealed=b"\x01 broken")
        assert sum(sealing.rotate_keys(now=NOW, batch=1)) == 3
        assert sealing.still_under_old_keys() == 1


def _access(kept: Credential) -> str:
    from postroom.channels.credentials import open_tokens

    return open_tokens(
        kept.key_id, bytes(kept.sealed), workspace_id=kept.workspace_id, channel_id=kept.channel_id
    ).access
