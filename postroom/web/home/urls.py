"""Addresses of the home screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.frame.soon import soon

urlpatterns = [
    path("", soon, name="home"),
]
