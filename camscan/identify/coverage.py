"""How much the library knows: rules and examples for each maker on each channel."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from camscan.identify.examples import examples_of
from camscan.identify.library import Library


@dataclass(frozen=True, slots=True)
class Count:
    """Rules that look at a channel, and the examples that they carry of it."""

    rules: int = 0
    examples: int = 0


def coverage(library: Library) -> Mapping[str, Mapping[str, Count]]:
    """Maker -> channel -> count, in the order of the vocabulary; a channel is the first part of a field's name.

    Every maker is there, a channel only where one of its rules looks at it. Rules without a maker are left out.
    """
    counts: defaultdict[tuple[str | None, str], Count] = defaultdict(Count)
    for rule in library.rules:
        examples = Counter(chain.from_iterable(_channels(example.fields) for example in examples_of(rule)))
        for channel in _channels(match.field for match in rule.matches):
            count = counts[rule.maker, channel]
            counts[rule.maker, channel] = Count(count.rules + 1, count.examples + examples[channel])
    channels = dict.fromkeys(field.partition(".")[0] for field in library.vocabulary.fields)
    return {
        maker: {channel: counts[maker, channel] for channel in channels if (maker, channel) in counts}
        for maker in library.vocabulary.makers
    }


def _channels(fields: Iterable[str]) -> set[str]:
    return {field.partition(".")[0] for field in fields}
