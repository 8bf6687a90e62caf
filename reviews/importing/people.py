"""People from a table: name, e-mail, roles, load, topics, affiliations. HotCRP's export of users is one, too."""

import re

from accounts.bibtex.text import one_line, shortened
from reviews.importing.records import PersonRow, Read
from reviews.importing.tables import Line, address_in, left_out_columns, listed, read_table
from submissions.importing.records import Problem, error

COLUMNS = {
    "email": "email",
    "e-mail": "email",
    "address": "email",
    "name": "name",
    "given name": "given",
    "first name": "given",
    "first": "given",
    "family name": "family",
    "last name": "family",
    "last": "family",
    "role": "roles",
    "roles": "roles",
    "load": "load",
    "topics": "topics",
    "affiliation": "affiliations",
    "affiliations": "affiliations",
}
ROLES = {
    "reviewer": "reviewer",
    "pc": "reviewer",
    "pc member": "reviewer",
    "area chair": "area_chair",
    "ac": "area_chair",
    "organizer": "organizer",
    "organiser": "organizer",
    "chair": "organizer",
    "proceedings chair": "proceedings_chair",
    "juror": "juror",
}
_ROLE = re.compile(r"([^()]+)(?:\(([^()]*)\))?")


def read_people(content: bytes, name: str) -> Read[PersonRow]:
    """Whoever has a good address, once; the other rows are problems. A row without a role is a reviewer."""
    table = read_table(content, name, COLUMNS, ("email",))
    problems = [*table.problems, *left_out_columns(table)]
    people: dict[str, PersonRow] = {}
    for line in table.lines:
        person = _person(line, problems)
        if person is None:
            continue
        first = people.setdefault(person.email.casefold(), person)
        if first is not person:
            what = f"{person.email} stands on line {first.line} already."
            problems.append(error(line.where, line.number, what, "Write all roles of a person into one row."))
    return Read(tuple(people.values()), tuple(problems))


def _person(line: Line, problems: list[Problem]) -> PersonRow | None:
    before = len(problems)
    address = address_in(line, problems)
    roles = _roles(line, problems)
    load = _load(line, problems)
    given, particle, family = _name(line, problems)
    if len(problems) > before:
        return None
    topics = listed(line.get("topics")) or None
    places = listed(line.get("affiliations"))
    return PersonRow(line.number, address, given, particle, family, roles, load, topics, places)


def _roles(line: Line, problems: list[Problem]) -> tuple[tuple[str, str], ...]:
    found = []
    for written in re.split(r"[;,\n]", line.get("roles")) if line.get("roles").strip() else ["reviewer"]:
        parts = _ROLE.fullmatch(one_line(written))
        role = ROLES.get(one_line(parts[1].replace("_", " ")).casefold(), "") if parts else ""
        if parts and role:
            found.append((role, one_line(parts[2] or "")))
        elif one_line(written):
            what = f"“{shortened(one_line(written), 30)}” is not a role."
            mend = "Write reviewer, area chair, organizer, proceedings chair or juror, with semicolons between."
            problems.append(error(line.where, line.number, what, mend))
    return tuple(dict.fromkeys(found))


def _load(line: Line, problems: list[Problem]) -> int | None:
    written = one_line(line.get("load")).removesuffix(".0")
    if not written:
        return None
    if re.fullmatch(r"\d{1,3}", written, re.ASCII):
        return int(written)
    what = f"“{shortened(written, 20)}” is not a number of papers."
    problems.append(error(line.where, line.number, what, "Write a whole number in the column load, or nothing."))
    return None


def _name(line: Line, problems: list[Problem]) -> tuple[str, str, str]:
    given, family = one_line(line.get("given")), one_line(line.get("family"))
    if given or family:
        return given, "", family
    if not one_line(line.get("name")):
        return "", "", ""
    from accounts.bibtex.names import NotAName, parse_name  # brings a parser along, only where something is read

    try:
        person = parse_name(line.get("name"))
    except NotAName as problem:
        problems.append(error(line.where, line.number, f"The name cannot be read: {problem}", "Write Given Family."))
        return "", "", ""
    return person.given, person.particle, person.family
