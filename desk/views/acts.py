"""One act on many lines of a list: a page that says what it would do to which, then the deliberate press, then the way
back. The lists of people and of reviews use it, each with a Bulk of its own.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from access.viewer import Viewer
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from desk.forms_acts import ActForm
from desk.reading.list_query import ListQuery
from desk.services import acts
from desk.services.acts import MOST, Act, Stage
from desk.views.base import actor, desk_render
from desk.views.saved_views import back_to
from workshops.models import Workshop

UNDO_SECONDS = 600


@dataclass(frozen=True)
class Words:
    """``bar``: in the list of acts; ``button``, ``said``: with {} for “3 people”; ``said`` "" where mail is written.

    ``pause``: within which time nobody is written to again, unless that is wished.
    """

    bar: str
    button: str
    explained: str
    said: str = ""
    pause: str = ""


@dataclass(frozen=True)
class Bulk:
    """The acts on the lines of one list. ``found``: the keys of all that a query finds, in its order.

    ``key``: a typed key as the services know it; raises ValueError for none.
    """

    query: type[ListQuery]
    title: str
    one: str
    many: str
    route: str
    undo_route: str
    words: Mapping[str, Words]
    acts: Mapping[str, Act]
    forms: Mapping[str, type[ActForm]]
    key: Callable[[str], Any]
    found: Callable[[Workshop, Viewer, Any], list[Any]]

    @property
    def list_route(self) -> str:
        return f"desk:{self.query.name}"

    @property
    def session(self) -> str:
        """Where the session keeps what was done last, until the list is drawn."""
        return f"undo_{self.query.name}"

    def count(self, number: int) -> str:
        return f"1 {self.one}" if number == 1 else f"{number} {self.many}"

    def undoable(self, request: HttpRequest, workshop: Workshop) -> dict[str, Any] | None:
        """What was done last, offered for taking back for a while."""
        kept = request.session.get(self.session)
        if kept is None or kept["workshop"] != workshop.pk or time.time() - kept["at"] > UNDO_SECONDS:
            return None
        return dict(kept)


def act_page(request: HttpRequest, workshop: Workshop, viewer: Viewer, bulk: Bulk) -> HttpResponse:
    """GET shows what would be done, POST does it: to ``line`` (keys), or to ``all`` that ``list`` finds."""
    given = request.POST if request.method == "POST" else request.GET
    query = bulk.query.from_text(given.get("list", ""))
    name, keys = given.get("act", ""), _keys(workshop, viewer, given, query, bulk)
    if name not in bulk.words or not keys:
        messages.info(request, f"Select some {bulk.many} first, then say what to do with them.")
        return back_to(workshop, query)
    form = bulk.forms[name](request.POST if request.method == "POST" and "seen" in request.POST else None)
    stage = Stage(workshop, viewer, actor(viewer), keys, {"again": given.get("again") == "on"})
    if form.is_bound and form.is_valid():
        answer = _apply(request, bulk, name, stage, form, query)
        if answer is not None:
            return answer
    plan = acts.plan(bulk.acts[name], stage)
    words = bulk.words[name]
    context = {
        "bulk": bulk,
        "act": name,
        "title": words.bar,
        "explained": words.explained,
        "pause": words.pause,
        "button": words.button.format(bulk.count(len(plan.takes))),
        "takes_words": bulk.count(len(plan.takes)),
        "plan": plan,
        "form": renewed(form, len(plan.takes)),
        "keys": keys if given.get("all") != "1" else [],
        "list": query.as_text(),
        "back": query.url(),
        "again": stage.given["again"],
    }
    status = 422 if form.is_bound else 200
    return desk_render(request, "desk/acts.html", workshop, viewer, bulk.query.name, context, status)


def _keys(workshop: Workshop, viewer: Viewer, given: QueryDict, query: ListQuery, bulk: Bulk) -> list[Any]:
    """The lines that were selected, or all that the list finds."""
    if given.get("all") == "1":
        return bulk.found(workshop, viewer, query)[:MOST]
    found: dict[Any, None] = {}
    for text in given.getlist("line")[:MOST]:
        try:
            found[bulk.key(text)] = None
        except ValueError:
            continue
    return list(found)


def _apply(
    request: HttpRequest, bulk: Bulk, name: str, stage: Stage, form: ActForm, query: ListQuery
) -> HttpResponse | None:
    """Where to go when it is done; None when it was refused, with the sentence in the form."""
    asked = Stage(stage.workshop, stage.viewer, stage.by, stage.keys, form.cleaned_data)
    try:
        done = acts.apply(bulk.acts[name], asked, seen=form.cleaned_data["seen"])
    except Refused as refusal:
        add_refusal(form, refusal)
        return None
    if done.batch is not None:
        messages.success(request, "The mails are written. Look at them, then confirm: nothing has left yet.")
        return redirect("desk:batch", stage.workshop.slug, done.batch.pk)
    said = bulk.words[name].said.format(f"{bulk.count(done.count)} {'is' if done.count == 1 else 'are'}")
    if done.before:
        request.session[bulk.session] = {
            "act": name,
            "before": done.before,
            "said": said,
            "workshop": stage.workshop.pk,
            "at": int(time.time()),
        }
    else:
        messages.success(request, said)
    return back_to(stage.workshop, query)


def undo_page(request: HttpRequest, workshop: Workshop, viewer: Viewer, bulk: Bulk) -> HttpResponse:
    """POST takes back what this session did last to lines of the list, as far as it still can be."""
    query = bulk.query.from_text(request.POST.get("list", ""))
    kept = bulk.undoable(request, workshop)
    if kept is None:
        messages.info(request, "There is nothing to take back any more.")
        return back_to(workshop, query)
    del request.session[bulk.session]
    before = kept["before"]
    stage = Stage(workshop, viewer, actor(viewer), [bulk.key(text) for text in before], {})
    done = acts.undo(bulk.acts[kept["act"]], stage, before)
    if done:
        messages.success(request, f"Taken back for {bulk.count(done)}.")
    if left := len(before) - done:
        messages.warning(request, f"{bulk.count(left)} could not be changed back.")
    return back_to(workshop, query)


def row_key(text: str) -> int:
    """A line of a list by the key of its row. Raises ValueError for what is none."""
    key = whole_number(text)
    if key is None:
        raise ValueError(text)
    return key


def renewed(form: ActForm, takes: int) -> ActForm:
    """The form says to how many it is done as the page is drawn, whatever an older page has said."""
    if form.is_bound:
        data = QueryDict(mutable=True)
        data.update(form.data)
        data["seen"] = str(takes)
        form.data = data
    else:
        form.initial["seen"] = takes
    return form
