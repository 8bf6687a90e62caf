"""Whom to invite, as read from lines and files."""

import pytest

from audit.errors import Refused
from reviews.guests import lines_of_csv, read_lines


def people(content: bytes) -> list[tuple[str, str, int | None]]:
    guests, problems = read_lines(lines_of_csv(content))
    assert problems == []
    return [(guest.name, guest.address, guest.load) for guest in guests]


def test_number_behind_a_line_is_how_many_papers() -> None:
    guests, _ = read_lines("Ivy <ivy@ivy.test>, 3\njo@jo.test 2\nLee Example, lee@lee.test; 4\nkim7@kim.test")

    assert [(guest.name, guest.address, guest.load) for guest in guests] == [
        ("Ivy", "ivy@ivy.test", 3),
        ("", "jo@jo.test", 2),
        ("Lee Example", "lee@lee.test", 4),
        ("", "kim7@kim.test", None),
    ]


def test_number_that_is_no_load_is_a_problem() -> None:
    guests, problems = read_lines("ivy@ivy.test, 99")

    assert (guests, [problem.sentence for problem in problems]) == ([], ["the number of papers is between 1 and 50."])


@pytest.mark.parametrize(
    "content",
    [
        "Name,E-mail,Load\nJosé Núñez,jose@jose.test,3\n",
        "given name;family name;email;max papers\nJosé;Núñez;jose@jose.test;3\n",
        "email\tname\tpapers\njose@jose.test\tJosé Núñez\t3\n",
        "José Núñez,jose@jose.test,3\n",
    ],
)
def test_file_is_read_in_every_usual_form(content: str) -> None:
    assert people(content.encode()) == [("José Núñez", "jose@jose.test", 3)]


def test_file_of_a_spreadsheet_is_read_whatever_its_encoding() -> None:
    text = "name;email\r\nJosé Núñez;jose@jose.test\r\n"

    assert people(text.encode("utf-8-sig")) == people(text.encode("cp1252")) == [("José Núñez", "jose@jose.test", None)]


def test_name_with_marks_of_an_address_cannot_become_another_address() -> None:
    assert people(b'name,email\n"Eve <eve@eve.test>, Dr",ivy@ivy.test\n') == [
        ("Eve eve eve.test Dr", "ivy@ivy.test", None)
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nobody in this file"),
        (b"name,email\n", "nobody in this file"),
        (b"PK\x03\x04rest", "workbook"),
        (b"a\0b", "no text"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_file_that_is_no_list_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        lines_of_csv(content)

    assert refused.value.field == "file"
