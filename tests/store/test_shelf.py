"""What lies on a shelf is had again in order, by number and by label."""

from __future__ import annotations

import collections
import resource
import sys

import pytest

from camscan.errors import StoreError
from camscan.store.shelf import Shelf


def test_in_order_of_places_then_as_they_were_put() -> None:
    with Shelf[str]() as shelf:
        for place, thing in ((b"b", "one"), (b"a", "two"), (b"b", "three"), (b"", "four")):
            shelf.put(thing, place)
        assert list(shelf.in_order()) == [(4, "four"), (2, "two"), (1, "one"), (3, "three")]
        assert shelf.take(3) == "three"


def test_it_can_be_gone_through_while_more_is_put_and_left_before_the_end() -> None:
    with Shelf[int]() as shelf:
        for number in range(250):
            shelf.put(number)
        through = shelf.in_order()
        assert next(through) == (1, 0)
        shelf.put(250)
        assert [thing for _, thing in through] == list(range(1, 251))
        assert next(shelf.in_order()) == (1, 0)


def test_labels() -> None:
    with Shelf[str]() as shelf:
        shelf.put("one", labels=["a", "b"])
        shelf.put("two", labels=["b", "c", "b"])
        shelf.put("three", labels=["\ud800"])
        shelf.put("four", labels=["b"])
        assert sorted(shelf.sharing()) == [1, 2, 4]
        assert shelf.under("b", 2) == ["one", "two"]
        assert shelf.under("\ud800", 9) == ["three"]
        assert shelf.under("d", 9) == []
        assert (shelf.last("b"), shelf.last("d")) == ("four", None)


@pytest.mark.skipif(sys.platform != "linux", reason="what a file may be is limited as Linux does it")
def test_a_full_disk_is_told() -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Shelf[bytes]() as shelf:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
        try:
            with pytest.raises(StoreError, match=r"temporary files cannot be written .*: free some space"):
                collections.deque(map(shelf.put, [bytes(1 << 20)] * 100), maxlen=0)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
