"""The cast is what it says it is, in every phase: what the other tests of the house stand on."""

from django.core import mail

from access.rights import visible_to
from access.viewer import Viewer
from submissions.models import Submission
from tests.factories import Cast, deliver
from tests.house.conftest import Season, put_back
from tests.house.phases import during, in_every_phase


def papers(cast: Cast, name: str, aspect: str) -> set[str]:
    names = {cast.paper.pk: "Ada's", cast.ottos_paper.pk: "Otto's"}
    seen = visible_to(Viewer(getattr(cast, name)), aspect, Submission).values_list("pk", flat=True)
    return {names[pk] for pk in seen}


@in_every_phase
def test_cast_stands_to_the_papers_as_it_should(season: Season) -> None:
    cast = season.cast

    assert papers(cast, "olga", "act") == {"Ada's", "Otto's"}
    assert papers(cast, "otto", "act") == {"Ada's"}
    assert papers(cast, "ines", "act") == {"Otto's"}
    assert papers(cast, "ada", "own") == papers(cast, "ben", "own") == {"Ada's"}
    assert papers(cast, "otto", "own") == {"Otto's"}
    assigned = cast.phase in ("review", "discussion", "released")
    for name in ("rui", "rae", "mara"):
        assert papers(cast, name, "file") == ({"Ada's"} if assigned else set())
    assert papers(cast, "noor", "file") == ({"Otto's"} if assigned else set())
    for name in ("cleo", "zed", "opal"):
        assert papers(cast, name, "title") == set()


@during("released")
def test_mail_of_the_season_goes_to_whom_it_should(season: Season) -> None:
    cast = season.cast
    with put_back():
        deliver()

    people = ("ada", "ben", "otto", "rui", "rae", "noor", "mara")
    assert {letter.to[0] for letter in mail.outbox} == {
        *(getattr(cast, name).email for name in people),
        cast.invitation.address,
    }
