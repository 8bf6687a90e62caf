"""Whom an answer to a mail about papers reaches: never an inbox that an organizer with a conflict reads."""

from collections.abc import Sequence

from submissions.models import Authorship, Conflict, Handler, Submission
from submissions.states import AuthorshipStatus


def reply_to(papers: Sequence[Submission], *, to: int) -> str:
    """The address of whoever handles these papers, for mail to the person ``to`` who judges them; "" while nobody does.

    Nobody is told to answer themself. Of several handlers the first who has no conflict with any of the papers; where
    each has one, nobody's. One query, or three where there are several papers. Mail to authors keeps the workshop's
    contact: who handles is not told them.
    """
    ids = [paper.pk for paper in papers]
    posts = Handler.objects.filter(submission__in=ids, until=None).exclude(user=to).select_related("user")
    handlers = {post.user_id: post.user.email for post in posts.order_by("submission__number")}
    if len(ids) > 1 and handlers:
        close = set(
            Conflict.objects.effective().filter(submission__in=ids, user__in=handlers).values_list("user", flat=True)
        )
        listed = Authorship.objects.filter(submission__in=ids, user__in=handlers)
        close |= set(listed.exclude(status=AuthorshipStatus.DISOWNED).values_list("user", flat=True))
        handlers = {person: address for person, address in handlers.items() if person not in close}
    return next(iter(handlers.values()), "")
