"""Strangers' files are decoded in a process of their own, with bounds on memory, time and what it may write.

A file made to crash or flood a decoder takes down a child that knows no secret and holds no connection; the memory of
large pictures is given back when it ends. The child reads one task as JSON from its standard input and answers one.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from postroom.kit.media import Aim, Facts, Made, Unfit

_ROOT: Final = str(Path(__file__).parents[2])
_START: Final = f"import sys; sys.path.insert(0, {_ROOT!r}); from postroom.kit.darkroom import work; work()"
_MEMORY: Final = 3 * 1024**3
"""Bytes of address space of one child."""
_LOOK_SECONDS: Final = 60
_MAKE_SECONDS: Final = 1800


class Broke(Exception):
    """The child ended without an answer for a reason that isn't the file's (killed, no memory on this machine)."""


def look(path: Path, thumbnail: Path | None = None) -> Facts:
    """Read a file's facts, and write a preview of it (WebP) to `thumbnail`. Raises `Unfit`, `Broke`."""
    task = {"do": "look", "path": str(path), "thumbnail": str(thumbnail) if thumbnail else None}
    return Facts(**_ask(task, _LOOK_SECONDS))


def make(path: Path, facts: Facts, target: Path, aim: Aim) -> Made:
    """Write a form of a picture or film that fits the aim to `target`. Raises `Unfit`, `Broke`."""
    task = {
        "do": "make",
        "path": str(path),
        "target": str(target),
        "facts": {name: getattr(facts, name) for name in Facts.__slots__},
        "aim": {name: getattr(aim, name) for name in Aim.__slots__},
    }
    return Made(**_ask(task, _MAKE_SECONDS))


def _ask(task: dict[str, Any], seconds: int) -> dict[str, Any]:
    task["seconds"] = seconds
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _START],
            input=json.dumps(task).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds * 2,  # processor time is bounded in the child; this is for one that sleeps
            check=False,
            env={"LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        raise Unfit("a file that takes too long to read", "a simpler or shorter file") from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise _explain(done.returncode) from None
    if "unfit" in answer:
        raise Unfit(*answer["unfit"])
    if "broke" in answer:
        raise Broke(answer["broke"])
    return dict(answer["made"])


def _explain(code: int) -> Exception:
    """A child without an answer: a crash or the end of its processor time is the file's doing, SIGKILL is not."""
    if code == -signal.SIGKILL:
        return Broke("the process that reads files was killed; is there enough memory?")
    return Unfit(f"a file that its reader broke on (code {code})", "a whole file")


def work() -> None:
    """The child: bound oneself, do the one task, answer."""
    task = json.loads(sys.stdin.buffer.read())
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints must not be taken for the answer
    _bound(int(task.pop("seconds")))
    try:
        answer: dict[str, Any] = {"made": _do(task)}
    except Unfit as problem:
        answer = {"unfit": [problem.found, problem.allowed]}
    except MemoryError:
        answer = {"unfit": ["a file that takes too much memory to read", "a smaller file"]}
    except OSError as problem:
        answer = {"broke": f"{type(problem).__name__}: {problem.strerror}"}
    except Exception as problem:  # noqa: BLE001 - whatever a decoder throws at a broken file is the file's fault
        answer = {"unfit": [f"a file that can't be read ({type(problem).__name__})", "a whole file"]}
    answers.write(json.dumps(answer))
    answers.flush()
    os._exit(0)  # decoders' threads and clean-up are not waited for


def _bound(seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    for which, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(which)[1]
        resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    os.nice(5)


def _do(task: dict[str, Any]) -> dict[str, Any]:
    from postroom.kit import darkroom_tasks  # noqa: PLC0415 - Pillow and PyAV are loaded in the child only

    return darkroom_tasks.do(task)
