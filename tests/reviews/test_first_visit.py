"""The one screen after accepting: what it keeps, what is still missing, and what My desk says of it."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.services.relations import Tie
from audit.errors import Refused
from reviews.models import Reviewer, TopicInterest
from reviews.services.first_visit import tell_first_visit
from submissions.models import Conflict
from tests.factories import make_user

PAGE = "/w/neurreps-2027/reviewing/first-visit/"
NO_ROWS = {"ties-TOTAL_FORMS": "0", "ties-INITIAL_FORMS": "0"}


@pytest.fixture
def rui(client: Client, stage: Any) -> Client:
    client.force_login(stage.rui)
    return client


def row(stage: Any) -> Reviewer:
    return Reviewer.objects.select_related("user", "workshop").get(user=stage.rui)


def tell(stage: Any, **told: Any) -> list[str]:
    return tell_first_visit(reviewer=row(stage), by=stage.rui, **{"agrees": False, "load_max": 4, "levels": {}, **told})


def ties(*people: tuple[str, str]) -> dict[str, str]:
    rows = {
        f"ties-{n}-{name}": value
        for n, pair in enumerate(people)
        for name, value in zip(("who", "kind"), pair, strict=True)
    }
    return {"ties-TOTAL_FORMS": str(len(people)), "ties-INITIAL_FORMS": "0", **rows}


def on_desk(client: Client) -> list[str]:
    return [item.state for item in client.get("/desk/").context["desk"].due if item.title == "Tell what you know"]


def test_page_asks_for_everything_and_is_due_on_my_desk_until_it_is_told(rui: Client, stage: Any) -> None:
    topic = stage.workshop.topics.first()
    page = rui.get(PAGE).context["page"]
    assert page.missing == ["the policies", "what you know", "your conflicts"]
    assert [step["state"] for step in page.steps] == ["now", "todo", "todo", "todo"]
    assert on_desk(rui) == ["First visit not finished"]

    typed = {"agrees": "on", "load_max": "3", "named_all": "on", f"topic-{topic.pk}": "best", **NO_ROWS}
    answer = rui.post(PAGE, typed)

    assert (answer.status_code, answer["Location"]) == (302, "/w/neurreps-2027/reviewing/")
    assert rui.get(PAGE).context["page"].missing == []
    assert on_desk(rui) == []


def test_what_is_told_is_kept_however_much_is_missing(rui: Client, stage: Any) -> None:
    answer = rui.post(PAGE, {"load_max": "3", "statement": "Gauge theory.", **NO_ROWS}, follow=True)

    assert "Still missing: the policies, your conflicts." in answer.content.decode()
    kept = row(stage)
    assert (kept.load_max, kept.statement, kept.policies_at, kept.ties_at) == (3, "Gauge theory.", None, None)


def test_looking_at_the_page_changes_nothing(rui: Client, stage: Any) -> None:
    before = list(Reviewer.objects.order_by("pk").values())

    rui.get(PAGE)

    assert list(Reviewer.objects.order_by("pk").values()) == before


def test_policies_stay_agreed_to(stage: Any) -> None:
    tell(stage, agrees=True)
    agreed = row(stage).policies_at

    tell(stage)

    assert agreed is not None
    assert row(stage).policies_at == agreed


def test_workshop_has_policies_of_its_own_or_the_usual_ones(rui: Client, stage: Any) -> None:
    assert "Confidential." in rui.get(PAGE).content.decode()
    stage.workshop.reviewer_policies = "Be *brief*."
    stage.workshop.save()

    page = rui.get(PAGE).content.decode()

    assert "<em>brief</em>" in page
    assert "Confidential." not in page


def test_topics_are_kept_with_how_well_they_are_known(stage: Any) -> None:
    one, two, three = stage.workshop.topics.all()[:3]
    tell(stage, levels={one.pk: 3, two.pk: 1})

    tell(stage, levels={one.pk: 2, three.pk: 3, 10**9: 3})

    levels = dict(TopicInterest.objects.values_list("topic", "level"))
    assert levels == {one.pk: 2, three.pk: 3}


def test_person_named_by_address_is_a_conflict_at_once(rui: Client, stage: Any) -> None:
    rui.post(
        PAGE, {"load_max": "3", "named_all": "on", **ties(("Ada Example <ada@ada.test>", "advisor"), ("", "other"))}
    )

    found = Conflict.objects.filter(user=stage.rui).values_list("submission", "reason", "state")
    assert list(found) == [(stage.papers[0].pk, "relation", "confirmed")]
    assert rui.get(PAGE).context["page"].ties == ("Ada Example",)


def test_institution_is_a_conflict_and_joins_the_profile_once(rui: Client, stage: Any) -> None:
    for _ in range(2):
        rui.post(PAGE, {"load_max": "3", "institutions": "University of Writing, cs.writer2.test", **NO_ROWS})

    assert list(stage.rui.affiliations.values_list("name", "domain")) == [("University of Writing", "writer2.test")]
    found = Conflict.objects.filter(user=stage.rui).values_list("submission", "reason")
    assert list(found) == [(stage.papers[1].pk, "institution")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"load_max": ""}, "load_max"),
        ({"load_max": "51"}, "load_max"),
        ({"institutions": "Somewhere"}, "institutions"),
        ({"institutions": "Me, gmail.com"}, "institutions"),
    ],
)
def test_wrong_field_is_named_and_nothing_typed_is_lost(
    rui: Client, stage: Any, typed: dict[str, str], field: str
) -> None:
    good = {"agrees": "on", "load_max": "3", "statement": "kept words", **NO_ROWS}

    answer = rui.post(PAGE, {**good, **typed})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "kept words" in answer.content.decode()
    assert (row(stage).statement, row(stage).policies_at) == ("", None)


def test_person_who_is_oneself_is_refused_at_the_row(rui: Client, stage: Any) -> None:
    answer = rui.post(PAGE, {"load_max": "3", **ties(("Noor", "other"), ("rui@rui.test", "other"))})

    assert answer.status_code == 422
    assert [list(one.errors) for one in answer.context["rows"]] == [[], ["who"]]
    assert stage.rui.relations.count() == 0


def test_publications_are_added_and_what_cannot_be_read_stays_in_the_box(rui: Client, stage: Any) -> None:
    rui.post(PAGE, {"load_max": "3", "publications": "On fibre bundles in codes", **NO_ROWS})
    again = rui.post(PAGE, {"load_max": "5", "publications": "On fibre bundles in codes\nOn gauge theory", **NO_ROWS})

    assert set(stage.rui.publications.values_list("title", flat=True)) == {
        "On fibre bundles in codes",
        "On gauge theory",
    }
    assert (again.status_code, len(again.context["problems"]), row(stage).load_max) == (422, 1, 5)
    assert "On fibre bundles in codes\nOn gauge theory" in again.context["form"]["publications"].value()


def test_page_is_there_for_reviewers_alone(client: Client, stage: Any) -> None:
    client.force_login(make_user("Zed"))

    assert client.get(PAGE).status_code == 404


def test_nobody_tells_for_somebody_else(stage: Any) -> None:
    with pytest.raises(PermissionDenied):
        tell_first_visit(reviewer=row(stage), by=stage.olga, agrees=True, load_max=4, levels={})


def test_tie_that_cannot_be_written_names_its_row(stage: Any) -> None:
    with pytest.raises(Refused) as refused:
        tell(stage, ties=[Tie("other", name="Ada Example"), Tie("other", email="not an address")])

    assert refused.value.field == "ties.1.email"
    assert stage.rui.relations.count() == 0
