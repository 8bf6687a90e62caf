"""How many queries each page may cost, for each role that sees it. Literal numbers; more rows never mean more queries.

A line: the route; what it is of (see matrix.THINGS); who: how many. They are measured in the discussion, where there is
a row of everything. Whoever is signed in costs two, the session and the person, and a third where rights are asked:
what they are to which rows. A page of the desk costs a fourth: the workshops that they organize. What a page needs
besides is mostly read by one statement (access.prepared). “organizers” have rows here: Olga is free on every paper,
Ines is of an author's institution on some, Otto is author of one.
"""

from dataclasses import dataclass

from tests.house.matrix import ALL, GROUPS


@dataclass(frozen=True)
class Budget:
    route: str
    thing: str
    said: str

    @property
    def name(self) -> str:
        return f"{self.route} {self.thing}".strip()

    @property
    def queries(self) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for part in self.said.split(";"):
            names, _, number = part.partition(":")
            for name in names.split():
                numbers |= dict.fromkeys(GROUPS.get(name, (name,)), int(number))
        return {who: numbers[who] for who in ALL if who in numbers}


BUDGETS = [
    Budget("workshops:home", "", "signed-in: 6; anon: 3"),
    # The workshop; its tracks, dates, organizers, talks and links, for whoever is signed in by one statement; editions,
    # and whether there are accepted papers.
    Budget("workshops:public", "workshop", "signed-in: 7; anon: 8"),
    Budget("workshops:call", "workshop", "signed-in: 7; anon: 4"),
    Budget("workshops:calendar", "workshop", "signed-in: 6; anon: 3"),
    Budget("workshops:banner", "workshop", "signed-in: 4; anon: 1"),
    # Whether it is announced costs nothing more.
    Budget("workshops:public", "unannounced", "opal: 7"),
    Budget("workshops:call", "unannounced", "opal: 7"),
    Budget("workshops:calendar", "unannounced", "opal: 6"),
    Budget("workshops:banner", "unannounced", "opal: 4"),
    Budget("proceedings:papers", "unannounced", "opal: 5"),
    Budget("submissions:start", "unannounced", "opal: 6"),
    Budget("proceedings:papers", "workshop", "signed-in: 5; anon: 2"),
    Budget("submissions:start", "workshop", "signed-in: 6; anon: 3"),
    Budget("notifications:inbox", "", "signed-in: 2; anon: 0"),
    # Whoever has nothing to do is shown the calls.
    Budget("desk:my_desk", "", "signed-in: 4; cleo opal zed: 5"),
    # The session, the person, that it is them, and: addresses, factors, accounts elsewhere.
    Budget("accounts:security", "", "signed-in: 6"),
    # The session, the person, that it is them, and their sessions.
    Budget("accounts:sessions", "", "signed-in: 4"),
    Budget("accounts:merge", "", "signed-in: 3"),
    Budget("accounts:profile", "", "signed-in: 7"),
    # The paper; its authors, dates, files, findings and topics; what waits of late saves; what the form offers; what
    # the authors were told, twice; the saves.
    Budget("submissions:paper", "ada's paper", "ada ben: 10"),
    Budget("submissions:paper", "otto's paper", "otto: 10"),
    Budget("submissions:status", "ada's paper", "ada ben: 6"),
    Budget("submissions:withdraw", "ada's paper", "ada ben: 6"),
    Budget("submissions:versions", "ada's paper", "ada ben: 7"),
    Budget("submissions:receipt", "ada's paper", "ada ben: 6"),
    Budget("submissions:receipt_text", "ada's paper", "ada ben: 6"),
    Budget("submissions:authors", "ada's paper", "ada ben: 9"),
    Budget("submissions:authors", "otto's paper", "otto: 9"),
    Budget("submissions:missing_author", "workshop", "signed-in: 4"),
    Budget("submissions:file", "original", "ada ben otto: 5; olga ines: 4"),
    Budget("submissions:file", "copy", "ada ben olga otto ines rui rae mara: 4"),
    Budget("reviews:volunteer", "workshop", "signed-in: 9; ben: 10; reviewers: 8; anon: 3"),
    # And until when bidding is open.
    Budget("reviews:profile", "workshop", "reviewers: 10"),
    # The session, the person, what they are to which rows; the workshop, the reviewer, tracks and dates, what was said.
    # While bidding is open more is asked: how much is counted with its tests.
    Budget("reviews:bids", "workshop", "reviewers: 8"),
    # The session, the person, what they are to which rows; the workshop, what was told, and whether bidding is open.
    Budget("reviews:first_visit", "workshop", "reviewers: 6"),
    Budget("reviews:nominate", "rui's review", "rui: 5"),
    Budget("reviews:review", "rui's review", "rui: 7"),
    Budget("reviews:review", "mara's chair", "mara: 10"),
    # The session, the person, what they are to which rows; the review, its versions, its questions.
    Budget("reviews:versions", "rui's review", "rui: 6"),
    # And the title of the paper, while it is one's own.
    Budget("reviews:copy", "rui's review", "rui: 7"),
    # The workshop, one's reviews, the form that is open, and the questions of all of them.
    Budget("reviews:copies", "workshop", "rui rae noor: 7"),
    Budget("reviews:all_copies", "workshop", "rui rae noor: 7"),
    Budget("desk:new_workshop", "", "organizers: 4; opal: 3"),
    Budget("desk:operator", "", "opal: 10"),
    # The four of a page of the desk, the dates with their tracks, and who organizes it.
    Budget("desk:new_edition", "workshop", "organizers: 6"),
    # The four of a page of the desk, and one for all steps.
    Budget("desk:guide", "workshop", "organizers: 5"),
    # The four of a page of the desk, and one for all that is counted.
    Budget("desk:dashboard", "workshop", "organizers: 5"),
    # Nothing is asked of the database where nothing is typed; what a search costs is counted with its tests.
    Budget("desk:search", "workshop", "organizers: 4"),
    # The four of a page of the desk, and the requests.
    Budget("desk:more_days", "workshop", "organizers: 5"),
    # The four of a page of the desk, and the person.
    Budget("desk:view_as", "rui as a person", "organizers: 5"),
    # The session, the person, and as whom.
    Budget("desk:view_as_operator", "a person", "opal: 3"),
    Budget("desk:exchange", "workshop", "organizers: 4"),
    # The first four; roles, people, offers, topics, affiliations.
    Budget("desk:export", "people as csv", "organizers: 9"),
    # The first four; the rows, and the entry of the log.
    Budget("desk:export", "assignments as csv", "organizers: 6"),
    # The first four; the reviews, their questions, and the entry of the log.
    Budget("desk:export", "reviews as csv", "organizers: 7"),
    # The first four; the reviews, their questions, the authors.
    Budget("desk:export", "reviews as notes", "organizers: 7"),
    # The first four, and one for all settings.
    Budget("desk:settings_file", "workshop", "organizers: 5"),
    # The four, and with them: everybody and what they have done; mails to those who are shown.
    Budget("desk:people", "workshop", "organizers: 6"),
    # The four, and one for all that is known of the person.
    Budget("desk:person", "rui as a person", "organizers: 5"),
    # The four, and with them: the reviews, dates, what those say that are shown, their questions, saved views.
    Budget("desk:reviews", "workshop", "organizers: 10"),
    # The four; offers and ticks; what the lines of the page say; what conflicts are found from, and publications.
    Budget("desk:volunteers", "workshop", "organizers: 8"),
    Budget("desk:papers", "workshop", "organizers: 7"),
    Budget("desk:incomplete", "workshop", "organizers: 7"),
    Budget("desk:on_behalf", "workshop", "organizers: 5"),
    # Four for the forecast: reviewers, what they delivered, papers wanted, answers.
    Budget("desk:invite", "workshop", "organizers: 9"),
    # The page of the list, whose mail is on its way, how many there are, how many can be asked.
    Budget("desk:unanswered", "workshop", "organizers: 8"),
    # The four of a page of the desk, tracks, and one for all that is counted.
    Budget("desk:assignment", "workshop", "organizers: 6"),
    # The four of a page of the desk; papers, bids, reviewers and dates; affinities.
    Budget("desk:matching", "workshop", "organizers: 6"),
    # The four, the run, papers, pairs, people, and the entry of the log.
    Budget("desk:run", "run", "organizers: 9"),
    # The four, the paper in the run, pairs, people, what stands around it, publications, and the entry of the log.
    Budget("desk:bench_paper", "ada's in the run", "olga otto: 10"),
    Budget("desk:bench_paper", "otto's in the run", "olga ines: 10"),
    # The four, the run, papers, pairs, people, what stands around the person, and the entry of the log.
    Budget("desk:bench_person", "rui in the run", "organizers: 10"),
    # The four, the run, whether it is seen as a whole; where it is: pairs, what stands around them for whoever acts,
    # whose rights are asked for it, and the entry of the log.
    Budget("desk:run_publish", "run", "olga: 10; ines otto: 6"),
    # The four, the paper, who might be asked, who has it, when it is due, who is asked, and the entry of the log.
    Budget("desk:ask_several", "ada's paper", "olga otto: 10"),
    Budget("desk:ask_several", "otto's paper", "olga ines: 10"),
    # The session, the person, what they are to which rows, and the offer.
    Budget("reviews:emergency", "asked of noor", "noor: 4"),
    # The four, and the proposals.
    Budget("desk:compare_runs", "workshop", "organizers: 5"),
    # The four, papers, reviews with their dates, conflicts, people, and the entry of the log.
    Budget("desk:repair", "workshop", "organizers: 10"),
    Budget("desk:paper", "ada's paper", "olga otto: 6; ines: 6"),
    Budget("desk:paper", "otto's paper", "olga ines: 6; otto: 6"),
    # The four; the paper and who is proposed; then, for any number: whose addresses they are, what conflicts are found
    # from, publications (a tenth where one is looked at), and what is settled already.
    Budget("desk:nominations", "ada's paper", "olga otto: 9"),
    Budget("desk:nominations", "otto's paper", "olga ines: 5"),
    # The four; the list and what is asked; the entry of the log; then, where somebody would be added, the same three.
    Budget("desk:author_list", "ada's paper", "olga otto: 9"),
    Budget("desk:author_list", "otto's paper", "olga ines: 6"),
    # The session, the person, what they are to which rows; the workshop, its dates, what is held, late saves and
    # extensions (one more each where there are some), the switcher.
    Budget("desk:dates", "workshop", "organizers: 8"),
    Budget("desk:move_date", "deadline", "organizers: 5"),
    Budget("desk:decisions", "workshop", "organizers: 7"),
    # The four of a page of the desk; requests; papers without handler; organizers with a conflict on papers that one is
    # free on, and what they had done; decisions to look at again.
    Budget("desk:conflicts", "workshop", "organizers: 9"),
    # The four, and one for the paper, the organizers and what is asked.
    Budget("desk:handling", "ada's paper", "organizers: 5"),
    Budget("desk:handling", "otto's paper", "olga ines: 5"),
    # The four; tracks, dates and what is held; all that is counted, with the first lines of each list.
    Budget("desk:release", "workshop", "organizers: 6"),
    # The four; the paper with who is told; its reviews, what these answer; the words of the mail, the entry of the log.
    Budget("desk:letter", "letter to ada", "olga otto: 9"),
    Budget("desk:mail", "workshop", "organizers: 8"),
    Budget("desk:message", "mail of ada's", "olga otto: 8"),
    Budget("desk:message", "mail of otto's", "olga ines: 8"),
    Budget("desk:message", "mail to ivy", "organizers: 6"),
    Budget("desk:templates", "workshop", "organizers: 5"),
    Budget("desk:template", "words", "organizers: 7"),
    # The four of a page of the desk; forms, their versions and questions, the reviews that were written with each.
    Budget("desk:forms", "workshop", "organizers: 8"),
    # Tracks, and the forms that may be copied.
    Budget("desk:new_form", "workshop", "organizers: 6"),
    # The form, what is copied, and the four of the list.
    Budget("desk:form", "form", "organizers: 10"),
    # The draft, what was asked before, its questions and its saves.
    Budget("desk:form_draft", "draft of a form", "organizers: 8"),
    # The draft, and the four of the list.
    Budget("desk:open_form", "draft of a form", "organizers: 9"),
    Budget("desk:log", "workshop", "organizers: 7"),
]
