from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts import access, emails, links  # noqa: F401  (fill the registries)
        from accounts.actions import ACTIONS
        from accounts.services.relations import tie_relations
        from audit import actions

        actions.register(ACTIONS)
        links.on_confirmed(tie_relations)
