"""Addresses of the settings screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.frame.soon import soon

urlpatterns = [
    path("settings/", soon, name="settings"),
]
