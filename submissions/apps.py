from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "submissions"
    verbose_name = "Papers"

    def ready(self) -> None:
        from audit import actions
        from notifications import kinds
        from submissions import access, emails, tasks  # noqa: F401  (fill the registries)
        from submissions.actions import ACTIONS

        actions.register(ACTIONS)
        kinds.rehearsals(emails.belongs_to_rehearsal)
