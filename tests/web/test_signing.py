"""Coming in: accounts, links that carry a secret, invitations, a user's own pages, and what strangers learn."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from postroom.web.signing.redacting import NoSecrets
from postroom.workspaces.inviting import invite, revoke_invitation
from postroom.workspaces.links import make_set_up_token, make_sign_in_token
from postroom.workspaces.models import User
from postroom.workspaces.queries import members
from postroom.workspaces.users import create_user, user_by_email, workspaces_of
from tests.make.workspaces import NOW, Cast, make_user
from tests.web.signing import signed_in

PASSWORD = "a long enough one"
NEW = {"name": "Ida", "email": "ida@example.org", "password1": PASSWORD}


@pytest.fixture(autouse=True)
def _patient() -> None:
    """Nobody's tries count against the next test."""
    cache.clear()


@pytest.fixture
def by_mail(settings: Any) -> None:
    """An installation that sends e-mail."""
    settings.SENDS_EMAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


def link_in(body: Any, after: str = "/") -> str:
    """The path of the address in an e-mail."""
    found = re.search(rf"https?://[^/\s]+({after}\S+)", body)
    assert found, body
    return found[1]


def user(email: str = "ada@example.org") -> User:
    return create_user(email=email, name="Ada", password=PASSWORD, now=NOW)


def sign_in(client: Client, email: str = "ada@example.org", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def test_somebody_signs_in_and_out(db: None) -> None:
    user()
    client = Client()
    client.get("/accounts/login/")
    assert "not correct" in sign_in(client, password="wrong").text
    before = client.session.session_key
    assert sign_in(client)["Location"] == "/"
    assert client.session.session_key != before
    assert client.get("/").headers["Location"] == "/workspaces/new/"
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/profile/").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/profile/", "/profile/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("http://localhost:9999/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_nobody_is_sent_to_another_host(db: None, wanted: str, given: str) -> None:
    user()
    assert sign_in(Client(), next=wanted)["Location"] == given


def test_what_is_not_used_is_not_there_and_the_rest_is_in_our_design(cast: Cast, by_mail: None) -> None:
    client, me = Client(), signed_in(cast.owner)
    for path in ("accounts/login/code/confirm/", "accounts/signup/passkey/", "accounts/reauthenticate/"):
        assert client.get(f"/{path}").status_code == 404
    ours = ("login", "signup", "inactive", "password/reset", "password/reset/done", "password/reset/key/done")
    mine = ("logout", "email", "password/change", "password/set", "confirm-email")
    for client, paths in ((client, ours), (me, mine)):  # noqa: B020 - one after the other
        for path in (*paths, "confirm-email/nothing", "password/reset/key/1-nothing"):
            answer = client.get(f"/accounts/{path}/", follow=True)
            assert answer.status_code == 200, path
            assert 'class="entrance"' in answer.text or "Profile and preferences" in answer.text, path


def test_without_email_the_pages_say_what_to_do(db: None) -> None:
    for path in ("password/reset", "email", "confirm-email", "password/reset/key/1-nothing"):
        assert "postroom user link" in Client().get(f"/accounts/{path}/").text, path


def test_strangers_make_no_accounts_unless_it_is_open(db: None, settings: Any) -> None:
    for _ in range(2):  # an empty installation, and one with a user
        answer = Client().post("/accounts/signup/", NEW)
        assert ("by invitation" in answer.text, user_by_email(NEW["email"])) == (True, None)
        user(f"ada{_}@example.org")
    settings.SIGNUP = "open"
    assert Client().post("/accounts/signup/", NEW).status_code == 302
    made = user_by_email(NEW["email"])
    assert made is not None
    assert (made.name, made.check_password(PASSWORD)) == ("Ida", True)


def test_the_first_one_comes_by_a_link_that_dies_with_it(db: None, by_mail: None) -> None:
    token = make_set_up_token(now=timezone.now())
    late = make_set_up_token(now=timezone.now() - timedelta(days=2))
    for wrong in (late, token[:-2], make_sign_in_token(user_id=make_user().id, now=timezone.now())):
        assert Client().get(f"/set-up/{wrong}/").status_code == 404
    User.objects.all().delete()
    client = Client()
    assert client.get(f"/set-up/{token}/")["Location"] == "/accounts/signup/"
    assert client.post("/accounts/signup/", NEW)["Location"] == "/"
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/workspaces/new/"
    answer = client.post("/workspaces/new/", {"name": "Ink & Co", "time_zone": "Europe/Berlin"})
    assert answer["Location"] == "/w/ink-co/"
    assert [one.time_zone for one in workspaces_of(user_by_email(NEW["email"]).id)] == ["Europe/Berlin"]
    assert Client().get(f"/set-up/{token}/").status_code == 404
    other = Client()
    assert "by invitation" in other.post("/accounts/signup/", NEW | {"email": "bo@example.org"}).text


def test_a_sign_in_link_works_once_and_for_its_user(db: None, by_mail: None) -> None:
    ada = user()
    token = make_sign_in_token(user_id=ada.id, now=timezone.now())
    client = Client()
    for _ in range(2):  # looking uses nothing up
        assert "ada@example.org" in client.get(f"/sign-in/{token}/").text
    assert client.post(f"/sign-in/{token}/").status_code == 302
    assert client.session["_auth_user_id"] == str(ada.id)
    for method in (Client().get, Client().post):
        assert method(f"/sign-in/{token}/").status_code == 404
    changed = client.post(
        "/accounts/password/change/", {"password1": "another long one", "password2": "another long one"}
    )
    assert changed["Location"] == "/profile/"
    again = client.post("/accounts/password/change/", {"password1": PASSWORD, "password2": PASSWORD})
    assert "oldpassword" in again.text


def test_a_sign_in_link_dies_of_age_of_other_sign_ins_and_of_new_passwords(db: None) -> None:
    ada = user()
    now = timezone.now()
    assert (
        Client().get(f"/sign-in/{make_sign_in_token(user_id=ada.id, now=now - timedelta(days=2))}/").status_code == 404
    )
    token = make_sign_in_token(user_id=ada.id, now=now)
    sign_in(Client())
    assert Client().post(f"/sign-in/{token}/").status_code == 404
    token = make_sign_in_token(user_id=ada.id, now=now)
    User.objects.filter(id=ada.id).update(password="!")
    assert Client().post(f"/sign-in/{token}/").status_code == 404
    token = make_sign_in_token(user_id=ada.id, now=now)
    User.objects.filter(id=ada.id).update(is_active=False)
    assert Client().post(f"/sign-in/{token}/").status_code == 404


def test_somebody_new_is_invited_signs_up_and_joins(cast: Cast) -> None:
    made = invite(actor=cast.admin, email="ida@example.org", role="editor", now=timezone.now())
    client = Client()
    page = client.get(f"/invitations/{made.secret}/").text
    assert all(word in page for word in (cast.workspace.name, "Editor", "ida@example.org", cast.admin.name))
    assert made.secret not in client.get("/accounts/signup/").text
    other = client.post("/accounts/signup/", NEW | {"email": "bo@example.org"})
    assert ("The invitation is for ida@example.org" in other.text, user_by_email("bo@example.org")) == (True, None)
    assert client.post("/accounts/signup/", NEW)["Location"] == f"/invitations/{made.secret}/"
    assert client.post(f"/invitations/{made.secret}/")["Location"] == f"/w/{cast.workspace.slug}/"
    assert "ida@example.org" in {row.email for row in members(cast.owner)}
    assert client.post(f"/invitations/{made.secret}/").status_code == 404
    assert client.get(f"/w/{cast.workspace.slug}/").status_code == 200


def test_an_invitation_waits_for_the_address_to_be_verified(cast: Cast, by_mail: None) -> None:
    made = invite(actor=cast.admin, email="ida@example.org", role="viewer", now=timezone.now())
    assert made.is_sent
    client = Client()
    client.get(link_in(mail.outbox[0].body))
    assert client.post("/accounts/signup/", NEW)["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session
    verify = link_in(mail.outbox[1].body, "/accounts/confirm-email/")
    assert "Is ida@example.org yours?" in client.get(verify).text
    assert client.post(verify)["Location"] == f"/invitations/{made.secret}/"
    assert client.post(f"/invitations/{made.secret}/").status_code == 302


def test_a_known_user_signs_in_and_joins_and_another_is_told(cast: Cast) -> None:
    made = invite(actor=cast.admin, email=user().email, role="viewer", now=timezone.now())
    client = signed_in(cast.outsider)
    assert "was sent to ada@example.org" in client.get(f"/invitations/{made.secret}/").text
    assert client.post(f"/invitations/{made.secret}/").status_code == 403
    client = Client()
    client.get(f"/invitations/{made.secret}/")
    assert sign_in(client)["Location"] == f"/invitations/{made.secret}/"
    assert (
        client.post(f"/invitations/{made.secret}/", follow=True).redirect_chain[-1][0] == f"/w/{cast.workspace.slug}/"
    )


def test_invitations_that_do_not_work_look_the_same(cast: Cast) -> None:
    now = timezone.now()
    late = invite(actor=cast.admin, email="a@example.org", role="viewer", now=now - timedelta(days=8))
    revoked = invite(actor=cast.admin, email="b@example.org", role="viewer", now=now)
    revoke_invitation(actor=cast.admin, invitation_id=revoked.invitation.id, now=now)
    seen = set()
    for secret in (late.secret, revoked.secret, "nonsense"):
        answer = Client().get(f"/invitations/{secret}/")
        seen.add((answer.status_code, re.sub(r'"X-CSRFToken": "\w*"', "", answer.text)))
    assert {code for code, _ in seen} == {404}
    assert len(seen) == 1


def test_a_password_is_reset_by_mail_and_nobody_learns_who_has_an_account(db: None, by_mail: None) -> None:
    user()
    client = Client()
    there, nobody = (client.post("/accounts/password/reset/", {"email": f"{one}@example.org"}) for one in ("ada", "no"))
    assert (there.status_code, there["Location"]) == (nobody.status_code, nobody["Location"])
    reset = next(
        link_in(one.body, "/accounts/password/reset/key/") for one in mail.outbox if one.to == ["ada@example.org"]
    )
    page = client.get(reset, follow=True)
    said = {"password1": "another long one", "password2": "another long one"}
    assert client.post(page.request["PATH_INFO"], said).status_code == 302
    assert "doesn’t work" in Client().get(reset, follow=True).text
    ada = user_by_email("ada@example.org")
    assert ada is not None
    assert ada.check_password("another long one")


def test_signing_up_does_not_tell_whether_an_address_is_taken(db: None, by_mail: None, settings: Any) -> None:
    settings.SIGNUP = "open"
    user()
    taken, free = (
        Client().post("/accounts/signup/", NEW | {"email": one}) for one in ("ada@example.org", NEW["email"])
    )
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])


def test_an_address_changes_once_it_is_verified(db: None, by_mail: None) -> None:
    ada = user()
    client = Client()
    client.post(f"/sign-in/{make_sign_in_token(user_id=ada.id, now=timezone.now())}/")
    wanted = {"action_add": "", "email": "new@example.org"}
    assert "First open the link" in client.post("/accounts/email/", wanted).text
    client.post("/accounts/email/", {"action_send": "", "email": "ada@example.org"})
    client.post(link_in(mail.outbox[-1].body, "/accounts/confirm-email/"))
    client.post("/accounts/email/", wanted)
    assert "new@example.org" in client.get("/accounts/email/").text
    assert User.objects.get(id=ada.id).email == "ada@example.org"
    sent = next(one for one in mail.outbox if one.to == ["new@example.org"])
    client.post(link_in(sent.body, "/accounts/confirm-email/"))
    assert User.objects.get(id=ada.id).email == "new@example.org"


def test_a_mail_server_that_is_away_breaks_nothing(db: None, by_mail: None, settings: Any, cast: Cast) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    user()
    assert Client().post("/accounts/password/reset/", {"email": "ada@example.org"}).status_code == 302
    assert not invite(actor=cast.admin, email="ida@example.org", role="viewer", now=timezone.now()).is_sent


def test_guessing_passwords_comes_to_an_end(db: None) -> None:
    user()
    for _ in range(5):
        sign_in(Client(), password="wrong")
    assert "Too many" in sign_in(Client()).text
    assert any(Client().post("/accounts/login/", {"login": f"{_}@b.org"}).status_code == 429 for _ in range(40))


def test_names_and_preferences_are_changed_and_what_is_wrong_is_said(cast: Cast) -> None:
    client = signed_in(cast.viewer)
    said = {
        "name": "Vi",
        "display_name": "",
        "time_zone": "Asia/Tokyo",
        "locale": "en",
        "week_start": "6",
        "theme": "contrast",
    }
    assert client.post("/profile/", said).status_code == 302
    vi = User.objects.get(id=cast.viewer.user_id or "")
    assert (vi.name, vi.preferences) == (
        "Vi",
        {"time_zone": "Asia/Tokyo", "locale": "en", "week_start": 6, "theme": "contrast"},
    )
    assert 'data-theme="contrast"' in client.get(f"/w/{cast.workspace.slug}/").text
    wrong = client.post("/profile/", said | {"name": "Typed", "time_zone": "Mars/Base", "theme": "neon"})
    assert (wrong.status_code, 'value="Typed"' in wrong.text) == (422, True)
    client.post("/profile/", said | {"time_zone": ""})
    assert "time_zone" not in User.objects.get(id=vi.id).preferences


def test_a_second_workspace_is_made_and_switched_to(cast: Cast) -> None:
    client = signed_in(cast.owner)
    assert client.post("/workspaces/new/", {"name": "", "time_zone": "UTC"}).status_code == 422
    assert client.post("/workspaces/new/", {"name": "Second", "time_zone": "Mars/Base"}).status_code == 422
    home = client.post("/workspaces/new/", {"name": "Second", "time_zone": "UTC"})["Location"]
    assert f'href="/w/{cast.workspace.slug}/"' in client.get(home).text
    assert signed_in(cast.editor).get(home).status_code == 404


def test_secrets_stay_out_of_the_logs() -> None:
    for name in ("invitation", "set_up", "sign_in"):
        given = {"secret" if name == "invitation" else "token": "s3cret-token"}
        path = reverse(f"signing-{name.replace('_', '-')}", kwargs=given)
        record = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Not Found", path), None)
        assert NoSecrets().filter(record)
        assert "s3cret" not in record.getMessage()
        assert record.getMessage().startswith("Not Found: /")
    for path in (
        "/accounts/password/reset/key/1-s3cret/",
        "/accounts/confirm-email/s3cret/",
        "/channels/return?code=s3cret",
    ):
        record = logging.LogRecord("django.request", 30, "", 0, f"broke at {path}", None, None)
        NoSecrets().filter(record)
        assert "s3cret" not in record.getMessage()
