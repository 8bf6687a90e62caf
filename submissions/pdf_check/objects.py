"""Reading what may be anything: a hostile file puts what it likes where something else is wanted."""

from typing import Any


def entry(thing: Any, key: str) -> Any:
    """What stands under the key, followed where it is a reference; None where there is nothing."""
    value = thing.get(key) if hasattr(thing, "get") else None
    return value.get_object() if value is not None else None


def kind_of(action: Any) -> Any:
    """What an action does; None for what is no action."""
    return action.get("/S") if hasattr(action, "get") else None
