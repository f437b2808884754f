"""The e-mails this room sends by itself; nothing goes out where no server for e-mail is configured."""

from smtplib import SMTPException
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext

from postroom.workspaces.models import Invitation

log: Final = structlog.get_logger(__name__)


def address_of_invitation(secret: str) -> str:
    """The address that an invitation's secret opens."""
    return f"{settings.PUBLIC_URL}/invitations/{secret}/"


def send_invitation(invitation: Invitation, *, secret: str, inviter: str, workspace: str) -> bool:
    """Send the link; False when it wasn't sent, for then the inviter has to hand it over. Never raises for that."""
    if not settings.SENDS_EMAIL:
        return False
    told = {
        "inviter": inviter or workspace,
        "workspace": workspace,
        "role": invitation.role,
        "link": address_of_invitation(secret),
        "until": f"{invitation.expires_at:%Y-%m-%d %H:%M} UTC",
    }
    subject = gettext("%(inviter)s invites you to %(workspace)s on Postroom") % told
    body = gettext(
        "%(inviter)s invites you to the workspace %(workspace)s on Postroom, as %(role)s.\n\n"
        "Accept here:\n%(link)s\n\n"
        "The link works once, for this address, until %(until)s. If you don't know what this is about, do nothing.\n"
    )
    try:
        send_mail(" ".join(subject.split()), body % told, None, [invitation.email])
    except (OSError, SMTPException) as problem:
        log.warning("an invitation couldn't be sent", error=type(problem).__name__, invitation_id=str(invitation.id))
        return False
    return True
