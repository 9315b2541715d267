from __future__ import annotations

import random
from itertools import pairwise

from camscan.net.discovery.sendqueue import TimerWheel


def test_nothing_is_due_before_its_time_or_much_later_and_in_order() -> None:
    chance, wheel, now = random.Random(1), TimerWheel[float](1_000.0), 1_000.0
    came = []
    for _ in range(5_000):
        due = now + chance.choice([0.0, 0.0005, 0.0588, 3.0]) * chance.random()
        wheel.put(due, due)
        now += chance.random() * 0.003
        for due in wheel.due(now):
            assert due <= now
            came.append((due, now))
    came += [(due, now + 10) for due in wheel.due(now + 10)]
    assert len(came) == 5_000
    assert all(at - due < 0.005 for due, at in came if at <= now)
    assert all(later > earlier - 0.004 for (earlier, _), (later, _) in pairwise(came))


def test_what_is_put_while_something_is_done_is_not_lost() -> None:
    wheel = TimerWheel[str](5.0)
    wheel.put(4.0, "late")  # as soon as may be
    wheel.put(5.01, "first")
    done = []
    for thing in wheel.due(5.1):
        done.append(thing)
        if thing == "first":
            wheel.put(5.0, "meanwhile")
            wheel.put(6.0, "later")
    assert done == ["late", "first", "meanwhile"]
    assert list(wheel.due(5.9)) == []
    assert list(wheel.due(9.0)) == ["later"]
