"""A review that was begun with one version of the form goes on with the next."""

from typing import Any

from reviews.carry import ChangeLine, carry
from workshops.reading import QuestionData

TEXT = QuestionData("text", "text", "What is it about?")
SCALE = QuestionData("overall", "scale", "Overall", labels={"3": "good", "1": "poor"}, low=1, high=3)
FIT = QuestionData("fit", "choice", "Does it fit?", labels={"yes": "yes", "no": "no"})
PRIZES = QuestionData("prize", "choices", "Which prize?", labels={"a": "theory", "b": "methods"})


def other(question: QuestionData, **changes: Any) -> QuestionData:
    return QuestionData(**{**question.__dict__, **changes})


def test_same_questions_take_everything_over_and_tell_nothing() -> None:
    answers = {"text": "Half a sent", "overall": 3, "fit": "yes", "prize": ["a"]}
    carried = carry([TEXT, SCALE, FIT, PRIZES], [PRIZES, FIT, SCALE, TEXT], answers)

    assert (carried.answers, carried.lines) == (answers, ())


def test_reworded_question_keeps_its_answer_and_is_told() -> None:
    carried = carry([TEXT], [other(TEXT, text="Summary")], {"text": "Typed"})

    assert carried.answers == {"text": "Typed"}
    assert carried.lines == (ChangeLine("“Summary” was “What is it about?”."),)


def test_answer_to_a_question_that_is_gone_is_told() -> None:
    carried = carry([TEXT, SCALE], [SCALE], {"text": "Typed", "overall": 1})

    assert carried.answers == {"overall": 1}
    assert carried.lines == (ChangeLine("“What is it about?” is no longer asked.", "Typed"),)


def test_number_of_a_scale_that_changed_is_told_with_its_words_and_not_taken_over() -> None:
    carried = carry([SCALE], [other(SCALE, high=10, labels={"10": "best", "1": "poor"})], {"overall": 3})

    assert carried.answers == {}
    assert carried.lines == (ChangeLine("“Overall” goes from 1 to 10 now, not from 1 to 3.", "3 (good)"),)


def test_answer_that_is_not_offered_any_more_is_told_and_another_one_stays() -> None:
    new = [other(FIT, labels={"yes": "yes", "partly": "partly"}), other(PRIZES, labels={"a": "theory", "c": "data"})]

    assert carry([FIT, PRIZES], new, {"fit": "yes", "prize": ["a"]}).answers == {"fit": "yes", "prize": ["a"]}
    carried = carry([FIT, PRIZES], new, {"fit": "no", "prize": ["a", "b"]})
    assert carried.answers == {}
    assert [line.had for line in carried.lines] == ["no", "theory, methods"]


def test_same_key_of_another_kind_takes_nothing_over() -> None:
    asked = QuestionData("fit", "text", "How does it fit?")
    carried = carry([FIT], [asked], {"fit": "yes"})

    assert carried.answers == {}
    assert carried.lines == (
        ChangeLine("“How does it fit?” is asked as “text” now, was “Does it fit?” and offers other answers.", "yes"),
    )
