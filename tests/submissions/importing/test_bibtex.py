from pathlib import Path

import pytest

from submissions.importing import ImportedAuthor, Problem, ReadResult, read


def read_bib(folder: Path, text: str) -> ReadResult:
    path = folder / "papers.bib"
    path.write_text(text, encoding="utf-8")
    return read(path)


def lines_and_severities(result: ReadResult) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.severity) for problem in result.problems]


VOLUME = r"""% The papers of a made-up workshop
@Proceedings{shapes30, booktitle = {Shapes}, editor = {Ray, Cleo}}

@InProceedings{ray30a, title = {Preface to Shapes}, author = {Ray, Cleo}, pages = {i--ii}}

@InProceedings{loewe30a,
  % the camera-ready title, with a comma
  title = {{GRAPH} nets for $\mathbb{R}^{3}$ and \(k\)-means},
  author = {van der L{\"o}we, Ada and Rodol\'a, Ben},
  abstract = {We gain 90% on
     f{MRI}. ``Well'' -- almost.

     More at \url{https://example.test/~ada}.},
  keywords = {geometry, f{MRI}},
  pdf = {files/loewe30a.pdf},
}
"""


def test_a_volume_gives_its_papers_and_says_what_was_skipped(tmp_path: Path) -> None:
    result = read_bib(tmp_path, VOLUME)
    (paper,) = result.papers
    assert paper.key == "loewe30a"
    assert paper.title == r"GRAPH nets for $\mathbb{R}^{3}$ and $k$-means"
    assert paper.authors == (ImportedAuthor("Ada", "van der", "Löwe"), ImportedAuthor("Ben", "", "Rodolá"))
    assert paper.abstract == "We gain 90% on fMRI. “Well” – almost.\n\nMore at https://example.test/~ada."
    assert paper.keywords == ("geometry", "fMRI")
    assert paper.pdf_name == "loewe30a.pdf"
    assert paper.source_line == 6
    assert lines_and_severities(result) == [(2, "warning"), (4, "warning")]


def test_strings_quotes_and_joined_values_are_read(tmp_path: Path) -> None:
    text = (
        '@string{me = "Ada L{\\"o}we"}\n@article(a1, title = "Schr\\"odinger" # { cats}, author = me # " and Ben Ray")'
    )
    result = read_bib(tmp_path, text)
    assert [(paper.title, len(paper.authors)) for paper in result.papers] == [("Schrödinger cats", 2)]
    assert result.problems == ()


def test_a_line_break_before_the_closing_brace_is_no_escaped_brace(tmp_path: Path) -> None:
    result = read_bib(tmp_path, "@misc{a, title={X}, author={A B}, abstract={The end.\\\\}}\n")
    assert [paper.abstract for paper in result.papers] == ["The end."]


def test_two_entries_with_one_key_are_named_with_both_lines(tmp_path: Path) -> None:
    result = read_bib(tmp_path, "@misc{a, title={X}, author={A B}}\n\n@misc{A, title={Y}, author={C D}}\n")
    assert [paper.title for paper in result.papers] == ["X"]
    assert result.problems == (
        Problem(
            "entry A",
            3,
            "The key A stands on line 1 and again on line 3; the second entry was not read.",
            "Give one of them another key.",
            "error",
        ),
    )


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ("@misc{bad, author={A B}}", "The entry has no title."),
        ("@misc{bad, title={{}}, author={A B}}", "The entry has no title."),
        ("@misc{bad, title={X}}", "The entry has no author."),
        ("@misc{, title={X}, author={A B}}", "The entry has no key."),
        (
            "@misc{bad, title={X}, author={Ada Ray, Ben Lee, Cleo Fox}}",
            "The authors could not be read: “Ada Ray, Ben Lee, Cleo Fox” has more commas than a name has.",
        ),
        ("@misc{bad, title={X}, author = team}", "The field author names the abbreviation team, which is not defined."),
        ("@misc{bad, title={X} author={A B}}", "The value of the field title ends in the middle."),
        (
            "@misc{bad, title={X, author={A B},",
            "The entry could not be read: the next entry starts before this one is closed.",
        ),
        ("@misc{title={X}, author={A B}}", "The entry could not be read: there is no key before the first field."),
        (
            "misc{bad, title={X}, author={A B}}",
            "“misc{bad, title={X}, author={A B}}” looks like an entry and was not read as one.",
        ),
    ],
)
def test_a_broken_entry_is_named_and_the_others_are_read(tmp_path: Path, entry: str, what: str) -> None:
    before, after = "@misc{one, title={One}, author={A B}}", "@misc{two, title={Two}, author={C D}}"
    result = read_bib(tmp_path, f"{before}\n{entry}\n{after}\n")
    assert [paper.title for paper in result.papers] == ["One", "Two"]
    assert (result.errors[0].line, result.errors[0].what) == (2, what)


def test_a_brace_too_many_is_found_by_what_falls_out(tmp_path: Path) -> None:
    result = read_bib(tmp_path, "@misc{a,\n title={X}},\n author={A B}\n}\n")
    assert [(problem.line, problem.what) for problem in result.errors] == [
        (1, "The entry has no author."),
        (3, "“author={A B}” stands outside every entry."),
    ]


def test_a_field_given_twice_keeps_the_first(tmp_path: Path) -> None:
    result = read_bib(tmp_path, "@misc{a, title={X}, title={Y}, author={A B}}")
    assert [paper.title for paper in result.papers] == ["X"]
    assert [problem.what for problem in result.warnings] == ["The field title stands there twice; the first was taken."]


def test_entries_that_are_commented_out_are_not_read(tmp_path: Path) -> None:
    result = read_bib(tmp_path, "% @misc{old, title={Old}, author={A B}}\n@misc{new, title={New}, author={A B}}\n")
    assert [(paper.title, paper.source_line) for paper in result.papers] == [("New", 2)]


def test_prose_between_entries_is_no_problem(tmp_path: Path) -> None:
    result = read_bib(tmp_path, "Our papers, see page 3.\n@misc{a, title={X}, author={A B}}\nThe end\n")
    assert (len(result.papers), result.problems) == (1, ())


def test_a_file_without_an_entry_says_so(tmp_path: Path) -> None:
    assert [problem.what for problem in read_bib(tmp_path, "nothing here").errors] == ["The file holds no entry."]
