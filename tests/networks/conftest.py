"""Asserts in the shared suite explain themselves like those in a test file."""

import pytest

for _name in ("conformance", "drafts", "expected", "runner", "table"):
    pytest.register_assert_rewrite(f"tests.networks.{_name}")
