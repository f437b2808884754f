"""Addresses outside any workspace: accounts, profile, workspaces, and links that carry a secret.

Of allauth's pages those that are used, each by name: what isn't in this list isn't there.
"""

from allauth.account import views as allauth
from django.urls import path, re_path

from postroom.web.signing import links, views
from postroom.web.signing.links import with_email

urlpatterns = [
    path("", views.enter, name="enter"),
    path("profile/", views.profile, name="profile"),
    path("workspaces/new/", views.new_workspace, name="workspace-new"),
    path("invitations/<str:secret>/", links.invitation, name="signing-invitation"),
    path("set-up/<str:token>/", links.set_up, name="signing-set-up"),
    path("sign-in/<str:token>/", links.sign_in, name="signing-sign-in"),
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/signup/", allauth.signup, name="account_signup"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/email/", with_email(allauth.email), name="account_email"),
    path(
        "accounts/confirm-email/", with_email(allauth.email_verification_sent), name="account_email_verification_sent"
    ),
    re_path(
        r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", with_email(allauth.confirm_email), name="account_confirm_email"
    ),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/set/", allauth.password_set, name="account_set_password"),
    path("accounts/password/reset/", with_email(allauth.password_reset), name="account_reset_password"),
    path("accounts/password/reset/done/", with_email(allauth.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        with_email(allauth.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        with_email(allauth.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
