"""Addresses of the design screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.design import views

urlpatterns = [
    path("design/", views.show, name="design"),
]
