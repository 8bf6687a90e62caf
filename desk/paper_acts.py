"""What can be done on a paper's page for organizers: a fold for each act, whose form is fetched when it is opened.

Most who open the page only read, and a form with everybody to choose from costs as much as the rest of it. Without
JavaScript the fold holds a link to the same page with this form on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.urls import reverse
from django.utils import timezone

from desk.forms import AssignForm, ConflictForm, DecisionForm, HandlerForm
from desk.forms_dates import ExtendForm
from desk.reading import paper as reading
from desk.reading.paper_query import PaperQuery
from workshops.services.extensions import BY_DEFAULT

WHOLE_LIST = PaperQuery()


@dataclass(frozen=True)
class Act:
    """``words`` stand on the fold, ``button`` under its form, ``note`` beside that. ``route`` is where it is sent."""

    words: str
    button: str
    route: str
    note: str = ""


ACTS = {
    "decide": Act("Decide", "Save the decision", "desk:decide", "Nothing is told to anybody before the release."),
    "assign": Act("Add a reviewer by hand", "Assign", "desk:assign"),
    "declare": Act("Declare a conflict", "Declare", "desk:declare_conflict"),
    "extend": Act("Open this paper until …", "Open it", "desk:extend", "Its authors are told."),
    "handle": Act("Change the handler", "Change", "desk:handle"),
}


@dataclass(frozen=True)
class Fold:
    """One act on one page, for components/fetched.html where its ``form`` is None: it is fetched from ``part`` alone,
    from ``url`` with the page.
    """

    act: Act
    form: Form | None
    workshop: str
    number: int
    id: str
    words: str
    part: str
    url: str
    label: str = "Show the form"

    @property
    def action(self) -> str:
        return reverse(self.act.route, args=[self.workshop, self.number])


def folds(workshop: str, number: int, forms: Mapping[str, Form], query: PaperQuery = WHOLE_LIST) -> dict[str, Fold]:
    """All that can be done, with these ``forms`` drawn at once. ``query``: the list that the page was opened from."""
    here = reverse("desk:paper", args=[workshop, number])
    return {
        name: Fold(
            act,
            forms.get(name),
            workshop,
            number,
            f"act-{name}",
            act.words,
            f"{here}?part={name}",
            f"{here}{query.place(act=name)}#act-{name}",
        )
        for name, act in ACTS.items()
    }


def form_of(name: str, rows: reading.Rows, data: Any = None) -> Form:
    """The form of an act, from the rows of ``read_offered`` or of the page."""
    return _FORMS[name](rows, data)


_FORMS: Mapping[str, Callable[[reading.Rows, Any], Form]] = {
    "decide": lambda rows, data: DecisionForm(
        data, outcomes=reading.outcomes_of(rows), decision=next(iter(rows["decided"]), None), auto_id="decision_%s"
    ),
    "assign": lambda rows, data: AssignForm(data, people=reading.candidates(rows), auto_id="assign_%s"),
    "declare": lambda rows, data: ConflictForm(
        data, people=reading.people_without_conflict(rows), auto_id="conflict_%s"
    ),
    "extend": lambda rows, data: ExtendForm(data, initial={"until": timezone.now() + BY_DEFAULT}, auto_id="extend_%s"),
    "handle": lambda rows, data: HandlerForm(data, people=reading.possible_handlers(rows), auto_id="handler_%s"),
}
