"""A toy network for these tests: accounts, consent, keys that rotate, and trouble on demand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from postroom.networks.line import Line
from postroom.networks.shape import (
    App,
    Ask,
    Begin,
    Connected,
    Connecting,
    Format,
    Identity,
    Network,
    Return,
    SendTo,
    Tokens,
    Way,
)
from postroom.networks.verdicts import Expired, Rejected, Retry, Stop, Verdict

SECRETS = ("hush-password", "hush-verifier", "hush-client", "hush-access", "hush-refresh", "hush-extra")
"""What everything secret in this network begins with; none of it may show anywhere."""


ADA = Identity("id-1", "ada", "Ada", followers=5, following=3, posts=1, learned={"text.max": 700})


@dataclass
class Toy:
    """The make-believe server behind the network."""

    who: Identity = ADA
    refreshes: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    registered: int = 0
    generation: int = 1
    current_refresh: str = "hush-refresh-1"
    trouble: list[Verdict | Exception] = field(default_factory=list)
    """Answers to the next calls of refresh and whoami; when empty, they succeed."""
    during: Callable[[], Any] | None = None
    """Run in the middle of a refresh: what another process does meanwhile."""
    lose_answers: int = 0
    grace: bool = False
    """Whether a refresh token that was used may be used once more."""
    forgiven: set[str] = field(default_factory=set)
    ends_in: float = 3600
    authorize: str = "https://toy.example/authorize"
    apps: list[App | None] = field(default_factory=list)

    def tokens(self) -> Tokens:
        return Tokens(
            access=f"hush-access-{self.generation}",
            refresh=self.current_refresh,
            expires_at=datetime.now(UTC) + timedelta(seconds=self.ends_in),
            scopes=("read", "write"),
            extra={"proof": "hush-extra"},
        )

    def fail_if_told(self) -> None:
        if self.trouble:
            trouble = self.trouble.pop(0)
            raise trouble if isinstance(trouble, Exception) else Stop(trouble)

    async def refresh(self, line: Line, tokens: Tokens, now: datetime) -> Tokens:
        self.refreshes.append(str(tokens.refresh))
        self.fail_if_told()
        if self.during is not None:
            await self.during()
        if tokens.refresh != self.current_refresh and not (self.grace and tokens.refresh in self.forgiven):
            raise Stop(Expired("invalid_grant: this refresh token was used before", refreshable=False))
        self.forgiven = {str(tokens.refresh)}
        self.generation += 1
        self.current_refresh = f"hush-refresh-{self.generation}"
        if self.lose_answers:
            self.lose_answers -= 1
            raise Stop(LOST)
        return self.tokens()

    async def whoami(self, line: Line) -> Identity:
        self.fail_if_told()
        if line.tokens is None or line.tokens.access != f"hush-access-{self.generation}":
            raise Stop(Expired("the key was not accepted"))
        return self.who

    async def revoke(self, line: Line, tokens: Tokens) -> None:
        self.fail_if_told()
        self.revoked.append(tokens.access)

    async def register(self, line: Line, start: Begin) -> App:
        self.registered += 1
        return App(f"app-{self.registered}", "hush-client", {"more": "hush-client-more"})

    async def begin(self, line: Line, start: Begin) -> SendTo:
        self.fail_if_told()
        self.apps.append(line.app)
        return SendTo(f"{self.authorize}?state={start.state}", {"verifier": "hush-verifier"})

    async def finish(self, line: Line, back: Return) -> Connected:
        if "code" not in back.params:
            raise Stop(Rejected(back.params.get("error", "no code")))
        assert back.remember == {"verifier": "hush-verifier"}
        self.apps.append(line.app)
        return Connected(self.who, self.tokens(), line.who.server)

    async def direct(self, line: Line, start: Begin) -> Connected:
        self.fail_if_told()
        if start.fields["password"] != "hush-password":
            raise Stop(Rejected("name and password don't go together", "password"))
        return Connected(replace(self.who, username=start.fields["handle"]), self.tokens(), line.who.server)

    def network(self) -> Network:
        """The network as a value."""
        asks = (
            Ask("handle", "Handle"),
            Ask("password", "App password", secret=True),
            Ask("server", "Server", required=False, default="https://toy.example"),
        )
        pages = Way("pages", "By its pages", "…", begin=self.begin, finish=self.finish, needs_app=True)
        ways = (
            replace(pages, name="pages", asks=(asks[2],), register=self.register),
            replace(pages, name="app"),
            Way("password", "By password", "…", asks=asks, direct=self.direct),
        )
        return Network(
            name="toy",
            label="Toy",
            formats=frozenset({Format.TEXT}),
            limits=(),
            steps=(),
            connecting=Connecting(
                ways=ways,
                whoami=self.whoami,
                refresh=self.refresh,
                refresh_early=600,
                revoke=self.revoke,
                server_of=_server_of,
            ),
        )


LOST = Retry("toy.example did not answer")


def _server_of(fields: Mapping[str, str]) -> str:
    server = fields.get("server", "")
    if " " in server:
        raise Stop(Rejected("this is no address", "server"))
    return server
