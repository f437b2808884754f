"""Addresses outside any workspace: accounts, profile, workspaces."""

from django.urls import include, path

from postroom.web.frame.soon import soon
from postroom.web.signing import views

urlpatterns = [
    path("", views.enter, name="enter"),
    path("accounts/", include("allauth.account.urls")),
    path("profile/", soon, name="profile"),
    path("workspaces/new/", soon, name="workspace-new"),
]
