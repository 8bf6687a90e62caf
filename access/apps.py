from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"
    verbose_name = "Rights"

    def ready(self) -> None:
        from access.actions import ACTIONS
        from audit import actions

        actions.register(ACTIONS)
