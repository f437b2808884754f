"""Children that end when we do, however we end: on Linux the kernel sees to it; elsewhere these do nothing."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
# Loaded here: between fork and exec only what is there already may be called.
_libc: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(with_signal: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """What to give subprocess.Popen as `preexec_fn`: the child gets the signal when the thread that made it ends.

    So start such children on a thread that lives as long as the process: the main one.
    """
    parent = os.getpid()

    def ask_kernel() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
            if os.getppid() != parent:  # it died between fork and here: nobody would send the signal any more
                os._exit(1)

    return ask_kernel


def end_with_parent(with_signal: signal.Signals = signal.SIGKILL) -> None:
    """Ask for the signal when our own parent ends; for a process whose maker can't be given a `preexec_fn`."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
