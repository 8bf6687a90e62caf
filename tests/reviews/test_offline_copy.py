"""A review as a file: written, filled in on a train, read again."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.offline import Copy, read, tidy, which, write
from workshops.reading import QuestionData

PK = UUID("4b0b1a52-0000-4000-8000-000000000001")
QUESTIONS = (
    QuestionData("text", "text", "What is interesting?", help="Be kind.\n\n> and clear", words=300, required=True),
    QuestionData("more", "text", "Anything more?"),
    QuestionData("overall", "scale", "Overall", labels={"1": "reject", "6": "accept"}, low=1, high=6, required=True),
    QuestionData("fit", "choice", "Fit", labels={"yes": "yes", "partly": "only partly: see below", "no": "no"}),
    QuestionData("prizes", "choices", "Prizes", labels={"best": "Best paper", "best_two": "Best: second"}),
    QuestionData("talk", "yesno", "A good talk?"),
    QuestionData("percent", "number", "How much is new?", low=0, high=100),
)


def copy(answers: dict[str, Any]) -> Copy:
    return Copy(PK, 17, "Symmetry\nin the dark", "NeurReps 2027", "24 Nov 2027, 23:59 AoE", QUESTIONS, answers)


LIKE_HEADS = st.sampled_from(
    ["## [text] x", "\\## [more]", "\\\\## \\[text] ", "> quoted", "- [x] 6", "", "# x", "<!--"]
)
LINE = st.one_of(LIKE_HEADS, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
TEXT = st.lists(LINE, max_size=8).map(lambda lines: tidy("\n".join(lines))).filter(bool)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "text": TEXT,
        "more": TEXT,
        "overall": st.integers(1, 6),
        "fit": st.sampled_from(["yes", "partly", "no"]),
        "prizes": st.sampled_from([["best"], ["best_two"], ["best", "best_two"]]),
        "talk": st.booleans(),
        "percent": st.integers(0, 100),
    },
)


@settings(max_examples=300, deadline=None)
@given(answers=ANSWERS)
def test_what_is_written_and_read_is_the_same(answers: dict[str, Any]) -> None:
    found = read(write(copy(answers)), QUESTIONS)

    assert found.answers == answers


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS)
def test_windows_line_ends_and_a_mark_at_the_start_do_not_matter(answers: dict[str, Any]) -> None:
    found = read("\ufeff" + write(copy(answers)).replace("\n", "\r\n"), QUESTIONS)

    assert found.answers == answers


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert set(read(text, QUESTIONS).answers) <= {question.key for question in QUESTIONS}


def test_file_says_which_review_it_is() -> None:
    assert which(write(copy({}))) == PK
    assert which("# Review of paper 17") is None


def test_untouched_file_says_that_nothing_was_filled_in() -> None:
    found = read(write(copy({})), QUESTIONS)

    assert (found.answers, found.problems) == (
        {},
        ("Nothing was filled in, or the lines that begin with “##” are gone.",),
    )


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("## [overall] Overall\n\n- [x] 6: accept\n- [X] 5", "“Overall”: more than one line is ticked"),
        ("## [overall] Overall\n\n- [x] 9", "“Overall”: a line is ticked that the question does not offer"),
        ("## [percent] How much\n\nhalf", "“How much is new?”: “half” is no whole number"),
        ("## [colour] Colour\n\nblue", "The form has no question “colour”"),
        ("## [text] A\n\none\n## [text] A\n\ntwo", "“What is interesting?” is there twice"),
    ],
)
def test_what_is_not_understood_is_said(lines: str, problem: str) -> None:
    (said,) = read(lines, QUESTIONS).problems

    assert said.startswith(problem)


def test_what_editors_do_to_a_file_is_understood() -> None:
    text = "## \\[overall\\] Overall  \n>help\n* [ X ] 5\n\n##   [talk]\n- [✓] yes\n## [text] T\nno blank line\n"

    assert read(text, QUESTIONS).answers == {"overall": 5, "talk": True, "text": "no blank line"}
