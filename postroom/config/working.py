"""The worker's process: `python -m postroom.config.working`, which `postroom worker` becomes."""

import os

from postroom.config.env import choose_role


def main() -> None:
    """Run the worker as the engine role until told to stop."""
    import django

    choose_role("engine")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")
    django.setup()
    from postroom.worker.main import run

    run()


if __name__ == "__main__":
    main()
