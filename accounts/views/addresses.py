"""The addresses of a person."""

from typing import Any

from allauth.account.views import EmailView

from accounts.reading import unconfirmed_addresses


class Addresses(EmailView):
    """The library's page, and the addresses that are noted and not confirmed."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"noted": unconfirmed_addresses(self.request.user)}


addresses = Addresses.as_view()
