"""Whether an address is verified is allauth's to keep; a second copy could only disagree."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="user",
            name="email_verified_at",
        ),
    ]
