"""Who may see which aspect of a paper.

title       the sealed line: number, title, track, who handles it
row         the line in full, with the abstract and how far it is
file        the paper itself (whoever lacks ``authors`` gets the copy without identifying metadata)
authors     who wrote it, the original file, conflicts
reviews     reviews and scores that are submitted, under handles
identities  who reviews it, confidential comments
tentative   what is decided and not yet told
released    what the authors were told
act         assign, repair, decide, extend, waive for it
settle      who handles it, where conflicts leave nobody: number, title and the organizers' reasons, nothing else
mail        messages about it
own         edit it as an author
"""

from django.db.models import Q, QuerySet

from access.facts import NOW, fact
from access.registry import gate, grant, seen_by_others, through
from access.viewer import Viewer
from accounts.models import User
from submissions.models import (
    AuthorListRequest,
    Authorship,
    Conflict,
    ConflictRequest,
    Disclosure,
    File,
    Finding,
    Handler,
    Revision,
    Submission,
)
from submissions.querysets import ConflictQuerySet
from submissions.states import AuthorshipStatus, ConflictReason, FilePurpose, HandlerKind
from workshops.access import organizing
from workshops.models import Workshop


def _written(user_id: int) -> QuerySet[Authorship]:
    return Authorship.objects.filter(user=user_id).exclude(status=AuthorshipStatus.DISOWNED)


def _conflicts(user_id: int) -> ConflictQuerySet:
    return Conflict.objects.effective().filter(user=user_id)


def _personal_conflicts(user_id: int) -> ConflictQuerySet:
    return _conflicts(user_id).exclude(reason=ConflictReason.INSTITUTION)


def _appointments(user_id: int) -> QuerySet[Handler]:
    return Handler.objects.filter(user=user_id, until=None, kind__in=(HandlerKind.GUEST, HandlerKind.WAIVER))


def _readings(user_id: int) -> QuerySet[ConflictRequest]:
    return ConflictRequest.objects.read_now(NOW).filter(user=user_id)


fact("wrote", _written, key="submission")
fact("conflicts with", _conflicts, key="submission")
fact("conflicts personally with", _personal_conflicts, key="submission")
fact("is appointed to", _appointments, key="submission")
fact("reads for a while", _readings, key="submission")


def authoring(viewer: Viewer) -> Q:
    """Papers that the viewer is an author of, by a confirmed address."""
    return Q(pk__in=viewer.fact("wrote"))


def conflicted(viewer: Viewer) -> Q:
    """Papers with an effective conflict of any reason."""
    return Q(pk__in=viewer.fact("conflicts with"))


def personally_conflicted(viewer: Viewer) -> Q:
    """Papers with an effective conflict other than a shared institution."""
    return Q(pk__in=viewer.fact("conflicts personally with"))


def appointed(viewer: Viewer) -> Q:
    """Papers that the viewer handles as guest or by a waiver. Area chairs who handle one see what area chairs do."""
    return Q(pk__in=viewer.fact("is appointed to"))


def free(viewer: Viewer) -> Q:
    """Papers that the viewer organizes without a conflict, or handles by appointment."""
    organized = organizing(viewer) & ~conflicted(viewer)
    return (organized | appointed(viewer) & ~personally_conflicted(viewer)) & ~authoring(viewer)


def institutional(viewer: Viewer) -> Q:
    """Papers that the viewer organizes, with a shared institution and nothing else."""
    return organizing(viewer) & conflicted(viewer) & ~personally_conflicted(viewer) & ~authoring(viewer)


@grant(Submission, "own", "title", "row", "file", "authors")
def authors(viewer: Viewer) -> Q:
    return authoring(viewer)


@grant(Submission, "own", "title", "row", "file", "authors")
def holders_of_its_link(viewer: Viewer) -> Q:
    """Whoever began a paper without an account, by its private link, until an address of theirs is confirmed."""
    return Q(claim_token_hash__in=viewer.keys)


@grant(Submission, "title")
def organizers_of_any_level(viewer: Viewer) -> Q:
    return organizing(viewer)


@grant(Submission, "title", "row", "file", "authors", "reviews", "identities", "tentative", "act", "mail")
def free_organizers(viewer: Viewer) -> Q:
    return free(viewer)


@grant(Submission, "row", "file", "authors", "reviews", "tentative")
def institutional_organizers(viewer: Viewer) -> Q:
    return institutional(viewer)


@grant(Submission, "row", "file", "authors", "reviews", "tentative")
def organizers_who_read_for_a_while(viewer: Viewer) -> Q:
    """A sealed paper, read under handles by leave of somebody who is free on it; never one's own."""
    return organizing(viewer) & Q(pk__in=viewer.fact("reads for a while")) & ~authoring(viewer)


@grant(Submission, "settle")
def organizers_who_are_no_authors(viewer: Viewer) -> Q:
    return organizing(viewer) & ~authoring(viewer)


@grant(File, "row")
def whole_files(viewer: Viewer) -> Q:
    """Whoever may know the authors reads the original."""
    from access.rights import visible_to

    return Q(submission__in=visible_to(viewer, "authors", Submission).values("pk"))


@grant(File, "row")
def copies_for_reviewers(viewer: Viewer) -> Q:
    """Everybody else who may read the paper reads the copy without identifying metadata."""
    from access.rights import visible_to

    copies = (FilePurpose.BLINDED, FilePurpose.BLINDED_SUPPLEMENT)
    return Q(purpose__in=copies, submission__in=visible_to(viewer, "file", Submission).values("pk"))


@grant(User, "directory", "row")
def authors_of_my_workshops(viewer: Viewer) -> Q:
    """Organizers know the authors of the papers that are open to them."""
    from access.rights import visible_to

    known = visible_to(viewer, "authors", Submission).values("pk")
    return Q(pk__in=Authorship.objects.filter(submission__in=known, user__isnull=False).values("user"))


@grant(User, "view_as")
def authors_as_whom_organizers_look(viewer: Viewer) -> Q:
    """Authors of the papers that the viewer is free on."""
    from access.rights import visible_to

    known = visible_to(viewer, "act", Submission).values("pk")
    return Q(pk__in=Authorship.objects.filter(submission__in=known, user__isnull=False).values("user"))


@grant(Handler, "row")
def organizers_know_the_handlers(viewer: Viewer) -> Q:
    """Who handles a paper is known to organizers and to the handler, never to authors."""
    return organizing(viewer, "submission__workshop") | Q(user_id=viewer.id)


through(Authorship, "submission", Submission, "authors")
through(Revision, "submission", Submission, "authors")
through(AuthorListRequest, "submission", Submission, "authors")
through(Disclosure, "submission", Submission, "authors")
through(Conflict, "submission", Submission, "act")
through(ConflictRequest, "submission", Submission, "settle")
through(Finding, "file__submission", Submission, "authors")

# Looking as somebody else one sees of a paper, and of what hangs on it, nothing unless one may know who reviews it.
for model, path in (
    (Submission, "pk"),
    (File, "submission"),
    (Handler, "submission"),
    (Authorship, "submission"),
    (Revision, "submission"),
    (AuthorListRequest, "submission"),
    (Disclosure, "submission"),
    (Conflict, "submission"),
    (ConflictRequest, "submission"),
    (Finding, "file__submission"),
):
    gate(model, path, Submission, "identities")
seen_by_others(Submission, "own", with_aspect="act")

__all__ = ["Workshop", "appointed", "authoring", "conflicted", "free", "institutional", "personally_conflicted"]
