"""HTML of the sandbox's frame and of its sign-in: plain strings, everything from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from postroom.networks.sandbox.server.kinds import Kind
from postroom.networks.sandbox.server.storage import Row


def frame(title: str, main: str, *, live: bool = False, narrow: bool = False) -> str:
    """Wrap a page: head, the label that says what this is, and the main part."""
    script = '<script src="/static/live.js" defer></script>' if live else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} · Sandbox</title>
<link rel="stylesheet" href="/static/sandbox.css">
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
{script}
</head>
<body{' class="narrow"' if narrow else ""}>
<p class="label"><strong>Sandbox</strong> Nothing here is public: a make-believe network that runs on this machine.</p>
<header class="top">
<a class="brand" href="/"><img src="/static/icon.svg" alt="" width="28" height="28">Sandbox</a></header>
<main>
{main}
</main>
</body>
</html>
"""


def face(account: Row, size: int = 44) -> str:
    """Show an account's round picture."""
    return f'<img class="face" src="/avatar/{escape(account["name"])}.svg" alt="" width="{size}" height="{size}">'


def sign_in_page(
    accounts: Iterable[Row], kinds: Mapping[str, Kind], asked: Mapping[str, str], *, problem: str = ""
) -> str:
    """Ask whom to sign in as: one of the accounts, or a new one."""
    hidden = _hidden(asked)
    known = "".join(
        f"""<form method="post" action="/oauth/sign-in">{hidden}
<input type="hidden" name="name" value="{escape(account["name"])}">
<button class="row" data-account="{escape(account["name"])}">{face(account, 36)}
<span><b>{escape(account["display_name"])}</b>
<small>@{escape(account["name"])} · {kinds[account["kind"]].label}</small></span>
</button></form>"""
        for account in accounts
    )
    choices = "".join(f'<option value="{kind.name}">{escape(kind.label)}</option>' for kind in kinds.values())
    said = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    list_of_known = f'<section class="card list"><h2>Your accounts</h2>{known}</section>' if known else ""
    return frame(
        "Sign in",
        f"""<h1>Sign in to the sandbox</h1>
<p class="soft"><b>{escape(asked["client_id"])}</b> wants to connect a channel. There are no passwords here.</p>
{list_of_known}
<section class="card"><h2>A new account</h2>{said}
<form method="post" action="/oauth/sign-in" class="fields">{hidden}
<label>Name
<input name="name" required maxlength="30" pattern="[A-Za-z0-9._\\-]+" autocapitalize="none" autocomplete="off"></label>
<label>Kind<select name="kind">{choices}</select></label>
<button class="main">Make it and sign in</button></form></section>""",
        narrow=True,
    )


def consent_page(account: Row, asked: Mapping[str, str], scopes: Mapping[str, str], form_key: str) -> str:
    """Ask the owner for consent, scope by scope."""
    wanted = "".join(f"<li>{escape(scopes[name])}</li>" for name in asked["scope"].split())
    return frame(
        "Allow access",
        f"""<h1>Allow access?</h1>
<section class="card"><p class="who">{face(account)}<span><b>{escape(account["display_name"])}</b>
<small>@{escape(account["name"])}</small></span></p>
<p><b>{escape(asked["client_id"])}</b> would like to:</p><ul class="scopes">{wanted}</ul>
<form method="post" action="/oauth/decide" class="buttons">{_hidden(asked)}
<input type="hidden" name="form_key" value="{escape(form_key)}">
<button class="main" name="decision" value="yes">Allow</button>
<button name="decision" value="no">Don’t allow</button></form>
<form method="get" action="/oauth/authorize">{_hidden(asked)}
<button class="plain" name="switch" value="1">Use another account</button></form></section>""",
        narrow=True,
    )


def failed_page(why: str) -> str:
    """Say why it can't go on."""
    return frame("That did not work", f'<h1>That did not work</h1><p class="card">{escape(why)}</p>', narrow=True)


def _hidden(asked: Mapping[str, str]) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in asked.items())
