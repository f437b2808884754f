"""The sandbox: a make-believe network with its own server (see `server/`), to try everything on without a public.

This folder is its adapter, furnished like any other network's. It knows the server by HTTP alone.
"""

from postroom.networks.sandbox import connect, errors, limits, numbers, steps
from postroom.networks.shape import Connecting, Find, Format, Network, Numbers, Step
from postroom.networks.verdicts import Touch

NETWORK = Network(
    name="sandbox",
    label="Sandbox",
    formats=frozenset(Format),
    limits=limits.LIMITS,
    options=limits.OPTIONS,
    steps=(
        Step("upload", Touch.STAGES, steps.upload),
        Step("processed", Touch.LOOKS, steps.await_media),
        Step("container", Touch.STAGES, steps.make_container),
        Step("ready", Touch.LOOKS, steps.await_container),
        Step("post", Touch.PUBLISHES, steps.post_with_key, keyed=True),
        Step("publish", Touch.PUBLISHES, steps.publish),
    ),
    find=Find(steps.find),
    remove=steps.remove,
    numbers=Numbers(numbers.read, at_once=50),
    connecting=Connecting(
        ways=(connect.OAUTH, connect.DIRECT),
        whoami=connect.whoami,
        refresh=connect.refresh,
        refresh_early=300,
        revoke=connect.revoke,
        server_of=connect.server_of,
    ),
    errors=errors.ROWS,
    read_error=errors.read,
    threads=True,
    is_sandbox=True,
    colour="#b45309",
    mark="Sb",
)
