"""The table of verdicts as the suite expects it: which fault leads to which verdict, in a step of which touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from postroom.networks.shape import Receipt, Step
from postroom.networks.verdicts import Expired, Limited, Retry, Touch, Unsure, Verdict
from tests.networks.proxy import Fault, Trouble
from tests.networks.samples import Samples


@dataclass(frozen=True)
class Expectation:
    """A fault, and what it must lead to."""

    name: str
    make: Callable[[Samples], Fault]
    check: Callable[[Verdict | None, Step, Receipt | None, str], None]


def _silence(verdict: Verdict | None, step: Step, receipt: Receipt | None, where: str) -> None:
    """Sent, then no answer that says yes or no: come again, but look first where it may have become public."""
    wanted = Unsure if step.touch is Touch.PUBLISHES and not step.keyed else Retry
    assert isinstance(verdict, wanted), f"{where}: wanted {wanted.__name__}, got {verdict}"


def _unreadable(verdict: Verdict | None, step: Step, receipt: Receipt | None, where: str) -> None:
    """A 2xx nobody can read. A step that doesn't need to read the answer may go on."""
    wanted = Unsure if step.touch is Touch.PUBLISHES else Retry
    assert verdict is None or isinstance(verdict, wanted), f"{where}: wanted {wanted.__name__}, got {verdict}"


def _expired(verdict: Verdict | None, step: Step, receipt: Receipt | None, where: str) -> None:
    assert isinstance(verdict, Expired), f"{where}: wanted Expired, got {verdict}"


def _limited(verdict: Verdict | None, step: Step, receipt: Receipt | None, where: str) -> None:
    assert isinstance(verdict, Limited), f"{where}: wanted Limited, got {verdict}"


def _limited_until(verdict: Verdict | None, step: Step, receipt: Receipt | None, where: str) -> None:
    _limited(verdict, step, receipt, where)
    assert isinstance(verdict, Limited)
    assert verdict.until is not None, f"{where}: the network said until when"
    wait = verdict.until - datetime.now(UTC)
    assert timedelta(minutes=50) < wait <= timedelta(hours=1), f"{where}: {wait}"


UNREADABLE = b"<html>It works!</html>"
FAULTS: tuple[Expectation, ...] = (
    Expectation("401", lambda samples: samples.unauthorised(), _expired),
    Expectation("429-with-retry-after", lambda samples: samples.limited(**{"Retry-After": "3600"}), _limited_until),
    Expectation("429-without", lambda samples: samples.limited(), _limited),
    Expectation("500-before", lambda _: Fault("500 before"), _silence),
    Expectation("503-after", lambda _: Fault("503 after", forwarded=True, status=503), _silence),
    Expectation("cut-before", lambda _: Fault("cut before", Trouble.CUT), _silence),
    Expectation("cut-after", lambda _: Fault("cut after", Trouble.CUT, forwarded=True), _silence),
    Expectation("torn-answer", lambda _: Fault("torn", Trouble.TORN, forwarded=True), _silence),
    Expectation(
        "unreadable-200", lambda _: Fault("unreadable", forwarded=True, status=200, body=UNREADABLE), _unreadable
    ),
)
