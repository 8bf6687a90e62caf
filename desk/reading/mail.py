"""The mail of one workshop and its papers, as far as the viewer may see it: newest first, by key."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer
from audit.models import Root
from audit.text import fold
from desk.reading.mail_query import MailQuery
from desk.reading.roots import about, batches_seen
from desk.reading.table import Table
from notifications.kinds import Kind, all_kinds, kind_of
from notifications.models import Batch, Message, Template
from notifications.rendering import scope_of
from notifications.states import BatchStatus, MessageStatus
from submissions.models import Submission
from workshops.instants import utc
from workshops.models import Workshop

PAGE = 50
MOST = 10_000
"""Lines of a file."""
COLUMNS = ("when", "state", "kind", "subject", "address", "paper")
TONES = {
    MessageStatus.SENT: "good",
    MessageStatus.FAILED: "bad",
    MessageStatus.IN_DOUBT: "warn",
    MessageStatus.CLAIMED: "accent",
    MessageStatus.SENDING: "accent",
}
BATCH_TONES = {
    BatchStatus.HELD: "warn",
    BatchStatus.SENDING: "accent",
    BatchStatus.PAUSED: "warn",
    BatchStatus.STOPPED: "bad",
    BatchStatus.DONE: "good",
}
OPEN = (BatchStatus.DRAFT, BatchStatus.HELD, BatchStatus.SENDING, BatchStatus.PAUSED)
BEFORE_IT_LEAVES = (BatchStatus.DRAFT, BatchStatus.HELD)
WAITING = (MessageStatus.HELD, MessageStatus.DUE)
LINE = ("pk", "kind", "status", "subject", "address", "due_at", "sent_at", "created_at", "root_type", "root_id")


@dataclass(frozen=True)
class MailLine:
    pk: int
    status: str
    status_words: str
    tone: str
    kind: str
    subject: str
    address: str
    paper: int | None
    at: datetime
    waits: bool

    @property
    def may_be_chosen(self) -> bool:
        """Something is done with several of its kind: those that wait are cancelled, those that failed sent again."""
        return self.status in (*WAITING, MessageStatus.FAILED)


@dataclass(frozen=True)
class MailPage:
    lines: list[MailLine]
    older: int | None


def visible_messages(workshop: Workshop, viewer: Viewer) -> QuerySet[Message]:
    """The workshop's own mail for organizers, a paper's for those who may see that aspect of the paper."""
    return Message.objects.filter(about(workshop.pk, viewer))


def read_mail(
    workshop: Workshop, viewer: Viewer, query: MailQuery, *, batch: Batch | None = None, most: int = PAGE
) -> MailPage:
    """Fifty lines (or as many as a file takes), of a batch or of all. Two queries."""
    if batch is None and not replace(query, before="", status="", kind="").filters:
        found = _newest(viewer, workshop.pk, query.key, query.kind or None, status=query.status, most=most + 1)
        return _page(found, viewer, most)
    rows = _of(visible_messages(workshop, viewer), query.status, query.kind)
    if batch is not None:
        rows = rows.filter(batch=batch)
    for word in fold(query.q).split():
        rows = rows.filter(search_text__contains=word)
    if query.key:
        rows = rows.filter(pk__lt=query.key)
    return _page(list(rows.order_by("-pk").only(*LINE)[: most + 1]), viewer, most)


def _of(rows: "QuerySet[Message]", status: str, kind: str | None) -> "QuerySet[Message]":
    """Those of a state and of a kind, where one is asked for."""
    asked = {"status": status, "kind": kind}
    return rows.filter(**{name: value for name, value in asked.items() if value})


@prepared
def _newest(
    viewer: Viewer, workshop_id: int, key: int | None, kind: str | None, *, status: str, most: int
) -> "QuerySet[Message]":
    rows = _of(Message.objects.filter(about(workshop_id, viewer)), status, kind)
    older = rows if key is None else rows.filter(pk__lt=key)
    return older.order_by("-pk").only(*LINE)[:most]


def _page(found: list[Message], viewer: Viewer, most: int) -> MailPage:
    shown = found[:most]
    numbers = _numbers(shown, viewer)
    return MailPage([_line(row, numbers) for row in shown], shown[-1].pk if len(found) > most else None)


def table_of(page: MailPage) -> Table:
    lines = [
        [utc(line.at), line.status_words, line.kind, line.subject, line.address, line.paper or ""]
        for line in page.lines
    ]
    return Table("Mail", COLUMNS, lines)


def _numbers(rows: list[Message], viewer: Viewer) -> dict[int, int]:
    ids = {row.root_id for row in rows if row.root_type == Root.SUBMISSION}
    return dict(_titled(viewer, ids))


@prepared
def _titled(viewer: Viewer, papers: list[int]) -> QuerySet:
    return visible_to(viewer, "title", Submission).filter(pk__in=papers).values_list("pk", "number")


def _line(row: Message, numbers: dict[int, int]) -> MailLine:
    return MailLine(
        pk=row.pk,
        status=row.status,
        status_words=row.get_status_display(),
        tone=TONES.get(MessageStatus(row.status), "neutral"),
        kind=label_of(row.kind),
        subject=row.subject,
        address=row.address,
        paper=numbers.get(row.root_id) if row.root_type == Root.SUBMISSION else None,
        at=row.sent_at or row.created_at,
        waits=row.status == MessageStatus.DUE and row.due_at > timezone.now(),
    )


def label_of(kind: str) -> str:
    try:
        return kind_of(kind).label
    except KeyError:
        return kind


def workshop_kinds() -> list[Kind]:
    """The kinds whose words a workshop may change, and whose mail its desk may show."""
    return [kind for kind in all_kinds() if not kind.site_only]


@dataclass(frozen=True)
class BatchLine:
    """A bulk mail, with the numbers of those of its messages that the viewer may see."""

    pk: int
    label: str
    status: str
    status_words: str
    tone: str
    release_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    total: int
    sent: int
    failed: int
    in_doubt: int
    left: int

    @property
    def done(self) -> int:
        return self.sent + self.failed + self.in_doubt

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def may_be_chosen(self) -> bool:
        """Several like it can be cancelled at once. What is leaving has its own page to be stopped on."""
        return self.status in BEFORE_IT_LEAVES

    @property
    def moves_by_itself(self) -> bool:
        return self.status in (BatchStatus.HELD, BatchStatus.SENDING)


@prepared
def newest_batches(viewer: Viewer, workshop_id: int, *, most: int) -> QuerySet[Batch]:
    """Those that the viewer may know of."""
    return batches_seen(workshop_id, viewer).order_by("-pk")[:most]


@prepared
def these_batches(viewer: Viewer, workshop_id: int, keys: list[int]) -> QuerySet[Batch]:
    """Of these, those that the viewer may know of."""
    return batches_seen(workshop_id, viewer).filter(pk__in=keys).order_by("-pk")


def leaving(batch: Batch, line: "BatchLine", viewer: Viewer) -> int:
    """How many mails of a draft leave, as far as the viewer may know: for whoever drafted it, all."""
    if not drafted_by(batch, viewer):
        return line.left
    return batch.messages.filter(status=MessageStatus.HELD).count()


def drafted_by(batch: Batch, viewer: Viewer) -> bool:
    return batch.created_by_id == viewer.id and viewer.through is None


def read_batches(workshop: Workshop, viewer: Viewer, batches: list[Batch]) -> list[BatchLine]:
    """One query for the numbers of all of them."""
    counts: dict[int, dict[str, int]] = {}
    keys = [batch.pk for batch in batches]
    for batch_id, status, number in _counted(viewer, workshop.pk, keys) if keys else ():
        counts.setdefault(batch_id, {})[status] = number
    return [_batch_line(batch, counts.get(batch.pk, {})) for batch in batches]


@prepared
def _counted(viewer: Viewer, workshop_id: int, batches: list[int]) -> QuerySet:
    rows = Message.objects.filter(about(workshop_id, viewer), batch__in=batches).order_by()
    return rows.values_list("batch", "status").annotate(n=Count("pk"))


def _batch_line(batch: Batch, counts: dict[str, int]) -> BatchLine:
    waiting = (MessageStatus.HELD, MessageStatus.DUE, MessageStatus.CLAIMED, MessageStatus.SENDING)
    return BatchLine(
        pk=batch.pk,
        label=label_of(batch.kind),
        status=batch.status,
        status_words=batch.get_status_display(),
        tone=BATCH_TONES.get(BatchStatus(batch.status), "neutral"),
        release_at=batch.release_at,
        created_at=batch.created_at,
        finished_at=batch.finished_at,
        total=sum(counts.values()),
        sent=counts.get(MessageStatus.SENT, 0),
        failed=counts.get(MessageStatus.FAILED, 0),
        in_doubt=counts.get(MessageStatus.IN_DOUBT, 0),
        left=sum(counts.get(state, 0) for state in waiting),
    )


@dataclass(frozen=True)
class TemplateLine:
    kind: str
    label: str
    source: str


def read_templates(workshop: Workshop) -> list[TemplateLine]:
    """Every kind that a workshop may reword, and whose words it has now. One query."""
    scopes = Q(scope=scope_of(workshop.pk)) | Q(scope="")
    rows = Template.objects.filter(scopes).order_by("scope").values_list("kind", "scope")
    sources = {kind: "This workshop’s own" if scope else "The site’s" for kind, scope in rows}
    return [TemplateLine(kind.name, kind.label, sources.get(kind.name, "Default")) for kind in workshop_kinds()]
