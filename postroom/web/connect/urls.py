"""Addresses that networks know: they stand in registrations and must not move."""

from django.urls import path

from postroom.web.connect import views

urlpatterns = [
    path("channels/return", views.finish, name="connect-return"),
    path("networks/<str:network>/<str:name>", views.document, name="network-document"),
]
