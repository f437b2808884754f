"""Who acts on the command line: one user of one workspace, and how things are named there.

Whoever may run this may read the database's password, so nothing is guarded here: `--as` says for whom the history
speaks. It isn't a command.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Protocol
from uuid import UUID

import typer

from postroom.cli.output import Problem, WronglyCalled, start

if TYPE_CHECKING:
    from postroom.channels.queries import ChannelRow
    from postroom.workspaces.actors import Actor
    from postroom.workspaces.queries import NamedWorkspace

As = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Act as this user; the only owner by default.")]
In = Annotated[str, typer.Option("--workspace", metavar="SLUG", help="In this workspace; the only one by default.")]
Why = Annotated[str, typer.Option(help="A reason, which the history keeps.")]


class NamedUser(Protocol):
    """What commands know of a user."""

    id: UUID
    email: str

    def has_usable_password(self) -> bool:
        """Whether they can sign in by a password."""


class NamedNiche(Protocol):
    """What commands know of a niche."""

    id: UUID
    slug: str


class NamedBrand(Protocol):
    """What commands know of a brand: doors don't know its table."""

    id: UUID
    name: str
    slug: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of thing that commands name, change and show: what `postroom post cancel ID` and its like share."""

    key: str
    """What verbs call its id, such as "post_id"."""
    find: Callable[["Actor", str], UUID]
    """Gives the id of the one that was named."""
    show: Callable[..., None]
    """Prints one; takes the actor, its id, and `as_json`."""

    def change(
        self, actor: "Actor", verb: Callable[..., object], wanted: str, *, as_json: bool, **given: object
    ) -> None:
        """Call a verb on the one that is named, with what else is given, and show what has become of it."""
        found = self.find(actor, wanted)
        verb(actor=actor, now=datetime.now(UTC), **{self.key: found}, **given)
        self.show(actor, found, as_json=as_json)


def operator(as_: str = "", workspace: str = "") -> "Actor":
    """Start, and give the actor of this command. Problem where it isn't clear who or where."""
    start()
    from postroom.workspaces.users import actor_of_user

    found = workspace_named(workspace)
    return actor_of_user(user_named(as_).id, found.id) if as_ else _only_owner(found)


def user_named(email: str) -> NamedUser:
    """The user of that e-mail address. Problem where there is none."""
    from postroom.workspaces.users import user_by_email

    user = user_by_email(email)
    if user is None:
        raise Problem(f"There is no user {email}. Make one: postroom user create {email}")
    return user


def user_id_named(wanted: str) -> UUID:
    """The id of a user, given so or by e-mail address."""
    return as_id(wanted) or user_named(wanted).id


def workspace_named(slug: str) -> "NamedWorkspace":
    """The workspace of that slug or id, or the only one."""
    from postroom.workspaces.queries import workspaces_on_this_machine

    there = workspaces_on_this_machine()
    if slug:
        found = next((one for one in there if slug in {one.slug, str(one.id)}), None)
        if found is None:
            raise Problem(f"There is no workspace {slug}. Those there are: {_listed([one.slug for one in there])}")
        return found
    if not there:
        raise Problem("There is no workspace yet. Make one: postroom workspace create NAME --owner EMAIL")
    if len(there) > 1:
        raise WronglyCalled(f"Say which workspace: --workspace {' or '.join(one.slug for one in there[:5])}")
    return there[0]


def _only_owner(workspace: "NamedWorkspace") -> "Actor":
    from postroom.workspaces.actors import Actor
    from postroom.workspaces.queries import members
    from postroom.workspaces.users import actor_of_user

    machine = Actor.system(workspace.id, name="the command line")
    owners = [one for one in members(machine) if one.role == "owner"]
    if len(owners) > 1:
        names = " or ".join(one.email for one in owners[:5])
        raise WronglyCalled(f"The workspace {workspace.slug} has several owners; say who acts: --as {names}")
    return actor_of_user(owners[0].user_id, workspace.id) if owners else machine


def brand_named(actor: "Actor", wanted: str) -> NamedBrand:
    """A brand by its slug or id; the only one when nothing is given."""
    from postroom.brands.queries import brand_by_slug, brands, one_brand

    if not wanted:
        there = brands(actor)
        if len(there) == 1:
            return there[0]
        if not there:
            raise Problem("There is no brand yet. Make one: postroom brand create NAME")
        raise WronglyCalled(f"Say which brand: --brand {' or '.join(one.slug for one in there[:5])}")
    given = as_id(wanted)
    return one_brand(actor, given) if given else brand_by_slug(actor, wanted)


def niche_named(actor: "Actor", wanted: str) -> NamedNiche:
    """A niche by its slug or id."""
    from postroom.brands.queries import niches

    there = niches(actor)
    found = next((one for one in there if wanted in {one.slug, str(one.id)}), None)
    if found is None:
        raise Problem(f"There is no niche {wanted}. Those there are: {_listed([one.slug for one in there])}")
    return found


def with_brands(actor: "Actor", rows: Sequence[Any], names: Iterable[str]) -> list[dict[str, Any]]:
    """Rows that have `brand_ids`, for a table: `brands` names those somebody is limited to by slug."""
    from postroom.brands.queries import brands

    slugs = {str(one.id): one.slug for one in brands(actor)}
    told = []
    for row in rows:
        limits = "all" if row.brand_ids is None else [slugs.get(str(one), str(one)) for one in row.brand_ids]
        told.append({name: limits if name == "brands" else getattr(row, name) for name in names})
    return told


def channel_named(actor: "Actor", wanted: str, *, gone: bool = False) -> "ChannelRow":
    """A channel by its id, its username, or network:username."""
    from postroom.channels.queries import channels, one_channel

    given = as_id(wanted)
    if given:
        return one_channel(actor, given)
    network, _, name = wanted.rpartition(":")
    name = name.removeprefix("@").lower()
    there = channels(actor, limit=10_000, gone=gone)
    found = [one for one in there if one.username.removeprefix("@").lower() == name and network in {"", one.network}]
    if not found:
        known = _listed([f"{one.network}:{one.username}" for one in there])
        raise Problem(f"There is no channel {wanted}. Those there are: {known}")
    if len(found) > 1:
        several = " or ".join(f"{one.network}:{one.username} ({one.id})" for one in found[:5])
        raise WronglyCalled(f"Several channels are called {wanted}; say which: {several}")
    return found[0]


def as_id(text: str) -> UUID | None:
    """Read an id; None for what isn't one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def demand_id(what: str, text: str) -> UUID:
    """Read an id. WronglyCalled for what isn't one."""
    found = as_id(text)
    if found is None:
        raise WronglyCalled(f"{what}: found {text!r}; allowed is an id such as 0199a1b2-c3d4-7000-8000-000000000000")
    return found


def by_id(what: str) -> "Callable[[Actor, str], UUID]":
    """How a Noun's `find` reads things that are named by their id alone."""
    return lambda _, text: demand_id(what, text)


def changed(**fields: object) -> dict[str, object]:
    """The options that were given: what isn't stays as it is."""
    return {name: value for name, value in fields.items() if value is not None}


def read_pairs(given: list[str], what: str) -> dict[str, str]:
    """Read name=value words. WronglyCalled."""
    pairs = {}
    for word in given:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise WronglyCalled(f"{what}: found {word!r}; allowed is name=value")
        pairs[name] = value
    return pairs


def _listed(names: list[str]) -> str:
    return ", ".join(names[:20]) or "none yet"
