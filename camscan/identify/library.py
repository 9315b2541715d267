"""The fingerprint library as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from camscan.identify.labels import Labels
from camscan.identify.match import Matcher
from camscan.identify.rules import Brand, Rule, Vocabulary
from camscan.records import Identification, Observation


@dataclass(frozen=True)
class Library:
    """Rules and brands. `warnings` says what was left out while loading, one line a fault.

    `digest` is the SHA-256 of all that it was read from; "" where it was not read from files.
    """

    vocabulary: Vocabulary
    rules: tuple[Rule, ...]
    brands: tuple[Brand, ...]
    warnings: tuple[str, ...] = ()
    digest: str = ""

    @cached_property
    def labels(self) -> Labels:
        """The brands, by name."""
        return Labels(self.brands, self.vocabulary)

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(self.rules, self.labels)

    def identify(self, observations: Sequence[Observation]) -> tuple[Identification, ...]:
        """What all observations of ONE device say: rules in the order of the library, then labels."""
        by_rule = self._matcher.identify(observations)
        return (*by_rule, *self.labels.identify(observations, by_rule))
