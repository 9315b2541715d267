"""How much the library knows: rules and examples for each maker on each channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from camscan.identify.examples import examples_of
from camscan.identify.library import Library


@dataclass(frozen=True, slots=True)
class Count:
    """Rules that look at a channel, and the examples that they carry."""

    rules: int = 0
    examples: int = 0


def coverage(library: Library) -> Mapping[str, Mapping[str, Count]]:
    """Maker -> channel -> count, in the order of the vocabulary; a channel is the first part of a field's name.

    Every maker is there, a channel only where one of its rules looks at it. Rules without a maker are left out.
    """
    counts: defaultdict[tuple[str | None, str], Count] = defaultdict(Count)
    for rule in library.rules:
        examples = len(examples_of(rule))
        for channel in {match.field.partition(".")[0] for match in rule.matches}:
            count = counts[rule.maker, channel]
            counts[rule.maker, channel] = Count(count.rules + 1, count.examples + examples)
    channels = dict.fromkeys(field.partition(".")[0] for field in library.vocabulary.fields)
    return {
        maker: {channel: counts[maker, channel] for channel in channels if (maker, channel) in counts}
        for maker in library.vocabulary.makers
    }
