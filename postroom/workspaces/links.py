"""One-time links that whoever runs the machine hands out: to sign in as a user, and to make the first user.

A token is signed and not stored. It carries a fingerprint of what signing in changes, so it dies with its first use,
with any other sign-in after it was made, and with a new password.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.utils.crypto import salted_hmac

from postroom.workspaces.errors import NotFound
from postroom.workspaces.models import User

VALID_FOR: Final = timedelta(days=1)
_SIGN_IN: Final = "postroom.sign-in"
_SET_UP: Final = "postroom.set-up"


@dataclass(frozen=True, slots=True)
class LinkedUser:
    """Whom a sign-in link is for."""

    id: UUID
    email: str
    name: str


def make_sign_in_token(*, user_id: UUID, now: datetime) -> str:
    """Make a token that signs this user in, once, within a day. NotFound when there is no such active user."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        raise NotFound("user", user_id)
    told = {"user": str(user.id), "seen": _fingerprint(user), "until": (now + VALID_FOR).timestamp()}
    return signing.dumps(told, salt=_SIGN_IN)


def look_at_sign_in_token(*, token: str, now: datetime) -> LinkedUser:
    """Say for whom a token is. NotFound when it is unknown, used or late: not told apart."""
    user = _user_of(token, now)
    return LinkedUser(user.id, user.email, str(user))


def use_sign_in_token(*, token: str, now: datetime) -> LinkedUser:
    """Use a token up and give its user, whom the door signs in. NotFound as above; of two at once, one wins."""
    user = _user_of(token, now)
    unchanged = User.objects.filter(id=user.id, is_active=True, password=user.password, last_login=user.last_login)
    if user.last_login is None:
        unchanged = User.objects.filter(id=user.id, is_active=True, password=user.password, last_login__isnull=True)
    if not unchanged.update(last_login=now):
        raise NotFound("link")
    return LinkedUser(user.id, user.email, str(user))


def is_empty() -> bool:
    """Whether nobody has an account in this installation yet."""
    return not User.objects.exists()


def make_set_up_token(*, now: datetime) -> str:
    """Make a token that lets somebody make the first account, within a day."""
    return signing.dumps({"until": (now + VALID_FOR).timestamp()}, salt=_SET_UP)


def opens_set_up(*, token: str, now: datetime) -> bool:
    """Whether a token still lets somebody make the first account: it is ours, in time, and there is none yet."""
    return _read(token, _SET_UP, now) is not None and is_empty()


def _user_of(token: str, now: datetime) -> User:
    told = _read(token, _SIGN_IN, now)
    user = User.objects.filter(id=told["user"], is_active=True).first() if told else None
    if told is None or user is None or not hmac.compare_digest(told["seen"], _fingerprint(user)):
        raise NotFound("link")
    return user


def _read(token: str, salt: str, now: datetime) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = signing.loads(token, salt=salt)
    except signing.BadSignature:
        return None
    return told if told["until"] > now.timestamp() else None


def _fingerprint(user: User) -> str:
    last = user.last_login.isoformat() if user.last_login else ""
    return salted_hmac(_SIGN_IN, f"{user.id} {user.email} {user.password} {last}", algorithm="sha256").hexdigest()
