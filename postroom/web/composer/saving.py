"""From the form to the verbs: saved, scheduled or sent at once; and a refusal as words beside the right field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext

from postroom.publishing.fitting import DoesNotFit
from postroom.publishing.listing import show_post
from postroom.publishing.planning import Plan, compose_post
from postroom.publishing.revising import revise_post
from postroom.publishing.timing import At, NextSlot, Now, When
from postroom.web.composer.desk import Brand, offered
from postroom.web.composer.sheet import Sheet, variants_of, writing_of
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import BadInput, Conflict, Refusal

SAVES: Final = frozenset({"save", "schedule", "now"})


@dataclass(frozen=True, slots=True)
class Done:
    """It is stored."""

    post_id: UUID
    version: int
    status: str
    said: str
    said_in_passing: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """It isn't. `fields`: what is wrong where. `version`: the post's by now, if somebody else was faster."""

    said: str
    fields: Mapping[str, str] = field(default_factory=dict)
    is_conflict: bool = False
    version: int | None = None


def save(actor: Actor, brand: Brand, stored: Mapping[str, Any] | None, sheet: Sheet, action: str) -> Done | Trouble:
    """Save what stands in the form; with "schedule" at its time, with "now" as soon as possible."""
    now = timezone.now()
    try:
        when = _when(sheet, action)
        plan = _store(actor, brand, stored, sheet, (when, now))
    except DoesNotFit:
        return Trouble(gettext("It doesn’t fit everywhere yet: mend what is marked, or leave that channel out."))
    except BadInput as refusal:
        return _at_field(refusal)
    except Conflict as refusal:
        newest = show_post(actor, post_id=UUID(stored["id"])).version if stored else None
        if newest is None or newest == sheet.version:
            return Trouble(refusal.message)
        said = gettext(
            "Somebody else has changed this post since you opened it. What you typed is still here: look at theirs, "
            "then save again to put yours in its place."
        )
        return Trouble(said, is_conflict=True, version=newest)
    except Refusal as refusal:
        return Trouble(refusal.message)
    clock = now.astimezone(ZoneInfo(brand.time_zone) if when else timezone.get_current_timezone()).strftime("%H:%M")
    return Done(
        plan.post.id,
        plan.post.version,
        plan.post.status,
        _said(plan, brand, action),
        gettext("Saved %(time)s") % {"time": clock},
    )


def _store(
    actor: Actor, brand: Brand, stored: Mapping[str, Any] | None, sheet: Sheet, time: tuple[When | None, datetime]
) -> Plan:
    when, now = time
    networks = {row.id: row.network for row in offered(actor, brand, sheet)}
    writing, variants = writing_of(sheet, stored), variants_of(sheet, networks, stored)
    if stored is None:
        return compose_post(actor=actor, brand_id=brand.id, writing=writing, variants=variants, when=when, now=now)
    return revise_post(
        actor=actor,
        post_id=UUID(stored["id"]),
        writing=writing,
        variants=variants,
        when=when,
        now=now,
        version=sheet.version,
    )


def _when(sheet: Sheet, action: str) -> When | None:
    if action == "now":
        return Now()
    if action != "schedule":
        return None
    if sheet.when == "slot":
        return NextSlot()
    try:
        return At(datetime.fromisoformat(sheet.at))
    except ValueError:
        raise BadInput("when", sheet.at, "a date and a time") from None


def _at_field(refusal: BadInput) -> Trouble:
    head = refusal.field.partition(".")[0]
    said = {
        "when": gettext("This time can’t be taken; what can is %(allowed)s."),
        "channels": gettext("Choose at least one channel to publish on."),
        "link": gettext("A link starts with https:// or http://."),
    }.get(head, gettext("This can’t be taken; what can is %(allowed)s."))
    words = said % {"allowed": refusal.allowed} if "%(" in said else said
    return Trouble(words, {head: words})


def _said(plan: Plan, brand: Brand, action: str) -> str:
    if action == "now":
        return gettext("It is on its way.")
    moments = sorted({one.scheduled_for for one in plan.publications if one.scheduled_for})
    if action == "schedule" and (due := plan.post.scheduled_at or next(iter(moments), None)):
        local = due.astimezone(ZoneInfo(brand.time_zone))
        told = {"day": local.strftime("%Y-%m-%d"), "time": local.strftime("%H:%M"), "zone": brand.time_zone}
        return gettext("Scheduled for %(day)s, %(time)s (%(zone)s).") % told
    return gettext("The changes are saved.") if plan.post.status == "scheduled" else gettext("The draft is saved.")
