"""What a spool holds is had again in order, by number and by label."""

from __future__ import annotations

import collections
import resource
import sys

import pytest

from camscan.errors import StoreError
from camscan.store.spool import Spool


def test_in_order_of_places_then_as_they_were_put() -> None:
    with Spool[str]() as spool:
        for place, thing in ((b"b", "one"), (b"a", "two"), (b"b", "three"), (b"", "four")):
            spool.put(thing, place)
        assert list(spool.in_order()) == [(4, "four"), (2, "two"), (1, "one"), (3, "three")]
        assert spool.get(3) == "three"


def test_it_can_be_gone_through_while_more_is_put_and_left_before_the_end() -> None:
    with Spool[int]() as spool:
        for number in range(250):
            spool.put(number)
        through = spool.in_order()
        assert next(through) == (1, 0)
        spool.put(250)
        assert [thing for _, thing in through] == list(range(1, 251))
        assert next(spool.in_order()) == (1, 0)


def test_labels() -> None:
    with Spool[str]() as spool:
        spool.put("one", labels=["a", "b"])
        spool.put("two", labels=["b", "c", "b"])
        spool.put("three", labels=["\ud800"])
        spool.put("four", labels=["b"])
        assert sorted(spool.sharing()) == [1, 2, 4]
        assert spool.under("b", 2) == ["one", "two"]
        assert spool.under("\ud800", 9) == ["three"]
        assert spool.under("d", 9) == []
        assert (spool.last("b"), spool.last("d")) == ("four", None)


@pytest.mark.skipif(sys.platform != "linux", reason="what a file may be is limited as Linux does it")
def test_a_full_disk_is_told() -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Spool[bytes]() as spool:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
        try:
            with pytest.raises(StoreError, match=r"temporary files cannot be written .*: free some space"):
                collections.deque(map(spool.put, [bytes(1 << 20)] * 100), maxlen=0)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
