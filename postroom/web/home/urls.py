"""Addresses of the home screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.home import views

urlpatterns = [
    path("", views.show, name="home"),
    path("again/<uuid:publication_id>/", views.again, name="home-again"),
]
