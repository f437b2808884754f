from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings) -> Path:
    """A file storage of this test's own; the folder of what is stored."""
    folder = tmp_path / "files"
    settings.DATA, settings.MEDIA_ROOT = tmp_path, folder
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "default": local}
    return folder
