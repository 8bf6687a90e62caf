"""Lists of authors as people paste them."""

import pytest

from submissions.pasted_authors import read_authors


def people(text: str) -> list[tuple[str, str, str, str, str]]:
    return [
        (r.person.given, r.person.particle, r.person.family, r.person.email, r.person.affiliation)
        for r in read_authors(text)
    ]


ADA = ("Ada", "", "Lovelace", "ada@x.org", "University of X")
BEN = ("Ben", "", "Bitdiddle", "", "")


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lovelace <ada@x.org>, University of X; Ben Bitdiddle",
        "Ada Lovelace (University of X) ada@x.org\nBen Bitdiddle",
        "1. Ada Lovelace, University of X, ada@x.org\r\n2. Ben Bitdiddle",
        "- Ada Lovelace¹* <mailto:ada@x.org>, University of X\n- Ben Bitdiddle²",
        "Name,E-mail,Affiliation\nAda Lovelace,ada@x.org,University of X\nBen Bitdiddle,,",
        "first name\tlast name\temail\tinstitution\nAda\tLovelace\tada@x.org\tUniversity of X\nBen\tBitdiddle\t\t",
    ],
)
def test_list_is_read_however_it_is_written(text: str) -> None:
    assert people(text) == [ADA, BEN]


def test_bibtex_list_is_split_as_bibtex_splits() -> None:
    assert people("author = {Lovelace, Ada and van der Berg, Cy and Ben Bitdiddle},") == [
        ("Ada", "", "Lovelace", "", ""),
        ("Cy", "van der", "Berg", "", ""),
        BEN,
    ]


def test_one_line_with_commas_is_a_list_of_people() -> None:
    assert [one[0] for one in people("Ada Lovelace, Ben Bitdiddle, Cy Dee")] == ["Ada", "Ben", "Cy"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王小明 <w@x.cn>", "王小明"),
        ("محمد علي، جامعة", "محمد علي، جامعة"),
        ("Суперсимметрия", "Суперсимметрия"),
        ("Plato", "Plato"),
        ("Ólafur Guðmundsson", "Ólafur Guðmundsson"),
    ],
)
def test_name_in_any_script_is_kept_whole(text: str, name: str) -> None:
    assert [read.name for read in read_authors(text)] == [name]


def test_single_name_is_taken_and_pointed_out() -> None:
    (read,) = read_authors("Plato <plato@academy.test>")
    assert (read.person.family, read.person.email, read.note) == ("Plato", "plato@academy.test", "one name only")


def test_address_alone_is_an_author_to_look_at() -> None:
    (read,) = read_authors("ada@x.org")
    assert (read.person.email, read.note) == ("ada@x.org", "no name is given, only an address")


def test_nothing_is_read_from_nothing() -> None:
    assert [read_authors(text) for text in ("", " \n ;; , ", "\n")] == [[], [], []]


def test_forty_authors_are_forty() -> None:
    assert len(read_authors("\n".join(f"Given{n} Family{n} <a{n}@x.org>" for n in range(40)))) == 40


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_table_is_read_whatever_ends_its_lines(end: str) -> None:
    found = read_authors(end.join(["name,email", "Ada Example,ada@ada.test", "Ben Example,ben@ben.test", ""]))

    assert [read.person.email for read in found] == ["ada@ada.test", "ben@ben.test"]
