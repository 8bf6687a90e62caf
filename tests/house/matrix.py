"""Who gets what from every address. One table, written from the rules of the product, never from what it answers.

The rules it is written from, for a double-blind track:

    authors of a paper       their page of it in every phase; never who reviews it, who handles it, what is discussed
    reviewer of it           the copy without identifying metadata, from the assignment on; their own review
    reviewer, not of it      nothing of it
    reviewer with a conflict nothing of it
    area chair of it         the copy without identifying metadata; the submitted reviews and who wrote them
    free organizer           all of it, and acts for it
    institutional organizer  the line and the reviews under handles, marked; acts for nothing
    organizer who is author  a sealed line: number, title, track, who handles it; and what an author sees, as author
    operator                 settings and people; papers only as an organizer
    stranger                 the public pages, and their own account
    nobody (not signed in)   the public pages; everything else asks to sign in

In the cast, Olga is free on every paper; Otto is free on Ada's and author of his own; Ines is free on Otto's and of
Ada's institution; so “acts on Ada's” are Olga and Otto, “acts on Otto's” are Olga and Ines.

A row: the route; what it is asked of; who sees it by GET; what POST with nothing typed does for whom. Whoever is not
named gets ``hidden`` (the 404 of a page that is not there), or ``login`` where nobody is signed in. The answers:

    page     200                             moved    a redirect to another page that is theirs
    again    the form again, with sentences  login    a redirect to the sign-in page
    hidden   404                             closed   405: there is no such way, whoever asks
    shown    200 or 405: nothing is done     gate     moved or login: there is nothing to confirm or to go on with
    theirs   page, moved or again            library  as the library answers for one's own account

“hidden” and “closed” are the same for a POST: nothing is done, and neither depends on what is there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from decisions.models import Outcome
from notifications.models import Message
from reviews.models import ExtensionRequest
from submissions.models import Upload
from submissions.states import FilePurpose
from tests.factories import PHASES, Cast
from workshops.models import Deadline, Form, FormVersion, Track, Workshop
from workshops.services.forms import new_form_version

ALL = ("ada", "ben", "rui", "rae", "noor", "cleo", "mara", "olga", "ines", "otto", "zed", "opal", "anon")
GROUPS = {
    "everyone": ALL,
    "signed-in": ALL[:-1],
    "reviewers": ("rui", "rae", "noor", "cleo"),
    "organizers": ("olga", "ines", "otto"),
    "staff": ("olga", "ines", "otto", "opal"),
}
ASSIGNED = ("review", "discussion", "released")
DECIDED = ("discussion", "released")
NOWHERE = UUID(int=0)


@dataclass(frozen=True)
class Row:
    """A line of the table. ``get`` and ``post`` say “who: what; who: what”; ``only`` are the phases it holds for."""

    route: str
    thing: str
    get: str
    post: str
    phases: tuple[str, ...] = PHASES

    @property
    def name(self) -> str:
        return f"{self.route} {self.thing}".strip()

    def expected(self, method: str) -> dict[str, str]:
        said = {who: "login" if who == "anon" else "hidden" for who in ALL}
        for part in filter(None, (self.get if method == "GET" else self.post).split(";")):
            names, _, answer = part.partition(":")
            for name in names.split():
                for who in GROUPS.get(name, (name,)):
                    said[who] = answer.strip()
        return said


# --- what the rows are asked of ---------------------------------------------------------------------------------------

Thing = Callable[[Cast], dict[str, Any]]


def file_of(cast: Cast, purpose: str) -> dict[str, Any]:
    return {"pk": cast.paper.files.get(purpose=purpose).pk}


def upload_of(cast: Cast) -> dict[str, Any]:
    """What Ada began to upload; it is hers alone."""
    upload, _ = Upload.objects.get_or_create(
        submission=cast.paper, uploaded_by=cast.ada, name="paper.pdf", size=10, defaults={"started_at": timezone.now()}
    )
    return {"slug": cast.workshop.slug, "number": cast.paper.number, "pk": upload.pk}


def days_for(cast: Cast, verb: str) -> dict[str, Any]:
    """Rae asks for more days for Ada's paper."""
    pk = 0
    if cast.raes_assignment:
        until = timezone.now() + timedelta(days=3)
        asked, _ = ExtensionRequest.objects.get_or_create(
            assignment=cast.raes_assignment, defaults={"until": until, "asked_at": timezone.now()}
        )
        pk = asked.pk
    return {"slug": cast.workshop.slug, "number": cast.paper.number, "pk": pk, "verb": verb}


def message(cast: Cast, kind: str, who: str = "") -> dict[str, Any]:
    rows = Message.objects.filter(kind=kind, **({"recipient": getattr(cast, who)} if who else {}))
    row = rows.order_by("pk").first()
    return {"slug": cast.workshop.slug, "pk": row.pk if row else 0}


def deadline_of(cast: Cast, workshop: Workshop) -> dict[str, Any]:
    """A deadline of this workshop, under the address of the cast's."""
    return {"slug": cast.workshop.slug, "pk": Deadline.objects.get(workshop=workshop, kind="submission").pk}


def form_of(cast: Cast, workshop: Workshop) -> dict[str, Any]:
    """A review form of this workshop, under the address of the cast's."""
    return {
        "slug": cast.workshop.slug,
        "pk": Form.objects.filter(workshop=workshop, purpose="review").earliest("pk").pk,
    }


def draft_of(cast: Cast, workshop: Workshop) -> dict[str, Any]:
    """A draft of it, begun where there is none."""
    form = Form.objects.get(pk=form_of(cast, workshop)["pk"])
    draft = form.versions.filter(status="draft").first() or new_form_version(form=form, by=None)
    return {"slug": cast.workshop.slug, "pk": draft.pk}


def settings_of(model: type[Model], lookup: str, place: str) -> Thing:
    """The first row of a workshop of the cast, as an admin's object_id."""

    def first(cast: Cast) -> dict[str, Any]:
        workshop = getattr(cast, place)
        rows = model._default_manager.filter(**{lookup: workshop.pk}).order_by("pk")
        return {"object_id": rows.values_list("pk", flat=True)[0]}

    return first


def answer(cast: Cast, verb: str) -> dict[str, Any]:
    asked = cast.paper.author_list_requests.first()
    return {"slug": cast.workshop.slug, "number": cast.paper.number, "pk": asked.pk if asked else 0, "verb": verb}


THINGS: dict[str, Thing] = {
    "": lambda cast: {},
    "workshop": lambda cast: {"slug": cast.workshop.slug},
    "elsewhere": lambda cast: {"slug": cast.elsewhere.slug},
    "nowhere": lambda cast: {"slug": "nowhere"},
    "unannounced": lambda cast: {"slug": cast.unannounced.slug},
    "ada's paper": lambda cast: {"slug": cast.workshop.slug, "number": cast.paper.number},
    "otto's paper": lambda cast: {"slug": cast.workshop.slug, "number": cast.ottos_paper.number},
    "no paper": lambda cast: {"slug": cast.workshop.slug, "number": 999},
    "ada's first": lambda cast: {"slug": cast.workshop.slug, "number": cast.paper.number, "version": 1},
    "original": lambda cast: file_of(cast, FilePurpose.PAPER),
    "copy": lambda cast: file_of(cast, FilePurpose.BLINDED),
    "no file": lambda cast: {"pk": NOWHERE},
    "ada's upload": lambda cast: upload_of(cast),
    "no upload": lambda cast: THINGS["ada's paper"](cast) | {"pk": NOWHERE},
    "no address": lambda cast: {"pk": 0},
    "no session": lambda cast: {"name": "forged"},
    "publication": lambda cast: {"pk": cast.publication.pk},
    "tie": lambda cast: {"pk": cast.ada.relations.get().pk},
    "ivy's token": lambda cast: {"token": cast.invitation_link().split("/")[2]},
    "ben's link": lambda cast: {"token": cast.author_link().split("/")[2]},
    "no token": lambda cast: {"token": "forged"},
    "rui's review": lambda cast: {"pk": cast.assignment.pk if cast.assignment else NOWHERE},
    "rui's first": lambda cast: THINGS["rui's review"](cast) | {"number": 1},
    "grant rae": lambda cast: days_for(cast, "grant"),
    "refuse rae": lambda cast: days_for(cast, "refuse"),
    "asked of noor": lambda cast: {"pk": cast.asked.pk if cast.asked else NOWHERE},
    "mara's chair": lambda cast: {"pk": cast.chairing.pk if cast.chairing else NOWHERE},
    "confirm ada's": lambda cast: {"slug": cast.workshop.slug, "number": cast.paper.number, "verb": "confirm"},
    "eat ada's": lambda cast: {"slug": cast.workshop.slug, "number": cast.paper.number, "verb": "eat"},
    "rui on ada's": lambda cast: {
        "slug": cast.workshop.slug,
        "number": cast.paper.number,
        "pk": cast.assignment.pk if cast.assignment else NOWHERE,
    },
    "grant cy": lambda cast: answer(cast, "grant"),
    "refuse cy": lambda cast: answer(cast, "refuse"),
    "nothing asked": lambda cast: {"slug": cast.workshop.slug, "pk": 0, "verb": "allow"},
    "nothing asked of ada's": lambda cast: THINGS["nothing asked"](cast) | {"number": cast.paper.number},
    "no question to ada": lambda cast: {"slug": cast.workshop.slug, "number": cast.paper.number, "pk": 0},
    "no twin": lambda cast: {"slug": cast.workshop.slug, "number": cast.paper.number, "pk": 0},
    "letter to ada": lambda cast: {
        "slug": cast.workshop.slug,
        "number": cast.paper.number,
        "author": cast.paper.authorships.get(user=cast.ada).pk,
    },
    "run": lambda cast: {"slug": cast.workshop.slug, "run": cast.run.number if cast.run else 0},
    "run elsewhere": lambda cast: {"slug": cast.workshop.slug, "run": 2},  # there are two elsewhere, and one here
    "ada's in the run": lambda cast: THINGS["run"](cast) | {"number": cast.paper.number},
    "otto's in the run": lambda cast: THINGS["run"](cast) | {"number": cast.ottos_paper.number},
    "rui in the run": lambda cast: THINGS["run"](cast) | {"pk": cast.rui.pk},
    "zed in the run": lambda cast: THINGS["run"](cast) | {"pk": cast.zed.pk},
    "deadline": lambda cast: deadline_of(cast, cast.workshop),
    "deadline elsewhere": lambda cast: deadline_of(cast, cast.elsewhere),
    "extension of ada's": lambda cast: {"slug": cast.workshop.slug, "number": cast.paper.number, "pk": 0},
    "save of ada's": lambda cast: {"slug": cast.workshop.slug, "number": cast.paper.number, "revision": 1},
    "release": lambda cast: {"slug": cast.workshop.slug, "pk": cast.release.batch_id if cast.release else 0},
    "pause release": lambda cast: THINGS["release"](cast) | {"action": "pause"},
    "mail of ada's": lambda cast: message(cast, "receipt", "ada"),
    "mail of otto's": lambda cast: message(cast, "receipt", "otto"),
    "cancel ada's": lambda cast: message(cast, "receipt", "ada") | {"action": "cancel"},
    "cancel otto's": lambda cast: message(cast, "receipt", "otto") | {"action": "cancel"},
    "mail to ivy": lambda cast: message(cast, "invitation"),
    "form": lambda cast: form_of(cast, cast.workshop),
    "form elsewhere": lambda cast: form_of(cast, cast.elsewhere),
    "draft of a form": lambda cast: draft_of(cast, cast.workshop),
    "draft elsewhere": lambda cast: draft_of(cast, cast.elsewhere),
    "rui as a person": lambda cast: {"slug": cast.workshop.slug, "pk": cast.rui.pk},
    "zed as a person": lambda cast: {"slug": cast.workshop.slug, "pk": cast.zed.pk},
    "a person": lambda cast: {"pk": cast.rui.pk},
    **{
        f"{what} as {kind}": lambda cast, what=what, kind=kind: {
            "slug": cast.workshop.slug,
            "what": what,
            "kind": kind,
        }
        for what, kind in (("people", "csv"), ("assignments", "csv"), ("reviews", "csv"), ("reviews", "notes"))
    },
    "people as nothing": lambda cast: {"slug": cast.workshop.slug, "what": "people", "kind": "exe"},
    "list of papers": lambda cast: {"slug": cast.workshop.slug, "which": "papers"},
    "no list": lambda cast: {"slug": cast.workshop.slug, "which": "secrets"},
    "no view": lambda cast: {"slug": cast.workshop.slug, "which": "papers", "pk": 0},
    "words": lambda cast: {"slug": cast.workshop.slug, "kind": "invitation"},
    "site's words": lambda cast: {"slug": cast.workshop.slug, "kind": "account"},
    "letter": lambda cast: {"name": "nobody.eml"},
    "key": lambda cast: {"uidb36": "1", "key": "set-password"},
    "passkey": lambda cast: {"pk": 0},
    "one model": lambda cast: {"content_type_id": "1", "object_id": "1"},
    "workshops": lambda cast: {"app_label": "workshops"},
    "accounts": lambda cast: {"app_label": "accounts"},
    "decisions": lambda cast: {"app_label": "decisions"},
    "anything": lambda cast: {"url": "anything/"},
}

# --- the table --------------------------------------------------------------------------------------------------------

PUBLIC = [
    Row("workshops:home", "", "everyone: page", "everyone: closed"),
    Row("workshops:call", "workshop", "everyone: page", "everyone: closed"),
    Row("workshops:call", "nowhere", "everyone: hidden", "everyone: closed"),
    Row("workshops:calendar", "workshop", "everyone: page", "everyone: closed"),
    Row("workshops:public", "workshop", "everyone: page", "everyone: closed"),
    Row("workshops:public", "nowhere", "everyone: hidden", "everyone: closed"),
    # The cast's workshop has a picture, the other one has none.
    Row("workshops:banner", "workshop", "everyone: page", "everyone: closed"),
    Row("workshops:banner", "elsewhere", "everyone: hidden", "everyone: closed"),
    # What is not announced is there for its own people, of whom the cast has none, and for whoever runs the site.
    Row("workshops:public", "unannounced", "opal: page; anon: hidden", "everyone: closed"),
    Row("workshops:call", "unannounced", "opal: page; anon: hidden", "everyone: closed"),
    Row("workshops:calendar", "unannounced", "opal: page; anon: hidden", "everyone: closed"),
    Row("workshops:banner", "unannounced", "opal: page; anon: hidden", "everyone: closed"),
    Row("proceedings:papers", "unannounced", "opal: page; anon: hidden", "opal: shown; anon: hidden"),
    Row("submissions:start", "unannounced", "opal: page; anon: hidden", "opal: again; anon: hidden"),
    Row("proceedings:papers", "workshop", "everyone: page", "everyone: shown"),
    Row("submissions:start", "workshop", "everyone: page", "everyone: again"),
    Row("submissions:start", "nowhere", "everyone: hidden", "everyone: hidden"),
    # Who is no reviewer types an offer; who is one already has nothing to offer, and is told so.
    Row("reviews:volunteer", "workshop", "everyone: page", "everyone: again"),
    Row("reviews:volunteer", "nowhere", "everyone: hidden", "everyone: hidden"),
    # A private link that opens nothing says so, with words of its own; whoever followed none is told the same.
    Row("submissions:link", "no token", "everyone: hidden", "everyone: closed"),
    Row("submissions:confirm_link", "no token", "everyone: moved", "everyone: closed"),
    Row("submissions:confirm", "", "everyone: hidden", "everyone: hidden"),
    # A scanner of mail follows the link too: it goes to the page, and answers nothing.
    Row("reviews:link", "ivy's token", "everyone: moved", "everyone: closed"),
    Row("reviews:link", "no token", "everyone: moved", "everyone: closed"),
    # Without a link that was followed there is no invitation, for anybody.
    Row("reviews:invitation", "", "everyone: hidden", "everyone: hidden"),
    Row("submissions:author_link", "ben's link", "everyone: moved", "everyone: closed"),
    Row("submissions:author_link", "no token", "everyone: moved", "everyone: closed"),
    # Without a link that was followed nobody is asked whether they are an author.
    Row("submissions:authorship", "", "everyone: hidden", "everyone: hidden"),
    # Nobody of the cast was called as a guest chair, so nobody has a guest chair's pages.
    Row("desk:guest_link", "no token", "everyone: moved", "everyone: closed"),
    Row("desk:guest_call", "", "everyone: hidden", "everyone: hidden"),
    Row("desk:guest_paper", "ada's paper", "", "everyone: closed"),
    Row("desk:guest_decide", "ada's paper", "everyone: closed", ""),
    Row("desk:guest_decision", "confirm ada's", "everyone: closed", ""),
    Row("desk:guest_assign", "ada's paper", "everyone: closed", ""),
    Row("desk:guest_unassign", "rui on ada's", "everyone: closed", ""),
    Row("desk:guest_answer", "nothing asked of ada's", "everyone: closed", ""),
    # These two exist only where mail stays on the machine, and only for whoever sits at it.
    Row("notifications:inbox", "", "everyone: page", "everyone: closed"),
    Row("notifications:letter", "letter", "everyone: hidden", "everyone: closed"),
]
OWN = [
    Row("desk:my_desk", "", "signed-in: page", "signed-in: shown"),
    Row("desk:stop_view_as", "", "signed-in: closed", "signed-in: moved"),
    Row("accounts:profile", "", "signed-in: page", "signed-in: again"),
    Row("accounts:security", "", "signed-in: page", "signed-in: closed"),
    # None is required of anybody here: whoever asks for the page goes on.
    Row("accounts:second_factor", "", "signed-in: moved", "signed-in: closed"),
    Row("accounts:sessions", "", "signed-in: page", "signed-in: closed"),
    # A session that is not one's own, or none at all, is answered like one that is over.
    Row("accounts:end_session", "no session", "signed-in: closed", "signed-in: moved"),
    Row("accounts:sign_out_elsewhere", "", "signed-in: closed", "signed-in: moved"),
    Row("accounts:forget_address", "no address", "signed-in: closed", ""),
    Row("accounts:merge", "", "signed-in: page", "signed-in: again"),
    # Without a code that was asked for and entered there is nothing to see.
    Row("accounts:merge_code", "", "signed-in: moved", "signed-in: moved"),
    Row("accounts:merge_look", "", "signed-in: moved", "signed-in: moved"),
    Row("accounts:publications", "", "signed-in: closed", "signed-in: again"),
    Row("accounts:remove_publication", "publication", "signed-in: closed", "ada: moved"),
    Row("accounts:relations", "", "signed-in: closed", "signed-in: again"),
    Row("accounts:relation", "tie", "signed-in: closed", "ada: again"),
    Row("accounts:put_back", "", "signed-in: closed", "signed-in: moved"),
]
AUTHORS = [
    Row("submissions:paper", "ada's paper", "ada ben: page", "ada ben: again"),
    Row("submissions:paper", "otto's paper", "otto: page", "otto: again"),
    Row("submissions:paper", "no paper", "", ""),
    Row("submissions:answer_declared", "no question to ada", "signed-in: closed", ""),
    Row("submissions:keep", "ada's paper", "signed-in: closed", "ada ben: again"),
    Row("submissions:keep", "no paper", "signed-in: closed", ""),
    Row("submissions:working_copy", "ada's paper", "signed-in: closed", "ada ben: moved"),
    Row("submissions:preview", "ada's paper", "signed-in: closed", "ada ben: page"),
    Row("submissions:address", "ada's paper", "signed-in: closed", "ada ben: again"),
    Row("submissions:claim", "ada's paper", "signed-in: closed", "ada ben: moved"),
    Row("submissions:status", "ada's paper", "ada ben: page", "signed-in: closed"),
    Row("submissions:uploads", "ada's paper", "signed-in: closed", "ada ben: again"),
    Row("submissions:uploads", "no paper", "signed-in: closed", ""),
    Row("submissions:upload", "ada's upload", "signed-in: closed", "ada: again"),
    Row("submissions:upload", "no upload", "signed-in: closed", ""),
    # The co-author reads there whom to ask.
    Row("submissions:withdraw", "ada's paper", "ada ben: page", "ada ben: again"),
    Row("submissions:versions", "ada's paper", "ada ben: page", "signed-in: closed"),
    Row("submissions:restore", "ada's first", "signed-in: closed", "ada ben: moved"),
    Row("submissions:receipt", "ada's paper", "ada ben: page", "signed-in: closed"),
    Row("submissions:receipt_text", "ada's paper", "ada ben: page", "signed-in: closed"),
    Row("submissions:undo_withdraw", "ada's paper", "signed-in: closed", "ada ben: moved"),
    Row("submissions:authors", "ada's paper", "ada ben: page", "ada ben: again"),
    Row("submissions:authors", "otto's paper", "otto: page", "otto: again"),
    Row("submissions:authors", "no paper", "", ""),
    # It says the same to everybody, whatever papers there are.
    Row("submissions:missing_author", "workshop", "signed-in: page", "signed-in: again"),
    Row("submissions:missing_author", "nowhere", "", ""),
    # The original names its authors: whoever may know them reads it.
    Row("submissions:file", "original", "ada ben olga otto ines: page", "everyone: closed"),
    Row("submissions:file", "copy", "ada ben olga otto ines: page", "everyone: closed", PHASES[:2]),
    Row("submissions:file", "copy", "ada ben olga otto ines rui rae mara: page", "everyone: closed", ASSIGNED),
    Row("submissions:file", "no file", "", "everyone: closed"),
]
REVIEWERS = [
    Row("reviews:profile", "workshop", "reviewers: page", "reviewers: again"),
    Row("reviews:profile", "elsewhere", "", ""),
    Row("reviews:first_visit", "workshop", "reviewers: page", "reviewers: again"),
    Row("reviews:first_visit", "elsewhere", "", ""),
    Row("reviews:publications", "workshop", "signed-in: closed", "reviewers: again"),
    Row("reviews:accept", "workshop", "signed-in: closed", "reviewers: moved"),
    Row("reviews:take_back_offer", "workshop", "signed-in: closed", "ben: moved"),
    Row("reviews:review", "rui's review", "", "", PHASES[:2]),
    Row("reviews:review", "rui's review", "rui: page", "rui: again", ASSIGNED),
    Row("reviews:autosave", "rui's review", "signed-in: closed", "", PHASES[:2]),
    Row("reviews:autosave", "rui's review", "signed-in: closed", "rui: again", ASSIGNED),
    Row("reviews:nominate", "rui's review", "", "", PHASES[:2]),
    Row("reviews:nominate", "rui's review", "rui: page", "rui: again", ASSIGNED),
    Row("reviews:decline", "rui's review", "signed-in: closed", "", PHASES[:2]),
    Row("reviews:decline", "rui's review", "signed-in: closed", "rui: again", ASSIGNED),
    # One's own words, version by version and as a file: nobody else's.
    Row("reviews:versions", "rui's review", "", "signed-in: closed", PHASES[:2]),
    Row("reviews:versions", "rui's review", "rui: page", "signed-in: closed", ASSIGNED),
    Row("reviews:copy", "rui's review", "", "", PHASES[:2]),
    Row("reviews:copy", "rui's review", "rui: page", "rui: page", ASSIGNED),
    Row("reviews:restore", "rui's first", "signed-in: closed", "", PHASES[:2]),
    Row("reviews:restore", "rui's first", "signed-in: closed", "rui: moved", ASSIGNED),
    # What a reviewer tells the organizers of the paper; without a word, the form again.
    Row("reviews:conflict", "rui's review", "signed-in: closed", "", PHASES[:2]),
    Row("reviews:conflict", "rui's review", "signed-in: closed", "rui: again", ASSIGNED),
    Row("reviews:authors_known", "rui's review", "signed-in: closed", "", PHASES[:2]),
    Row("reviews:authors_known", "rui's review", "signed-in: closed", "rui: again", ASSIGNED),
    Row("reviews:more_days", "rui's review", "signed-in: closed", "", PHASES[:2]),
    Row("reviews:more_days", "rui's review", "signed-in: closed", "rui: again", ASSIGNED),
    Row("reviews:conflict", "mara's chair", "signed-in: closed", "mara: moved", ASSIGNED),
    # Whoever has papers to review takes them along and brings them back.
    Row("reviews:copies", "workshop", "", "", PHASES[:2]),
    Row("reviews:copies", "workshop", "rui rae noor: page", "rui rae noor: again", ASSIGNED),
    Row("reviews:copies", "elsewhere", "", ""),
    Row("reviews:all_copies", "workshop", "", "signed-in: closed", PHASES[:2]),
    Row("reviews:all_copies", "workshop", "rui rae noor: page", "signed-in: closed", ASSIGNED),
    Row("reviews:save_copies", "workshop", "signed-in: closed", "", PHASES[:2]),
    Row("reviews:save_copies", "workshop", "signed-in: closed", "rui rae noor: moved", ASSIGNED),
    # There is nothing to put in order for whoever has reviewed one paper.
    Row("reviews:order", "workshop", "", ""),
    # An area chair reads who reviews the paper and what they wrote, and writes no review of it.
    Row("reviews:review", "mara's chair", "", "", PHASES[:2]),
    Row("reviews:review", "mara's chair", "mara: page", "", ASSIGNED),
    Row("reviews:nominate", "mara's chair", "", ""),
    Row("reviews:autosave", "mara's chair", "signed-in: closed", ""),
    Row("reviews:versions", "mara's chair", "", "signed-in: closed"),
    Row("reviews:copy", "mara's chair", "", ""),
    # What there is to bid on is listed while bidding is open; before and after, the page says when that is or was.
    Row("reviews:bids", "workshop", "reviewers: page", "signed-in: closed"),
    Row("reviews:bids", "elsewhere", "", "signed-in: closed"),
    Row("reviews:begin_bidding", "workshop", "signed-in: closed", "reviewers: moved"),
    Row("reviews:begin_bidding", "elsewhere", "signed-in: closed", ""),
    # Cleo, of Ada's institution, never has her paper to bid on. When bidding is over nothing is kept, and it is said.
    Row("reviews:bid", "ada's paper", "signed-in: closed", "", PHASES[:1]),
    Row("reviews:bid", "ada's paper", "signed-in: closed", "rui rae noor: moved", PHASES[1:]),
    Row("reviews:bid", "otto's paper", "signed-in: closed", "reviewers: moved", PHASES[1:]),
    Row("reviews:bid", "no paper", "signed-in: closed", ""),
    Row("reviews:decline", "mara's chair", "signed-in: closed", "", PHASES[:2]),
    Row("reviews:decline", "mara's chair", "signed-in: closed", "mara: again", ASSIGNED),
]
DESK = [
    Row("desk:home", "", "staff: moved", "staff: moved"),
    Row("desk:new_workshop", "", "staff: page", "staff: again"),
    Row("desk:operator", "", "opal: page", "opal: shown"),
    Row("desk:view_as_operator", "a person", "opal: page", "opal: moved"),
    Row("desk:dashboard", "workshop", "organizers: page", "organizers: shown"),
    Row("desk:dashboard", "elsewhere", "", ""),
    Row("desk:dashboard", "nowhere", "", ""),
    Row("desk:guide", "workshop", "organizers: page", "organizers: shown"),
    Row("desk:guide", "elsewhere", "", ""),
    Row("desk:new_edition", "workshop", "organizers: page", "organizers: again"),
    Row("desk:new_edition", "elsewhere", "", ""),
    Row("desk:open_call", "workshop", "staff: closed", "organizers: moved"),
    Row("desk:take_back_call", "workshop", "staff: closed", "organizers: moved"),
    Row("desk:appoint_handlers", "workshop", "staff: closed", "organizers: moved"),
    Row("desk:find_conflicts", "workshop", "staff: closed", "organizers: moved"),
    Row("desk:papers", "workshop", "organizers: page", "organizers: shown"),
    Row("desk:papers", "elsewhere", "", ""),
    # A POST that names nobody is asked of nothing.
    Row("desk:nominations", "ada's paper", "olga otto: page", ""),
    Row("desk:nominations", "otto's paper", "olga ines: page", ""),
    Row("desk:author_list", "ada's paper", "olga otto: page", "olga otto: shown"),
    Row("desk:author_list", "otto's paper", "olga ines: page", "olga ines: shown"),
    # Ada asks once the deadline has passed; refusing needs words, and nobody comes to have a conflict by granting it.
    Row("desk:answer_request", "grant cy", "staff: closed", "", PHASES[:1]),
    Row("desk:answer_request", "grant cy", "staff: closed", "olga otto: moved", PHASES[1:]),
    Row("desk:answer_request", "refuse cy", "staff: closed", "olga otto: again", PHASES[1:]),
    Row("desk:settle_twin", "no twin", "staff: closed", ""),
    Row("desk:withdraw", "ada's paper", "staff: closed", "olga otto: moved"),
    Row("desk:withdraw", "otto's paper", "staff: closed", "olga ines: moved"),
    Row("desk:bring_back", "ada's paper", "staff: closed", "olga otto: moved"),
    Row("desk:incomplete", "workshop", "organizers: page", "staff: closed"),
    Row("desk:on_behalf", "workshop", "organizers: page", "organizers: again"),
    Row("desk:on_behalf", "elsewhere", "", ""),
    # Without papers there is nothing to look at, and nothing is done.
    Row("desk:bulk", "workshop", "organizers: moved", "organizers: moved"),
    Row("desk:bulk", "elsewhere", "", ""),
    Row("desk:undo_bulk", "workshop", "staff: closed", ""),
    Row("desk:keep_view", "list of papers", "staff: closed", "organizers: moved"),
    Row("desk:keep_view", "no list", "staff: closed", ""),
    Row("desk:change_view", "no view", "staff: closed", ""),
    Row("desk:people", "workshop", "organizers: page", "organizers: shown"),
    Row("desk:people", "elsewhere", "", ""),
    # Nothing is done where it is not said what.
    Row("desk:people_action", "workshop", "staff: closed", ""),
    # What one may see as somebody else stands in test_view_as.
    Row("desk:view_as", "rui as a person", "organizers: page", "organizers: moved"),
    Row("desk:view_as", "zed as a person", "", ""),
    Row("desk:exchange", "workshop", "organizers: page", "staff: closed"),
    Row("desk:exchange", "elsewhere", "", ""),
    # Without a file there is nothing to look at.
    Row("desk:bring_in_file", "workshop", "staff: closed", "organizers: again"),
    Row("desk:settings_file", "workshop", "organizers: page", "staff: closed"),
    Row("desk:settings_file", "elsewhere", "", ""),
    Row("desk:change_settings", "workshop", "staff: closed", "organizers: again"),
    # What is sealed from an organizer is not in the file.
    Row("desk:export", "people as csv", "organizers: page", "staff: closed"),
    Row("desk:export", "assignments as csv", "organizers: page", "staff: closed"),
    Row("desk:export", "reviews as csv", "organizers: page", "staff: closed"),
    Row("desk:export", "reviews as notes", "organizers: page", "staff: closed"),
    Row("desk:export", "people as nothing", "", ""),
    # Whoever has or had a role has a page; what hangs on hidden papers is not on it. Nothing is selected, nothing done.
    Row("desk:person", "rui as a person", "organizers: page", "organizers: shown"),
    Row("desk:person", "zed as a person", "", ""),
    Row("desk:change_person", "rui as a person", "staff: closed", ""),
    Row("desk:people_acts", "workshop", "organizers: moved", "organizers: moved"),
    Row("desk:people_acts", "elsewhere", "", ""),
    Row("desk:undo_people", "workshop", "staff: closed", "organizers: moved"),
    Row("desk:reviews", "workshop", "organizers: page", "organizers: shown"),
    Row("desk:reviews", "elsewhere", "", ""),
    Row("desk:reviews_acts", "workshop", "organizers: moved", "organizers: moved"),
    Row("desk:reviews_acts", "elsewhere", "", ""),
    Row("desk:volunteers", "workshop", "organizers: page", "staff: closed"),
    Row("desk:volunteers", "elsewhere", "", ""),
    Row("desk:answer_volunteers", "workshop", "staff: closed", ""),
    Row("desk:invite", "workshop", "organizers: page", "organizers: again"),
    Row("desk:invite", "elsewhere", "", ""),
    Row("desk:unanswered", "workshop", "organizers: page", "organizers: again"),
    Row("desk:unanswered", "elsewhere", "", ""),
    Row("desk:assignment", "workshop", "organizers: page", "organizers: theirs"),
    Row("desk:assignment", "elsewhere", "", ""),
    Row("desk:matching", "workshop", "organizers: page", "staff: closed"),
    Row("desk:matching", "elsewhere", "", "staff: closed"),
    # Nothing is done where it is not said what.
    Row("desk:matching_action", "workshop", "staff: closed", ""),
    Row("desk:more_days", "workshop", "organizers: page", "staff: closed"),
    Row("desk:more_days", "elsewhere", "", "staff: closed"),
    Row("desk:answer_more_days", "grant rae", "staff: closed", "", PHASES[:2]),
    Row("desk:answer_more_days", "grant rae", "staff: closed", "olga otto: moved", ASSIGNED),
    Row("desk:answer_more_days", "refuse rae", "staff: closed", "olga otto: moved", ASSIGNED),
    Row("desk:run", "run", "", "staff: closed", PHASES[:2]),
    Row("desk:run", "run", "organizers: page", "staff: closed", ASSIGNED),
    Row("desk:run", "run elsewhere", "", "staff: closed"),
    Row("desk:run_action", "run", "staff: closed", ""),
    Row("desk:edit_run", "run", "staff: closed", ""),
    Row("desk:run_publish", "run", "", "staff: closed", PHASES[:2]),
    Row("desk:run_publish", "run", "organizers: page", "staff: closed", ASSIGNED),
    Row("desk:bench_paper", "ada's in the run", "", "staff: closed", PHASES[:2]),
    Row("desk:bench_paper", "ada's in the run", "olga otto: page", "staff: closed", ASSIGNED),
    Row("desk:bench_paper", "otto's in the run", "olga ines: page", "staff: closed", ASSIGNED),
    Row("desk:bench_person", "rui in the run", "", "staff: closed", PHASES[:2]),
    Row("desk:bench_person", "rui in the run", "organizers: page", "staff: closed", ASSIGNED),
    Row("desk:bench_person", "zed in the run", "", "staff: closed"),
    Row("desk:ask_several", "ada's paper", "olga otto: page", "olga otto: again"),
    Row("desk:ask_several", "otto's paper", "olga ines: page", "olga ines: again"),
    Row("desk:ask_several", "no paper", "", ""),
    Row("reviews:emergency", "asked of noor", "", "", PHASES[:2]),
    Row("reviews:emergency", "asked of noor", "noor: page", "noor: moved", ASSIGNED),
    Row("desk:compare_runs", "workshop", "organizers: page", "staff: closed"),
    Row("desk:compare_runs", "elsewhere", "", "staff: closed"),
    Row("desk:repair", "workshop", "organizers: page", "organizers: again"),
    Row("desk:repair", "elsewhere", "", ""),
    # Where nothing is ticked there is nobody to ask.
    Row("desk:ask_places", "workshop", "organizers: moved", "organizers: moved"),
    Row("desk:ask_places", "elsewhere", "", ""),
    # Otto's own is sealed for him: a page that says its number, its title and who handles it.
    Row("desk:paper", "ada's paper", "organizers: page", "organizers: shown"),
    Row("desk:paper", "otto's paper", "organizers: page", "organizers: shown"),
    Row("desk:paper", "no paper", "", ""),
    Row("desk:accept_draft", "ada's paper", "staff: closed", "olga otto: moved"),
    Row("desk:decide", "ada's paper", "staff: closed", "olga otto: again"),
    Row("desk:decide", "otto's paper", "staff: closed", "olga ines: again"),
    Row("desk:change_decision", "confirm ada's", "staff: closed", "", PHASES[:3]),
    Row("desk:change_decision", "confirm ada's", "staff: closed", "olga otto: moved", DECIDED),
    Row("desk:change_decision", "eat ada's", "staff: closed", ""),
    Row("desk:assign", "ada's paper", "staff: closed", "olga otto: again"),
    Row("desk:assign", "otto's paper", "staff: closed", "olga ines: again"),
    Row("desk:unassign", "rui on ada's", "staff: closed", "", PHASES[:2]),
    Row("desk:unassign", "rui on ada's", "staff: closed", "olga otto: moved", ASSIGNED),
    Row("desk:handle", "ada's paper", "staff: closed", "olga otto: again"),
    Row("desk:handle", "otto's paper", "staff: closed", "olga ines: again"),
    Row("desk:declare_conflict", "ada's paper", "staff: closed", "olga otto: again"),
    Row("desk:settle_conflict", "ada's paper", "staff: closed", "olga otto: moved"),
    # Who may handle it is shown to every organizer but its authors; what is found there tells nothing else of it.
    Row("desk:handling", "ada's paper", "organizers: page", "organizers: again"),
    Row("desk:handling", "otto's paper", "olga ines: page", "olga ines: again"),
    Row("desk:conflicts", "workshop", "organizers: page", "staff: closed"),
    Row("desk:conflicts", "elsewhere", "", "staff: closed"),
    Row("desk:answer_conflict", "nothing asked", "staff: closed", ""),
    # Ada has named nobody, and nobody who decided has a conflict.
    Row("desk:ask_authors", "ada's paper", "staff: closed", ""),
    Row("desk:uphold", "ada's paper", "staff: closed", ""),
    Row("desk:extend", "ada's paper", "staff: closed", "olga otto: moved"),
    Row("desk:extend", "otto's paper", "staff: closed", "olga ines: moved"),
    Row("desk:end_extension", "extension of ada's", "staff: closed", ""),
    Row("desk:answer_late", "save of ada's", "staff: closed", "olga otto: moved"),
    Row("desk:dates", "workshop", "organizers: page", "organizers: shown"),
    Row("desk:dates", "elsewhere", "", ""),
    Row("desk:move_date", "deadline", "organizers: page", "organizers: moved"),
    Row("desk:move_date", "deadline elsewhere", "", ""),
    Row("desk:undo_move", "release", "staff: closed", ""),
    Row("desk:decisions", "workshop", "organizers: page", "organizers: shown"),
    Row("desk:confirm_all", "workshop", "staff: closed", "organizers: moved"),
    Row("desk:decide_row", "ada's paper", "staff: closed", "olga otto: moved"),
    Row("desk:decide_row", "otto's paper", "staff: closed", "olga ines: moved"),
    Row("desk:release", "workshop", "organizers: page", "organizers: again"),
    Row("desk:letter", "letter to ada", "", "", ("submission", "bidding", "review", "released")),
    Row("desk:letter", "letter to ada", "olga otto: page", "olga otto: shown", ("discussion",)),
    Row("desk:mail", "workshop", "organizers: page", "staff: closed"),
    Row("desk:mail_acts", "workshop", "organizers: moved", "organizers: moved"),
    Row("desk:mail_acts", "elsewhere", "", ""),
    Row("desk:batch_acts", "workshop", "organizers: moved", "organizers: moved"),
    Row("desk:batch_acts", "elsewhere", "", ""),
    Row("desk:batch", "release", "", "", PHASES[:4]),
    Row("desk:batch", "release", "organizers: page", "staff: closed", ("released",)),
    Row("desk:batch_action", "pause release", "staff: closed", "", PHASES[:4]),
    Row("desk:batch_action", "pause release", "staff: closed", "organizers: moved", ("released",)),
    # A mail about a paper is read by whoever acts for it, and by nobody else on the desk.
    Row("desk:message", "mail of ada's", "olga otto: page", "staff: closed"),
    Row("desk:message", "mail of otto's", "olga ines: page", "staff: closed"),
    Row("desk:message", "mail to ivy", "organizers: page", "staff: closed"),
    Row("desk:message_action", "cancel ada's", "staff: closed", "olga otto: moved"),
    Row("desk:message_action", "cancel otto's", "staff: closed", "olga ines: moved"),
    Row("desk:templates", "workshop", "organizers: page", "staff: closed"),
    Row("desk:template", "words", "organizers: page", "organizers: again"),
    Row("desk:template", "site's words", "", ""),
    Row("desk:log", "workshop", "organizers: page", "organizers: shown"),
    Row("desk:log", "elsewhere", "", ""),
    Row("desk:search", "workshop", "organizers: page", "staff: closed"),
    Row("desk:search", "elsewhere", "", ""),
    Row("desk:forms", "workshop", "organizers: page", "organizers: shown"),
    Row("desk:forms", "elsewhere", "", ""),
    Row("desk:new_form", "workshop", "organizers: page", "organizers: again"),
    Row("desk:new_form", "elsewhere", "", ""),
    Row("desk:form", "form", "organizers: page", "organizers: again"),
    Row("desk:form", "form elsewhere", "", ""),
    Row("desk:form_draft", "draft of a form", "organizers: page", "organizers: again"),
    Row("desk:form_draft", "draft elsewhere", "", ""),
    Row("desk:autosave_form", "draft of a form", "staff: closed", "organizers: again"),
    Row("desk:autosave_form", "draft elsewhere", "staff: closed", ""),
    Row("desk:preview_form", "draft of a form", "staff: closed", "organizers: page"),
    Row("desk:preview_form", "draft elsewhere", "staff: closed", ""),
    Row("desk:open_form", "draft of a form", "organizers: page", "organizers: again"),
    Row("desk:open_form", "draft elsewhere", "", ""),
    Row("desk:discard_form", "draft of a form", "staff: closed", "organizers: moved"),
    Row("desk:discard_form", "draft elsewhere", "staff: closed", ""),
]
# Sign-in and settings do not know phases: one is enough.
ONCE = ("review",)
SIGN_IN = [
    Row("account_login", "", "anon: page; signed-in: moved", "anon: again; signed-in: moved", ONCE),
    Row("account_signup", "", "anon: page; signed-in: moved", "anon: again; signed-in: moved", ONCE),
    Row("account_request_login_code", "", "anon: page; signed-in: moved", "anon: again; signed-in: moved", ONCE),
    Row("account_confirm_login_code", "", "everyone: gate", "everyone: gate", ONCE),
    Row("account_logout", "", "signed-in: page; anon: moved", "everyone: moved", ONCE),
    Row("account_inactive", "", "everyone: page", "everyone: shown", ONCE),
    Row("account_email_verification_sent", "", "everyone: gate", "everyone: gate", ONCE),
    Row("account_reset_password", "", "everyone: page", "everyone: again", ONCE),
    Row("account_reset_password_done", "", "everyone: page", "everyone: shown", ONCE),
    Row("account_reset_password_from_key", "key", "everyone: page", "everyone: again", ONCE),
    Row("account_reset_password_from_key_done", "", "everyone: page", "everyone: shown", ONCE),
    Row("mfa_authenticate", "", "everyone: gate", "everyone: gate", ONCE),
    Row("mfa_login_webauthn", "", "everyone: gate", "everyone: gate", ONCE),
    # Nobody of the cast has a password or a second factor: there is nothing that could be asked for again.
    Row("account_reauthenticate", "", "signed-in: library", "signed-in: library", ONCE),
    Row("account_email", "", "signed-in: page", "signed-in: moved", ONCE),
    Row("account_change_password", "", "signed-in: moved", "signed-in: moved", ONCE),
    Row("account_set_password", "", "signed-in: page", "signed-in: again", ONCE),
    # Our page lists every way to sign in; the library's address of it leads there.
    Row("mfa_index", "", "everyone: moved", "everyone: moved", ONCE),
    # Who signed in a moment ago need not say again that it is them; nobody of the cast has been asked to.
    Row("account_request_reauthentication_code", "", "signed-in: library", "signed-in: library", ONCE),
    Row("account_confirm_reauthentication_code", "", "signed-in: library", "signed-in: library", ONCE),
    *(
        Row(f"mfa_{name}", thing, "signed-in: library", "signed-in: library", ONCE)
        for name, thing in {
            "reauthenticate": "",
            "activate_totp": "",
            "deactivate_totp": "",
            "view_recovery_codes": "",
            "generate_recovery_codes": "",
            "download_recovery_codes": "",
            "list_webauthn": "",
            "add_webauthn": "",
            "reauthenticate_webauthn": "",
            "remove_webauthn": "passkey",
            "edit_webauthn": "passkey",
        }.items()
    ),
]
SETTINGS = [
    Row("admin:index", "", "staff: page", "staff: shown", ONCE),
    Row("admin:app_list", "workshops", "staff: page", "staff: shown", ONCE),
    Row("admin:app_list", "accounts", "opal: page", "opal: shown", ONCE),
    Row("admin:app_list", "decisions", "staff: page", "staff: shown", ONCE),
    Row("admin:jsi18n", "", "staff: page", "staff: shown", ONCE),
    # There is one page to sign in, one to sign out, one to change a password; and no search across people.
    Row("admin:login", "", "everyone: login", "everyone: login", ONCE),
    Row("admin:logout", "", "staff: moved", "staff: moved", ONCE),
    Row("admin:password_change", "", "staff: moved", "staff: moved", ONCE),
    Row("admin:password_change_done", "", "staff: page", "staff: shown", ONCE),
    Row("admin:search", "", "", "", ONCE),
    Row("admin:autocomplete", "", "", "", ONCE),
    Row("admin:view_on_site", "one model", "", "", ONCE),
    Row("admin/(?P<url>.*)$", "anything", "", "", ONCE),
]


SETTING_MODELS: dict[str, tuple[type, str]] = {
    "workshops_workshop": (Workshop, "pk"),
    "workshops_track": (Track, "workshop"),
    "workshops_deadline": (Deadline, "workshop"),
    "workshops_form": (Form, "workshop"),
    "workshops_formversion": (FormVersion, "form__workshop"),
    "decisions_outcome": (Outcome, "track__workshop"),
}
BEGUN_ELSEWHERE = {"workshops_workshop", "workshops_formversion"}  # on the desk, and as a copy


def settings_rows() -> Iterator[Row]:
    """A workshop's settings are its organizers' and the operator's. Nothing is deleted."""
    for name, (model, lookup) in SETTING_MODELS.items():
        ours, others = f"our {name}", f"elsewhere's {name}"
        THINGS[ours] = settings_of(model, lookup, "workshop")
        THINGS[others] = settings_of(model, lookup, "elsewhere")
        adds = "" if name in BEGUN_ELSEWHERE else "staff"
        yield Row(f"admin:{name}_changelist", "", "staff: page", "staff: theirs", ONCE)
        yield Row(f"admin:{name}_add", "", f"{adds}: page", f"{adds}: again", ONCE)
        yield Row(f"admin:{name}_change", ours, "staff: page", "staff: theirs", ONCE)
        yield Row(f"admin:{name}_change", others, "opal: page", "opal: theirs", ONCE)
        yield Row(f"admin:{name}_history", ours, "staff: page", "staff: shown", ONCE)
        yield Row(f"admin:{name}_history", others, "opal: page", "opal: shown", ONCE)
        yield Row(f"admin:{name}_delete", ours, "", "", ONCE)
        yield Row(f"admin:{name}_delete", others, "", "", ONCE)
        # The short address of a row leads to its page, whether there is one or not.
        yield Row(f"admin/{name.replace('_', '/')}/<path:object_id>/", ours, "staff: moved", "staff: moved", ONCE)


def people_rows() -> Iterator[Row]:
    """People's accounts are the operator's."""
    THINGS["ada"] = lambda cast: {"object_id": cast.ada.pk}
    yield Row("admin:accounts_user_changelist", "", "opal: page", "opal: theirs", ONCE)
    yield Row("admin:accounts_user_add", "", "", "", ONCE)
    yield Row("admin:accounts_user_change", "ada", "opal: page", "opal: theirs", ONCE)
    yield Row("admin:accounts_user_history", "ada", "opal: page", "opal: shown", ONCE)
    yield Row("admin:accounts_user_delete", "ada", "", "", ONCE)
    yield Row("admin/accounts/user/<path:object_id>/", "ada", "staff: moved", "staff: moved", ONCE)


MATRIX = [*PUBLIC, *OWN, *AUTHORS, *REVIEWERS, *DESK, *SIGN_IN, *SETTINGS, *settings_rows(), *people_rows()]
