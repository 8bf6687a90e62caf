from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"
    verbose_name = "Decisions"

    def ready(self) -> None:
        from audit import actions
        from decisions import access, emails, merging  # noqa: F401  (fill the registries)
        from decisions.actions import ACTIONS
        from decisions.links import no_transfer_once_decided, told_section
        from decisions.services import late_conflicts, release
        from decisions.services.outcomes import copy_outcomes
        from notifications import kinds
        from submissions.links import on_author_page, on_organizers_barred, on_transfer
        from workshops.links import on_cloned

        actions.register(ACTIONS)
        merging.register()
        kinds.on_batch(emails.DECISION, release=release.take_effect, cancel=release.fall_back)
        on_author_page(told_section)
        on_cloned(copy_outcomes)
        on_organizers_barred(late_conflicts.fall_back)
        on_transfer(no_transfer_once_decided)
