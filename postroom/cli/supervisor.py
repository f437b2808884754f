"""The process behind `postroom up`: starts the parts in order, restarts what dies, ends all of them with itself.

Run as a program, without Django, typer or a database driver in it, because it stays for as long as Postroom runs.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from postroom.config import folder
from postroom.config.env import Environment, EnvironmentProblem, environment
from postroom.database.embedded import DatabaseProblem, Embedded
from postroom.kit.processes import die_with_parent

_LONGEST_PAUSE: Final = 30.0
_HEALTHY_AFTER: Final = 60.0
_GRACE: Final = 25.0


def say(words: str) -> None:
    """A line about the whole, on stderr."""
    print(f"postroom: {words}", file=sys.stderr, flush=True)  # noqa: T201 - the supervisor has no logger, to stay small


class Stopped(Exception):
    """A part can't run at all; the message says why, and what to do."""


@dataclass
class Part:
    """A child process that is to run always."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5
    again_at: float = field(default=0.0)
    is_silent: bool = False
    """What it prints on stdout is for programs (the sandbox's READY line, with its token), not for the terminal."""

    def start(self) -> None:
        """Start it, tied to our life."""
        self.started = time.monotonic()
        self.again_at = 0.0
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self.is_silent else None,
            start_new_session=True,  # Ctrl-C reaches us alone; we end the parts in order
            preexec_fn=die_with_parent(),  # noqa: PLW1509 - this process has one thread
        )

    def look(self) -> None:
        """Notice that it died, and start it again once its pause is over."""
        if self.process is not None and (code := self.process.poll()) is not None:
            lived = time.monotonic() - self.started
            self.pause = 0.5 if lived > _HEALTHY_AFTER else min(self.pause * 2, _LONGEST_PAUSE)
            how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            say(f"the {self.name} {how}; it starts again in {self.pause:.0f} s")
            self.process = None
            self.again_at = time.monotonic() + self.pause
        if self.again_at and time.monotonic() >= self.again_at:
            self.start()

    def stop(self) -> None:
        """End it: asked to at first, after a while without asking."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            say(f"the {self.name} doesn't end; killing it")
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Everything `postroom up` runs."""

    def __init__(self, here: Environment, *, welcomes: bool = False) -> None:
        self.here, self.welcomes = here, welcomes
        self.database: Embedded | None = None
        python = [sys.executable, "-m"]
        self.parts = [Part("web server", [*python, "postroom.config.serving"])]
        if here.worker:
            self.parts.append(Part("worker", [*python, "postroom.config.working"]))
        if here.sandbox:
            where = ["--data", str(here.data / "sandbox"), "--port", str(here.sandbox_port)]
            self.parts.insert(
                0, Part("sandbox network", [*python, "postroom.networks.sandbox.server", *where], is_silent=True)
            )
        self.stopping = False
        self.answered = False
        self._bell, self._ring = os.pipe()

    def run(self) -> None:
        """Run until SIGTERM or SIGINT. Stopped when something can't run at all."""
        self._listen_for_signals()
        try:
            self._start()
            while not self.stopping:
                self._wait(0.05 if not self.answered else 30.0)
                self._look()
        finally:
            self._stop()

    def _listen_for_signals(self) -> None:
        os.set_blocking(self._bell, False)
        os.set_blocking(self._ring, False)
        signal.set_wakeup_fd(self._ring, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._be_told)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake us

    def _be_told(self, number: int, _frame: object) -> None:
        if self.stopping:  # a second Ctrl-C: don't wait for anybody
            for part in self.parts:
                if part.process:
                    part.process.kill()
        else:
            say(f"stopping ({signal.Signals(number).name})")
        self.stopping = True

    def _wait(self, longest: float) -> None:
        due = [part.again_at for part in self.parts if part.again_at]
        timeout = min([longest, *(max(0.0, at - time.monotonic()) for at in due)])
        if select.select([self._bell], [], [], timeout)[0]:
            os.read(self._bell, 512)

    def _start(self) -> None:
        folder.prepare(self.here.data)
        for port in (self.here.port, *([self.here.sandbox_port] if self.here.sandbox else [])):
            _demand_free(self.here.host, port)
        if self.here.is_embedded:
            self.database = Embedded(self.here.data, owner=f"{self.here.database_role_prefix}_owner")
            if not self.database.files.exists():
                say("making the database, this once")
            self.database.start()
        migrated = subprocess.run(
            [sys.executable, "-m", "postroom.config.migrating"],
            check=False,
            preexec_fn=die_with_parent(),
        )
        if self.stopping:
            return
        if migrated.returncode:
            raise Stopped("the database couldn't be brought up to date; the lines above say why")
        for part in self.parts:
            part.start()

    def _look(self) -> None:
        if self.database and self.database.has_died and not self.stopping:
            say("PostgreSQL ended; starting it again")
            self.database.start()
        for part in self.parts:
            if not self.stopping:
                part.look()
        if not self.answered and _answers(self.here.host, self.here.port):
            self.answered = True
            say(f"ready at {self.here.public_url} (stop with Ctrl-C)")
            if self.welcomes:
                _welcome()

    def _stop(self) -> None:
        self.stopping = True
        for part in reversed(self.parts):
            part.stop()
        if self.database:
            self.database.stop()


def _demand_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as problem:
            raise Stopped(
                f"{host}:{port} can't be listened on ({problem.strerror}); choose with POSTROOM_HOST and POSTROOM_PORT "
                "(the sandbox network's: POSTROOM_SANDBOX_PORT)"
            ) from None


def _welcome() -> None:
    """Print the link for the first account where there is none yet: in a process of its own, for it needs Django."""
    subprocess.run(
        [sys.executable, "-m", "postroom.cli", "user", "link", "--first"],
        check=False,
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent(),
    )


def _answers(host: str, port: int) -> bool:
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison, not a bind
    try:
        socket.create_connection((reach, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def main() -> int:
    """Supervise; the exit code."""
    try:
        Supervisor(environment(), welcomes="--welcome" in sys.argv).run()
    except (Stopped, DatabaseProblem, EnvironmentProblem) as problem:
        say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
