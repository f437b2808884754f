"""`python -m postroom.cli` is `postroom`."""

from postroom.cli import main

main()
