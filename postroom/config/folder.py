"""The data folder: the installation's secret, and the address of its database.

Light on purpose, like env.py: the supervisor reads it too.
"""

import os
import secrets
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from postroom.config.env import Environment, Role

SECRET_FILE: Final = "secret.key"  # noqa: S105 - a name, not a secret
ADDRESS_FILE: Final = "database.url"


def prepare(data: Path) -> None:
    """Make the data folder and the installation's secret if they aren't there yet.

    Only its owner reads in it. When root runs Postroom the embedded PostgreSQL runs as `nobody` and has to be
    able to pass through, hence the x for others.
    """
    data.mkdir(parents=True, exist_ok=True)
    if data.stat().st_uid == os.geteuid():
        data.chmod(0o711 if os.geteuid() == 0 else 0o700)
    write_private(data / SECRET_FILE, secrets.token_urlsafe(48), replace=False)


def write_private(path: Path, content: str, *, replace: bool = True) -> None:
    """Write a file only its owner may read, in one stroke: others see the old or the new one, never a half."""
    if not replace and path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            draft.replace(path)
        else:
            path.hardlink_to(draft)  # fails if somebody was quicker: theirs counts
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def secret_of(environment: Environment) -> str:
    """The installation's secret, from the environment or the data folder; "" before `postroom migrate` made one."""
    if environment.secret_key:
        return environment.secret_key
    try:
        return (environment.data / SECRET_FILE).read_text().strip()
    except FileNotFoundError:
        return ""


def owner_address(environment: Environment) -> str:
    """Where the database is, as its owner; "" when the embedded one isn't running."""
    if environment.database_url:
        return environment.database_url
    try:
        return (environment.data / ADDRESS_FILE).read_text().strip()
    except FileNotFoundError:
        return ""


def role_names(environment: Environment) -> dict[Role, str]:
    """The names of the app's and the engine's role: their addresses' users where given, else made of the prefix."""
    given = {"app": environment.database_app_url, "engine": environment.database_engine_url}
    return {
        "app": urlsplit(given["app"]).username or f"{environment.database_role_prefix}_app",
        "engine": urlsplit(given["engine"]).username or f"{environment.database_role_prefix}_engine",
    }


def address(environment: Environment, role: Role) -> str:
    """Where the database is, as one of the three roles; "" when the embedded one isn't running."""
    given = {"app": environment.database_app_url, "engine": environment.database_engine_url}.get(role, "")
    owner = owner_address(environment)
    if role == "owner" or given or not owner:
        return given or owner
    from postroom.database.passwords import password_for  # costs memory, which the supervisor doesn't have to spend

    name = role_names(environment)[role]
    parts = urlsplit(owner)
    place = parts.netloc.rpartition("@")[2]
    login = f"{quote(name)}:{quote(password_for(name, secret=secret_of(environment)))}"
    return urlunsplit(parts._replace(netloc=f"{login}@{place}"))
