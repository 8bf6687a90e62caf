"""The addresses of a person."""

from typing import Any

from allauth.account.views import EmailView

from accounts.reading import unconfirmed_addresses


class Addresses(EmailView):
    """The library's page, and the addresses that are noted and not confirmed."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["has_unconfirmed"] = any(not address.verified for address in context["emailaddresses"])
        context["noted"] = unconfirmed_addresses(self.request.user)
        return context


addresses = Addresses.as_view()
