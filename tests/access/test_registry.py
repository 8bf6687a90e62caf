"""A right is the OR of its grants; there is no deny; through another person it is the intersection."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404

from access import registry
from access.registry import aspects, grant, right, through
from access.rights import get_or_404, may, require, visible_to
from access.viewer import PUBLIC, SYSTEM, Viewer
from accounts.models import Affiliation, User
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ASPECT = "seen_in_this_test"


@pytest.fixture(autouse=True)
def _registry_as_before() -> Iterator[None]:
    before = {key: list(grants) for key, grants in registry._GRANTS.items()}
    yield
    registry._GRANTS.clear()
    registry._GRANTS.update(before)


@pytest.fixture
def ada() -> User:
    return make_user("Ada")


@pytest.fixture
def ben() -> User:
    return make_user("Ben")


@pytest.fixture
def zed() -> User:
    return make_user("Zed")


@pytest.fixture
def grants(ada: User, ben: User, zed: User) -> None:
    """Everybody sees themselves; Ada sees Ben too."""

    @grant(User, ASPECT)
    def oneself(viewer: Viewer) -> Q:
        return Q(pk=viewer.id)

    @grant(User, ASPECT)
    def ada_sees_ben(viewer: Viewer) -> Q:
        return Q(pk=ben.pk) if viewer.id == ada.pk else Q(pk__in=[])


def seen(viewer: Viewer) -> set[str]:
    return set(visible_to(viewer, ASPECT, User).values_list("given", flat=True))


def test_right_is_the_or_of_its_grants(grants: None, ada: User, ben: User) -> None:
    assert seen(Viewer(ada)) == {"Ada", "Ben"}
    assert seen(Viewer(ben)) == {"Ben"}


def test_public_sees_what_is_granted_to_nobody_in_particular(grants: None) -> None:
    assert seen(PUBLIC) == set()


def test_system_sees_everything(grants: None) -> None:
    assert seen(SYSTEM) == {"Ada", "Ben", "Zed"}


def test_view_through_somebody_is_what_both_see(grants: None, ada: User, ben: User, zed: User) -> None:
    assert seen(Viewer(ada, through=ben)) == {"Ben"}
    assert seen(Viewer(ben, through=ada)) == {"Ben"}
    assert seen(Viewer(zed, through=ada)) == set()


def test_aspect_that_nobody_registered_is_a_mistake_and_not_a_no(ada: User) -> None:
    with pytest.raises(LookupError, match="no aspect 'colour'"):
        right(User, "colour", Viewer(ada))


def test_children_follow_their_root(grants: None, ada: User, ben: User, zed: User) -> None:
    through(Affiliation, "user", User, ASPECT, gives=ASPECT)
    for person in (ben, zed):
        Affiliation.objects.create(user=person, name=f"University of {person.given}")

    assert set(visible_to(Viewer(ada), ASPECT, Affiliation).values_list("name", flat=True)) == {"University of Ben"}


def test_lists_and_single_rows_cost_one_statement(
    grants: None, ada: User, ben: User, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        list(visible_to(Viewer(ada), ASPECT, User))
    with django_assert_num_queries(1):
        assert may(Viewer(ada), ASPECT, ben)
    with django_assert_num_queries(1):
        assert get_or_404(Viewer(ada), ASPECT, User, pk=ben.pk) == ben


def test_hidden_and_missing_rows_raise_the_same(grants: None, ada: User, zed: User) -> None:
    with pytest.raises(Http404) as hidden:
        get_or_404(Viewer(ada), ASPECT, User, pk=zed.pk)
    with pytest.raises(Http404) as missing:
        get_or_404(Viewer(ada), ASPECT, User, pk=0)

    assert str(hidden.value) == str(missing.value)


def test_service_refuses_whoever_has_no_grant(grants: None, ada: User, ben: User) -> None:
    require(Viewer(ada), ASPECT, ben)
    with pytest.raises(PermissionDenied):
        require(Viewer(ben), ASPECT, ada)


def test_aspects_of_a_model_are_those_somebody_may_be_granted(grants: None) -> None:
    assert ASPECT in aspects(User)
    assert ASPECT not in aspects(Affiliation)
