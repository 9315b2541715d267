"""What all tables of the configuration of sweeps are made of."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from camscan.errors import UsageError
from camscan.records import NAME

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(value: object) -> float:
    """A duration such as "90s", "10m", "5h" or "1d", in seconds. Raises ValueError if it is none."""
    found = re.fullmatch(r"\s*([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*([smhd])\s*", value) if isinstance(value, str) else None
    amount = float(found[1]) * _UNITS[found[2]] if found else math.nan
    if found is None or amount <= 0:
        raise ValueError("not a duration")
    return amount


def duration(text: str, option: str, such_as: str) -> float:
    """The duration that an option was given, in seconds; `such_as` are examples. Raises UsageError if it is none."""
    try:
        return seconds(text)
    except ValueError as error:
        raise UsageError(f"cannot use {text!r} as {option}: write a duration such as {such_as}") from error


def _filled(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("is empty")
    return values


Filled = AfterValidator(_filled)
"""Of a list, in place of a least length, which would also call a list empty of which each value is at fault."""
Duration = Annotated[float, BeforeValidator(seconds)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Name = Annotated[str, Field(pattern=NAME)]


class Part(BaseModel):
    """A table. The description of each key is the remedy where its value cannot be used."""

    model_config = ConfigDict(extra="forbid", frozen=True)
