"""Users: people who sign in. Making them, their passwords, and who one of them is in a workspace."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from postroom.database.tenancy import scope
from postroom.events.models import ActorKind
from postroom.workspaces import values
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import BadInput, Conflict, NotAllowed, NotFound
from postroom.workspaces.models import Membership, Role, User, Workspace

PREFERENCES: dict[str, values.Reader] = {
    "time_zone": values.time_zone,
    "locale": values.text(35, least=2),
    "theme": values.one_of(("light", "dark", "auto", "contrast")),
    "week_start": values.whole(0, 6),
}
FIELDS: dict[str, values.Reader] = {
    "username": values.text(60, least=2),
    "name": values.text(200),
    "display_name": values.text(200),
    "avatar_url": values.web_address,
}


class AlreadyThere(Conflict):
    """Somebody has this e-mail address or username already."""

    code = "already_there"


def create_user(*, email: str, now: datetime, password: str | None = None, **fields: object) -> User:
    """Make a user. Without a password nobody can sign in by one (a passkey or an invitation comes first).

    `fields`: see FIELDS. Raises BadInput and AlreadyThere.
    """
    del now  # the database sets created_at
    clean = values.read_fields(fields, FIELDS)
    address = values.email("email", email)
    user = User(email=address, **clean)
    _set_password(user, password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise AlreadyThere("There is a user with this e-mail address or username already.") from None
    return user


def change_password(*, user_id: UUID, old: str | None, new: str, now: datetime) -> User:
    """Set a new password. `old` must fit, unless the user has none yet. Raises NotFound, NotAllowed, BadInput."""
    del now
    with transaction.atomic():
        user = User.objects.select_for_update().filter(id=user_id, is_active=True).first()
        if user is None:
            raise NotFound("user", user_id)
        if user.has_usable_password() and not user.check_password(old or ""):
            raise NotAllowed("The old password is not right.")
        _set_password(user, new)
        user.save(update_fields=["password"])
    return user


def edit_user(*, user_id: UUID, now: datetime, preferences: dict[str, Any] | None = None, **fields: object) -> User:
    """Change names and preferences; what isn't given stays. A preference of None is forgotten.

    Raises NotFound, BadInput, AlreadyThere.
    """
    del now
    clean = values.read_fields(fields, FIELDS)
    dropped = {name for name, value in (preferences or {}).items() if value is None and name in PREFERENCES}
    chosen = values.read_fields(
        {name: value for name, value in (preferences or {}).items() if name not in dropped}, PREFERENCES
    )
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().filter(id=user_id, is_active=True).first()
            if user is None:
                raise NotFound("user", user_id)
            for name, value in clean.items():
                setattr(user, name, value)
            merged = {**user.preferences, **chosen}
            user.preferences = {name: value for name, value in merged.items() if name not in dropped}
            user.save(update_fields=[*clean, "preferences"])
    except IntegrityError:
        raise AlreadyThere("Somebody has this username already.") from None
    return user


def actor_of_user(user_id: UUID, workspace_id: UUID) -> Actor:
    """Who this user is in that workspace. NotFound when they are no member of it, or not active."""
    with scope(user_id=user_id):
        found = (
            Membership.objects.filter(workspace_id=workspace_id, user_id=user_id, user__is_active=True)
            .select_related("user")
            .first()
        )
        if found is None:
            raise NotFound("workspace", workspace_id)
        return Actor(
            kind=ActorKind.PERSON,
            workspace_id=workspace_id,
            role=Role(found.role),
            name=str(found.user),
            user_id=user_id,
            brand_ids=None if found.brand_ids is None else frozenset(UUID(one) for one in found.brand_ids),
        )


def workspaces_of(user_id: UUID) -> list[Workspace]:
    """The workspaces this user is a member of, by name."""
    with scope(user_id=user_id):
        return list(Workspace.objects.order_by("name", "id"))


def user_by_email(email: str) -> User | None:
    """The user of an e-mail address, however it is spelt."""
    return User.objects.filter(email=email.strip().lower()).first()


def _set_password(user: User, password: str | None) -> None:
    if password is not None:
        if len(password) > 1000:
            raise BadInput("password", "…", "up to 1000 characters")
        try:
            validate_password(password, user)
        except ValidationError as error:
            # What was found stays out of the message: it is a password.
            raise BadInput("password", "…", " ".join(error.messages)) from None
    user.set_password(password)
