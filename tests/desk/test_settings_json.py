"""The settings of a workshop as one file: there and back the same, compared before it is applied, nothing unknown."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from audit.errors import Refused, StaleState
from decisions.services.outcomes import add_default_outcomes
from desk.services.settings_json import apply_settings, foresee_settings, write_settings
from desk.settings_document import LEFT_OUT, SECTIONS, WORKSHOP, read_document
from notifications.models import Template
from notifications.rendering import default_words, scope_of
from notifications.services.templates import save_template
from tests.desk.conftest import DESK
from tests.factories import Cast
from workshops.models import Deadline, Form, FormVersion, Topic, Track, Workshop
from workshops.services.create import create_workshop


def settings_of(workshop: Workshop) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(write_settings(workshop))
    return found


def plan(cast: Cast, settings: dict[str, Any]) -> Any:
    return foresee_settings(workshop=cast.workshop, by=cast.olga, content=json.dumps(settings).encode())


def put(cast: Cast, settings: dict[str, Any]) -> int:
    content = json.dumps(settings).encode()
    return apply_settings(workshop=cast.workshop, by=cast.olga, content=content, seen=plan(cast, settings).mark)


def said(found: Any) -> list[tuple[str, str, str]]:
    return [(one.where, one.old, one.new) for one in found.changes]


def test_file_of_what_is_set_changes_nothing(cast: Cast) -> None:
    found = plan(cast, settings_of(cast.workshop))

    assert (said(found), found.stays, found.refusal) == ([], [], "")


def test_settings_of_one_workshop_make_another_the_same(cast: Cast) -> None:
    """Changed in every section, into one that was just begun."""
    here = settings_of(cast.workshop)
    here["workshop"] |= {"tagline": "Another", "hold_minutes": 5, "conflict_years": 4}
    here["tracks"][0]["page_limit"] = 8
    here["topics"] = [*here["topics"][1:], {"name": "A new one", "position": 20}]
    here["links"] = [{"label": "Our page", "url": "https://example.org/", "position": 1}]
    here["deadlines"][0] |= {"grace_minutes": 30, "pinned_by": "NeurIPS"}
    here["forms"][0]["questions"][0] |= {"text": "In short", "required": False}
    here["outcomes"][0]["label"] = "Yes"
    here["mails"] = [{"kind": "receipt", "subject": "We have {{ title }}", "text": "Thank you."}]
    assert put(cast, here) > 8
    new = create_workshop(by=cast.olga, slug="second", name="Other", year=cast.workshop.year)
    add_default_outcomes(workshop=new, by=cast.olga)
    content = write_settings(cast.workshop)

    found = foresee_settings(workshop=new, by=cast.olga, content=content)
    apply_settings(workshop=new, by=cast.olga, content=content, seen=found.mark)

    assert read_document(new) == read_document(cast.workshop)
    assert write_settings(new) == content


def test_each_difference_is_said_in_words(cast: Cast) -> None:
    settings = settings_of(cast.workshop)
    settings["tracks"][0] |= {"page_limit": 8, "archival": False}
    settings["forms"] = []

    found = plan(cast, settings)

    assert said(found) == [
        ("Track “proceedings”: archival", "yes", "no"),
        ("Track “proceedings”: page limit", "9", "8"),
    ]
    assert found.stays[:2] == ["Form “Questions to authors”", "Form “Review” (proceedings)"]


def test_what_the_file_leaves_out_stays(cast: Cast) -> None:
    before = read_document(cast.workshop)

    put(cast, {"format": "neurreps-settings", "version": 1, "workshop": {"tagline": "New"}})

    after = read_document(cast.workshop)
    assert {name for name in before if before[name] != after[name]} == {"workshop"}
    assert after["workshop"][()] == before["workshop"][()] | {"tagline": "New"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"papers": []}, "The file has “papers”, which is no setting."),
        ({"workshop": {"colour": "red", "size": 1}}, "workshop has “colour”, “size”, which are no settings."),
        ({"workshop": {"slug": "other"}}, "workshop has “slug”, which is no setting."),
        ({"tracks": [{"slug": "x", "pages": 4}]}, "tracks, entry 1 has “pages”, which is no setting."),
        ({"workshop": {"year": "2027"}}, "workshop: “year” is not a whole number."),
        ({"workshop": {"starts": "tomorrow"}}, "workshop: “starts” is no day, such as 2027-12-05."),
        ({"topics": [{"name": "a"}, {"name": "a"}]}, "topics, entry 2: “a” is there twice."),
        ({"version": 2}, "The file is of version 2; this program reads version 1."),
        ({"format": "x"}, "This is no file of settings: its “format” is not “neurreps-settings”."),
    ],
)
def test_what_is_not_a_setting_is_refused_by_name(cast: Cast, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        plan(cast, {"format": "neurreps-settings", "version": 1, **change})

    assert refused.value.sentence == sentence


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_file_that_is_none_is_refused(cast: Cast, content: bytes) -> None:
    with pytest.raises(Refused):
        foresee_settings(workshop=cast.workshop, by=cast.olga, content=content)


@pytest.mark.parametrize(
    ("change", "start"),
    [
        ({"workshop": {"hold_minutes": 90}}, "Workshop: "),
        ({"tracks": [{"slug": "proceedings", "reviews_enough": 9}]}, "Track “proceedings”: "),
        ({"mails": [{"kind": "receipt", "subject": "x", "text": "{{ nonsense }}"}]}, "Mail “receipt”: "),
        ({"mails": [{"kind": "nothing", "subject": "x", "text": "y"}]}, "Mail “nothing”: there is no such mail"),
        ({"deadlines": [{"kind": "review", "at": "1999-01-01T00:00:00Z"}]}, "Date “review”: "),
    ],
)
def test_what_a_service_refuses_is_said_before_it_is_applied(cast: Cast, change: dict[str, Any], start: str) -> None:
    settings = {"format": "neurreps-settings", "version": 1, **change}
    before = read_document(cast.workshop)

    found = plan(cast, settings)
    with pytest.raises(Refused):
        put(cast, settings)

    assert (found.refusal[: len(start)], read_document(cast.workshop)) == (start, before)


def test_topic_that_papers_name_cannot_go(cast: Cast) -> None:
    topic = Topic.objects.filter(workshop=cast.workshop).first()
    cast.paper.topics.add(topic)
    settings = settings_of(cast.workshop)
    settings["topics"] = settings["topics"][1:]

    assert (
        plan(cast, settings).refusal == f"Topic “{topic.name}” is in use, so it cannot go. Put it back into the file."
    )


def test_season_that_moves_as_a_whole_keeps_its_order_on_the_way(cast: Cast) -> None:
    settings = settings_of(cast.workshop)
    for row in settings["deadlines"]:
        row["at"] = (datetime.fromisoformat(row["at"]) + timedelta(days=20)).isoformat()
    before = {row.pk: row.at for row in Deadline.objects.filter(workshop=cast.workshop)}

    put(cast, settings)

    moved = {row.at - before[row.pk] for row in Deadline.objects.filter(workshop=cast.workshop)}
    assert moved == {timedelta(days=20)}


def test_form_is_asked_in_a_new_version_and_the_old_one_keeps_its_wording(cast: Cast) -> None:
    settings = settings_of(cast.workshop)
    form = next(one for one in settings["forms"] if one["purpose"] == "review")
    form["questions"][0]["text"] = "In short"

    put(cast, settings)

    form = Form.objects.get(workshop=cast.workshop, purpose="review", track__slug=form["track"])
    versions = FormVersion.objects.filter(form=form)
    assert list(versions.order_by("number").values_list("number", "status")) == [(1, "closed"), (2, "open")]


def test_words_that_the_file_does_not_name_go_back_to_the_default(cast: Cast) -> None:
    words = default_words("receipt")
    scope = scope_of(cast.workshop.pk)
    save_template(kind="receipt", scope=scope, by=cast.olga, subject=words.subject, text=f"{words.text} Bye.")
    settings = settings_of(cast.workshop)
    settings["mails"] = []

    put(cast, settings)

    assert not Template.objects.filter(scope=scope).exists()


def test_settings_that_changed_since_the_look_are_not_overwritten(cast: Cast) -> None:
    settings = settings_of(cast.workshop)
    settings["workshop"]["tagline"] = "New"
    content = json.dumps(settings).encode()
    mark = plan(cast, settings).mark
    Workshop.objects.filter(pk=cast.workshop.pk).update(venue="Elsewhere")

    with pytest.raises(StaleState):
        apply_settings(workshop=cast.workshop, by=cast.olga, content=content, seen=mark)


def test_file_names_no_person(cast: Cast) -> None:
    text = write_settings(cast.workshop).decode()

    assert [name for name, user in cast.people().items() if user.family in text or user.email in text] == []


def test_every_field_is_a_setting_or_left_out_by_name() -> None:
    """So that a setting that is added is in the file, or somebody has said why not."""
    workshop = {field.name for field in Workshop._meta.concrete_fields}
    track = {field.name for field in Track._meta.concrete_fields}

    assert workshop == set(WORKSHOP) | LEFT_OUT
    assert track == {"id", "workshop", "slug", *SECTIONS[0].fields}
    assert [field.name for field in Track._meta.concrete_fields if field.is_relation] == ["workshop"]


# --- the page ---------------------------------------------------------------------------------------------------------


def upload(client: Client, settings: dict[str, Any], **given: str) -> HttpResponse:
    file = SimpleUploadedFile("settings.json", json.dumps(settings).encode())
    return client.post(f"{DESK}exchange/settings/change/", {"file": file, "do": "look", **given})


def test_page_shows_the_differences_and_applies_them(client: Client, cast: Cast) -> None:
    client.force_login(cast.olga)
    settings = json.loads(client.get(f"{DESK}exchange/settings/").content)
    settings["workshop"]["tagline"] = "Another line"

    shown = upload(client, settings)
    assert "Another line" in shown.content.decode()
    assert Workshop.objects.get(pk=cast.workshop.pk).tagline != "Another line"

    data = {"again": shown.context["again"], "seen": shown.context["plan"].mark, "do": "apply"}
    client.post(f"{DESK}exchange/settings/change/", data)
    assert Workshop.objects.get(pk=cast.workshop.pk).tagline == "Another line"


def test_page_says_what_is_wrong_with_a_file_at_its_field(client: Client, cast: Cast) -> None:
    client.force_login(cast.olga)

    response = upload(client, {"format": "x"})

    assert response.status_code == 422
    assert "This is no file of settings" in response.context["settings_form"].errors["file"][0]


def test_whoever_may_not_set_it_gets_nothing(client: Client, cast: Cast) -> None:
    client.force_login(cast.rui)

    assert client.get(f"{DESK}exchange/settings/").status_code == 404
    assert upload(client, {}).status_code == 404


def everywhere(node: Any) -> list[tuple[Any, Any]]:
    """Each place of a document: the first and the last of each list stand for all."""
    if isinstance(node, dict):
        return [(node, key) for key in node] + [place for part in node.values() for place in everywhere(part)]
    if isinstance(node, list):
        return [place for part in (node[:1] + node[1:][-1:]) for place in everywhere(part)]
    return []


@pytest.mark.both
@pytest.mark.parametrize("wrong", ["a\x00b", "a\ud800b", "x" * 25_000, 10**30, -1, 1.5, None, [], {}, True, [[1]]])
def test_whatever_stands_in_a_file_is_set_or_refused(cast: Cast, wrong: Any) -> None:
    settings, broken = settings_of(cast.workshop), []
    for node, key in everywhere(settings):
        kept, node[key] = node[key], wrong
        try:
            plan(cast, settings)
        except Refused:
            pass
        except Exception as problem:
            broken.append((key, repr(problem)[:80]))
        node[key] = kept

    assert broken == []
