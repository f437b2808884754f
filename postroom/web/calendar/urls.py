"""Addresses of the calendar screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.calendar import moving, views

urlpatterns = [
    path("calendar/", views.show, name="calendar"),
    path("calendar/posts/<uuid:post_id>/move/", moving.move, name="calendar-move"),
    path("calendar/posts/<uuid:post_id>/back/", moving.back, name="calendar-back"),
]
