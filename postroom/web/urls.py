"""The pages: outside any workspace, then each screen below `/w/<slug>/` (see frame/seats.py)."""

from django.urls import include, path

SCREENS = ("home", "calendar", "channels", "composer", "posts", "settle", "library", "settings", "design")

urlpatterns = [
    path("", include("postroom.web.signing.urls")),
    path("w/<slug:workspace>/", include([path("", include(f"postroom.web.{screen}.urls")) for screen in SCREENS])),
]
