from pathlib import Path

import pytest

from submissions.importing import ImportedAuthor, ImportedPaper, ReadResult, read


def read_csv(folder: Path, text: str) -> ReadResult:
    path = folder / "papers.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_row_is_a_paper_whatever_separates_its_cells(tmp_path: Path, delimiter: str, line_end: str) -> None:
    header = ["Number", "Title", "Abstract", "Authors", "Keywords"]
    row = [
        "7",
        '"Groups, rings; fields"',
        '"One.' + line_end + 'Two “$x$”."',
        '"Ada Löwe <ada@example.test>; Ray, Ben"',
        '"a; b"',
    ]
    result = read_csv(tmp_path, delimiter.join(header) + line_end + delimiter.join(row) + line_end)
    assert result.problems == ()
    assert result.papers == (
        ImportedPaper(
            key="7",
            title="Groups, rings; fields",
            abstract="One.\nTwo “$x$”.",
            authors=(ImportedAuthor("Ada", "", "Löwe", "ada@example.test"), ImportedAuthor("Ben", "", "Ray")),
            keywords=("a", "b"),
            number=7,
            source_line=2,
        ),
    )


@pytest.mark.parametrize(
    ("cell", "author"),
    [
        ("Ada Löwe", ImportedAuthor("Ada", "", "Löwe")),
        ("van der Berg, Ada", ImportedAuthor("Ada", "van der", "Berg")),
        (
            "Ada Löwe (Shape Institute) <a@example.test>",
            ImportedAuthor("Ada", "", "Löwe", "a@example.test", "Shape Institute"),
        ),
        (r"L{\"o}we, Ada", ImportedAuthor("Ada", "", "Löwe")),
    ],
)
def test_an_author_may_be_written_in_several_ways(tmp_path: Path, cell: str, author: ImportedAuthor) -> None:
    result = read_csv(tmp_path, 'title,authors\nX,"' + cell.replace('"', '""') + '"\n')
    assert result.papers[0].authors == (author,)


def test_a_missing_title_column_names_the_columns_found(tmp_path: Path) -> None:
    (problem,) = read_csv(tmp_path, "name,authors\nX,Ada Ray\n").problems
    assert problem.what == "There is no column “title”. Columns found: “name”, “authors”."


def test_unknown_columns_are_named(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "title,authors,mood\nX,Ada Ray,good\n")
    assert len(result.papers) == 1
    assert [problem.what for problem in result.warnings] == ["The column “mood” is not known and was left out."]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (",Ada Ray", "The row has no title."),
        ("X,", "The row has no author."),
        ("X,Ada Ray,Ben", "The row has 3 cells where the first row has 2."),
        (
            'X,"Ada Ray, Ben Lee, Cleo Fox"',
            "The authors could not be read: “Ada Ray, Ben Lee, Cleo Fox” has more commas than a name has.",
        ),
        ('"X "Y" Z",Ada Ray', "A quotation mark stands inside a quoted cell, or one is not closed."),
        ('"X,Ada Ray', "A quotation mark is opened in this row and never closed."),
    ],
)
def test_a_broken_row_is_named_and_the_others_are_read(tmp_path: Path, row: str, what: str) -> None:
    result = read_csv(tmp_path, f"title,authors\nOne,A B\n{row}\nTwo,C D\n")
    assert [paper.title for paper in result.papers] == ["One", "Two"]
    assert [(problem.line, problem.what) for problem in result.errors] == [(3, what)]


def test_two_rows_with_one_number_are_named_with_both_lines(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "number,title,authors\n1,X,A B\n1,Y,C D\n")
    assert [paper.title for paper in result.papers] == ["X"]
    assert [problem.what for problem in result.errors] == [
        "“1” stands on line 2 and again on line 3; the second row was not read."
    ]


def test_a_wrong_number_or_address_is_named_and_left_out(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "number,title,authors\none,X,Ada Ray <ada at home>\n")
    assert (result.papers[0].number, result.papers[0].authors[0].email) == (None, "")
    assert [problem.what for problem in result.warnings] == [
        "“ada at home” is not an e-mail address and was left out.",
        "“one” is not a paper number; the paper gets a new one.",
    ]


def test_what_may_be_two_people_is_named(tmp_path: Path) -> None:
    result = read_csv(tmp_path, 'title,authors\nX,"Ada Ray, Ben Lee"\n')
    assert [problem.what for problem in result.warnings] == [
        "“Ada Ray, Ben Lee” was read as one person, Family, Given."
    ]


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    assert [problem.what for problem in read_csv(tmp_path, "title,authors\n").errors] == ["The table has no rows."]


def test_reading_stops_after_fifty_broken_rows(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "title,authors\n" + '"a"b,C D\n' * 80)
    assert len(result.errors) == 51
    assert result.errors[-1].what == "50 rows are broken; the rest of the file was not read."
