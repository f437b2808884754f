"""The address of stored files: see library/addresses.py."""

from django.urls import path

from postroom.library.addresses import PREFIX
from postroom.web.files import views

urlpatterns = [path(f"{PREFIX.strip('/')}/<path:token>", views.show, name="file")]
