"""Publications as people paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.bibliography import read_publications

BIBTEX = r"""
@article{one,
  title = {On {Lie} Groups and 50% of $\mathrm{SO}(3)$},
  author = {Example, Ada and van der Berg, Bob and G{\"o}del, K. and others},
  journal = {Annals of Made-up Results},
  year = 2024,
  abstract = {We show
    things.},
}
@inproceedings{two,
  title = "Na{\"\i}ve Sheaves",
  booktitle = {Workshop on Nothing},
  date = {2025-03-01}
}
"""


def test_bibtex_is_read_with_its_accents_formulas_and_people():
    found, problems = read_publications(BIBTEX)
    assert problems == []
    first, second = found
    assert first.title == r"On Lie Groups and 50% of $\mathrm{SO}(3)$"
    assert first.coauthors == ["Ada Example", "Bob van der Berg", "K. Gödel"]
    assert (first.venue, first.year, first.abstract) == ("Annals of Made-up Results", 2024, "We show things.")
    assert (second.title, second.venue, second.year) == ("Naïve Sheaves", "Workshop on Nothing", 2025)
    assert (first.line, second.line) == (2, 10)


def test_one_title_a_line_is_read_without_its_bullets():
    text = "Sheaves on graphs\n\n- Groups and grids\n[3] Rings of rings\n4. Fields in fields\r\n2D maps of 3D worlds"
    found, problems = read_publications(text)
    assert problems == []
    assert [(each.line, each.title) for each in found] == [
        (1, "Sheaves on graphs"),
        (3, "Groups and grids"),
        (4, "Rings of rings"),
        (5, "Fields in fields"),
        (6, "2D maps of 3D worlds"),
    ]


def test_lines_that_are_no_titles_are_named():
    found, problems = read_publications(f"Sheaves on graphs\n2024\n{'x' * 301}")
    assert len(found) == 1
    assert problems == [
        "Line 2: “2024” is too short for a title.",
        f"Line 3: “{'x' * 49}…” is longer than 300 characters; is it one title a line?",
    ]


def test_broken_entry_is_named_with_its_line_and_the_others_are_read():
    text = (
        "@article{one,\n title = {Good one}\n}\n@article{two,\n title = {Broken\n\n@article{three,\n title = {Third}\n}"
    )
    found, problems = read_publications(text)
    assert [each.title for each in found] == ["Good one", "Third"]
    assert problems == ["Line 4: the entry “@article{two,” could not be read; look for a missing comma or brace."]


def test_entry_without_a_title_and_text_between_entries_are_named():
    found, problems = read_publications("@misc{empty, year = 2020}\nMy best papers\n@misc{b, title = {A title}}")
    assert [each.title for each in found] == ["A title"]
    assert problems == [
        "Line 1: the entry empty has no title.",
        "Line 2: “My best papers” stands outside every entry and was left out.",
    ]


def test_two_entries_with_one_key_are_two():
    found, problems = read_publications("@misc{a, title = {First title}}\n@misc{a, title = {Second title}}")
    assert ([each.title for each in found], problems) == (["First title", "Second title"], [])


def test_comment_lines_are_passed_over_and_abbreviations_are_resolved():
    text = '% my list\n@string{me = "Ada Example"}\n@misc{a, title = {A title}, author = me, journal = jmur}'
    (found,), problems = read_publications(text)
    assert (found.line, found.coauthors, found.venue, problems) == (3, ["Ada Example"], "jmur", [])


def test_field_that_stands_twice_counts_once():
    found, problems = read_publications("@misc{a, title = {First title}, title = {Second title}}")
    assert ([each.title for each in found], problems) == (["First title"], [])


def test_forgotten_comma_is_named_at_its_field():
    found, problems = read_publications("@misc{a,\n title = {A title}\n year = {2024}\n}\n@misc{b, title = {Good one}}")
    assert [each.title for each in found] == ["Good one"]
    mend = "look for a missing comma after it, or a brace inside it."
    assert problems == [f"Line 2: the value of the field title ends in the middle; {mend}"]


def test_same_title_has_the_same_hash_however_it_is_punctuated():
    found, _ = read_publications("Groups: a survey\ngroups -- a  survey.\nGroups and a survey")
    assert found[0].text_hash == found[1].text_hash
    assert found[0].text_hash != found[2].text_hash


@given(st.text(max_size=200) | st.text('@{}=",\n abc\\$%', max_size=200).map(lambda text: "@a{b," + text))
def test_reading_never_raises(text: str):
    found, problems = read_publications(text)
    assert all(each.title and len(each.title) <= 300 for each in found)
    assert all(problem.startswith("Line ") for problem in problems)


@pytest.mark.parametrize("year", ["forthcoming", "20", ""])
def test_year_that_is_none_is_left_out(year: str):
    found, _ = read_publications(f"@misc{{a, title = {{A title}}, year = {{{year}}}}}")
    assert found[0].year is None
