"""Addresses of the composer screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.frame.soon import soon

urlpatterns = [
    path("compose/", soon, name="compose"),
]
