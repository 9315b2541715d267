"""Several options as one: as one decorator, and as one value that the command is given."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias, TypeVar, cast

_Command = TypeVar("_Command", bound=Callable[..., Any])
Decorator: TypeAlias = Callable[[_Command], _Command]


def combined(*options: Decorator[_Command]) -> Decorator[_Command]:
    """Several options as one decorator, in the order in which they are to appear."""

    def apply(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


def gathered(
    name: str, make: Callable[..., object], taken: tuple[str, ...], *options: Decorator[_Command]
) -> Decorator[_Command]:
    """Options whose values, those `taken`, the command is given as one: as what `make` makes of them, called `name`."""

    def apply(command: _Command) -> _Command:
        @wraps(command)
        def gathering(**given: Any) -> Any:
            return command(**{name: make(*map(given.pop, taken))}, **given)

        return combined(*options)(cast("_Command", gathering))

    return apply
