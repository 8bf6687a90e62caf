from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"
    verbose_name = "Workshops"

    def ready(self) -> None:
        from audit import actions
        from notifications import kinds
        from workshops import access, emails, merging  # noqa: F401  (fill the registries)
        from workshops.actions import ACTIONS

        actions.register(ACTIONS)
        merging.register()
        kinds.rehearsals(emails.belongs_to_rehearsal)
