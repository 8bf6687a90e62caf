"""The parts of pages say in words what they show in colour."""

from django import forms
from django.template import Context, Template
from django.utils.safestring import mark_safe

from workshops.templatetags.ui import dots, progress, readers, status
from workshops.widgets import ScaleWidget


def render(text: str, **context: object) -> str:
    return Template("{% load ui %}" + text).render(Context(context))


class Review(forms.Form):
    comments = forms.CharField(label="Comments")
    comments.readers = "The authors"  # type: ignore[attr-defined]
    rating = forms.ChoiceField(label="Rating", choices=[(1, "1: Poor"), (2, "2: Good")], widget=ScaleWidget)
    version = forms.IntegerField(widget=forms.HiddenInput)


def test_a_state_is_icon_word_and_colour() -> None:
    assert status("late", "Late", "bad") == (
        '<span class="status status-bad" data-state="late"><svg class="icon" aria-hidden="true" focusable="false">'
        '<use href="/static/icons.svg#circle-x"/></svg>Late</span>'
    )


def test_words_of_a_state_are_escaped() -> None:
    assert "&lt;b&gt;" in status("x", "<b>")


def test_words_are_escaped_although_the_same_were_drawn_as_safe_before() -> None:
    status("x", mark_safe("<i>Late</i>"))

    assert "<i>" not in status("x", "<i>Late</i>")


def test_dots_say_their_scores_in_words() -> None:
    picture = dots([7, None, 3], 1, 10, expected=4)

    assert 'aria-label="Scores 3, 7 on a scale from 1 to 10, mean 5, 2 not in yet"' in picture
    assert (picture.count("dots-score"), picture.count("dots-missing")) == (2, 2)


def test_dots_without_scores_say_so() -> None:
    assert 'aria-label="No scores"' in dots([], 1, 5)


def test_a_bar_of_nothing_is_still_a_bar() -> None:
    assert 'max="1"' in progress(0, 0)


def test_readers_are_listed_as_a_sentence() -> None:
    assert "Read by: authors, reviewers and chairs" in readers("authors", "", "reviewers", "chairs")


def test_no_readers_give_no_line() -> None:
    assert readers("") == ""


def test_an_error_summary_links_to_each_field() -> None:
    html = str(Review({}))

    assert html.count("data-error-summary") == 1
    assert '<a href="#id_comments">' in html
    assert '<a href="#id_rating_0">' in html


def test_a_field_says_who_reads_it_to_screen_readers_too() -> None:
    html = str(Review())

    assert 'aria-describedby="id_comments_readers"' in html
    assert 'id="id_comments_readers"' in html


def test_a_scale_shows_each_number_once() -> None:
    html = str(Review()["rating"])

    assert html.count('<span class="scale-value">1</span><span class="scale-words">Poor</span>') == 1
    assert 'class="scale scale-row"' in html


class Grouped(forms.Form):
    groups = (("Q & A", [("1", "one"), ("2", "<two>")]), ("3", "three"))
    chosen = forms.ChoiceField(choices=groups)
    ticked = forms.MultipleChoiceField(choices=groups, widget=forms.CheckboxSelectMultiple, initial=["2"])


def test_groups_of_choices_are_drawn_with_their_choices_escaped_once() -> None:
    form = Grouped()

    assert '<optgroup label="Q &amp; A">\n  <option value="1">one</option>' in str(form["chosen"])
    assert '<div role="group" aria-label="Q &amp; A">' in str(form["ticked"])
    assert 'value="2" class="form-check-input" id="id_ticked_0_1" checked>' in str(form["ticked"])
    assert [str(form[name]).count("&lt;two&gt;") for name in form.fields] == [1, 1]


def test_a_scale_keeps_its_choice() -> None:
    assert str(Review({"rating": "2"})["rating"]).count(" checked") == 1


def test_messages_of_every_level_have_an_icon() -> None:
    assert render("{{ 'safe error'|tone }} {{ 'success'|tone }} {{ 'x'|tone }} {{ 'bad'|tone_icon }}") == (
        "bad good neutral circle-x"
    )
