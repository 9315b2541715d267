"""Types of numbers on the command line, whose errors say how to write one."""

from __future__ import annotations

import math
from typing import Any

import click


class Whole(click.IntRange):
    """A whole number within bounds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; a word with a unit, as durations have in the configuration, is told to lose it."""
        try:
            int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number: write digits alone, without a unit", param, ctx)
        return super().convert(value, param, ctx)


class Decimal(click.FloatRange):
    """A number within bounds, which may have decimals."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; "nan", which no bound keeps out, is none."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if math.isnan(number):
            self.fail(f"{value!r} is not a number: write digits alone, with a decimal point if need be", param, ctx)
        return super().convert(value, param, ctx)
