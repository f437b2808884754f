"""Where addresses lead: each door brings its own list."""

from django.urls import URLPattern, URLResolver, path

from postroom.api.door import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
]
