"""The fingerprint library as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from camscan.identify.rules import Brand, Contents, Rule, Vocabulary
from camscan.records import Fields, Identification, Observation

if TYPE_CHECKING:
    from camscan.identify.labels import Labels
    from camscan.identify.match import Matcher


class Library:
    """Rules and brands; `read` gives them when they are first asked for.

    `read_labels` gives brands and vocabulary alone, where that takes less. `digest` is the SHA-256 of all that they are
    read from; "" where that is not files. `tell` is told each fault.
    """

    def __init__(
        self,
        read: Callable[[], Contents],
        digest: str = "",
        tell: Callable[[str], object] | None = None,
        read_labels: Callable[[], Contents] | None = None,
    ) -> None:
        self._read = read
        self._read_labels = read_labels
        self._tell = tell
        self.digest = digest

    def __getstate__(self) -> Mapping[str, Any]:
        """What another process needs: not the compiled patterns, which cannot be handed over."""
        return {"_contents": self._contents, "digest": self.digest}

    @cached_property
    def _contents(self) -> Contents:
        contents = self._read()
        del self._read, self._read_labels  # they hold the files, which nobody asks for any more
        if self._tell is not None:
            for fault in contents.faults:
                self._tell(fault)
        return contents

    @property
    def vocabulary(self) -> Vocabulary:
        """The closed lists."""
        return self._contents.vocabulary

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that can be used."""
        return self._contents.rules

    @property
    def brands(self) -> tuple[Brand, ...]:
        """Every brand that can be used."""
        return self._contents.brands

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out because it is broken, one line a fault."""
        return self._contents.faults

    @property
    def overridden(self) -> tuple[str, ...]:
        """Which rules of a later folder took the place of an earlier one's, a line each."""
        return self._contents.overridden

    @cached_property
    def labels(self) -> Labels:
        """The brands, by name."""
        from camscan.identify.labels import Labels  # noqa: PLC0415 - not for those who only read what is kept

        read = None if "_contents" in vars(self) else self._read_labels
        contents = read() if read else self._contents
        return Labels(contents.brands, contents.vocabulary)

    @cached_property
    def _matcher(self) -> Matcher:
        from camscan.identify.match import Matcher  # noqa: PLC0415 - as above

        return Matcher(self.rules, self.labels, self._contents.needs)

    def identify(self, observations: Sequence[Observation]) -> tuple[Identification, ...]:
        """What all observations of ONE device say: rules in the order of the library, then labels."""
        by_rule = self._matcher.identify(observations)
        return (*by_rule, *self.labels.identify(observations, by_rule, self._matcher.is_doubtful))

    def doubts(self, fields: Fields) -> tuple[Rule, ...]:
        """The rules by which an answer is not a device's own, so that names in it are hints."""
        return self._matcher.doubts(fields)
