"""`camscan evidence`: signed bundles that others can verify without trusting whoever made them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.parameters import completing, options
from camscan.cli.parameters.groups import CommandGroup
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.telling import mention, tell
from camscan.cli.terminal.waiting import waiting
from camscan.cli.terminal.writing import is_replaced, replacing
from camscan.errors import EvidenceError, HostError, UsageError
from camscan.records import ScanStatus

if TYPE_CHECKING:
    from camscan.evidence.manifest import About
    from camscan.records import Scan


@click.group(cls=CommandGroup)
def evidence() -> None:
    """Make and verify signed bundles of evidence: every answer byte for byte, and what follows from it."""


@evidence.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the private key; the public key is written beside it as .pub. Default: evidence.key in "
    "your data directory.",
)
def keygen(output: Path | None) -> None:
    """Make an Ed25519 key for signing bundles, and print its fingerprint.

    Only you can read the private key's file, which has no passphrase. Give the .pub file, or the fingerprint, to
    those who will verify your bundles, by another route than the bundles.

    \b
    Example:
      camscan evidence keygen -o evidence.key
    """
    from camscan.app.archiving import keyfiles
    from camscan.evidence import keys

    file, signer = output or keyfiles.default_file(), keys.generate()
    keyfiles.write(file, signer)
    tell(f"{file} and {keyfiles.public_file(file)} written")
    click.echo(signer.public.fingerprint)


@evidence.command()
@click.argument("scan_id", required=False, metavar="[SCAN]", shell_complete=completing.scans)
@options.of_scan("named", help="Same as SCAN.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The bundle to write (ZIP)."
)
@click.option("--operator", default="", metavar="TEXT", help="Who makes the bundle; stated in it and signed.")
@click.option("--authority", default="", metavar="TEXT", help="Who ordered the scan; stated in the bundle and signed.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CAMSCAN_EVIDENCE_KEY",
    show_envvar=True,
    help="The private key to sign with. Default: evidence.key in your data directory.",
)
@click.option("--tsa", metavar="URL", help="Have the bundle time-stamped (RFC 3161) by the authority at this URL.")
@options.site
@options.db
@options.judging
@options.quiet
def export(
    scan_id: str | None,
    named: str | None,
    output: Path,
    operator: str,
    authority: str,
    key_file: Path | None,
    tsa: str | None,
    site: str | None,
    db: str | None,
    judging: options.Judging,
) -> None:
    """Write a stored scan (the latest, if none is named) as a signed bundle of evidence. Only --tsa sends anything.

    \b
    Examples:
      camscan evidence export 4f2a -o bundle.zip --operator 'J. Doe' --authority 'Order 17/2026'
      camscan evidence export -o bundle.zip --tsa http://tsa.example/tsr
    """
    from camscan.app.archiving import keyfiles
    from camscan.app.archiving.bundling import DERIVATION, files_of, state_changes_at
    from camscan.app.judging.criteria import chosen_policies
    from camscan.cli.parameters.stored import open_store, scan_of
    from camscan.evidence.export import Contents
    from camscan.evidence.export import export as write_bundle
    from camscan.store.damage import OnDamage

    if not is_replaced(output):
        raise UsageError(f"{output} is not a file: choose one, such as bundle.zip")
    if scan_id and named:
        raise UsageError(f"a bundle holds one scan: give {scan_id} or --scan {named}, not both")
    signer = keyfiles.private_key(key_file or keyfiles.default_file())
    about, stamp = _about(operator, authority, tsa), _stamper(tsa)
    chosen_policies(judging.policies, judging.folders)  # whose faults are told by the names of the user's files
    files = files_of(judging.policies, judging.folders)
    with open_store(db) as store, replacing(output, 0o600) as file:
        store.set_on_damage(OnDamage.RAISE)
        scan = _ended(scan_of(store, named if scan_id is None else scan_id, site))
        with waiting(f"Writing {output}"):
            state_changes = state_changes_at(store, scan)
            contents = Contents(scan, store.observations(scan.id), store.ledger(scan.id), files, about, state_changes)
            made = write_bundle(file, contents, signer, DERIVATION, stamp)
    mention(f"{output}: scan {scan.id}, {made.chain.records:,} observations, signed by key {made.key}")


@evidence.command()
@click.argument("bundle", type=options.Existing(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--key",
    "key",
    metavar="FILE-OR-FINGERPRINT",
    help="The public key that must have signed the bundle, or its fingerprint. Without it, any signer is accepted.",
)
@click.option(
    "--tsa-ca",
    type=options.Existing(path_type=Path, dir_okay=False, exists=True),
    help="Certificates (PEM) that must vouch for the time-stamping authority. Without them, the time is only a claim.",
)
@written("table", "json")
@options.quiet
def verify(bundle: Path, key: str | None, tsa_ca: Path | None, out: Output) -> None:
    """Check everything in a bundle, offline, and derive every identification and verdict again from its bytes.

    Exits with 1 and names the first part that fails. docs/evidence.md says what a bundle does not prove.

    \b
    Examples:
      camscan evidence verify bundle.zip --key evidence.key.pub
      camscan evidence verify bundle.zip --tsa-ca tsa-ca.pem
      camscan evidence verify bundle.zip --key evidence.key.pub --format json | jq .holds
    """
    from camscan.app.archiving import keyfiles
    from camscan.app.archiving.bundling import verified
    from camscan.cli.formats import verified as shown

    fingerprint = None if key is None else keyfiles.fingerprint(key)
    try:
        with bundle.open("rb") as file, waiting(f"Verifying {bundle.name}"):
            found = verified(file, fingerprint, None if tsa_ca is None else tsa_ca.read_bytes())
    except EvidenceError as error:
        if out.format == "json":
            out.write_json(shown.refusal(bundle.name, error))
        raise EvidenceError(f"{bundle.name} fails verification: {error}") from error
    if out.format == "json":
        out.write_json(shown.document(bundle.name, found, known=key is not None))
    else:
        out.write(shown.text(bundle.name, found, known=key is not None, room=out.width))


def _about(operator: str, authority: str, tsa: str | None) -> About:
    from datetime import UTC, datetime
    from urllib.parse import urlsplit

    from camscan.app.archiving.bundling import versions
    from camscan.evidence.manifest import About
    from camscan.system.clock import clock
    from camscan.text.timestamps import utc

    if not (operator + authority).isprintable():
        raise UsageError("--operator and --authority are lines of text: remove the characters that cannot be printed")
    try:
        parts = urlsplit(tsa or "http://none")
    except ValueError:  # of brackets that hold no address
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        raise UsageError(
            "--tsa must be an http or https URL without a user name: use one that your authority publishes"
        )
    return About(utc(datetime.now(UTC), "microseconds"), operator, authority, clock(), versions(), tsa)


def _stamper(tsa: str | None) -> Callable[[bytes], bytes]:
    """How a signature gets its time stamp. Raises HostError if the library for it is missing."""
    import asyncio

    from camscan.evidence import stamp
    from camscan.net.services.timestamp import ask

    if tsa is not None:
        stamp.query(b"whether there is what it needs")

    def stamped(signature: bytes) -> bytes:
        query = stamp.query(signature)
        reply = asyncio.run(ask(tsa or "", query.der, limit=stamp.MAX_BYTES, timeout=30))
        try:
            stamp.check(reply, signature, nonce=query.nonce)
        except EvidenceError as error:
            raise HostError(
                f"the reply of {tsa} is of no use: {error}: choose another --tsa, or leave it out"
            ) from error
        return reply

    return stamped


def _ended(scan: Scan) -> Scan:
    if scan.status is ScanStatus.RUNNING:
        raise UsageError(f"scan {scan.id} is still running: export it when it has ended")
    return scan
