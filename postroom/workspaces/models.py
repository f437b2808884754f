"""Who may come in: users, workspaces, memberships, invitations, API keys; and the base of every tenant table."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from postroom.database.tables import Row


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is the name to sign in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user; without a password nobody can sign in by one."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user who may do everything in the installation."""
        return self.create_user(email, password, is_superuser=True, is_staff=True, **fields)


class User(Row, AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Belongs to no workspace by itself; memberships do that.

    Whether `email` is verified is kept by allauth, in its EmailAddress alone.
    """

    email = models.EmailField(unique=True)
    username = models.CharField(max_length=60, unique=True, null=True, blank=True)
    name = models.CharField(max_length=200, blank=True, default="")
    display_name = models.CharField(max_length=200, blank=True, default="")
    avatar_url = models.TextField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    preferences = models.JSONField(default=dict, blank=True)
    """time_zone, locale, theme (light, dark, auto, contrast), week_start (0 Monday … 6 Sunday)."""

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_lower"),)

    def __str__(self) -> str:
        """The name people know."""
        return self.display_name or self.name or self.email


class Workspace(Row):
    """A tenant: its members, brands, and everything else."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    time_zone = models.TextField(default="UTC")
    settings = models.JSONField(default=dict, blank=True)
    """missed_after_hours, …"""
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_why = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        """Its name."""
        return self.name


class TenantRow(Row):
    """A row that belongs to a workspace. Its migration adds `TenantTable`: row-level security from the first day."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Role(models.TextChoices):
    """What a member is, from all to little. What each may do stands in `permissions.py`."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    APPROVER = "approver"
    VIEWER = "viewer"


class Membership(TenantRow):
    """A user in a workspace, with a role, optionally limited to some brands."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.TextField(choices=Role.choices)
    brand_ids = models.JSONField(null=True, blank=True)
    """Ids of the brands this member is limited to; null = all. (Brands live above; so no foreign key.)"""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("workspace", "user"), name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role"),
        )

    def __str__(self) -> str:
        """Who is what."""
        return f"{self.user_id} {self.role}"


class Invitation(TenantRow):
    """An invitation to a workspace, accepted by its one-time secret; only the secret's hash is kept."""

    email = models.EmailField()
    role = models.TextField(choices=Role.choices)
    brand_ids = models.JSONField(null=True, blank=True)
    secret_hash = models.BinaryField(unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role"),)
        indexes = (models.Index(fields=("workspace", "email"), name="invitation_email"),)

    def __str__(self) -> str:
        """Whom it invites."""
        return f"{self.email} as {self.role}"


class ApiKey(TenantRow):
    """A key for programs: shown once, kept as a hash. It acts with its own role, scopes and brand limits."""

    name = models.CharField(max_length=200)
    prefix = models.CharField(max_length=16, unique=True)
    """The first characters, shown in lists, by which the key is found."""
    hash = models.BinaryField()
    """SHA-256 of the whole key (256 random bits need no slow hash)."""
    role = models.TextField(choices=Role.choices)
    scopes = models.JSONField(default=list)
    """Names from `permissions.SCOPES`; empty = all that the role may."""
    brand_ids = models.JSONField(null=True, blank=True)
    is_agent = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(role__in=Role.values), name="api_key_role"),)
        indexes = (models.Index(fields=("workspace", "-created_at"), name="api_key_list"),)

    def __str__(self) -> str:
        """Its name and prefix."""
        return f"{self.name} ({self.prefix}…)"


class RepeatableRequest(TenantRow):
    """The answer given to a write with an Idempotency-Key: a repeat gets the same and changes nothing."""

    api_key_id = models.UUIDField(null=True)
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField()
    """SHA-256 of method, path and body: the same key with another request is an error."""
    status = models.PositiveSmallIntegerField(null=True)
    """Null while the first request is still running."""
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("workspace", "api_key_id", "key"), name="repeatable_once", nulls_distinct=False
            ),
        )
        indexes = (models.Index(fields=("created_at",), name="repeatable_age"),)

    def __str__(self) -> str:
        """Its key."""
        return self.key
