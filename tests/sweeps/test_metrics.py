"""The text format of Prometheus."""

from __future__ import annotations

import re
from dataclasses import replace

from support.estate import cameras, sweep

from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.memory import Memory, status_of
from camscan.sweeps.metrics import HELP, Figure, figures, text

LINE = re.compile(r'# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{([a-z_]+="(\\.|[^"\\\n])*",?)+\} [0-9.e+-]+')


def test_the_figures_of_a_site() -> None:
    memory = Memory()
    for night in range(2):
        memory, _ = advance(memory, sweep(night, cameras(4), targets=["10.0.0.99"]), Terms())
    written = "".join(text(figures("hq", status_of(memory), 2)))
    lines = written.splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert 'camscan_last_good_sweep_timestamp_seconds{site="hq"} 1767319200' in lines
    assert 'camscan_devices{site="hq",verdict="listed"} 4' in lines
    assert 'camscan_devices{site="hq",verdict="suspected"} 0' in lines
    assert 'camscan_targets{site="hq",outcome="silent"} 1' in lines
    assert 'camscan_channel_targets{site="hq",channel="sadp",outcome="answered"} 4' in lines
    assert 'camscan_channel_targets{site="hq",channel="sadp",outcome="silent"} 1' in lines
    assert 'camscan_alerts_pending{site="hq"} 2' in lines
    assert [line.split()[2] for line in lines if line.startswith("# TYPE")] == list(HELP)


def test_a_site_that_was_never_swept() -> None:
    written = "".join(text(figures("hq", status_of(Memory()), 0)))
    assert 'camscan_last_good_sweep_timestamp_seconds{site="hq"} 0\n' in written


def test_a_channel_that_fell_silent_still_has_a_figure_for_its_answers() -> None:
    """An alert on it would never fire on a series that is not there."""
    cut = [replace(camera, channels=("http",)) for camera in cameras(4)]
    memory, _ = advance(Memory(), sweep(0, cut, targets=["10.0.0.99"]), Terms())
    assert 'camscan_channel_targets{site="hq",channel="sadp",outcome="answered"} 0\n' in "".join(
        text(figures("hq", status_of(memory), 0))
    )


def test_labels_cannot_break_out() -> None:
    found = "".join(text([Figure("camscan_devices", 1, {"site": 'a"} 5\n\\x'})]))
    assert found.splitlines()[-1] == r'camscan_devices{site="a\"} 5\n\\x"} 1'
