"""Addresses of the library screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.library import one, uploads, views

urlpatterns = [
    path("library/", views.show, name="library"),
    path("library/upload/", uploads.upload, name="library-upload"),
    path("library/removed/", views.removed, name="library-removed"),
    path("library/<uuid:asset_id>/", one.show, name="library-asset"),
    path("library/<uuid:asset_id>/remove/", one.remove, name="library-asset-remove"),
    path("library/<uuid:asset_id>/restore/", one.restore, name="library-asset-restore"),
]
