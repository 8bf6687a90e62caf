"""The log of one workshop and its papers, as far as the viewer may see it: newest first, by key, never counted."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from access.prepared import prepared
from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import User
from audit import actions
from audit.models import Entry, Root
from decisions.models import Release
from desk.reading.levels import flag
from desk.reading.log_query import LogQuery
from desk.reading.paper import ASPECTS_OF_REVIEWERS, HIDES_WHO_ACTED, capitalised, tells_reviewer
from desk.reading.roots import about, batches_unseen
from desk.reading.table import Table
from notifications.models import Batch
from submissions.models import Submission
from workshops.instants import utc
from workshops.models import Workshop

PAGE = 50
MOST = 10_000
"""Lines of a file."""
ALSO = {
    "assignment": ("run",),
    "decision": ("release",),
    "batch": ("message", "template"),
    "settings": ("form",),
    "identity": ("view_as",),
}
COLUMNS = ("when", "who", "what", "paper", "details")


@dataclass(frozen=True)
class LogLine:
    pk: int
    at: datetime
    text: str
    by: str
    paper: int | None
    details: str


@dataclass(frozen=True)
class LogPage:
    lines: list[LogLine]
    older: int | None


def read_log(workshop: Workshop, viewer: Viewer, query: LogQuery, *, most: int = PAGE) -> LogPage:
    """The newest lines that the query asks for, from its key on. Two queries, and a third where names are asked for."""
    if replace(query, before="", about="").filters:
        entries = _asked(_older(viewer, workshop.pk, query.key, query.about), workshop, viewer, query)
        rows = list(entries.select_related("actor")[: most + 1])
    else:
        rows = _newest(viewer, workshop.pk, query.key, group=query.about, most=most + 1)
    shown = rows[:most]
    numbers, named = _papers(shown, viewer)
    lines = [_line(row, numbers, named) for row in shown]
    return LogPage(lines, shown[-1].pk if len(rows) > most else None)


def table_of(page: LogPage) -> Table:
    lines = [[utc(line.at), line.by, line.text, line.paper or "", line.details] for line in page.lines]
    return Table("Log", COLUMNS, lines)


def _older(viewer: Viewer, workshop_id: int, key: int | None, group: str) -> "QuerySet[Entry]":
    """What the viewer may see of a group of actions ("": of all), from this key on, the newest first."""
    entries = Entry.objects.filter(about(workshop_id, viewer), ~_of_unseen_mail(workshop_id, viewer))
    entries = entries.older_than(key).order_by("-id")
    if not group:
        return entries
    prefixes = tuple(f"{prefix}." for prefix in (group, *ALSO.get(group, ())))
    return entries.filter(action__in=[name for name in actions.names() if name.startswith(prefixes)])


def _of_unseen_mail(workshop_id: int, viewer: Viewer) -> Q:
    """Entries of bulk mails, and of releases, that are about sealed papers alone."""
    unseen = batches_unseen(workshop_id, viewer)
    told = Release.objects.filter(batch__in=unseen.values("pk"))
    return Q(object_type=Batch._meta.label_lower, object_id__in=_as_text(unseen)) | Q(
        object_type=Release._meta.label_lower, object_id__in=_as_text(told)
    )


def _as_text(rows: QuerySet) -> QuerySet:
    return rows.annotate(key=Cast("pk", CharField())).values("key")


@prepared
def _newest(viewer: Viewer, workshop_id: int, key: int | None, *, group: str, most: int) -> "QuerySet[Entry]":
    return _older(viewer, workshop_id, key, group).select_related("actor")[:most]


# --- filters: none tells what a line would not say ---


def _asked(entries: "QuerySet[Entry]", workshop: Workshop, viewer: Viewer, query: LogQuery) -> "QuerySet[Entry]":
    if query.q:
        entries = entries.filter(action__in=_verbs(query.q))
    if query.paper:
        papers = visible_to(viewer, "title", Submission.objects.of(workshop.pk)).filter(number=int(query.paper))
        entries = entries.filter(root_type=Root.SUBMISSION, root_id__in=papers.values("pk"))
    if query.begins:
        entries = entries.filter(at__gte=query.begins)
    if query.ends:
        entries = entries.filter(at__lt=query.ends)
    if query.who:
        entries = entries.filter(actor__in=_people(query.who)).exclude(_unnamed(workshop, viewer))
    return entries


def _verbs(text: str) -> list[str]:
    """The actions whose sentence has each of these words."""
    words = fold(text).split()
    return [name for name in actions.names() if all(word in fold(actions.sentence(name)) for word in words)]


def _people(text: str) -> list[int]:
    """Those whose name has each of these words. Their addresses are not asked: the log does not show them."""
    people, words = User.objects.all(), fold(text).split()
    for word in words:
        people = people.filter(search_identity__contains=word)
    names = people.only("pk", "given", "particle", "family")[:500]
    return [user.pk for user in names if all(word in fold(user.name) for word in words)]


def _unnamed(workshop: Workshop, viewer: Viewer) -> Q:
    """The lines that do not say who acted: what reviewers do on papers whose reviewers the viewer may not know."""
    named = visible_to(viewer, "identities", Submission.objects.of(workshop.pk)).values("pk")
    by_reviewer = Q(aspect__in=ASPECTS_OF_REVIEWERS)
    for prefix in HIDES_WHO_ACTED:
        by_reviewer |= Q(action__startswith=prefix)
    return Q(root_type=Root.SUBMISSION) & by_reviewer & ~Q(root_id__in=named)


def _papers(rows: list[Entry], viewer: Viewer) -> tuple[dict[int, int], set[int]]:
    """The numbers of the papers on this page, and those whose reviewers the viewer may know."""
    ids = {row.root_id for row in rows if row.root_type == Root.SUBMISSION}
    known = _named(viewer, ids)
    return {pk: number for pk, number, _ in known}, {pk for pk, _, named in known if named}


@prepared
def _named(viewer: Viewer, papers: list[int]) -> QuerySet:
    found = visible_to(viewer, "title", Submission).filter(pk__in=papers)
    return found.annotate(named=flag(right(Submission, "identities", viewer))).values_list("pk", "number", "named")


def _who_acted(row: Entry, named: set[int]) -> str:
    """The actor's name, where it tells no identity that the viewer may not know."""
    hidden = row.root_type == Root.SUBMISSION and row.root_id not in named and tells_reviewer(row.action, row.aspect)
    return "" if row.actor is None or hidden else row.actor.name


def _line(row: Entry, numbers: dict[int, int], named: set[int]) -> LogLine:
    of_paper = row.root_type == Root.SUBMISSION
    return LogLine(
        pk=row.pk,
        at=row.at,
        text=capitalised(actions.sentence(row.action)),
        by=_who_acted(row, named),
        paper=numbers.get(row.root_id) if of_paper else None,
        details=_details(row.data) if isinstance(row.data, dict) else "",
    )


def _details(data: dict[str, Any]) -> str:
    """The number of the proposal that it is about, or what was changed."""
    if proposal := data.get("proposal"):
        return f"proposal {proposal}"
    changed = data.get("fields", [])
    return ", ".join(str(field).replace("_", " ") for field in changed) if isinstance(changed, list) else ""
