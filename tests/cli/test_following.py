"""What the demo says of each publication that goes out."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from postroom.cli.demo.following import _line
from postroom.events.queries import Done
from postroom.kit.ids import uuid7


def test_a_line_tells_the_time_with_the_zones_name():
    at = datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)
    change = Done(
        id=uuid7(), at=at, actor_kind="system", actor_id=None, actor_name="", what="publication.status",
        subject_type="publication", subject_id=uuid7(), from_state="claimed", to_state="published", why="", context={},
    )  # fmt: skip
    shown = {"username": "ada", "url": "https://example.org/1", "scheduled_for": "2026-07-01T12:00:29+00:00"}
    line = _line(change, shown | {"published_at": "2026-07-01T12:00:30+00:00"}, ZoneInfo("Europe/Berlin")).plain
    assert line.startswith("14:00:30 CEST ● published")
    assert line.endswith("https://example.org/1  +1.0 s")
