from hypothesis import given
from hypothesis import strategies as st

from accounts.bibtex.blocks import Broken, Entry, Field, NotBibtex, Stray, first_of_each, split


def test_a_file_is_cut_into_entries_broken_ones_and_what_stands_between() -> None:
    text = "@string{y = 2030}\n@Misc{a, year = y}\nMy papers\n@misc{b,\n title = {x\n@misc{c, title = {C}}"
    entry, stray, broken, last = split(text)
    assert entry == Entry(2, "misc", "a", (Field("year", 2, "2030"),))
    assert stray == Stray(3, "My papers", after_broken=False)
    assert isinstance(broken, Broken)
    assert (broken.line, broken.reason) == (4, "the next entry starts before this one is closed")
    assert last == Entry(6, "misc", "c", (Field("title", 6, "C"),))


def test_a_value_is_joined_from_its_pieces() -> None:
    (entry,) = split('@misc{a,\n title = "One" # { {t}wo } # 3 # jan\n}')
    assert isinstance(entry, Entry)
    assert entry.fields == (Field("title", 2, "One {t}wo 3jan"),)


def test_a_value_that_cannot_be_read_says_why() -> None:
    (entry,) = split("@misc{a, title = {A} year = 3, month = soon}")
    assert isinstance(entry, Entry)
    assert entry.fields == (Field("title", 1, "", unfinished=True), Field("month", 1, "", unknown="soon"))


def test_the_first_of_two_fields_of_one_name_holds() -> None:
    (entry,) = split("@misc{a, title = {A}, Title = {B}, title = {C}}")
    assert isinstance(entry, Entry)
    assert first_of_each(entry.fields)["title"].text == "A"


def test_a_brace_after_a_line_break_closes() -> None:
    (entry,) = split("@misc{a, abstract = {The end.\\\\}}")
    assert isinstance(entry, Entry)
    assert entry.fields[0].text == "The end.\\\\ "


@given(st.text('@{}=",#\n abc\\$%', max_size=200).map(lambda text: "@a{b," + text))
def test_nothing_is_raised_but_that_it_is_not_bibtex(text: str) -> None:
    try:
        blocks = split(text)
    except NotBibtex:
        return
    assert all(block.line >= 1 for block in blocks)
