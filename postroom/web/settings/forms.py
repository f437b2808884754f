"""What forms of the settings share: a refusal said at its field, time zones, and how far somebody may reach."""

import functools
import zoneinfo
from collections import defaultdict
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postroom.brands.queries import brands
from postroom.web.settings.words import ROLES
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import BadInput, Refusal
from postroom.workspaces.permissions import TABLE


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Say a verb's refusal where it belongs: at its field, else above the form."""
    name = refusal.field.split(".")[0] if isinstance(refusal, BadInput) else None
    if isinstance(refusal, BadInput) and name in form.fields:
        form.add_error(name, gettext("This can’t be taken. What can: %(allowed)s.") % {"allowed": refusal.allowed})
    elif refusal.message.partition(":")[0] in form.fields:
        form.add_error(refusal.message.partition(":")[0], refusal.message.partition(":")[2].strip())
    else:
        form.add_error(None, refusal.message)


@functools.cache
def zone_choices() -> list[tuple[str, Any]]:
    """Every time zone that people live in, by continent."""
    areas: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(zoneinfo.available_timezones()):
        area, _slash, place = name.partition("/")
        if place and area not in {"Etc", "SystemV", "US", "posix", "right"}:
            areas[area].append((name, name.replace("_", " ")))
    return [("UTC", "UTC"), *sorted(areas.items())]


class ZoneField(forms.CharField):
    """A time zone, chosen from all there are; the verb knows which ones it takes."""

    def __init__(self, **more: Any) -> None:
        """Take a field's words."""
        super().__init__(widget=forms.Select(choices=zone_choices()), **more)


def words_of(text: str) -> list[str]:
    """Read words that stand between commas, spaces or on lines of their own."""
    return [word for word in text.replace(",", " ").split() if word.strip("#")]


class ReachForm(forms.Form):
    """A role and the brands it is limited to, as far as the giver may give them."""

    role = forms.ChoiceField(label=_("Role"))
    reach = forms.ChoiceField(
        label=_("Brands"),
        choices=[("all", _("All brands, also those to come")), ("some", _("Only these:"))],
        initial="all",
        widget=forms.RadioSelect,
    )
    brands = forms.MultipleChoiceField(label=_("Limited to"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        """Offer what this actor may give."""
        super().__init__(*args, **more)
        offered = [role for role in TABLE if TABLE[role] <= TABLE[actor.role]]
        self.fields["role"].choices = [(role.value, ROLES[role][0]) for role in offered]  # type: ignore[attr-defined] # a ChoiceField
        self.roles = [(role.value, *ROLES[role]) for role in offered]
        self.fields["brands"].choices = [(str(one.id), one.name) for one in brands(actor)]  # type: ignore[attr-defined] # a ChoiceField
        if actor.brand_ids is not None:
            self.fields["reach"].choices = [("some", _("Only these:"))]  # type: ignore[attr-defined] # a ChoiceField
            self.fields["reach"].initial = "some"

    def clean(self) -> dict[str, Any]:
        """See that whoever is limited is limited to something."""
        told = super().clean() or {}
        if told.get("reach") == "some" and not told.get("brands") and "brands" not in self.errors:
            self.add_error("brands", gettext("Choose at least one brand, or give all of them."))
        return told

    @property
    def brand_ids(self) -> list[UUID] | None:
        """The brands chosen; None for all."""
        return [UUID(one) for one in self.cleaned_data["brands"]] if self.cleaned_data["reach"] == "some" else None
