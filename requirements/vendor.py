"""Bring the CSS, JavaScript and icons that pages use into postroom/web/static/vendor, so that users need no Node.js.

`python requirements/vendor.py` after a change of package.json or icons.txt beside it. Licences come along.
"""

import gzip
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
STATIC = HERE.parent / "postroom" / "web" / "static"
VENDOR = STATIC / "vendor"
FILES = {
    "@tabler/core": {"dist/css/tabler.min.css": "tabler.css"},  # its notice (MIT) stands at its head
    "htmx.org": {"dist/htmx.min.js": "htmx.js", "LICENSE": "htmx.LICENSE"},
    "@tabler/icons": {"LICENSE": "icons.LICENSE"},
}
SYMBOL = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
MAP = re.compile(r"/[*/][#@] sourceMappingURL=.*", re.MULTILINE)


def fetch(package: str, version: str, into: Path) -> Path:
    """Unpack a package; gives its folder."""
    folder = into / package.replace("/", "+")
    folder.mkdir()
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package}@{version}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / "package"


def sprite(icons: Path) -> str:
    """Put the icons that pages name into one file of symbols. "name" is an outline, "name!" a filled one."""
    symbols = []
    for line in (HERE / "icons.txt").read_text().split():
        name, filled = line.rstrip("!"), line.endswith("!")
        found = SYMBOL.search((icons / ("filled" if filled else "outline") / f"{name}.svg").read_text())
        if found is None:
            sys.exit(f"no drawing in {name}.svg")
        inner = " ".join(found[1].split()).replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
        kind = ' fill="currentColor"' if filled else ""
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24"{kind}>{inner.strip()}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    """Fetch, copy, pack."""
    versions = json.loads((HERE / "package.json").read_text())["dependencies"]
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        for package, files in FILES.items():
            source = fetch(package, versions[package], Path(folder))
            for theirs, ours in files.items():
                text = MAP.sub("", (source / theirs).read_text()).rstrip() + "\n"
                (VENDOR / ours).write_text(text)
            if package == "@tabler/icons":
                (VENDOR / "icons.svg").write_text(sprite(source / "icons"))
    for file in sorted(VENDOR.iterdir()):
        if file.suffix in {".css", ".js", ".svg"}:
            # Whitenoise serves the packed one to whoever takes it.
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    main()
