"""Addresses of the settle screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.settle import views

urlpatterns = [
    path("settle/", views.show, name="settle"),
    path("settle/<uuid:publication_id>/", views.answer, name="settle-answer"),
]
