"""Asserts in the shared suite explain themselves like those in a test file."""

import logging

import pytest

# The line makes up its log lines only where they are wanted; here they are, to see that they keep secrets.
logging.getLogger("postroom.line").setLevel(logging.DEBUG)

for _name in ("conformance", "drafts", "expected", "runner", "table"):
    pytest.register_assert_rewrite(f"tests.networks.{_name}")
