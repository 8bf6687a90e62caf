"""An instant is typed and shown in AoE and kept in UTC."""

from datetime import UTC, date, datetime

import pytest
from django import forms

from workshops.fields import AoeDateTimeField
from workshops.instants import aoe, aoe_end_of_day, both, input_value, parse_aoe, utc

END_OF_DAY = datetime(2026, 11, 25, 11, 59, 59, tzinfo=UTC)


class DeadlineForm(forms.Form):
    at = AoeDateTimeField()


def test_end_of_day_is_the_last_second_anywhere_on_earth() -> None:
    assert aoe_end_of_day(date(2026, 11, 24)) == END_OF_DAY


def test_instant_is_written_in_aoe_and_utc() -> None:
    assert aoe(END_OF_DAY) == "24 Nov 2026, 23:59 AoE"
    assert utc(END_OF_DAY) == "25 Nov 2026, 11:59 UTC"
    assert both(END_OF_DAY) == "24 Nov 2026, 23:59 AoE (25 Nov 2026, 11:59 UTC)"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "2026-11-24T23:59",
        "2026-11-24 23:59",
        "2026-11-24T23:59:59",
        " 24 Nov 2026 ",
        "24 Nov 2026, 23:59",
        "24 November 2026 23:59 AoE",
    ],
)
def test_every_way_to_write_the_end_of_a_day_is_read(text: str) -> None:
    assert parse_aoe(text) == END_OF_DAY


@pytest.mark.parametrize(
    "text",
    ["", "soon", "24/11/2026", "24 Foo 2026", "31 Feb 2026", "2026-13-01T00:00", "2026-11-24T23:59+00:00"],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the reason is Python's own for some of them
        parse_aoe(text)


def test_what_is_shown_is_read_back_as_the_same_instant() -> None:
    assert parse_aoe(aoe(END_OF_DAY)) == END_OF_DAY


def test_what_the_input_shows_is_read_back_as_the_same_instant() -> None:
    assert parse_aoe(input_value(END_OF_DAY)) == END_OF_DAY


def test_field_takes_aoe_and_says_utc_beside_it() -> None:
    form = DeadlineForm({"at": "2026-11-24T23:59"})

    assert form.is_valid()
    assert form.cleaned_data["at"] == END_OF_DAY
    assert form["at"].help_text == "In AoE (anywhere on Earth, UTC−12). That is 25 Nov 2026, 11:59 UTC."


def test_field_shows_its_instant_in_aoe_and_sees_no_change_in_it() -> None:
    form = DeadlineForm({"at": "2026-11-24T23:59"}, initial={"at": END_OF_DAY})

    assert DeadlineForm(initial={"at": END_OF_DAY})["at"].value() == "2026-11-24T23:59"
    assert form.has_changed() is False


@pytest.mark.parametrize("text", ["tomorrow", "2026-99-99T00:00", "0000-00-00T00:00"])
def test_field_says_what_to_write_when_it_cannot_be_read(text: str) -> None:
    assert DeadlineForm({"at": text}).errors == {
        "at": ["Write a day and a time in AoE, such as 24 Nov 2026, 23:59 or 2026-11-24T23:59."]
    }
