"""Resolve the dependencies anew and write both locks: lock.txt for users, dev.txt for work on Postroom.

Run by `make lock`. The locks name versions and hashes, never where to fetch them from: a mirror is as good as
the index, because the hashes decide.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
FLAGS = (
    "--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-header", "--no-annotate",
    "--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options",
    "--newline=lf",
)  # fmt: skip
PLACES = re.compile(
    r"https?:|file:/|--index|--find-links|(?<![\w])/(?:home|root|opt|work|tmp|usr|Users)/|\.org\b|\.com\b"
)


def main() -> None:
    """Write both locks, then refuse them if they name a host or a folder of this machine."""
    development = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["dev"]
    wanted = HERE / "dev.in"
    wanted.write_text("\n".join(["-c lock.txt", "hatchling", "editables", *development, ""]))
    try:
        resolve("lock.txt", "--build-deps-for=editable", "pyproject.toml")
        resolve("dev.txt", "pyproject.toml", "requirements/dev.in")
    finally:
        wanted.unlink()


def resolve(output: str, *arguments: str) -> None:
    """Let pip-compile write one lock, keeping versions that still fit unless `--upgrade` was asked for."""
    target = HERE / output
    subprocess.run(
        [
            sys.executable,
            "-m",
            "piptools",
            "compile",
            *FLAGS,
            *sys.argv[1:],
            "-o",
            f"requirements/{output}",
            *arguments,
        ],
        cwd=ROOT,
        check=True,
    )
    if named := [line for line in target.read_text().splitlines() if PLACES.search(line)]:
        sys.exit(f"{output} names a place:\n" + "\n".join(named))
    sys.stdout.write(f"{output}: {target.read_text().count('==')} packages\n")


if __name__ == "__main__":
    main()
