"""Who sees and sets what of a workshop."""

import pytest

from access.rights import visible_to
from access.viewer import PUBLIC, Viewer
from accounts.models import User
from tests.factories import make_user
from workshops.models import Deadline, Membership, Topic, Track, Workshop
from workshops.services.create import create_workshop
from workshops.services.roles import end_role, give_role


@pytest.fixture
def other(db) -> Workshop:
    return create_workshop(by=make_user("Otto"), slug="other", name="Other", year=2027, announced=True)


def slugs(viewer: Viewer, aspect: str) -> list[str]:
    return list(visible_to(viewer, aspect, Workshop).order_by("slug").values_list("slug", flat=True))


def test_everyone_sees_the_public_side_of_announced_workshops(workshop: Workshop, other: Workshop, zed: User):
    for viewer in (PUBLIC, Viewer(zed)):
        assert slugs(viewer, "public") == ["neurreps-2027", "other"]
        assert visible_to(viewer, "row", Track).count() == 6
        assert visible_to(viewer, "row", Deadline).count() == 8


def test_workshop_that_is_not_announced_is_seen_by_its_own_people_and_the_operator(
    workshop: Workshop, other: Workshop, olga: User, zed: User
):
    Workshop.objects.filter(pk=workshop.pk).update(published_at=None)
    reviewer = make_user("Rui")
    give_role(workshop=workshop, user=reviewer, role="reviewer", by=None)
    for viewer in (PUBLIC, Viewer(zed)):
        assert slugs(viewer, "public") == ["other"]
        assert visible_to(viewer, "row", Track).count() == 3
        assert visible_to(viewer, "row", Topic).count() == 10
        assert visible_to(viewer, "row", Deadline).count() == 4
    for person in (olga, reviewer, make_user("Opal", is_staff=True, is_superuser=True)):
        assert slugs(Viewer(person), "public") == ["neurreps-2027", "other"]
        assert visible_to(Viewer(person), "row", Track).count() == 6


def test_the_public_and_a_stranger_see_nothing_else(workshop: Workshop, other: Workshop, zed: User):
    for viewer in (PUBLIC, Viewer(zed)):
        for aspect in ("member", "staff", "settings", "row"):
            assert slugs(viewer, aspect) == []
        assert visible_to(viewer, "settings", Track).count() == 0
        assert visible_to(viewer, "row", Membership).count() == 0


def test_organizer_has_their_own_workshop_alone(workshop: Workshop, other: Workshop, olga: User):
    for aspect in ("member", "staff", "settings", "row"):
        assert slugs(Viewer(olga), aspect) == ["neurreps-2027"]
    assert set(visible_to(Viewer(olga), "row", Membership).values_list("user", flat=True)) == {olga.pk}


def test_operator_sets_every_workshop_and_is_staff_of_none(workshop: Workshop, other: Workshop):
    operator = Viewer(make_user("Opal", is_staff=True, is_superuser=True))
    assert slugs(operator, "settings") == ["neurreps-2027", "other"]
    assert slugs(operator, "staff") == []


def test_reviewer_is_a_member_until_the_role_ends(workshop: Workshop, zed: User):
    given = give_role(workshop=workshop, user=zed, role="reviewer", by=None)
    assert slugs(Viewer(zed), "member") == ["neurreps-2027"]
    assert slugs(Viewer(zed), "staff") == []
    end_role(membership=given, by=None)
    assert slugs(Viewer(zed), "member") == []
