"""Postroom's settings with what only its developers need: django-linear-migrations watches the lines of migrations."""

import tempfile
from pathlib import Path

from postroom.config.settings import *  # noqa: F403 - the same settings, one app more
from postroom.config.settings import INSTALLED_APPS, ROOMS

INSTALLED_APPS = [*INSTALLED_APPS, "django_linear_migrations"]
FIRST_PARTY_APPS = [f"postroom.{room}" for room in ROOMS]

# No installation stands behind these settings, so no folder of one does.
FILE_UPLOAD_TEMP_DIR = Path(tempfile.gettempdir())
