"""The log of one workshop and its papers, as far as the viewer may see it: newest first, by key, never counted."""

from dataclasses import dataclass
from datetime import datetime

from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from audit import actions
from audit.models import Entry, Root
from desk.reading.levels import flag
from desk.reading.paper import capitalised, who_acted
from desk.reading.roots import about
from submissions.models import Submission
from workshops.models import Workshop

PAGE = 50
GROUPS = {
    "submission": "Papers",
    "conflict": "Conflicts",
    "handler": "Handlers",
    "invitation": "Invitations",
    "assignment": "Assignment",
    "review": "Reviews",
    "decision": "Decisions",
    "batch": "Mail",
    "identity": "Names looked at",
    "settings": "Settings",
    "deadline": "Deadlines",
    "role": "Roles",
}
ALSO = {
    "assignment": ("run",),
    "decision": ("release",),
    "batch": ("message", "template"),
    "settings": ("form",),
    "identity": ("view_as",),
}


@dataclass(frozen=True)
class LogLine:
    pk: int
    at: datetime
    text: str
    by: str
    paper: int | None
    fields: str


@dataclass(frozen=True)
class LogPage:
    lines: list[LogLine]
    older: int | None


def read_log(workshop: Workshop, viewer: Viewer, *, group: str = "", before: int | None = None) -> LogPage:
    """Fifty lines older than ``before``, of one group of actions or of all. Two queries."""
    entries = Entry.objects.filter(about(workshop, viewer)).older_than(before)
    if group in GROUPS:
        prefixes = tuple(f"{prefix}." for prefix in (group, *ALSO.get(group, ())))
        entries = entries.filter(action__in=[name for name in actions.names() if name.startswith(prefixes)])
    rows = list(entries.select_related("actor").order_by("-id")[: PAGE + 1])
    shown = rows[:PAGE]
    numbers, named = _papers(shown, viewer)
    lines = [_line(row, numbers, named) for row in shown]
    return LogPage(lines, shown[-1].pk if len(rows) > PAGE else None)


def _papers(rows: list[Entry], viewer: Viewer) -> tuple[dict[int, int], set[int]]:
    """The numbers of the papers on this page, and those whose reviewers the viewer may know."""
    ids = {row.root_id for row in rows if row.root_type == Root.SUBMISSION}
    papers = visible_to(viewer, "title", Submission).filter(pk__in=ids)
    found = papers.annotate(named=flag(right(Submission, "identities", viewer))).values_list("pk", "number", "named")
    known = list(found)
    return {pk: number for pk, number, _ in known}, {pk for pk, _, named in known if named}


def _line(row: Entry, numbers: dict[int, int], named: set[int]) -> LogLine:
    of_paper = row.root_type == Root.SUBMISSION
    changed = row.data.get("fields", []) if isinstance(row.data, dict) else []
    return LogLine(
        pk=row.pk,
        at=row.at,
        text=capitalised(actions.sentence(row.action)),
        by=who_acted(row, row.root_id in named),
        paper=numbers.get(row.root_id) if of_paper else None,
        fields=", ".join(str(field).replace("_", " ") for field in changed) if isinstance(changed, list) else "",
    )
