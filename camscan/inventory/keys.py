"""What serials, models, sites and addresses are compared by, however people write them."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address

from camscan.inventory.values import spelt

_PUNCTUATION = re.compile(r"[\W_]+")
_MEASURE = re.compile(
    r"(?i)(?<![a-z0-9-])\d+(?:[.,-]\d+)*[\s-]?"
    r"(?:mpx?|mega ?pixels?|mm|m|k|p|x|ch|channels?|port|in|inch|ghz|tb)(?![a-z0-9])"
)
"""What a list says in numbers of a kind of device: pixels, focal length, reach, channels."""
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)[\W_]+(?=\d)")


def key(text: str) -> str:
    """Letters and digits alone, in upper case: what serials and models are compared by."""
    return text.upper() if text.isalnum() else _stripped(text)


def has_number(text: str) -> bool:
    """Whether a text has a number that is no measure, as models have, and kinds of devices ("4 MP dome") have not."""
    return any(map(str.isdigit, _MEASURE.sub("", text)))


@lru_cache(maxsize=16_384)
def site_key(name: str) -> str:
    """As `key`, for the name of a site: what stands between two numbers is kept, as 1-12 and 11-2 are two shops."""
    return "-".join(map(key, _BETWEEN_NUMBERS.split(name)))


@lru_cache(maxsize=4096)
def _stripped(text: str) -> str:
    return _PUNCTUATION.sub("", text).upper()


def address_key(text: str) -> str:
    """The usual spelling of an address, without zone; the text itself where it is none."""
    if ":" not in text:  # IPv4 is spelt in one way alone
        return text
    try:
        return spelt(ip_address(text.partition("%")[0]))
    except ValueError:
        return text
