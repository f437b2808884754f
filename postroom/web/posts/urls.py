"""Addresses of the posts screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.frame.soon import soon

urlpatterns = [
    path("posts/<uuid:post_id>/", soon, name="post"),
]
