"""The web application as a WSGI server takes it; runs as the app role unless its door chose otherwise."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")
application = get_wsgi_application()
