"""Who mistakes one command for another is told what to write."""

from __future__ import annotations

import pytest
from support.command import camscan


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "4f2a"], "(4f2a): a scan is chosen with --scan, a file to write is named with --output."),
        (
            ["scans", "x.json"],
            "(x.json): `camscan report --scan ID` reports on one, a file to write is named with --output.",
        ),
        (["scan", "--dry-run", "10.0.0.1"], "No such option '--dry-run': `camscan plan` shows what a scan would send."),
        (["plan", "--dry-run"], "No such option '--dry-run'."),
        (["fingerprints", "try", "http.server", "a", "b"], "Got unexpected extra argument (b)"),
        (
            ["report", "--verdict", "listed"],
            "'--verdict': `camscan devices` reports on the devices that it chooses, in the same formats.",
        ),
        (["devices", "--state", "exempt"], "'--state': `camscan state list --in STATE` lists devices by state."),
        (["ports", "10.0.0.1", "-o", "x"], "No such option '-o': redirect what it writes, as in `> open.jsonl`."),
        (["devices", "--json"], "No such option '--json': write --format json."),
        (["fingerprints", "check", "my-rules"], "(my-rules): a folder of rules is chosen with --fingerprints."),
        (["notify", "test", "c.toml"], "(c.toml): the configuration is named with --config."),
        (["db", "--dry-run"], "No such option '--dry-run': options of a command stand behind its name."),
        (["--verson"], "'--verson'. (Did you mean one of: '--verbose', '--version'?)"),
        (["--format", "json", "devices"], "No such option '--format': options of a command stand behind its name."),
        (
            ["devices", "--verdict", "listed,suspected"],
            "'not-listed', 'unidentified': name one, and give the option again for each other.",
        ),
        (["devices", "--verdict", "lost"], "is not one of 'listed', 'suspected', 'not-listed', 'unidentified'."),
        (["devices", "--format", "csv,json"], "'sarif', 'netbox', 'cyclonedx'."),
        (["devices", "Acme"], "; a maker, a label or a scan is chosen with --maker, --brand or --scan"),
    ],
)
def test_what_is_meant_is_named(capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    done = camscan(capsys, *words)
    assert done.returncode == 2
    assert done.stderr.rstrip().endswith(said)
