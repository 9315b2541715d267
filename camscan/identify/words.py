"""The closed lists of a vocabulary by what they are for: a thousand rules look thousands of words up in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from camscan.identify.rules import Vocabulary


@dataclass(frozen=True, slots=True)
class Words:
    """Each list as keys, in the order in which it stands. A rule may set or capture `given` and extract `copied`."""

    fields: Mapping[str, None]
    makers: Mapping[str, None]
    kinds: Mapping[str, None]
    given: Mapping[str, None]
    copied: Mapping[str, None]


@lru_cache(maxsize=4)
def words_of(vocabulary: Vocabulary) -> Words:
    """The lists of a vocabulary, made once for all files that are read with it."""
    attributes = dict.fromkeys(vocabulary.attributes)
    return Words(
        fields=dict.fromkeys(vocabulary.fields),
        makers=dict.fromkeys(vocabulary.makers),
        kinds=dict.fromkeys(vocabulary.kinds),
        given={"brand": None} | attributes,
        copied={name: None for name in attributes if name != "kind"},
    )
