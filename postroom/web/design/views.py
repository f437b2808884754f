"""Every part of the design system on one page, so that light, dark and high contrast can be looked over at once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from postroom.networks import registry
from postroom.web.design.tokens import THEMES, colours, pairs
from postroom.web.frame.seats import Seated
from postroom.web.templatetags.ui import DRAWN, STATES
from postroom.workspaces.permissions import Permission

TONES: Final = ("good", "warn", "bad", "doubt", "busy", "wait", "quiet")
NAMES: Final = ("Penny Wise", "The Evening Edition", "Cold Case Files", "Die Gartenfreunde", "Ørsted", "Åsa & Co")


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody to show."""

    display_name: str
    network: str
    username: str = ""
    avatar_url: str = ""


class SampleForm(forms.Form):
    """One field of each kind, one of them wrong."""

    name = forms.CharField(label=_("Name"), help_text=_("Help stands below its field and is read with it."))
    email = forms.EmailField(label=_("E-mail address"))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("a", _("First choice")), ("b", _("Second choice"))])
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    agreed = forms.BooleanField(label=_("A box to tick"), required=False)


@require_safe
def show(request: Seated) -> HttpResponse:
    """Show everything; `?theme=` in a theme that isn't one's own."""
    request.actor.demand(Permission.WORKSPACE_EDIT)
    networks = registry.names()
    theme = request.GET.get("theme", "")
    now = timezone.now()
    told = {
        "themes": [
            ("auto", _("As the machine")),
            ("light", _("Light")),
            ("dark", _("Dark")),
            ("contrast", _("Contrast")),
        ],
        "asked": theme,
        "names_of_themes": list(THEMES),
        "pairs": pairs(),
        "colours": list(colours()["light"]),
        "tones": TONES,
        "states": list(STATES),
        "icons": sorted(DRAWN),
        "networks": networks,
        "faces": [Face(name, networks[at % len(networks)]) for at, name in enumerate(NAMES)],
        "form": SampleForm({"name": "", "email": "ada@", "kind": "a", "notes": "What was typed stays."}),
        "moments": [now, now - timedelta(minutes=5), now + timedelta(hours=3), now + timedelta(days=1, hours=2)],
        **({"theme": theme} if theme in {"auto", *THEMES} else {}),
    }
    return render(request, "design/page.html", told)
