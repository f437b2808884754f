"""Addresses of the channels screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.frame.soon import soon

urlpatterns = [
    path("channels/", soon, name="channels"),
]
