"""What holds for every test: in CI, a browser or real-server test can't be skipped without anybody noticing."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# Tests never assert times: how long an example takes on a busy machine says nothing.
settings.register_profile("postroom", deadline=None)
settings.load_profile("postroom")

NEVER_SKIPPED_IN_CI = ("real_server", "browser", "pds", "chromium")
"""Markers, and fixtures that bring such a thing, for tests that forgot the marker."""


def in_ci() -> bool:
    """Whether this run stands guard over the main branch."""
    return any(os.environ.get(name, "").lower() in {"1", "true", "yes"} for name in ("CI", "POSTROOM_CI"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of such a test into a failure that says why it was skipped."""
    report = yield
    asked_for = getattr(item, "fixturenames", ())
    marked = [name for name in NEVER_SKIPPED_IN_CI if item.get_closest_marker(name) or name in asked_for]
    if report.skipped and marked and in_ci() and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"A {marked[0]} test may not be skipped in CI. {why}"
    return report
