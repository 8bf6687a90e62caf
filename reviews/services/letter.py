"""A letter of the organizers to people of their workshop: a bulk mail that is looked at before it leaves."""

from collections.abc import Sequence

from django.db import transaction

from access.rights import require, visible_to
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from notifications.models import Batch
from notifications.services.batches import draft_batch
from notifications.services.enqueue import enqueue
from reviews import emails_desk
from workshops.models import Membership, Workshop

LONGEST_SUBJECT = 150
LONGEST_TEXT = 10_000


@transaction.atomic
def write_to_people(*, workshop: Workshop, people: Sequence[int], subject: str, text: str, by: User | None) -> Batch:
    """Draft one letter to each of these who has a role in the workshop now. Every organizer can read it.

    Raises Refused without a subject or a text, and when nobody of them has a role.
    """
    require(acting(by), "staff", workshop)
    subject, text = " ".join(subject.split()), text.strip()
    _check(subject, text)
    roles = visible_to(acting(by), "row", Membership.objects.open()).filter(workshop=workshop)
    found = User.objects.filter(pk__in=roles.filter(user__in=list(people)).values("user"), is_active=True)
    to = list(found.order_by("pk"))
    if not to:
        raise Refused("None of them has a role in this workshop any more, so nobody would get the letter.")
    batch = draft_batch(workshop_id=workshop.pk, kind=emails_desk.LETTER, by=by, filter={"people": len(to)})
    for user in to:
        enqueue(
            kind=emails_desk.LETTER,
            key=str(batch.pk),
            root_type=Root.WORKSHOP,
            root_id=workshop.pk,
            aspect="staff",
            values={
                "workshop": str(workshop),
                "name": user.name,
                "subject": subject,
                "words": text,
                "writer": by.name if by else "",
                "contact": workshop.contact,
            },
            recipient=user,
            scope=f"w:{workshop.pk}",
            batch=batch,
            reply_to=workshop.contact,
        )
    return batch


def _check(subject: str, text: str) -> None:
    if not subject:
        raise Refused("Write a subject; it is what people see first.", field="subject")
    if len(subject) > LONGEST_SUBJECT:
        raise Refused(
            f"The subject has {len(subject)} characters; at most {LONGEST_SUBJECT} fit. Shorten it.", field="subject"
        )
    if not text:
        raise Refused("Write what you want to tell them.", field="text")
    if len(text) > LONGEST_TEXT:
        raise Refused(f"The text has {len(text)} characters; at most {LONGEST_TEXT} fit. Shorten it.", field="text")
