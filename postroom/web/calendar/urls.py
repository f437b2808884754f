"""Addresses of the calendar screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.frame.soon import soon

urlpatterns = [
    path("calendar/", soon, name="calendar"),
]
