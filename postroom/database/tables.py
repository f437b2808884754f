"""What every table of ours starts with: a time-ordered id, and two moments the database itself keeps."""

from django.db import models
from django.db.models.functions import Now

from postroom.kit.ids import uuid7


class Row(models.Model):
    """A table with a UUIDv7 key, `created_at` and `updated_at`.

    The migration that creates such a table adds `TenantTable` or `PlainTable` (postroom.database.tenancy): their
    trigger sets `updated_at` on every UPDATE and keeps `created_at` as it was first written.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True
