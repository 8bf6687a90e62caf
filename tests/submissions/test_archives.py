"""ZIP files of every sort: what is told of them, and the copy that reviewers get."""

import io
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.findings import CODES
from submissions.pdf_check import archive as archives_check
from submissions.pdf_check.look import look
from submissions.services import check as check_service
from tests.submissions.archives import ARCHIVES, CODE, NOTES, QUESTION, owned, packed, with_code, with_entry
from tests.submissions.corpus import Case


def looked_at(content: bytes, *, in_process: bool = True) -> tuple[dict, bytes | None]:
    """The answer, and the copy; what may do harm is looked at in the limited process."""
    with TemporaryDirectory() as folder:
        path, out = Path(folder) / "in", Path(folder) / "out"
        path.write_bytes(content)
        question = QUESTION | {"name": "extra.zip"}
        answer = look(path, out, question) if in_process else check_service._ask(path, out, question)
        return answer, out.read_bytes() if out.exists() else None


@cache
def made(case: Case) -> bytes:
    return case.make()


@cache
def case_looked_at(case: Case) -> tuple[dict, bytes | None]:
    return looked_at(made(case), in_process=case.kind != "archive, hostile")


def copy_of(content: bytes) -> bytes:
    _, copy = looked_at(content)
    assert copy is not None
    return copy


@pytest.mark.parametrize("case", ARCHIVES, ids=lambda case: f"{case.kind}: {case.name}")
def test_archive_is_told_apart(case: Case) -> None:
    answer, copy = case_looked_at(case)

    codes = [entry["code"] for entry in answer["findings"]]
    assert (sorted(codes), copy is None) == (sorted(case.codes), case.refused)
    assert set(codes) <= CODES


@pytest.mark.parametrize("case", [case for case in ARCHIVES if not case.refused], ids=lambda case: case.name)
def test_copy_holds_the_same_files_under_the_same_names(case: Case) -> None:
    _, copy = case_looked_at(case)

    assert contents(copy) == {
        name: content for name, content in contents(made(case)).items() if not archives_check.is_left_out(name)
    }


def contents(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """What stands packed under each name."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for entry in opened.infolist():
            start = entry.header_offset + 30 + sum(
                int.from_bytes(archive[entry.header_offset + place : entry.header_offset + place + 2], "little")
                for place in (26, 28)
            )  # fmt: skip
            found[archives_check.name_of(entry)] = (entry.CRC, archive[start : start + entry.compress_size])
    return found


@pytest.mark.parametrize("case", NOTES, ids=lambda case: case.name)
def test_notes_of_packing_are_not_in_the_copy(case: Case) -> None:
    assert b"ada" not in copy_of(case.make()).lower()


def test_copy_has_no_owners_comments_and_times_and_keeps_what_may_be_run() -> None:
    copy = copy_of(owned())

    with zipfile.ZipFile(io.BytesIO(copy)) as opened:
        entries = opened.infolist()
        assert opened.testzip() is None
    assert [(entry.extra, entry.comment, entry.date_time, entry.create_system) for entry in entries] == [
        (b"", b"", (1980, 1, 1, 0, 0, 0), 3)
    ] * 2
    assert [oct(entry.external_attr >> 16) for entry in entries] == ["0o100644", "0o100755"]
    assert copy_of(copy) == copy


def test_bytes_before_and_between_files_are_not_in_the_copy() -> None:
    content = with_code({"a.txt": "x"})
    start = content.index(b"PK\x01\x02")
    hidden = content[:start] + b"packed on ada-laptop" + content[start:]
    end = hidden.rindex(b"PK\x05\x06")
    hidden = hidden[: end + 16] + (start + 20).to_bytes(4, "little") + hidden[end + 20 :]

    assert b"ada-laptop" not in copy_of(hidden)


def test_system_unpacks_the_copy(tmp_path: Path) -> None:
    import shutil

    (tmp_path / "copy.zip").write_bytes(copy_of(with_code({"données/日本.txt": "x"})))

    shutil.unpack_archive(tmp_path / "copy.zip", tmp_path / "out")

    assert sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")) == [
        "code/run.py",
        "données/日本.txt",
    ]


def test_files_that_were_found_are_named_and_counted() -> None:
    answer, _ = looked_at(packed(**{f"{n}.md": "Ada Example" for n in range(5)}))

    [told] = [entry for entry in answer["findings"] if entry["code"] == "zip_identity"]
    assert told["data"] == {"files": ["0.md", "1.md", "2.md"], "count": 5}


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\\/:"), min_size=1, max_size=20)
METHODS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])


@given(st.dictionaries(NAMES.map("f/{}".format), st.binary(max_size=300), min_size=1, max_size=5), METHODS)
def test_whatever_is_packed_comes_out_the_same(files: dict[str, bytes], method: int) -> None:
    kept = {name: content for name, content in files.items() if not archives_check.is_left_out(name)}
    answer, copy = looked_at(packed(method=method, **files))

    if copy is None:
        assert (kept, [entry["code"] for entry in answer["findings"]]) == ({}, ["zip_empty"])
    else:
        with zipfile.ZipFile(io.BytesIO(copy)) as opened:
            assert {entry.filename: opened.read(entry) for entry in opened.infolist()} == kept


@given(st.binary(max_size=400), st.integers(0, 10**6), st.integers(0, 255))
def test_whatever_is_broken_gets_an_answer(noise: bytes, place: int, value: int) -> None:
    content = bytearray(with_code({"a.txt": noise}, change=None))
    content[place % len(content)] = value

    answer, copy = looked_at(bytes(content))

    refused = [entry["code"] for entry in answer["findings"] if entry["severity"] == "error"]
    assert (copy is None) == bool(refused)


def test_comment_of_a_file_does_not_come_along() -> None:
    assert b"by Ada" not in copy_of(with_entry(CODE, comment=b"by Ada"))
