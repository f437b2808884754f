"""One web process on a core of its own: what `postroom web` runs."""

import os
import sys
import threading
import time
import urllib.request


def main() -> None:
    """Serve until standard input ends."""
    os.sched_setaffinity(0, {int(sys.argv[1])})
    port = os.environ["POSTROOM_PORT"]
    threading.Thread(target=_tell, args=(port,), daemon=True).start()
    threading.Thread(target=_end, daemon=True).start()
    sys.argv = ["postroom", "web"]
    from postroom.cli.root import run

    run(["web"])


def _tell(port: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health").read()
        except OSError:
            time.sleep(0.05)
            continue
        print("ready", flush=True)
        return


def _end() -> None:
    import signal

    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
