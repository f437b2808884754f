"""`python -m bench [part …]`: measure, print the figures beside their goals, and keep the raw ones in bench/results/.

A part is a module of this folder with `measure(house, *, rounds) -> (figures, raw)`; each gets a house of its own.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.house import ROOT, open_house
from bench.table import show

RESULTS = Path(__file__).parent / "results"


def parts() -> list[str]:
    """Every module here that measures something."""
    found = sorted(file.stem for file in Path(__file__).parent.glob("*.py"))
    return [name for name in found if "def measure(" in (Path(__file__).parent / f"{name}.py").read_text()]


def machine() -> dict[str, Any]:
    """What it ran on."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }


def main() -> int:
    """Run the parts asked for; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"of {', '.join(parts())}; all without")
    parser.add_argument("--rounds", type=int, default=3, help="repetitions; medians are shown")
    asked = parser.parse_args()
    cores, missed = os.sched_getaffinity(0), False
    for name in asked.part or parts():
        where = machine()
        with open_house() as house:
            figures, raw = import_module(f"bench.{name}").measure(house, rounds=asked.rounds)
        os.sched_setaffinity(0, cores)
        show(f"{name} (load before: {where['load_before']:.1f})", figures)
        RESULTS.mkdir(exist_ok=True)
        kept = {"machine": where, "figures": [one.told() for one in figures], "raw": raw}
        (RESULTS / f"{name}.json").write_text(json.dumps(kept, indent=1, default=str) + "\n")
        missed = missed or any(one.is_met is False for one in figures)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
