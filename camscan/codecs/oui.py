"""MAC address -> the organization to which the IEEE assigned its block.

24-bit blocks come from aiooui, which packs the IEEE registry of the day of its release; the 28- and 36-bit blocks that
matter here come from the fingerprint library. This is the one codec that reads data files: at the first call, once.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from camscan.codecs.text import mac, to_text
from camscan.errors import DecodeError, RuleError
from camscan.rulefiles.folder import OVERLAY, fingerprints_folder

FIELDS = ("mac.address", "mac.prefix", "mac.organization")

_REGISTRY_DATES = MappingProxyType({"0.1.11": "2026-09-25"})
"""Release of aiooui -> day on which it was published with the registry as it then was."""

_PREFIX = re.compile(r"[0-9A-F]{6}|[0-9A-F]{7}|[0-9A-F]{9}")
_BLANKED = "0" * 10  # how addresses begin that somebody has made unknown, or that a device has not set
_SUBDIVIDED = "IEEE Registration Authority"  # holder of the blocks that are given out in 28- and 36-bit parts


def decode(address: str | bytes) -> dict[str, tuple[str, ...]]:
    """The address, and for a block that is known its prefix and its organization.

    `address` is text in any usual notation, or six octets. Group addresses, locally administered ones, those blanked
    out and made-up ones whose octets count (00:11:22:33:44:55) belong to no block. What is subdivided, but not in the
    fingerprint library, has no organization either. Raises DecodeError if it is no MAC address of a station (all-zero
    and broadcast are none); HostError if the fingerprint library is missing; RuleError if its overlay cannot be read.
    """
    text = address if isinstance(address, str) else address.hex() if len(address) == 6 else to_text(address)
    normalized = mac(text)
    if normalized is None:
        raise DecodeError("no MAC address of a station: six octets in hexadecimal are needed")
    found: dict[str, tuple[str, ...]] = {"mac.address": (normalized,)}
    prefix, organization = _assignment(normalized.replace(":", ""))
    if organization:
        found |= {"mac.prefix": (prefix,), "mac.organization": (organization,)}
    return found


def registry_date() -> str:
    """The date of the registry in use as "2026-09-25", or the release of aiooui where its date is not known here."""
    import aiooui  # noqa: PLC0415 - as below

    return _REGISTRY_DATES.get(aiooui.__version__, f"aiooui {aiooui.__version__}")


def _assignment(digits: str) -> tuple[str, str]:
    """(prefix, organization) of the smallest block that holds the address; ("", "") where none is known."""
    if int(digits[1], 16) & 0b11:  # locally administered, or a group
        return "", ""
    if digits.startswith(_BLANKED) or _counts(digits):
        return "", ""
    overlay = _overlay()
    for length in (9, 7, 6):
        if organization := overlay.get(digits[:length]):
            return digits[:length], organization
    organization = _registry()(digits)
    return (digits[:6], organization) if organization and organization != _SUBDIVIDED else ("", "")


def _counts(digits: str) -> bool:
    octets = bytes.fromhex(digits)
    return len({after - before for before, after in pairwise(octets)}) == 1


@cache
def _registry() -> Callable[[str], str | None]:
    """The look-up in the 24-bit registry. aiooui loads in an event loop, and ours may be running: hence a thread."""
    import asyncio  # noqa: PLC0415 - takes longer than many a command, and most answers name no MAC
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    import aiooui  # noqa: PLC0415

    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, aiooui.async_load()).result()
    return aiooui.get_vendor


@cache
def _overlay() -> Mapping[str, str]:
    """Prefix -> organization, from the fingerprint library."""
    path = fingerprints_folder() / OVERLAY
    try:
        with path.open(encoding="utf-8", newline="") as file:
            found = {row["prefix"]: row["organization"] for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise RuleError(f"{path}: cannot be read ({error!r}): restore it from the release") from error
    for prefix, organization in found.items():
        if not _PREFIX.fullmatch(prefix) or not organization:
            raise RuleError(f"{path}: {prefix!r}: needs 6, 7 or 9 upper case hex digits and an organization")
    return found
