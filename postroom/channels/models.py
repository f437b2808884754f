"""Channels: connected accounts, their credentials, and everything that happened to them."""

from django.db import models

from postroom.brands.models import Brand
from postroom.channels.states import Health, Lifecycle, Status
from postroom.workspaces.models import TenantRow, User


class Channel(TenantRow):
    """One connected account on one network. What opens it is kept apart, in `Credential`."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="channels")
    network = models.TextField()
    server = models.TextField(blank=True, default="")
    """Base address of the server it lives on, where the network has many."""
    network_user_id = models.TextField()
    username = models.TextField(blank=True, default="")
    display_name = models.TextField(blank=True, default="")
    bio = models.TextField(blank=True, default="")
    avatar_url = models.TextField(blank=True, default="")
    profile_url = models.TextField(blank=True, default="")
    city = models.TextField(blank=True, default="")
    campus = models.TextField(blank=True, default="")
    niche_label = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list, blank=True)
    learned = models.JSONField(default=dict, blank=True)
    """This channel's own limits, laid over the network's table: {"text.max": 5000, …}."""

    status = models.TextField(choices=Status.choices, default=Status.PENDING)
    status_reason = models.TextField(blank=True, default="")
    health = models.TextField(choices=Health.choices, default=Health.UNKNOWN)
    lifecycle = models.TextField(choices=Lifecycle.choices, default=Lifecycle.CONNECTED)
    paused_at = models.DateTimeField(null=True, blank=True)
    """A person holds everything on this channel; the publications wait."""
    paused_why = models.TextField(blank=True, default="")

    followers = models.PositiveBigIntegerField(null=True, blank=True)
    following = models.PositiveBigIntegerField(null=True, blank=True)
    posts_count = models.PositiveBigIntegerField(null=True, blank=True)
    last_synced_at = models.DateTimeField(null=True, blank=True)
    last_posted_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    error_count = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    last_error_at = models.DateTimeField(null=True, blank=True)
    needs_review = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("network", "username", "id")
        constraints = (
            models.UniqueConstraint(fields=("workspace", "id"), name="channel_workspace_id"),
            models.UniqueConstraint(fields=("workspace", "network", "network_user_id"), name="channel_once"),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="channel_status"),
            models.CheckConstraint(condition=models.Q(health__in=Health.values), name="channel_health"),
            models.CheckConstraint(condition=models.Q(lifecycle__in=Lifecycle.values), name="channel_lifecycle"),
        )
        indexes = (
            models.Index(
                fields=("workspace", "brand"), condition=models.Q(deleted_at__isnull=True), name="channel_brand"
            ),
        )

    def __str__(self) -> str:
        """Its network and name."""
        return f"{self.network} {self.username}"


class Credential(TenantRow):
    """What opens a channel: tokens under AES-256-GCM. A new token is stored here before it is used."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="credential")
    key_id = models.TextField()
    """Which key of the ring sealed it."""
    sealed = models.BinaryField()
    """Nonce and ciphertext of the tokens' JSON, bound to workspace and channel."""
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True)
    refresh_expires_at = models.DateTimeField(null=True)
    refresh_at = models.DateTimeField(null=True)
    """When the token keeper renews it: early, with jitter; null = never needed."""
    refreshing_until = models.DateTimeField(null=True)
    """A refresh is under way and holds the lock until then."""
    refresh_failures = models.PositiveIntegerField(default=0)
    generation = models.PositiveIntegerField(default=1)
    """Counts up with every new token; a late refresher sees that somebody was faster."""

    class Meta:
        indexes = (
            models.Index(
                fields=("refresh_at",), condition=models.Q(refresh_at__isnull=False), name="credential_refresh"
            ),
        )

    def __str__(self) -> str:
        """Which channel it opens, and nothing of what is inside."""
        return f"credential of {self.channel_id}"


class NetworkApp(TenantRow):
    """Our registration at a network or one of its servers: client id, and the secret sealed."""

    network = models.TextField()
    server = models.TextField(blank=True, default="")
    client_id = models.TextField()
    key_id = models.TextField()
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("workspace", "network", "server"), name="network_app_once"),)

    def __str__(self) -> str:
        """Where it is registered."""
        return f"{self.network} {self.server} {self.client_id}".strip()


class PendingConnection(TenantRow):
    """A connection that its owner has begun and not yet finished at the network."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, null=True, related_name="+")
    """Set when an existing channel is being reconnected: it must come back as the same account."""
    network = models.TextField()
    way = models.TextField()
    server = models.TextField(blank=True, default="")
    state_hash = models.BinaryField(unique=True)
    """SHA-256 of the OAuth state."""
    key_id = models.TextField()
    sealed = models.BinaryField()
    """What `begin` asked to remember (PKCE verifier, DPoP key), sealed."""
    redirect_uri = models.TextField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    api_key_id = models.UUIDField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """What is being connected."""
        return f"{self.network} by {self.way}"


class ChannelTransition(TenantRow):
    """One lifecycle change of a channel. Written by the database itself, for every change, whoever makes it."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="transitions")
    from_state = models.TextField()
    to_state = models.TextField()
    actor_kind = models.TextField()
    """user, agent, system or scheduler."""
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="")
    context = models.JSONField(default=dict)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("channel", "-created_at"), name="transition_channel"),)

    def __str__(self) -> str:
        """From where to where."""
        return f"{self.from_state} → {self.to_state}"
