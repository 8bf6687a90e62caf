"""My desk, and the organizers' desk under /admin/w/<workshop>/, behind the door of the admin site."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

from desk.views import (
    assignment,
    author_list,
    bulk,
    bulk_people,
    dashboard,
    dates,
    decisions,
    edition,
    entering,
    exchange,
    forms,
    guide,
    inviting,
    log,
    mail,
    more_days,
    my_desk,
    nominations,
    operator,
    paper,
    papers,
    people,
    person,
    release,
    reviews,
    saved_views,
    search,
    view_as,
    volunteers,
    workshops,
)

app_name = "desk"


def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """A page of one workshop's desk."""
    return path(f"admin/w/<slug:slug>/{route}", admin.site.admin_view(view), name=name)


def guarded(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """A page of the desk outside every workshop."""
    return path(f"admin/{route}", admin.site.admin_view(view), name=name)


PAPER = "papers/<int:number>/"

urlpatterns: list[URLPattern] = [
    path("desk/", my_desk.my_desk, name="my_desk"),
    path("desk/view-as/stop/", view_as.stop_view_as, name="stop_view_as"),
    guarded("operator/view-as/<int:pk>/", view_as.view_as_operator, "view_as_operator"),
    guarded("operator/", operator.operator, "operator"),
    guarded("w/", workshops.home, "home"),
    guarded("w/new/", workshops.new_workshop, "new_workshop"),
    page("", dashboard.dashboard, "dashboard"),
    page("new-edition/", edition.new_edition, "new_edition"),
    page("guide/", guide.guide, "guide"),
    page("guide/open/", guide.open_call, "open_call"),
    page("guide/take-back/", guide.take_back_call, "take_back_call"),
    page("appoint-handlers/", dashboard.appoint_handlers, "appoint_handlers"),
    page("find-conflicts/", dashboard.find_conflicts, "find_conflicts"),
    page("papers/", papers.papers, "papers"),
    page("<slug:which>/views/", saved_views.keep_view, "keep_view"),
    page("<slug:which>/views/<int:pk>/", saved_views.change_view, "change_view"),
    page("papers/act/", bulk.bulk, "bulk"),
    page("papers/act/undo/", bulk.undo_bulk, "undo_bulk"),
    page("papers/incomplete/", entering.incomplete, "incomplete"),
    page("papers/enter/", entering.on_behalf, "on_behalf"),
    page(PAPER, paper.paper, "paper"),
    page(f"{PAPER}accept-draft/", paper.accept, "accept_draft"),
    page(f"{PAPER}decide/", paper.decide, "decide"),
    page(f"{PAPER}decision/<slug:verb>/", paper.change_decision, "change_decision"),
    page(f"{PAPER}assign/", paper.assign, "assign"),
    page(f"{PAPER}assignments/<uuid:pk>/remove/", paper.unassign, "unassign"),
    page(f"{PAPER}extend/", dates.extend, "extend"),
    page(f"{PAPER}extensions/<int:pk>/end/", dates.end, "end_extension"),
    page(f"{PAPER}late/<int:revision>/", dates.answer, "answer_late"),
    page(f"{PAPER}more-days/<int:pk>/<slug:verb>/", more_days.answer, "answer_more_days"),
    page("assignment/more-days/", more_days.more_days, "more_days"),
    page("dates/", dates.dates, "dates"),
    page("dates/<int:pk>/move/", dates.move_date, "move_date"),
    page("dates/undo/<int:pk>/", dates.undo, "undo_move"),
    page(f"{PAPER}handler/", paper.handle, "handle"),
    page(f"{PAPER}conflicts/", paper.declare_conflict, "declare_conflict"),
    page(f"{PAPER}conflicts/settle/", paper.settle_conflict, "settle_conflict"),
    page(f"{PAPER}proposed-reviewers/", nominations.nominations, "nominations"),
    page(f"{PAPER}authors/", author_list.author_list, "author_list"),
    page(f"{PAPER}authors/<int:pk>/<slug:verb>/", author_list.answer_request, "answer_request"),
    page(f"{PAPER}alike/<int:pk>/settle/", author_list.settle_twin, "settle_twin"),
    page(f"{PAPER}withdraw/", author_list.withdraw, "withdraw"),
    page(f"{PAPER}bring-back/", author_list.bring_back, "bring_back"),
    page("people/", people.people, "people"),
    page("people/invite/", inviting.invite, "invite"),
    page("people/action/", people.people_action, "people_action"),
    page("people/unanswered/", inviting.unanswered, "unanswered"),
    page("exchange/", exchange.exchange, "exchange"),
    page("exchange/bring-in/", exchange.bring_in_file, "bring_in_file"),
    page("exchange/settings/", exchange.settings_file, "settings_file"),
    page("exchange/settings/change/", exchange.change_settings, "change_settings"),
    page("exchange/<slug:what>/<slug:kind>/", exchange.export, "export"),
    page("people/<int:pk>/view-as/", view_as.view_as, "view_as"),
    page("people/acts/", bulk_people.people_acts, "people_acts"),
    page("people/acts/undo/", bulk_people.undo_people, "undo_people"),
    page("people/<int:pk>/", person.person, "person"),
    page("people/<int:pk>/change/", person.change_person, "change_person"),
    page("people/volunteers/", volunteers.volunteers, "volunteers"),
    page("people/volunteers/answer/", volunteers.answer_volunteers, "answer_volunteers"),
    page("reviews/", reviews.reviews, "reviews"),
    page("reviews/acts/", reviews.reviews_acts, "reviews_acts"),
    page("assignment/", assignment.assignment, "assignment"),
    page("assignment/<int:run>/", assignment.run, "run"),
    page("assignment/<int:run>/action/", assignment.run_action, "run_action"),
    page("decisions/", decisions.decisions, "decisions"),
    page("decisions/confirm/", decisions.confirm, "confirm_all"),
    page("decisions/<int:number>/", decisions.decide_row, "decide_row"),
    page("decisions/release/", release.release, "release"),
    page("decisions/release/mail/<int:number>/<int:author>/", release.letter, "letter"),
    page("mail/", mail.mail, "mail"),
    page("mail/batches/<int:pk>/", mail.batch, "batch"),
    page("mail/batches/<int:pk>/<slug:action>/", mail.batch_action, "batch_action"),
    page("mail/messages/<int:pk>/", mail.message, "message"),
    page("mail/messages/<int:pk>/<slug:action>/", mail.message_action, "message_action"),
    page("mail/templates/", mail.templates, "templates"),
    page("mail/templates/<slug:kind>/", mail.template, "template"),
    page("log/", log.log, "log"),
    page("search/", search.search, "search"),
    page("forms/", forms.forms, "forms"),
    page("forms/new/", forms.new_form, "new_form"),
    page("forms/<int:pk>/", forms.form, "form"),
    page("forms/drafts/<int:pk>/", forms.form_draft, "form_draft"),
    page("forms/drafts/<int:pk>/autosave/", forms.autosave_form, "autosave_form"),
    page("forms/drafts/<int:pk>/preview/", forms.preview_form, "preview_form"),
    page("forms/drafts/<int:pk>/open/", forms.open_form, "open_form"),
    page("forms/drafts/<int:pk>/discard/", forms.discard_form, "discard_form"),
]
