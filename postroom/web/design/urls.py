"""Addresses of the design screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.frame.soon import soon

urlpatterns = [
    path("design/", soon, name="design"),
]
