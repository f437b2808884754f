"""Starts `bench.sender` as the worker would be started: as the engine's role, with Django set up."""

import django

from postroom.config.env import choose_role

if __name__ == "__main__":
    choose_role("engine")
    django.setup()
    from bench.sender import run

    run()
