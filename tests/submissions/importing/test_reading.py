import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from submissions.importing import ReadResult, read

SUFFIXES = (".bib", ".csv", ".json")
anything = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def read_bytes(folder: Path, name: str, content: bytes) -> ReadResult:
    path = folder / name
    path.write_bytes(content)
    return read(path)


def sentences(result: ReadResult) -> list[tuple[int | None, str]]:
    assert result.papers == ()
    return [(problem.line, problem.what) for problem in result.errors]


@pytest.mark.parametrize(
    ("name", "what"), [("a.xml", "Files ending in “.xml” cannot be read."), ("a", "The file's name has no ending.")]
)
def test_an_unknown_suffix_is_refused(tmp_path: Path, name: str, what: str) -> None:
    assert sentences(read_bytes(tmp_path, name, b"x")) == [(None, what)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_empty_or_unreadable_file_is_an_error(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"folder{suffix}").mkdir()
    assert sentences(read(tmp_path / f"none{suffix}")) == [(None, "There is no such file.")]
    assert sentences(read(tmp_path / f"folder{suffix}")) == [(None, "The file could not be opened: Is a directory.")]
    for content in (b"", b" \n", b"\xef\xbb\xbf\n"):
        assert sentences(read_bytes(tmp_path, f"empty{suffix}", content)) == [(None, "The file is empty.")]


def test_a_byte_that_is_not_utf8_is_named_with_its_offset(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbftitle,authors\nX,Ada L\xf6we\n"
    result = read_bytes(tmp_path, "a.csv", content)
    assert sentences(result) == [(2, "The file is not UTF-8: byte 0xF6 at offset 24 cannot be read.")]
    assert content[24] == 0xF6
    assert "iconv -f WINDOWS-1252 -t UTF-8 a.csv" in result.errors[0].how_to_mend


def test_utf16_is_named(tmp_path: Path) -> None:
    result = read_bytes(tmp_path, "a.csv", "title".encode("utf-16"))
    assert sentences(result) == [(None, "The file is UTF-16, not UTF-8.")]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_makes_no_difference(tmp_path: Path, bom: bytes) -> None:
    result = read_bytes(tmp_path, "a.CSV", bom + "title,authors\nX,Ada Löwe\n".encode())
    assert [paper.title for paper in result.papers] == ["X"]


def every_paper_is_whole(result: ReadResult) -> bool:
    return all(
        paper.title and paper.authors and all(author.family for author in paper.authors) for paper in result.papers
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(content=st.binary(max_size=300))
@anything
def test_no_bytes_make_a_reader_raise(tmp_path: Path, suffix: str, content: bytes) -> None:
    result = read_bytes(tmp_path, f"a{suffix}", content)
    assert every_paper_is_whole(result)
    assert result.papers or result.errors or result.warnings


bib_bits = st.sampled_from(
    [
        "@misc{a,",
        "@article(b,",
        "title",
        "author",
        "=",
        "{",
        "}",
        '"',
        ",",
        "#",
        "\n",
        "%",
        "\\",
        "$",
        "and ",
        "A B",
        "~",
        "@",
        ")",
        "\\'e",
    ]
)
csv_bits = st.sampled_from(
    ["title", "authors", ",", ";", "\t", '"', "\n", "\r", "Ada Ray", "<a@b.test>", "and", "\x00", "{", "\\"]
)


@given(bits=st.lists(bib_bits, max_size=60))
@anything
def test_no_bibtex_makes_the_reader_raise(tmp_path: Path, bits: list[str]) -> None:
    assert every_paper_is_whole(read_bytes(tmp_path, "a.bib", "".join(bits).encode()))


@given(bits=st.lists(csv_bits, max_size=60))
@anything
def test_no_table_makes_the_reader_raise(tmp_path: Path, bits: list[str]) -> None:
    assert every_paper_is_whole(read_bytes(tmp_path, "a.csv", ("title,authors\n" + "".join(bits)).encode()))


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("Ada Ray")
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.fixed_dictionaries({"value": inner}), max_leaves=4
)
contents = st.dictionaries(
    st.sampled_from(
        ["title", "authors", "authorids", "keywords", "pdf", "rating", "confidence", "decision", "abstract"]
    ),
    st.fixed_dictionaries({"value": values}) | values,
)
invitations = st.lists(
    st.sampled_from(["V/-/Official_Review", "V/-/Decision", "V/-/Withdrawal", "V/-/Edit", "x"]), max_size=2
)
replies = st.fixed_dictionaries(
    {},
    optional={
        "id": values,
        "content": contents | values,
        "invitations": invitations | values,
        "signatures": values,
        "cdate": values,
    },
)
details = st.fixed_dictionaries({"replies": st.lists(replies | values, max_size=3) | values})
fields = ("id", "number", "cdate", "tcdate", "ddate", "forum", "replyto")
notes = st.fixed_dictionaries(
    {"content": contents | values},
    optional=dict.fromkeys(fields, values) | {"invitations": invitations | values, "details": details | values},
)


@given(data=st.lists(notes | values, min_size=1, max_size=3))
@anything
def test_each_note_is_a_whole_paper_or_a_named_problem(tmp_path: Path, data: list[object]) -> None:
    result = read_bytes(tmp_path, "a.json", json.dumps(data).encode())
    assert every_paper_is_whole(result)
    assert result.papers or result.problems


titles = st.text(max_size=12)


@given(
    rows=st.lists(
        st.tuples(titles, st.sampled_from(["", "Ada Ray", "Ray, Ada and Lee, Ben", "A, B, C, D"])),
        min_size=1,
        max_size=5,
    )
)
@anything
def test_each_bibtex_entry_is_a_whole_paper_or_a_named_problem(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    entries = [
        f"@misc{{k{place}, title={{{title}}}, author={{{authors}}}}}" for place, (title, authors) in enumerate(rows)
    ]
    result = read_bytes(tmp_path, "a.bib", "\n".join(entries).encode("utf-8", "replace"))
    read_keys = {paper.key for paper in result.papers}
    assert every_paper_is_whole(result)
    assert len(read_keys) == len(rows) or result.problems
