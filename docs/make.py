"""Write the pages of docs/ that are made from tables: configuration.md and one page a network.

Run by `make docs`; a test fails when a page and its table no longer agree. With `--check` nothing is written and
the stale pages are listed.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from postroom.config import env  # noqa: E402 - the checkout this script lies in, not whatever is installed
from postroom.networks import registry, rules  # noqa: E402 - the same
from postroom.networks.quotas import WINDOW, span  # noqa: E402 - the same
from postroom.networks.shape import Limit, Network, Option, Way  # noqa: E402 - the same

MADE = "<!-- Made by `make docs`. Change the table it is made from, not this page. -->\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


# ── Configuration ────────────────────────────────────────────────────────────────────────────────────────────────


def default_of(row: "Field[Any]") -> str:
    """A default as somebody would write it into the environment; no folder of the machine that made the page."""
    value = row.default
    if isinstance(value, bool):
        return "`yes`" if value else "`no`"
    if isinstance(value, Path):
        home = Path.home()
        return f"`~/{value.relative_to(home).as_posix()}`" if value.is_relative_to(home) else f"`{value}`"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`" if value else ""
    return f"`{value}`" if value != "" else ""


def configuration() -> str:
    """The page of environment variables."""
    rows = [
        (f"`{name}`", row.metadata["doc"] + (" *Secret.*" if row.metadata["secret"] else ""), default_of(row))
        for name, row in env.variables()
    ]
    return "\n".join(
        [
            MADE,
            "# Configuration",
            "",
            "Postroom runs without any configuration. What can be changed is changed by environment variables,",
            "and these are all of them. A name that isn't in this table, or a value that doesn't fit, stops the start",
            "with a sentence that says which one and what would do; an empty variable counts as not set.",
            "",
            *table(("variable", "what it decides", "default"), rows),
            "",
        ]
    )


# ── Networks ─────────────────────────────────────────────────────────────────────────────────────────────────────


def abilities(network: Network) -> dict[str, bool]:
    """What a network can do here, in words."""
    return {
        "look up whether a post went out": network.find is not None,
        "remove a post": network.remove is not None,
        "threads": network.threads,
        "counters (likes, replies, …)": network.numbers is not None,
        "renew its key by itself": network.connecting.refresh is not None,
        "give its key back": network.connecting.revoke is not None,
    }


UNITS = {
    "grapheme": "characters",
    "grapheme_local_mentions": "characters, of a mention only the local part",
    "codepoint": "code points",
    "utf16": "UTF-16 units",
    "byte": "bytes",
}
KINDS = {"bool": "yes or no", "text": "a text", "number": "a number"}
ENDINGS = {".bytes": "bytes", ".pixels": "pixels", ".width.max": "pixels", ".width.min": "pixels"}


def bytes_of(number: float) -> str:
    """A size as people say it, beside the exact number where that is rounded."""
    for factor, unit in ((1024, "KiB MiB GiB"), (1000, "kB MB GB")):
        for power, name in reversed(list(enumerate(unit.split(), 1))):
            if number >= factor**power and number % factor**power == 0:
                return f"{number / factor**power:,.0f} {name}"
    return f"{number:,.0f} bytes"


def unit_of(limit: Limit) -> str:
    """What an amount is counted in."""
    if quota := WINDOW.fullmatch(limit.unit):
        return f"in {span(int(quota[1]))}" + (f" for each {quota[2]}" if quota[2] else "")
    guess = next((unit for ending, unit in ENDINGS.items() if limit.what.endswith(ending)), "")
    return UNITS.get(limit.unit, limit.unit.replace("_", " ")) or guess


def amount_of(limit: Limit) -> str:
    """An amount with its unit, as a sentence would have it."""
    if isinstance(limit.amount, tuple):
        return ", ".join(limit.amount)
    number, unit = limit.amount, unit_of(limit)
    if ".seconds" in limit.what:
        return span(int(number)) if float(number).is_integer() else f"{number:g} seconds"
    if unit == "bytes":
        return bytes_of(number)
    if limit.what in {"media.mix", "text.required"}:
        return "yes" if number else "no"
    return f"{number:,.0f} {unit}".strip() if float(number).is_integer() else f"{number:g} {unit}".strip()


def limit_row(limit: Limit) -> tuple[str, ...]:
    """One limit: what, how much, what happens beyond it, where it is written and when we looked."""
    formats = f" ({', '.join(sorted(limit.formats))})" if limit.formats else ""
    remarks = [limit.note, "" if limit.sure else "not certain"]
    source = f"[source]({limit.source})" if limit.source.startswith("http") else limit.source
    return (
        re.sub(r" \((1|1 = allowed|a quota)\)", "", rules.WHATS.get(limit.what, limit.what)) + formats,
        amount_of(limit),
        "waits" if WINDOW.fullmatch(limit.unit) else "blocks" if limit.hard else "warns",
        "; ".join(filter(None, remarks)),
        f"{source} {limit.checked or ''}".strip(),
    )


def way_lines(way: Way) -> Iterator[str]:
    """How a channel is connected this way."""
    yield f"- **{way.label}**: {way.explains.strip()}"
    if way.asks:
        yield f"  Asks for: {', '.join(ask.label for ask in way.asks)}."
    if way.scopes:
        yield f"  Permissions: {', '.join(f'`{scope}`' for scope in way.scopes)}."


def option_row(option: Option) -> tuple[str, ...]:
    """One choice the network offers for a publication."""
    choices = ", ".join(f"`{value}`" for value, _ in option.choices) or KINDS.get(option.kind, option.kind)
    return f"`{option.name}`", f"{option.label}. {option.help}".strip(" ."), choices


def network_page(network: Network) -> str:
    """One network's page."""
    lines = [MADE, f"# {network.label}", ""]
    if network.is_sandbox:
        lines += ["A network inside Postroom, for trying things out. Nothing posted here reaches anybody outside.", ""]
    lines += [f"Formats: {', '.join(sorted(network.formats))}.", "", "## Connecting", ""]
    lines += [line for way in network.connecting.ways for line in way_lines(way)]
    lines += ["", "## What it can do", ""]
    lines += [f"- {'yes' if can else 'no'}: {what}" for what, can in abilities(network).items()]
    lines += ["", "## Limits", "", "What one server or channel allows on top is learned when it is connected.", ""]
    lines += table(("what", "amount", "beyond it", "remarks", "source, looked at on"), map(limit_row, network.limits))
    if network.options:
        lines += ["", "## Its own options", "", *table(("option", "what", "values"), map(option_row, network.options))]
    return "\n".join([*lines, ""])


def overview(networks: Iterable[Network]) -> str:
    """The list of networks."""
    rows = [
        (f"[{network.label}]({network.name}.md)", ", ".join(sorted(network.formats)), str(len(network.limits)))
        for network in networks
    ]
    return "\n".join([MADE, "# Networks", "", *table(("network", "formats", "known limits"), rows), ""])


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def pages() -> dict[str, str]:
    """Every made page by its name below docs/."""
    networks = registry.every()
    made = {f"networks/{network.name}.md": network_page(network) for network in networks}
    return {"configuration.md": configuration(), "networks/index.md": overview(networks), **made}


def stale(made: Mapping[str, str], docs: Path) -> list[str]:
    """Pages that differ from their table, are missing, or belong to a network that is gone."""
    there = {path.relative_to(docs).as_posix() for path in docs.glob("networks/*.md")}
    differ = {name for name, text in made.items() if not (docs / name).is_file() or (docs / name).read_text() != text}
    return sorted(differ | (there - set(made)))


def main() -> None:
    """Write what is stale and say so; with `--check`, only say so and fail."""
    made = pages()
    for name in (found := stale(made, DOCS)):
        if "--check" not in sys.argv:
            if name in made:
                (DOCS / name).write_text(made[name])
            else:
                (DOCS / name).unlink()
        sys.stdout.write(f"docs/{name}\n")
    if found and "--check" in sys.argv:
        sys.exit("These pages are stale: run `make docs`.")


if __name__ == "__main__":
    main()
