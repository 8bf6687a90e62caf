import pytest

from accounts.bibtex.names import NotAName, PersonName, parse_bibtex_names, parse_name, shown_names


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("Ada Lovelace", ("Ada", "", "Lovelace")),
        ("Lovelace, Ada", ("Ada", "", "Lovelace")),
        ("Ludwig van Beethoven", ("Ludwig", "van", "Beethoven")),
        ("van der Berg, Jan Willem", ("Jan Willem", "van der", "Berg")),
        ("{v}an {d}er {B}erg, Jan", ("Jan", "van der", "Berg")),
        (
            "Charles Louis Xavier Joseph de la Vall{\\'e}e Poussin",
            ("Charles Louis Xavier Joseph", "de la", "Vallée Poussin"),
        ),
        ("Brinch Hansen, Per", ("Per", "", "Brinch Hansen")),
        ("Davis, Jr., Sam", ("Sam", "", "Davis Jr.")),
        ("Sam Davis Jr.", ("Sam", "", "Davis Jr.")),
        ("{The Noether Collaboration}", ("", "", "The Noether Collaboration")),
        ("{Barnes and Noble}", ("", "", "Barnes and Noble")),
        (r"\v{S}a\v{s}a Petr Novak", ("Šaša Petr", "", "Novak")),
        (r"{\O}ystein {\'E}lan M{\"u}ller", ("Øystein Élan", "", "Müller")),
        ("Tom~Miller", ("Tom", "", "Miller")),
        ("Plato", ("", "", "Plato")),
        ("小 明 李", ("小 明", "", "李")),
    ],
)
def test_a_name_is_split_the_way_of_bibtex(source: str, name: tuple[str, str, str]) -> None:
    people, _ = parse_bibtex_names(source)
    assert people == [PersonName(*name)]


def test_people_are_separated_by_and_outside_braces() -> None:
    people, notes = parse_bibtex_names("Lovelace, Ada and {Smith and Sons} AND Ben Carter")
    assert [str(person) for person in people] == ["Ada Lovelace", "Smith and Sons", "Ben Carter"]
    assert notes == []


@pytest.mark.parametrize("source", ["Lovelace, Ada and others", "Lovelace, Ada and et al."])
def test_others_are_left_out_and_noted(source: str) -> None:
    assert parse_bibtex_names(source) == (
        [PersonName("Ada", "", "Lovelace")],
        ["“and others” hides authors; they were left out."],
    )


@pytest.mark.parametrize("source", ["and Lovelace, Ada", "Lovelace, Ada and and Carter, Ben", "Lovelace, Ada and"])
def test_an_and_without_a_name_is_noted(source: str) -> None:
    people, notes = parse_bibtex_names(source)
    assert people[0] == PersonName("Ada", "", "Lovelace")
    assert notes == ["The word “and” has no name on one of its sides."]


def test_a_trailing_comma_is_noted() -> None:
    assert parse_bibtex_names("Lovelace,") == ([PersonName("", "", "Lovelace")], ["“Lovelace” has no given name."])


@pytest.mark.parametrize("source", ["Ada Lovelace, Ben Carter, Cleo Ray", "A, B, C, D", "Lovelace, Ada Carter, Ben"])
def test_people_separated_by_commas_are_no_name(source: str) -> None:
    with pytest.raises(NotAName, match="more commas than a name has"):
        parse_bibtex_names(source)


@pytest.mark.parametrize("source", ["", " , ", "{}", "…"])
def test_a_name_without_letters_is_none(source: str) -> None:
    with pytest.raises(NotAName, match="has no family name"):
        parse_name(source)


def test_names_to_be_shown_come_given_names_first_and_never_refuse() -> None:
    source = r"van der L{\"o}we, Ada and {Smith and Sons} and A, B, C, D and others"
    assert shown_names(source) == ["Ada van der Löwe", "Smith and Sons", "A, B, C, D"]
