"""Addresses of the library screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.frame.soon import soon

urlpatterns = [
    path("library/", soon, name="library"),
]
