"""Keeps one-time secrets out of the logs: the addresses that carry them are written without them."""

import logging
import re
from typing import Final

_SECRET: Final = re.compile(
    r"(/(?:invitations|sign-in|set-up|accounts/confirm-email|accounts/password/reset/key|channels/return)[/?])[^\s\"'<>]+"
)


def without_secrets(text: str) -> str:
    """Replace what follows an address that is open to whoever has it."""
    return _SECRET.sub(r"\1…", text)


class NoSecrets(logging.Filter):
    """Goes through every line before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the line, never hold it back."""
        if isinstance(record.msg, str):
            record.msg = without_secrets(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(without_secrets(one) if isinstance(one, str) else one for one in record.args)
        return True
