"""Reads targets as people write them.

A number that programs read in different ways (`010.0.0.1`, `127.1`, `0x7f000001`) is refused, never guessed. A mask
(`10.0.0.0/255.255.255.0`) has one reading; by itself it is no address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from camscan.errors import TargetError
from camscan.targets.addresses import Address, Range, TargetSet, key, unmapped
from camscan.targets.lists import MASK, MAX_SPEC, Spec, joined

MAX_FAULTS = 10  # specs that cannot be used, of which one message tells

Resolve: TypeAlias = Callable[[str], Sequence[str]]  # gives all addresses of a host name; may raise OSError

_PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")
_BRACKETS = re.compile(r"\[([^\[\]]*)\](/[^/]*)?")
_BARE_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]+")

# A host name in lower case. One without a letter is a spoilt range, one whose last label is a number a spoilt IPv4
# address (WHATWG URL, "ends in a number").
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.*[a-z])(?!.*(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$)(?=.{{1,253}}$)(?:{_LABEL}\.)*{_LABEL}")

_LINK_LOCAL = IPv6Network("fe80::/10")
_ONE_LINK = "use 'camscan discover' to look at one link"

_FORMS = "write an address (10.0.0.5), a network (10.0.0.0/24), a range (10.0.0.1-50) or a host name"
_ONE_EACH = "write one target each, with a space or a new line between them"
_ADVICE = (
    (re.compile(r"://|/.*/"), "leave out the scheme and the path of the URL"),
    (re.compile(r"[^\x00-\x7f]"), "write it in ASCII (an international host name in its xn-- form)"),
    (re.compile(r"[\s,;]"), _ONE_EACH),
    (re.compile(r"^[^:]+:[0-9]+$|\]:"), "leave out the port"),
    (re.compile(r"^[0-9.]*\*|^[0-9.]+-[0-9]+\."), "write a network (10.0.0.0/24) or a range (10.0.0.1-10.0.0.50)"),
    (re.compile(r"^[0-9]+(\.[0-9]+){1,2}\.?(/[0-9]+)?$"), "an IPv4 address is four numbers, a network 10.0.0.0/24"),
    (re.compile(r"^[0-9][0-9a-fA-FxX.]*(?:[/-]|$)"), "an IPv4 address is four numbers from 0 to 255, no leading zeros"),
)


def parse(specs: Iterable[str | Spec], *, resolve: Resolve | None = None, whole_networks: bool = False) -> TargetSet:
    """Read targets or, with `whole_networks`, exclusions.

    An IPv4 network up to /30 stands for its hosts; `whole_networks` keeps its network and broadcast address in. A host
    name stands for all its addresses, and is looked up once. Link-local IPv6 addresses can be excluded alone: each of
    them may exist on every link, so that nobody knows where a packet to one of them would go. Raises TargetError if
    specs cannot be used (a line for each), or a host name cannot be resolved.
    """
    ranges: list[Range] = []
    named: dict[str, Spec] = {}
    faults: list[str] = []
    for item in specs:
        spec = item if isinstance(item, Spec) else Spec(item.strip())
        try:
            meant = _meant(spec, whole=whole_networks)
        except TargetError as error:
            faults.append(str(error))
            if len(faults) == MAX_FAULTS:
                break
            continue
        if isinstance(meant, str):
            named.setdefault(meant, spec)
        else:
            ranges.append(meant)
    if faults:
        raise TargetError("\n".join(faults))
    names = {name: _resolved(spec, name, resolve, whole=whole_networks) for name, spec in named.items()}
    places = (key(ip_address(address)) for addresses in names.values() for address in addresses)
    return TargetSet.of([*ranges, *((place, place) for place in places)], names)


def known_addresses(specs: Iterable[str], *, whole_networks: bool = False) -> TargetSet:
    """What those specs stand for that can be read without looking up a name; the others count for nothing."""
    ranges: list[Range] = []
    for spec in specs:
        with suppress(TargetError):
            ranges += parse([spec], whole_networks=whole_networks).ranges
    return TargetSet.of(ranges)


def _is_link_local(span: Range) -> bool:
    return key(_LINK_LOCAL[0]) <= span[0] <= key(_LINK_LOCAL[-1])


def _meant(spec: Spec, *, whole: bool) -> Range | str:
    """What `_read` finds, unless only an exclusion can mean it."""
    meant = _read(spec, edge=0 if whole else 1)
    if not whole and not isinstance(meant, str) and _is_link_local(meant):
        raise spec.error(f"a link-local address does not say on which link it is: {_ONE_LINK}")
    return meant


def _read(spec: Spec, edge: int) -> Range | str:
    """The range that a spec stands for, or its host name. `edge` is what an IPv4 network loses at either end."""
    if len(spec.text) > MAX_SPEC:
        raise spec.error(f"it is longer than {MAX_SPEC} characters: {_FORMS}")
    text = joined(spec.text)
    if bracketed := _BRACKETS.fullmatch(text):
        text = bracketed[1] + (bracketed[2] or "")
        if ":" not in text:
            raise spec.error("only IPv6 addresses go in brackets: leave them out")
    for separator, read in (("/", _network), ("-", _span)):
        head, found, tail = text.partition(separator)
        if found and (first := _literal(spec, head)):
            return read(spec, first, tail, edge)
    if address := _literal(spec, text):
        if text.startswith(("0.", "255.")) and text not in ("0.0.0.0", "255.255.255.255"):  # noqa: S104 - not bound
            raise spec.error("it is a mask and no address: write the network with its length, as in 10.0.0.0/24")
        return key(address), key(address)
    return _host_name(spec, text)


def _literal(spec: Spec, text: str) -> Address | None:
    """The address that `text` writes in full, if it does."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise spec.error(f"a zone cannot be a target: {_ONE_LINK}")
    if address != unmapped(address):
        raise spec.error(f"it is an IPv4 address inside IPv6: write {unmapped(address)}")
    return address


def _network(spec: Spec, address: Address, prefix: str, edge: int) -> Range:
    if "," in prefix:
        raise spec.error(_ONE_EACH)
    if address.version == 4 and MASK.fullmatch(prefix):
        prefix = _prefix_length(spec, prefix)
    if not _PREFIX.fullmatch(prefix):
        raise spec.error(f"the slash must be followed by a prefix length, as in {address}/24")
    if int(prefix) > address.max_prefixlen:
        raise spec.error(f"a prefix length is at most {address.max_prefixlen}")
    network = ip_network((address, int(prefix)), strict=False)
    if network.version == 6 or network.num_addresses < 4:
        edge = 0
    return key(network[0]) + edge, key(network[-1]) - edge


def _prefix_length(spec: Spec, mask: str) -> str:
    try:
        return str(ip_network(f"0.0.0.0/{mask}").prefixlen)
    except ValueError as error:
        raise spec.error("a mask is all ones and then all zeros, as in 255.255.255.0") from error


def _span(spec: Spec, first: Address, end: str, _edge: int) -> Range:
    if first.version == 4 and "." not in end:
        end = f"{str(first).rpartition('.')[0]}.{end}"
    last = _literal(spec, end)
    if "," in end:
        raise spec.error(_ONE_EACH)
    if last is None and first.version == 4 and end.replace(".", "").isdecimal() and end[-1] != ".":
        raise spec.error(f"the range's end would be {end}, which is no address")
    if last is None or last.version != first.version:
        raise spec.error("a range is written as 10.0.0.1-50, 10.0.0.1-10.0.0.50 or fd00::1-fd00::50")
    if int(last) < int(first):
        raise spec.error(f"the range ends before it begins: write {last}-{first}")
    return key(first), key(last)


def _host_name(spec: Spec, text: str) -> str:
    name = text.lower().removesuffix(".")
    if _NAME.fullmatch(name):
        return name
    if _BARE_NUMBER.fullmatch(text) and (number := int(text, 16 if text[1:2] in {"x", "X"} else 10)) < 1 << 32:
        remedy = "begin a comment with #" if spec.origin else f"write {IPv4Address(number)} if that is meant"
        raise spec.error(f"it is a bare number: {remedy}")
    raise spec.error(next((advice for pattern, advice in _ADVICE if pattern.search(text)), _FORMS))


def _resolved(spec: Spec, name: str, resolve: Resolve | None, *, whole: bool) -> tuple[str, ...]:
    """The addresses of a host name in their usual spelling, in the resolver's order, each once.

    All of them for the `whole`, as exclusions are meant; as targets without those that exist on every link.
    """
    if resolve is None:
        raise spec.error("host names are not looked up here: write its address")
    try:
        addresses = [unmapped(ip_address(text.partition("%")[0])) for text in resolve(name)]
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        remedy = "write its address, or begin a comment with #" if spec.origin else "or write its address"
        raise spec.error(f"the name cannot be resolved ({why}): check it, {remedy}") from error
    usable = [address for address in addresses if whole or not _is_link_local((key(address), key(address)))]
    if not usable:
        why = f" but link-local ones: {_ONE_LINK}" if addresses else ": check it, or write its address"
        raise spec.error(f"the name has no address{why}")
    return tuple(dict.fromkeys(map(str, usable)))
