from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts import access, emails  # noqa: F401  (fill the registries)
        from accounts.actions import ACTIONS
        from audit import actions

        actions.register(ACTIONS)
