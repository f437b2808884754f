"""The web application as an ASGI server takes it; runs as the app role unless its door chose otherwise."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")
application = get_asgi_application()
