"""Tables of people, assignments and reviews: what is read, and what is said of the rest."""

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from reviews.importing.assignments import read_assignments
from reviews.importing.people import read_people
from reviews.importing.reviews import read_reviews


def said(read) -> list[tuple[int | None, str]]:
    return [(one.line, one.what) for one in read.problems]


def test_person_with_everything() -> None:
    head = "name,email,affiliation,roles,load,topics\n"
    table = f"{head}Rui van Example,rui@uni.test,Uni; Lab,reviewer; area chair (Findings),4,A; B\n"

    (person,) = read_people(table.encode(), "people.csv").rows

    assert (person.given, person.particle, person.family, person.email) == ("Rui", "van", "Example", "rui@uni.test")
    assert person.roles == (("reviewer", ""), ("area_chair", "Findings"))
    assert (person.load, person.topics, person.affiliations) == (4, ("A", "B"), ("Uni", "Lab"))


def test_person_of_whom_only_the_address_is_known_is_a_reviewer() -> None:
    """An empty cell says nothing, and takes nothing away."""
    for table in (b"email\nrui@uni.test\n", b"email,roles,load,topics\nrui@uni.test,,,\n"):
        (person,) = read_people(table, "people.csv").rows

        assert (person.roles, person.load, person.topics) == ((("reviewer", ""),), None, None)


def test_users_of_hotcrp_are_read() -> None:
    table = (
        "first,last,email,affiliation,roles\nRui,Example,rui@uni.test,Uni,pc\nOlga,Example,olga@uni.test,Uni,chair\n"
    )

    people = read_people(table.encode(), "hotcrp-users.csv").rows

    assert [(one.name, one.roles) for one in people] == [
        ("Rui Example", (("reviewer", ""),)),
        ("Olga Example", (("organizer", ""),)),
    ]


def test_each_wrong_person_names_its_line_and_the_others_are_read() -> None:
    good, wrong = "rui@uni.test;reviewer;4", "nowhere;reviewer;\na@uni.test;king;\nb@uni.test;;many\nRUI@uni.test;;"
    table = f"email;roles;load\n{good}\n{wrong}\n"

    read = read_people(table.encode(), "people.csv")

    assert [one.email for one in read.rows] == ["rui@uni.test"]
    assert said(read) == [
        (3, "“nowhere” is not an e-mail address."),
        (4, "“king” is not a role."),
        (5, "“many” is not a number of papers."),
        (6, "RUI@uni.test stands on line 2 already."),
    ]
    assert all(one.how_to_mend for one in read.problems)


def test_assignments_of_hotcrp_are_read() -> None:
    head = "paper,action,email,title\n"
    table = f"{head}17,primary,rui@uni.test,A title\n#18,review,rui@uni.test,\n18,clearreview,noor@uni.test,\n"
    table += "18,settle,noor@uni.test,\n"

    read = read_assignments(table.encode(), "hotcrp-assignments.csv")

    assert [(one.paper, one.email, one.kind) for one in read.rows] == [
        (17, "rui@uni.test", "reviewer"),
        (18, "rui@uni.test", "reviewer"),
        (18, "noor@uni.test", "clear"),
    ]
    assert said(read) == [(5, "“settle” is not an assignment.")]


def test_pair_that_comes_twice_is_said() -> None:
    read = read_assignments(b"paper,email\n1,rui@uni.test\n1,Rui@uni.test\n", "a.csv")

    assert said(read) == [(3, "Rui@uni.test has paper 1 on line 2 already.")]


def test_reviews_of_hotcrp_are_read_with_their_fields() -> None:
    table = (
        "paper,title,review,email,reviewername,Overall merit,Comments for authors\n"
        '7,A title,7A,rui@uni.test,Rui Example,4,"Fine, clear\nand short."\n'
    )

    (row,) = read_reviews(table.encode(), "hotcrp-reviews.csv").rows

    assert (row.paper, row.email, row.name, row.reviewer) == (7, "rui@uni.test", "Rui Example", "7A")
    assert row.answers == {"Overall merit": "4", "Comments for authors": "Fine, clear\nand short."}


def test_reviews_from_openreviews_table_go_by_their_signatures() -> None:
    table = "number,forum,signatures,cdate,rating\n3,abc,Venue/Submission3/Reviewer_x1Yz,1757000000000,8: accept\n"

    (row,) = read_reviews(table.encode(), "reviews.csv").rows

    assert (row.paper, row.email, row.reviewer) == (3, "", "Reviewer_x1Yz")
    assert row.answers == {"rating": "8: accept"}


def test_reviews_from_openreviews_notes() -> None:
    reply = {
        "id": "r1",
        "replyto": "f1",
        "forum": "f1",
        "invitations": ["V/Submission3/-/Official_Review"],
        "signatures": ["V/Submission3/Reviewer_ab"],
        "content": {"rating": {"value": "5: accept"}, "summary": {"value": "Good."}},
    }
    note = {
        "id": "f1",
        "number": 3,
        "content": {"title": {"value": "T"}, "authors": {"value": ["Ada Example"]}},
        "details": {"replies": [reply]},
    }

    (row,) = read_reviews(json.dumps([note]).encode(), "notes.json").rows

    assert (row.paper, row.key, row.reviewer, row.answers) == (
        3,
        "f1",
        "Reviewer_ab",
        {"summary": "Good.", "overall": "5"},
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "The file is empty."),
        (b"name\nRui\n", "There is no column “email”. Columns found: “name”."),
        (b"email\n", "The file has no rows below its first."),
        ("email\nrüi".encode("latin-1"), "The file is not UTF-8."),
        ("email\n".encode("utf-16"), "The file is UTF-16, not UTF-8."),
        (b"PK\x03\x04nothing", "The workbook cannot be read."),
        (b'email\n"rui@uni.test\n', "A quotation mark is not closed, or stands inside a cell."),
        (b"email,name\na@b.test,x,y\n", "The row has 3 cells where the first row has 2."),
    ],
)
def test_file_that_cannot_be_read_says_why(content: bytes, what: str) -> None:
    read = read_people(content, "people.csv")

    assert ([one.what for one in read.problems], read.rows) == ([what], ())


def test_column_that_is_not_known_is_named() -> None:
    read = read_people(b"email,shoe size\nrui@uni.test,42\n", "people.csv")

    assert [(one.what, one.severity) for one in read.problems] == [
        ("The column “shoe size” is not known and is left out.", "warning")
    ]


def workbook(sheet: str) -> bytes:
    """A workbook whose only sheet is this XML."""
    book = Workbook()
    book.active.append(["email"])
    whole, changed = io.BytesIO(), io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = sheet.encode() if part.filename == "xl/worksheets/sheet1.xml" else old.read(part)
            new.writestr(part.filename, content)
    return changed.getvalue()


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
CELL = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
FIRST = '<row r="1">' + CELL.format("A1", "email") + "</row>"


@pytest.mark.parametrize(
    "rows",
    [
        FIRST + '<row r="1048576">' + CELL.format("A1048576", "a@b.test") + "</row>",
        FIRST + '<row r="2">' + CELL.format("XFD2", "a@b.test") + "</row>",
        FIRST + '<row r="2">' + CELL.format("A2", " " * 70_000_000) + "</row>",
    ],
    ids=["far down", "far right", "packed"],
)
def test_workbook_that_is_larger_than_it_looks_is_not_unpacked(rows: str) -> None:
    read = read_people(workbook(SHEET.format(rows)), "people.xlsx")

    assert [one.what for one in read.problems] == ["The file is far larger than such a table is."]


def test_workbook_with_blank_rows_and_columns_is_read() -> None:
    rows = FIRST + '<row r="40">' + CELL.format("A40", "rui@uni.test") + CELL.format("CV40", " ") + "</row>"

    read = read_people(workbook(SHEET.format(rows)), "people.xlsx")

    assert [(row.line, row.email) for row in read.rows] == [(40, "rui@uni.test")]
    assert not read.problems


def test_table_with_a_column_for_each_row_is_not_spread_out() -> None:
    rows = [{f"column {number}": 1} for number in range(300)]

    read = read_people(json.dumps(rows).encode(), "people.json")

    assert [one.what for one in read.problems] == ["The file is far larger than such a table is."]


@given(st.binary(max_size=400))
def test_no_content_makes_a_reader_raise(content: bytes) -> None:
    for read in (read_people, read_assignments, read_reviews):
        for name in ("x.csv", "x.json"):
            read(content, name)
