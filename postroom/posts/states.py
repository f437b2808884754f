"""The states of a post. Until it is scheduled people move it, from then on its publications do."""

from django.db import models


class PostStatus(models.TextChoices):
    """Where a post stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    PARTLY_PUBLISHED = "partly_published"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = PostStatus
_RUNNING = frozenset({_S.SCHEDULED, _S.PUBLISHING, _S.PUBLISHED, _S.PARTLY_PUBLISHED, _S.FAILED, _S.CANCELLED})

GRAPH: dict[PostStatus, frozenset[PostStatus]] = {
    _S.DRAFT: frozenset({_S.IN_REVIEW, _S.APPROVED, _S.SCHEDULED, _S.CANCELLED}),
    _S.IN_REVIEW: frozenset({_S.DRAFT, _S.APPROVED, _S.CANCELLED}),
    _S.APPROVED: frozenset({_S.DRAFT, _S.IN_REVIEW, _S.SCHEDULED, _S.CANCELLED}),
    _S.SCHEDULED: _RUNNING | {_S.DRAFT},
    _S.PUBLISHING: _RUNNING,
    _S.PUBLISHED: frozenset({_S.PARTLY_PUBLISHED, _S.SCHEDULED, _S.PUBLISHING}),
    _S.PARTLY_PUBLISHED: _RUNNING,
    _S.FAILED: _RUNNING | {_S.DRAFT},
    _S.CANCELLED: frozenset({_S.DRAFT, _S.SCHEDULED}),
}
"""From each status, those it may go to. From SCHEDULED on it follows from the publications."""

EDITABLE = frozenset({_S.DRAFT, _S.IN_REVIEW, _S.APPROVED, _S.SCHEDULED, _S.FAILED, _S.CANCELLED})
"""In these the post's own text and media may still be changed (a publication that has begun keeps what it sends)."""

if set(GRAPH) != set(PostStatus):
    msg = f"post states without a row in the graph: {sorted(set(PostStatus) - set(GRAPH))}"
    raise RuntimeError(msg)
