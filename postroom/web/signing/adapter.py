"""What allauth asks of us: who may sign up, where people go then, and e-mails with our own address in them."""

from smtplib import SMTPException
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from postroom.workspaces.errors import NotFound
from postroom.workspaces.inviting import OpenInvitation, look_at_invitation
from postroom.workspaces.links import opens_set_up

INVITATION: Final = "postroom_invitation"
SET_UP: Final = "postroom_set_up"
BY_LINK: Final = "postroom_by_link"
"""What a session remembers: the secret somebody came with, and that they came by a sign-in link."""

log: Final = structlog.get_logger(__name__)


def invitation_of(request: HttpRequest) -> OpenInvitation | None:
    """The invitation that this browser has come with, while it still works."""
    secret = request.session.get(INVITATION)
    if not secret:
        return None
    try:
        return look_at_invitation(secret=secret, now=timezone.now())
    except NotFound:
        request.session.pop(INVITATION, None)
        return None


def is_setting_up(request: HttpRequest) -> bool:
    """Whether this browser has come by the link for the first account, while there is none."""
    token = request.session.get(SET_UP)
    return token is not None and opens_set_up(token=token, now=timezone.now())


class Adapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Allauth's questions, answered."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Strangers only where the installation says so; whoever is invited, and the first one, always."""
        return settings.SIGNUP == "open" or invitation_of(request) is not None or is_setting_up(request)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - allauth's own shape
        """Make a user of what the form says, with a name.

        The first one's address is taken as it is: e-mail may not work yet, and the link came from the machine itself.
        """
        if is_setting_up(request):
            self.stash_verified_email(request, form.cleaned_data["email"])
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Go to the invitation somebody came with, else in."""
        secret = request.session.get(INVITATION)
        return reverse("signing-invitation", args=[secret]) if secret else reverse("enter")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Go where signing in leads."""
        return self.get_login_redirect_url(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go back to the profile; the next change asks for the old password again."""
        request.session.pop(BY_LINK, None)
        return reverse("profile")

    def is_safe_url(self, url: str | None) -> bool:
        """Tell whether somebody may be sent there: to the host they are at, or the one they should be at."""
        hosts = {self.request.get_host(), urlsplit(settings.PUBLIC_URL).netloc}
        return url_has_allowed_host_and_scheme(url, hosts, require_https=self.request.is_secure())

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Give the address that verifies an e-mail address: ours, whatever host the request names."""
        del request
        return f"{settings.PUBLIC_URL}{reverse('account_confirm_email', args=[emailconfirmation.key])}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Give the address that sets a new password: ours, whatever host the request names."""
        there = urlsplit(super().get_reset_password_from_key_url(key))
        return f"{settings.PUBLIC_URL}{there.path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send; a server that doesn't take it is noted, and never tells a stranger which addresses there are."""
        try:
            super().send_mail(template_prefix, email, {"public_url": settings.PUBLIC_URL, **context})
        except (OSError, SMTPException) as problem:
            log.error("an e-mail couldn't be sent", about=template_prefix, error=f"{type(problem).__name__}")  # noqa: TRY400 - a trace would hold the address
