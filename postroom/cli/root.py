"""`postroom` itself: the table of commands, each loaded only when it is called, and what errors look like.

To add a command, see postroom/cli/output.py.
"""

import importlib
import importlib.util
import sys
from typing import Any, Final

import click

from postroom.config.env import EnvironmentProblem

# name → what it does. `postroom <name>` runs postroom/cli/<name>.py's `app`; dashes in a name are _ in the file's.
COMMANDS: Final = {
    "up": "Run everything: database, web, worker.",
    "web": "Run the web server alone.",
    "worker": "Run the worker alone.",
    "migrate": "Make or update the database.",
    "doctor": "Say in plain words what is missing.",
    "demo": "Start with a demo workspace and follow what it publishes.",
    "user": "People who can sign in.",
    "workspace": "Workspaces and their members.",
    "member": "Members: their roles and brands.",
    "invitation": "Invitations into a workspace.",
    "brand": "Brands.",
    "niche": "Niches that brands share.",
    "channel": "Channels: connect, look, disconnect.",
    "asset": "Images, videos and other files.",
    "post": "Posts: write, schedule, look, settle.",
    "publication": "What became of a post on each channel.",
    "event": "What somebody may have to look at.",
    "key": "API keys.",
    "keys": "Keys that encrypt what is stored.",
}


class _Root(click.Group):
    """Knows the commands by the table, so that `--help` loads none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        specs = {name: importlib.util.find_spec(_module(name)) for name in COMMANDS}
        return [name for name, spec in specs.items() if spec and spec.origin]  # a folder alone is no command yet

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        import typer.main

        command: Any = typer.main.get_command(importlib.import_module(_module(cmd_name)).app)
        command.name = cmd_name
        return command  # type: ignore[no-any-return]  # typer's classes are click's

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


def _module(name: str) -> str:
    return f"postroom.cli.{name.replace('-', '_')}"


def _show_version(ctx: click.Context, _parameter: click.Parameter, *, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"postroom {version('postroom')}")
        ctx.exit()


root = _Root(
    name="postroom",
    help="Postroom: write once, check per network, approve, publish on time, and know what happened.",
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=lambda ctx, parameter, value: _show_version(ctx, parameter, wanted=value),
            help="Show the version and exit.",
        )
    ],
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and exit; the codes are in output.py."""
    try:
        code = root.main(args=arguments, prog_name="postroom", standalone_mode=False)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        code = 130
    except EnvironmentProblem as problem:
        click.echo(f"postroom: {problem}", err=True)
        code = 2
    except Exception as problem:  # noqa: BLE001 - what isn't understood is raised again
        code = _tell(problem)
    sys.exit(code if isinstance(code, int) else 0)


def _tell(problem: Exception) -> int:
    """Say what went wrong; the exit code. A bug is raised again, for its traceback."""
    # Typer carries a click of its own within it, so that its exceptions are known by what they can do.
    if hasattr(problem, "exit_code") and callable(show := getattr(problem, "show", None)):
        show()
        return int(problem.exit_code)
    if type(problem).__name__ in {"Exit", "Abort"}:
        return int(getattr(problem, "exit_code", 130))
    from postroom.cli.output import in_words

    words, code = in_words(problem)
    if words is None:
        raise problem
    click.echo(f"postroom: {words}", err=True)
    return code
