"""The cast is what it says it is, in every phase: what the other tests of the house stand on."""

from collections.abc import Callable

import pytest

from access.rights import visible_to
from access.viewer import Viewer
from submissions.models import Submission
from tests.factories import PHASES, Cast, deliver

pytestmark = pytest.mark.django_db


def papers(cast: Cast, name: str, aspect: str) -> set[str]:
    names = {cast.paper.pk: "Ada's", cast.ottos_paper.pk: "Otto's"}
    seen = visible_to(Viewer(getattr(cast, name)), aspect, Submission).values_list("pk", flat=True)
    return {names[pk] for pk in seen}


@pytest.mark.parametrize("phase", PHASES)
def test_cast_stands_to_the_papers_as_it_should(make_cast: Callable[..., Cast], phase: str) -> None:
    cast = make_cast(phase)

    assert papers(cast, "olga", "act") == {"Ada's", "Otto's"}
    assert papers(cast, "otto", "act") == {"Ada's"}
    assert papers(cast, "ines", "act") == {"Otto's"}
    assert papers(cast, "ada", "own") == papers(cast, "ben", "own") == {"Ada's"}
    assert papers(cast, "otto", "own") == {"Otto's"}
    assigned = phase in ("review", "discussion", "released")
    for name in ("rui", "rae", "mara"):
        assert papers(cast, name, "file") == ({"Ada's"} if assigned else set())
    assert papers(cast, "noor", "file") == ({"Otto's"} if assigned else set())
    for name in ("cleo", "zed", "opal"):
        assert papers(cast, name, "title") == set()


def test_mail_of_the_season_goes_to_whom_it_should(make_cast: Callable[..., Cast], mailoutbox) -> None:
    cast = make_cast("released")

    deliver()

    sent = {(mail.to[0], mail.subject.partition("]")[2] or mail.subject) for mail in mailoutbox}
    assert {to for to, _ in sent} == {
        getattr(cast, name).email for name in ("ada", "ben", "otto", "rui", "rae", "noor", "mara")
    } | {cast.invitation.address}
    assert cast.decision.status == "released"
