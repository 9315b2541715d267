"""Groups the options of large commands under headings in their help."""

from __future__ import annotations

from collections.abc import Iterator

import click

SECTIONS = (
    (
        "Scope",
        ("exclude", "exclude_files", "allow_public", "allow_large", "interface", "expect_decoy", "resume"),
    ),
    (
        "Probing",
        ("profile", "rate", "sweep", "ports", "channels", "thorough", "snmp_community"),
    ),
    ("Logins", ("with_credentials", "credentials_file", "unlock")),
    ("Site", ("site", "sensitive", "core")),
    ("Judging", ("policies", "folders", "fail_on")),
    ("Output and storage", ("format_", "output", "all_hosts", "quiet", "db")),
)
"""(heading, names of options) in the order of the help; others come last, under "Options"."""


class Sectioned(click.Command):
    """A command whose help has its options under `SECTIONS`."""

    def sections(self, ctx: click.Context) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Heading -> (option, what it does), as far as there is something under it."""
        own = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        records = {option.name or "": record for option in own if (record := option.get_help_record(ctx))}
        for heading, names in SECTIONS:
            if found := [records.pop(name) for name in names if name in records]:
                yield heading, found
        yield "Options", list(records.values())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click.Command.format_options."""
        for heading, records in self.sections(ctx):
            with formatter.section(heading):
                formatter.write_dl(records)
