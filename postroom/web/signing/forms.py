"""Forms of people: signing up, changing a password, a user's own names and preferences, a new workspace."""

from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from allauth.core import context
from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postroom.web.settings.forms import ZoneField, zone_choices
from postroom.web.signing.adapter import BY_LINK, invitation_of

HARD_TO_GUESS = _("At least 8 characters; not one of the common ones, and not like your name or address.")


class Plain:
    """Allauth's fields in our words: labels instead of placeholders, one way to say a thing."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **more: Any) -> None:
        """Say it over again."""
        super().__init__(*args, **more)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in {"login", "email"}:
                field.label = _("E-mail address")
            if name in {"password", "oldpassword"}:
                field.help_text = ""  # allauth's link for forgotten ones, which the page has already
        again = "password2" in self.fields
        if "password1" in self.fields:
            self.fields["password1"].help_text = HARD_TO_GUESS
            self.fields["password1"].label = _("New password") if again else _("Password")
        if again:
            self.fields["password2"].label = _("New password, again")


class SignIn(Plain, LoginForm):  # type: ignore[misc] # allauth has no types
    """Address and password."""


class Forgotten(Plain, ResetPasswordForm):  # type: ignore[misc] # allauth has no types
    """The address a link goes to."""


class NewPassword(Plain, ResetPasswordKeyForm):  # type: ignore[misc] # allauth has no types
    """A new password, by a link."""


class FirstPassword(Plain, SetPasswordForm):  # type: ignore[misc] # allauth has no types
    """A password, for who has none."""


class SignUp(Plain, SignupForm):  # type: ignore[misc] # allauth has no types
    """Name, address, password. With an invitation the address is the one it was sent to."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **more: Any) -> None:
        """Fix the address of who is invited."""
        super().__init__(*args, **more)
        self.invitation = invitation_of(context.request)
        if self.invitation:
            self.initial["email"] = self.invitation.email
            self.fields["email"].widget.attrs["readonly"] = True
            self.fields["email"].help_text = _("The invitation is for this address.")

    def clean_email(self) -> str:
        """Take no other address than the invited one."""
        email: str = super().clean_email()
        if self.invitation and email.lower() != self.invitation.email.lower():
            raise forms.ValidationError(
                gettext("The invitation is for %(email)s.") % {"email": self.invitation.email}, code="other_address"
            )
        return email


class ChangePassword(Plain, ChangePasswordForm):  # type: ignore[misc] # allauth has no types
    """A new password, by the old one; whoever came by a one-time link has shown enough."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """Drop the question for the old one where it isn't needed."""
        super().__init__(*args, **more)
        if context.request.session.get(BY_LINK):
            del self.fields["oldpassword"]


class NewAddress(Plain, AddEmailForm):  # type: ignore[misc] # allauth has no types
    """Another e-mail address; the one in use has to be verified first, or it would be dropped for one that isn't."""

    def clean_email(self) -> str:
        """Take none while the present one isn't verified."""
        if not self.user.emailaddress_set.filter(verified=True).exists():
            raise forms.ValidationError(
                gettext("First open the link that was sent to %(email)s.") % {"email": self.user.email},
                code="unverified",
            )
        return str(super().clean_email())


class ProfileForm(forms.Form):
    """What a user says of themselves, and how they like pages."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    display_name = forms.CharField(
        label=_("Display name"),
        max_length=200,
        required=False,
        help_text=_("What others see. Empty: your name, or your e-mail address."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        widget=forms.Select,
        help_text=_("For the times you read. A brand’s schedule stays in the brand’s zone."),
    )
    locale = forms.ChoiceField(label=_("Language"), choices=lambda: settings.LANGUAGES)
    week_start = forms.TypedChoiceField(
        label=_("Weeks start on"), coerce=int, choices=[(0, _("Monday")), (6, _("Sunday")), (5, _("Saturday"))]
    )
    theme = forms.ChoiceField(
        label=_("Colours"),
        choices=[
            ("auto", _("As this device has it")),
            ("light", _("Light")),
            ("dark", _("Dark")),
            ("contrast", _("High contrast")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        """Offer every zone, and none."""
        super().__init__(*args, **more)
        self.fields["time_zone"].widget.choices = [("", _("That of the workspace")), *zone_choices()]


class WorkspaceForm(forms.Form):
    """A new workspace."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("Your company’s or your own: whoever the channels belong to.")
    )
    time_zone = ZoneField(label=_("Time zone"), help_text=_("For everything that has no brand; can be changed later."))
