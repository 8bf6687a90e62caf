"""How many queries each page may cost, for each role that sees it. Literal numbers; more rows never mean more queries.

A line: the route; what it is of (see matrix.THINGS); who: how many. They are measured in the discussion, where there is
a row of everything. Whoever is signed in costs two: the session and the person. “organizers” have rows here: Olga is
free on every paper, Ines is of an author's institution on some, Otto is author of one.
"""

from dataclasses import dataclass

from tests.house.matrix import ALL, GROUPS


@dataclass(frozen=True)
class Budget:
    route: str
    thing: str
    said: str

    @property
    def queries(self) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for part in self.said.split(";"):
            names, _, number = part.partition(":")
            for name in names.split():
                numbers |= dict.fromkeys(GROUPS.get(name, (name,)), int(number))
        return {who: numbers[who] for who in ALL if who in numbers}


BUDGETS = [
    Budget("workshops:home", "", "signed-in: 5; anon: 3"),
    Budget("workshops:call", "workshop", "signed-in: 6; anon: 4"),
    Budget("workshops:calendar", "workshop", "signed-in: 5; anon: 3"),
    Budget("proceedings:papers", "workshop", "signed-in: 4; anon: 2"),
    Budget("submissions:start", "workshop", "signed-in: 5; anon: 3"),
    Budget("notifications:inbox", "", "signed-in: 2; anon: 0"),
    Budget("desk:my_desk", "", "signed-in: 10; rui rae noor: 9; otto: 11"),
    Budget("accounts:profile", "", "signed-in: 5"),
    Budget("submissions:paper", "ada's paper", "ada ben: 10"),
    Budget("submissions:paper", "otto's paper", "otto: 10"),
    Budget("submissions:status", "ada's paper", "ada ben: 7"),
    Budget("submissions:file", "original", "ada ben olga otto ines: 4"),
    Budget("submissions:file", "copy", "ada ben olga otto ines rui rae mara: 3"),
    Budget("reviews:profile", "workshop", "reviewers: 8"),
    Budget("reviews:review", "rui's review", "rui: 9"),
    Budget("desk:new_workshop", "", "staff: 2"),
    Budget("desk:operator", "", "opal: 12"),
    Budget("desk:dashboard", "workshop", "organizers: 15"),
    Budget("desk:papers", "workshop", "olga ines: 14; otto: 15"),
    Budget("desk:people", "workshop", "organizers: 12"),
    Budget("desk:invite", "workshop", "organizers: 5"),
    Budget("desk:assignment", "workshop", "organizers: 11"),
    Budget("desk:run", "run", "olga: 25; ines otto: 17"),
    Budget("desk:paper", "ada's paper", "olga otto: 30; ines: 17"),
    Budget("desk:paper", "otto's paper", "olga ines: 30; otto: 9"),
    Budget("desk:decisions", "workshop", "organizers: 16"),
    Budget("desk:release", "workshop", "olga otto: 12; ines: 9"),
    Budget("desk:letter", "letter to ada", "olga otto: 11"),
    Budget("desk:mail", "workshop", "organizers: 7"),
    Budget("desk:message", "mail of ada's", "olga otto: 8"),
    Budget("desk:message", "mail of otto's", "olga ines: 8"),
    Budget("desk:message", "mail to ivy", "organizers: 6"),
    Budget("desk:templates", "workshop", "organizers: 5"),
    Budget("desk:template", "words", "organizers: 7"),
    Budget("desk:log", "workshop", "organizers: 6"),
]
