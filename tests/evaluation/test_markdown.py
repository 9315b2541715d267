from __future__ import annotations

from support.entries import entry

from camscan.evaluation.figures import figures
from camscan.evaluation.markdown import markdown
from camscan.evaluation.score import Mark, score
from camscan.evaluation.tables import differences, percent, tables
from camscan.identify.library import Library
from camscan.policy import Policy


def test_the_page(library: Library, policies: tuple[Policy, ...]) -> None:
    entries = [
        entry("http", "Server: App-webs/", vendor="Hikvision", is_target=True, device_class="nvr"),
        entry("http", "Server: none", vendor="Axis", id_="a|b\n<c>"),
    ]
    found = figures(tuple(score(entries, library, policies)))
    page = "".join(markdown(found))
    assert page.startswith("# Accuracy\n")
    assert "2 answers: 2 of known makers, 0 of unknown ones; 0 are ambiguous. Targets: Hikvision.\n" in page
    assert "| http | 2 | 1 | 50.0 % | 50.0 % | 100.0 % | 100.0 % |\n" in page
    assert "| a\\|b \\<c\\> | http | Axis | none | none |\n" in page
    assert "## False claims\n\nNone.\n" in page
    assert page == "".join(markdown(found))


def test_tables_and_differences(library: Library, policies: tuple[Policy, ...]) -> None:
    entries = [entry("http", "Server: App-webs/", vendor="Hikvision", device_class="nvr", model="X", id_="i")]
    found = figures(tuple(score(entries, library, policies)))
    assert [table.title for table in tables(found)] == ["Overall", "By channel", "By maker", "Attributes", "Verdicts"]
    assert differences(found, Mark.MISSING).rows == (("i", "model", "X", "None"),)
    assert differences(found, Mark.WRONG).rows == (("i", "kind", "nvr", "camera"),)


def test_verdicts_on_unknown_makers_have_a_row(library: Library, policies: tuple[Policy, ...]) -> None:
    found = figures(tuple(score([entry("http", "Server: App-webs/", vendor=None)], library, policies)))
    verdicts = next(table for table in tables(found) if table.title == "Verdicts")
    assert verdicts.rows == (("unknown maker", "1", "0", "0", "0"),)


def test_shares_are_rounded_down() -> None:
    assert [percent(share) for share in (1.0, 0.9999, 0.5, 0.0, None)] == ["100.0 %", "99.9 %", "50.0 %", "0.0 %", ""]
