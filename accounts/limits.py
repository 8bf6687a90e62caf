"""How often something may be asked for from one address of the network. The numbers stand in ACCOUNT_RATE_LIMITS."""

from allauth.core.ratelimit import consume
from django.http import HttpRequest
from redis.exceptions import RedisError


def within_limit(request: HttpRequest, action: str, *, key: str | None = None) -> bool:
    """Count this one, and say whether it is still within the limit. While Redis is away nothing is counted."""
    try:
        return consume(request, action=action, key=key)
    except (RedisError, OSError):
        return True
