"""Addresses of the composer screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.composer import picking, views

urlpatterns = [
    path("compose/", views.show, name="compose"),
    path("compose/files/", picking.show, name="compose-files"),
    path("posts/<uuid:post_id>/edit/", views.show, name="compose-edit"),
]
