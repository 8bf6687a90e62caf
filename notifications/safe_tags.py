"""The tags and filters that the words of a mail may use: Django's own, without any that load, run or swell."""

from django.template import Library, defaultfilters, defaulttags

TAGS = ("comment", "cycle", "firstof", "for", "if", "ifchanged", "verbatim", "with")
FILTERS = (
    "capfirst",
    "date",
    "default",
    "default_if_none",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "pluralize",
    "title",
    "truncatechars",
    "truncatewords",
    "upper",
    "wordcount",
    "yesno",
)

register = Library()
for _name in TAGS:
    register.tags[_name] = defaulttags.register.tags[_name]
for _name in FILTERS:
    register.filters[_name] = defaultfilters.register.filters[_name]
