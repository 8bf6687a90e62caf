"""The lists of the desk, by the names that stand in addresses and in saved views."""

from desk.reading.list_query import ListQuery
from desk.reading.log_query import LogQuery
from desk.reading.mail_query import MailQuery
from desk.reading.paper_query import PaperQuery
from desk.reading.people_query import PeopleQuery
from desk.reading.reviews_query import ReviewQuery

LISTS: dict[str, type[ListQuery]] = {
    query.name: query for query in (PaperQuery, PeopleQuery, ReviewQuery, LogQuery, MailQuery)
}
"""Each is shown by the page ``desk:<name>``."""
