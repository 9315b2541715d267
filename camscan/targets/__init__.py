"""Text to targets, for IPv4 and IPv6. Pure: files are read and names resolved by functions that the caller hands in."""

from camscan.targets.addresses import TargetSet, is_address, usual
from camscan.targets.limits import MAX_ADDRESSES, guard, public_part
from camscan.targets.lists import MAX_TEXT, Spec, expand
from camscan.targets.specs import known_addresses, parse

__all__ = [
    "MAX_ADDRESSES",
    "MAX_TEXT",
    "Spec",
    "TargetSet",
    "expand",
    "guard",
    "is_address",
    "known_addresses",
    "parse",
    "public_part",
    "usual",
]
