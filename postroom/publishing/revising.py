"""Revise a post as its editor shows it: content, channels, variants and, if wanted, its time, all or nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from postroom.posts.content import Writing
from postroom.posts.writing import edit_post
from postroom.publishing.planning import Plan, Variant, put_on_channels
from postroom.publishing.scheduling import schedule_publications
from postroom.publishing.timing import When
from postroom.workspaces.actors import Actor, acting


def revise_post(
    *,
    actor: Actor,
    post_id: UUID,
    writing: Writing,
    variants: Sequence[Variant],
    when: When | None = None,
    now: datetime,
    version: int | None = None,
) -> Plan:
    """Put new content and variants in place of the old and, with `when`, (re)schedule: in one transaction.

    Without `when` what is scheduled stays so, if it still fits. Errors: BadInput, NotFound, NotAllowed, Conflict (an
    older `version`, too late), DoesNotFit.
    """
    with acting(actor):
        edit_post(actor=actor, post_id=post_id, writing=writing, now=now, version=version)
        plan = put_on_channels(actor=actor, post_id=post_id, variants=variants, now=now)
        if when is not None:
            publications = list(plan.post.publications.select_for_update().order_by("id"))
            schedule_publications(actor, plan.post, publications, when, now, misfits=plan.misfits)
        return plan
