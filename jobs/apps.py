from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "Long work"

    def ready(self) -> None:
        from audit import actions
        from jobs.actions import ACTIONS

        actions.register(ACTIONS)
