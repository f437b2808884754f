"""Addresses that carry a secret: invitations, the link for the first account, links that sign in.

Opening one changes nothing, for mail programs and messengers open links too; only a button does.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from postroom.web.settings.words import ROLES
from postroom.web.signing.adapter import BY_LINK, INVITATION, SET_UP
from postroom.workspaces.errors import Conflict, NotFound
from postroom.workspaces.inviting import OpenInvitation, accept_invitation, look_at_invitation
from postroom.workspaces.links import look_at_sign_in_token, opens_set_up, use_sign_in_token


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Say who invites to what; join by the button, after signing in or up."""
    try:
        found = look_at_invitation(secret=secret, now=timezone.now())
    except NotFound:
        request.session.pop(INVITATION, None)
        return _gone(request, "invitation")
    request.session[INVITATION] = secret
    user: Any = request.user
    fits = user.is_authenticated and user.email.lower() == found.email.lower()
    if request.method == "POST" and fits:
        return _join(request, user, secret, found)
    told = {"invitation": found, "fits": fits, "role": ROLES[found.role]}
    return render(request, "signing/invitation.html", told, status=403 if request.method == "POST" else 200)


def _join(request: HttpRequest, user: Any, secret: str, found: OpenInvitation) -> HttpResponse:
    try:
        accept_invitation(user_id=user.id, secret=secret, now=timezone.now())
    except NotFound:
        return _gone(request, "invitation")
    except Conflict:
        messages.info(request, gettext("You are a member of %(name)s already.") % {"name": found.workspace})
    else:
        messages.success(request, gettext("Welcome to %(name)s.") % {"name": found.workspace})
    request.session.pop(INVITATION, None)
    return redirect("home", found.slug)


@never_cache
@require_http_methods(["GET", "HEAD"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever has the link make the first account."""
    if not opens_set_up(token=token, now=timezone.now()):
        return _gone(request, "set-up")
    request.session[SET_UP] = token
    return redirect("account_signup")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in as the user a link was made for, once."""
    try:
        if request.method != "POST":
            told = {"linked": look_at_sign_in_token(token=token, now=timezone.now())}
            return render(request, "signing/sign_in.html", told)
        linked = use_sign_in_token(token=token, now=timezone.now())
    except NotFound:
        return _gone(request, "sign-in")
    request.session.flush()  # nothing of whoever sat here before
    user = get_user_model().objects.get(pk=linked.id)
    # Whoever runs the machine vouches for this user: no e-mail has to be waited for.
    answer: HttpResponse = perform_login(request, user, email_verification="none")
    request.session[BY_LINK] = True
    return answer


def _gone(request: HttpRequest, what: str) -> HttpResponse:
    """Answer for unknown, used and late alike."""
    return render(request, "signing/gone.html", {"what": what}, status=404)


def with_email(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a page that works by e-mail only where e-mails are sent; elsewhere say what to do instead."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        if settings.SENDS_EMAIL:
            return view(request, *args, **given)
        return render(request, "signing/no_email.html")

    return asked
