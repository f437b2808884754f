"""What commands ask for: given, read from a file, or typed; secrets are never shown."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from postroom.cli.output import Problem, WronglyCalled

if TYPE_CHECKING:
    from postroom.channels.queries import WayRow
    from postroom.networks.shape import Ask


def read_asks(way: "WayRow", given: Mapping[str, str]) -> dict[str, str]:
    """Fill in a way's fields. A secret is given as name=@FILE or name=-: command lines show in process lists."""
    asked = {one.name: one for one in way.asks}
    for name in given:
        if name not in asked:
            raise WronglyCalled(f"--field: found {name!r}; allowed is one of {', '.join(asked) or 'no fields'}")
    return {
        name: value
        for name, one in asked.items()
        if (value := _secret(one, given.get(name)) if one.secret else _plain(one, given.get(name))) is not None
    }


def ask_hidden(words: str, *, again: bool = False, instead: str = "") -> str:
    """Ask on a terminal without showing it; read a line where there is none. `instead`: what else could be done."""
    if sys.stdin.isatty():
        return str(typer.prompt(words, hide_input=True, confirmation_prompt=again, err=True))
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        raise Problem(f"{words}: give it on the standard input{instead and f', or {instead}'}.")
    return line


def _plain(one: "Ask", given: str | None) -> str | None:
    if given is not None or not one.required:
        return given
    if sys.stdin.isatty():
        return str(typer.prompt(_words(one), default=one.default or None, err=True))
    if one.default:
        return one.default
    raise Problem(f"{one.label} is missing; give it with --field {one.name}=…{_help(one)}")


def _secret(one: "Ask", given: str | None) -> str | None:
    if given == "-":
        return sys.stdin.readline().rstrip("\n")
    if given is not None and given.startswith("@"):
        try:
            return Path(given[1:]).read_text().rstrip("\n")
        except OSError as problem:
            raise Problem(f"--field {one.name}: {given[1:]} can't be read ({problem.strerror})") from None
    if given is not None:
        raise WronglyCalled(
            f"--field {one.name}: it is secret, and command lines can be seen by others; "
            f"leave it out to be asked, or give {one.name}=@FILE or {one.name}=- for the standard input"
        )
    if sys.stdin.isatty():
        return str(typer.prompt(_words(one), hide_input=True, err=True, default=None if one.required else ""))
    if one.required:
        raise Problem(f"{one.label} is missing; give it with --field {one.name}=@FILE or {one.name}=-{_help(one)}")
    return None


def _words(one: "Ask") -> str:
    return f"{one.label}{_help(one)}"


def _help(one: "Ask") -> str:
    return f" ({one.help})" if one.help else ""
