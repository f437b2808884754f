"""Where addresses lead: each door brings its own list."""

from django.urls import URLPattern, URLResolver, include, path

from postroom.api.door import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("", include("postroom.web.connect.urls")),
    path("", include("postroom.web.files.urls")),
    path("", include("postroom.web.urls")),
]
