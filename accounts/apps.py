from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from django.core import checks

        from accounts import access, emails, links, merging  # noqa: F401  (fill the registries)
        from accounts.actions import ACTIONS
        from accounts.checks import organizers_need_a_second_factor
        from accounts.services.relations import tie_relations
        from audit import actions

        actions.register(ACTIONS)
        links.on_confirmed(tie_relations)
        merging.register()
        checks.register(organizers_need_a_second_factor, checks.Tags.security, deploy=True)
