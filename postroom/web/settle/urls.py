"""Addresses of the settle screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.frame.soon import soon

urlpatterns = [
    path("settle/", soon, name="settle"),
]
