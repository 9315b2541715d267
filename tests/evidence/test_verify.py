"""A bundle holds, or the first part that does not is named."""

from __future__ import annotations

import io
import json
import random
import time
import tracemalloc
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import pytest
from support.bundles import (
    ABOUT,
    AT,
    FILES,
    KINDS,
    KNOWN,
    SCAN,
    SIGNER,
    bundle,
    checked,
    concluded,
    packed,
    parts_of,
    rebuilt,
    resealed,
)

from camscan.errors import EvidenceError, HostError
from camscan.evidence import canonical, container, export, keys, manifest
from camscan.evidence.archive import Archive
from camscan.evidence.verify import Trust
from camscan.records import Observation, Outcome

BUNDLE = bundle()
PARTS = parts_of(BUNDLE)
STRANGER = keys.generate()


def fault(data: bytes, trust: Trust = KNOWN) -> str:
    with pytest.raises(EvidenceError) as caught:
        checked(data, trust)
    return str(caught.value)


def with_line(name: str, number: int, **values: object) -> Mapping[str, bytes]:
    lines = PARTS[name].splitlines(keepends=True)
    lines[number] = canonical.dump({**json.loads(lines[number]), **values})
    return {**PARTS, name: b"".join(lines)}


def test_a_bundle_holds() -> None:
    found = checked(BUNDLE)
    choices = '{"rate": 10, "snmp_community": "(left out)"}'
    assert found.scan == replace(SCAN, settings={"seed": "7", "choices": choices})
    assert found.manifest.chain.records == 13
    assert found.verdicts == {"listed": 2, "unidentified": 4}
    assert found.beside == 6
    assert (found.states, found.statements) == ({"exempt": 1}, 3)
    assert found.stamp is None
    port = Observation("10.0.0.9", "tcp", Outcome.ANSWERED, AT, 81, fields={"tcp.port": ("81",)})
    assert checked(bundle(more=[port])).beside == 7


def test_what_is_told_of_a_banner_beside_its_bytes_is_counted() -> None:
    """Its text is not read again, even where its bytes are."""
    bare = Observation("10.0.0.9", "banner", Outcome.ANSWERED, AT, 81, raw=b"\0\1hello")
    assert checked(bundle(more=[bare])).beside == 6
    for raw in (bare.raw, b"text"):
        told = replace(bare, raw=raw, fields={"http.server": ("NL-Embedded/2.9",)})
        found = checked(bundle(more=[told]))
        assert (found.beside, found.verdicts["listed"]) == (7, 3)


def test_a_bundle_of_a_scan_that_saw_nothing_holds() -> None:
    found = checked(bundle(hosts=0))
    assert (found.manifest.chain.records, dict(found.verdicts)) == (0, {})


def test_states_follow_from_what_people_said() -> None:
    """With another key each of these is signed rightly, so that only what follows from it tells."""
    for name, number, values in (
        ("states.jsonl.gz", 1, {"state": "ticketed"}),
        ("states.jsonl.gz", 1, {"site": "South"}),
        ("verdicts.jsonl", 2, {"state": "removed"}),
        ("verdicts.jsonl", 2, {"state": None}),
    ):
        told = fault(resealed(with_line(name, number, **values), STRANGER), Trust())
        assert told.startswith("verdicts.jsonl line 3: is not what follows for 10.0.0.3 from the observations and st")


@pytest.mark.parametrize(
    "values", [{"state": "returned"}, {"state": "x"}, {"who": 7}, {"names": "x"}, {"names": []}, {"at": "now"}]
)
def test_a_statement_that_nobody_can_make(values: Mapping[str, object]) -> None:
    told = fault(resealed(with_line("states.jsonl.gz", 0, **values), STRANGER), Trust())
    assert told.startswith("states.jsonl.gz line 1: is not a record")


@pytest.mark.parametrize("name", sorted(name for name in PARTS if name.endswith(".gz")))
def test_of_what_unfolds_to_very_much_no_more_than_a_line_is_read(name: str) -> None:
    data = resealed({**PARTS, name: PARTS[name] + (b"x" * (1 << 20) + b"\n") * 64}, STRANGER, chained=False)
    tracemalloc.start()
    begun = time.process_time()
    told = fault(data, Trust())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told.startswith(f"{name} line ")
    assert peak < 4 * container.MAX_LINE
    assert time.process_time() - begun < 2, "unpacked to its end it takes far longer"


def test_answers_of_nothing_but_zeros_are_evidence_as_any() -> None:
    """Such a part unfolds to as many times its size as one can."""
    zeros = bytes(1 << 20)
    more = [Observation("10.0.0.9", "isapi", Outcome.TRUNCATED, AT, port, "GET /", {}, zeros) for port in range(80, 88)]
    data = bundle(more=more)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert len(parts_of(data)["observations.jsonl.gz"]) > 600 * parts.getinfo("observations.jsonl.gz").file_size
    assert checked(data).manifest.chain.records == 13 + len(more)


def test_a_million_targets_one_by_one_are_verified() -> None:
    specs = "\n".join(f"fd00:0:0:0:0:0:{number >> 16:x}:{number & 0xFFFF:04x}" for number in range(1_000_000))
    assert checked(bundle(1, scan=replace(SCAN, settings={"specs": specs}))).scan.settings["specs"] == specs


def test_statements_that_unfold_to_no_end_are_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    many = PARTS["states.jsonl.gz"] * 40
    monkeypatch.setattr(export, "MAX_STATE_CHANGES", len(many) - 1)
    told = fault(resealed({**PARTS, "states.jsonl.gz": many}, STRANGER), Trust())
    assert told == "states.jsonl.gz: unpacks to more than camscan writes"


@pytest.mark.parametrize(
    ("limit", "most", "what"),
    [
        ("MAX_STATE_CHANGES", len(PARTS["states.jsonl.gz"]) - 1, "statements about a site"),
        ("MAX_RECORD", len(PARTS["scan.json"]) - 1, "targets and exclusions"),
        ("MAX_FILES", sum(map(len, FILES.values())) - 1, "rules and policies"),
        ("MAX_LINE", 100, "ledger.jsonl.gz about one device"),
    ],
)
def test_a_bundle_that_nobody_could_verify_is_not_made(
    monkeypatch: pytest.MonkeyPatch, limit: str, most: int, what: str
) -> None:
    monkeypatch.setattr(export, limit, most)
    with pytest.raises(HostError, match=rf"a bundle holds at most [\d,]+ bytes of {what}, and this would be more"):
        bundle()


def test_a_bundle_without_a_time_stamp_does_not_do_for_one_who_asks_for_it() -> None:
    assert fault(bundle(), replace(KNOWN, roots=b"PEM")).startswith("manifest.tsr: is missing")


def test_the_key_is_compared_with_the_one_that_the_reader_knows() -> None:
    assert checked(BUNDLE, Trust()).manifest.key == SIGNER.public.fingerprint
    told = fault(BUNDLE, Trust(STRANGER.public.fingerprint))
    assert told.startswith("key.pem: is key")
    assert STRANGER.public.fingerprint in told


def test_one_who_rebuilds_all_with_a_key_of_his_own_is_found_by_the_key_alone() -> None:
    lines = PARTS["observations.jsonl.gz"].splitlines(keepends=True)[:2]
    told = canonical.dump(json.loads(PARTS["verdicts.jsonl"].splitlines()[0]))
    device = canonical.dump(json.loads(PARTS["identifications.jsonl.gz"].splitlines()[0]))
    story = {
        **PARTS,
        "observations.jsonl.gz": b"".join(lines),
        "identifications.jsonl.gz": device,
        "verdicts.jsonl": told,
    }
    forged = resealed(story, STRANGER)
    assert checked(forged, Trust()).manifest.key == STRANGER.public.fingerprint
    assert fault(forged).startswith("key.pem: is key")


@pytest.mark.parametrize("name", sorted(set(PARTS) - {manifest.MANIFEST, manifest.SIGNATURE, "key.pem"}))
def test_every_part_is_compared_with_the_manifest(name: str) -> None:
    altered = bytes([PARTS[name][0] ^ 1]) + PARTS[name][1:]
    assert fault(packed([*{**PARTS, name: altered}.items()])).startswith(f"{name}: its ")  # its size, or its SHA-256
    missing = [(part, data) for part, data in PARTS.items() if part != name]
    assert fault(packed(missing)) == f"{name}: is missing"


def test_the_signature_is_over_the_manifest() -> None:
    made = PARTS[manifest.MANIFEST].replace(b"J. Doe", b"J. Roe")
    assert fault(packed([*{**PARTS, manifest.MANIFEST: made}.items()])).startswith("manifest.sig: is not the signature")
    signature = bytes(64)
    assert fault(packed([*{**PARTS, manifest.SIGNATURE: signature}.items()])).startswith("manifest.sig: is not")
    assert fault(packed([*{**PARTS, manifest.SIGNATURE: signature[:63]}.items()])).startswith("manifest.sig: is not")
    assert fault(packed([*{**PARTS, manifest.SIGNATURE: bytes(65)}.items()])).startswith("manifest.sig: has 65 bytes")


@pytest.mark.parametrize("name", [manifest.MANIFEST, manifest.SIGNATURE])
def test_no_checksum_in_the_archive_may_be_another(name: str) -> None:
    """Also of the parts that the manifest does not list."""
    [entry] = [one for one in Archive(io.BytesIO(BUNDLE)).entries if one.name == name]
    forged = replace(entry, crc=entry.crc ^ 1)
    data = BUNDLE.replace(entry.local, forged.local).replace(entry.central, forged.central)
    assert fault(data) == f"{name}: its checksum in the archive is wrong"


def test_the_manifest_names_the_scan() -> None:
    made = manifest.dump(replace(manifest.load(PARTS[manifest.MANIFEST]), scan="another"))
    signed = {**parts_of(BUNDLE), manifest.MANIFEST: made, manifest.SIGNATURE: SIGNER.sign(made)}
    assert fault(packed([*signed.items()])) == "scan.json: is not the scan that the manifest names"


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MAX_FILES", sum(map(len, FILES.values())))
    assert checked(bundle()).beside == 6
    monkeypatch.setattr("camscan.evidence.chain.MAX_LINE", 100)
    with pytest.raises(EvidenceError, match=r"an observation of 10\.0\.0\.1 is too large for a bundle"):
        bundle()
    monkeypatch.setattr(export, "MAX_FILES", export.MAX_FILES - 1)
    assert "its files are larger than" in fault(BUNDLE)


def test_another_key_is_not_the_one_that_the_manifest_names() -> None:
    assert fault(packed([*{**PARTS, "key.pem": STRANGER.public.pem}.items()])).startswith(
        "key.pem: is not the key that"
    )
    assert fault(packed([*{**PARTS, "key.pem": b"x"}.items()])) == "key.pem: is not an Ed25519 public key"


def test_parts_that_are_not_in_the_manifest_or_there_twice() -> None:
    assert fault(packed([*PARTS.items(), ("note.txt", b"trust me")])) == "note.txt: is not in the manifest"
    assert fault(packed([*PARTS.items(), ("scan.json", PARTS["scan.json"])])) == "scan.json: appears twice"
    first, second, *rest = PARTS.items()
    assert "not in the right order" in fault(packed([second, first, *rest]))


@pytest.mark.parametrize("name", ["note.txt", "rules/1/x.yaml", "rules/1/makers/x.txt", "policies/x.yaml", "rules/0/x"])
def test_parts_of_no_kind_that_a_bundle_has(name: str) -> None:
    head, tail = [*PARTS.items()][:4], [*PARTS.items()][4:]
    files = sorted([*tail[: len(FILES)], (name, b"makers: []\n")])
    story = dict([*head, *files, *tail[len(FILES) :]])
    assert name in fault(resealed(story, SIGNER))


@pytest.mark.parametrize("name", ["verdicts.jsonl", "ledger.jsonl.gz", "settings.json", "README.txt"])
def test_parts_that_a_signed_manifest_leaves_out(name: str) -> None:
    story = {part: text for part, text in PARTS.items() if part != name}
    assert "the parts are not those of a bundle" in fault(resealed(story, SIGNER))


def test_the_chain_is_followed() -> None:
    name = "observations.jsonl.gz"
    lines = PARTS[name].splitlines(keepends=True)
    for story in ([lines[1], lines[0], *lines[2:]], lines[1:], [lines[0], *lines[2:]], [lines[0], *lines]):
        told = fault(resealed({**PARTS, name: b"".join(story)}, SIGNER, chained=False))
        assert told.startswith(f"{name} line ")
        assert told.endswith("does not carry the hash of the line before it")


@pytest.mark.parametrize("kept", range(13))
@pytest.mark.parametrize("goes_on", [False, True])
def test_a_chain_that_was_cut_is_found_even_where_it_goes_on(kept: int, *, goes_on: bool) -> None:
    """Signed anew with the right key, but for the head: that is what somebody else was told (docs/evidence.md)."""
    name = "observations.jsonl.gz"
    lines = PARTS[name].splitlines(keepends=True)
    other = canonical.dump({**json.loads(lines[-1]), "target": "10.9.9.9", "raw": "", "fields": {}})
    story = {**PARTS, name: b"".join([*lines[:kept], *([other] if goes_on else [])])}
    data = parts_of(resealed(story, SIGNER))
    head = manifest.load(PARTS[manifest.MANIFEST]).chain
    again = manifest.dump(replace(manifest.load(data[manifest.MANIFEST]), chain=head))
    data |= {manifest.MANIFEST: again, manifest.SIGNATURE: SIGNER.sign(again)}
    assert fault(packed([*data.items()])) == f"{name}: its chain does not end where the manifest says"


def test_the_chain_begins_at_the_record_of_the_scan() -> None:
    scan = canonical.dump({**json.loads(PARTS["scan.json"]), "notes": ["nothing was left out"]})
    assert "line 1: does not carry" in fault(resealed({**PARTS, "scan.json": scan}, SIGNER, chained=False))


def test_fields_follow_from_the_bytes() -> None:
    story = with_line("observations.jsonl.gz", 1, fields={"http.server": ["NL-Embedded/1.0"]})
    assert fault(resealed(story, SIGNER)).startswith("observations.jsonl.gz line 2: its fields are not what its bytes")


def test_identifications_and_verdicts_follow_from_the_observations() -> None:
    for name, values in (
        ("identifications.jsonl.gz", {"maker": "Southlight"}),
        ("identifications.jsonl.gz", {"identifications": []}),
        ("verdicts.jsonl", {"verdict": "not-listed", "listed_by": []}),
    ):
        told = fault(resealed(with_line(name, 2, **values), SIGNER))
        assert told.startswith(f"{name} line 3: is not what follows for 10.0.0.3")
    for name in ("identifications.jsonl.gz", "verdicts.jsonl"):
        more = {**PARTS, name: PARTS[name] + PARTS[name].splitlines(keepends=True)[-1]}
        assert fault(resealed(more, SIGNER)).startswith(f"{name} line 7: has no device behind it")
        less = {**PARTS, name: b"".join(PARTS[name].splitlines(keepends=True)[:-1])}
        assert fault(resealed(less, SIGNER)).startswith(f"{name} line 6: is not what follows for 10.0.0.6")


def test_they_follow_by_the_rules_and_policies_in_the_bundle() -> None:
    rules, policy = "rules/1/makers/northlight.yaml", "policies/001-own.yaml"
    weaker = PARTS[rules].replace(b"likely", b"hint")
    assert fault(resealed({**PARTS, rules: weaker}, SIGNER)).startswith("identifications.jsonl.gz line 3: is not what")
    other = PARTS[policy].replace(b"[Northlight]", b"[Southlight]")
    assert fault(resealed({**PARTS, policy: other}, SIGNER)).startswith("verdicts.jsonl line 3: is not what")
    assert fault(resealed({**PARTS, policy: b"id: ["}, SIGNER)).startswith("policies/001-own.yaml:")


def test_another_version_may_conclude_otherwise_and_is_named() -> None:
    story = resealed(with_line("verdicts.jsonl", 0, verdict="suspected"), SIGNER)
    told = fault(story, replace(KNOWN, versions={"camscan": "9.9"}))
    assert told.endswith("(made with camscan 0, not 9.9: verify it with the versions in manifest.json)")
    assert "made with" not in fault(story, replace(KNOWN, versions=ABOUT.versions))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("observations.jsonl.gz", b"{}\n"),
        ("observations.jsonl.gz", b"[]\n"),
        ("observations.jsonl.gz", b"\n"),
        ("observations.jsonl.gz", b"[" * 100_000 + b"\n"),
        ("observations.jsonl.gz", b'{"a":1' + b"1" * 10_000 + b"}\n"),
        ("ledger.jsonl.gz", b'{"b": 1}\n'),
        ("ledger.jsonl.gz", b'{"b":1,"a":1}\n'),
        ("ledger.jsonl.gz", b'{"a":1,"a":1}\n'),
        ("ledger.jsonl.gz", b'{"a":1.5e0}\n'),
        ("ledger.jsonl.gz", b'{"a":NaN}\n'),
        ("ledger.jsonl.gz", '{"a":"é"}\n'.encode()),
        ("ledger.jsonl.gz", b'{"a":1}'),
        ("ledger.jsonl.gz", b"{}\n"),
        ("ledger.jsonl.gz", b'{"channels":{},"reasons":{},"target":1}\n'),
        ("ledger.jsonl.gz", b'{"channels":{"http":"lost"},"reasons":{},"target":"x"}\n'),
        ("ledger.jsonl.gz", b'{"channels":[],"reasons":{},"target":"x"}\n'),
        ("scan.json", b"{}\n"),
        ("scan.json", b"\xff"),
        ("settings.json", b"{} \n"),
    ],
)
def test_lines_that_are_not_as_camscan_writes_them(name: str, line: bytes) -> None:
    assert fault(resealed({**PARTS, name: line}, SIGNER, chained=False)).startswith(name)


@pytest.mark.parametrize(
    "values",
    [
        {"port": "80"},
        {"port": 80.0},
        {"port": True},
        {"port": 65_536},
        {"port": -1},
        {"target": None},
        {"target": 7},
        {"at": "2026-11-24"},
        {"at": "2026-11-24T12:00:00+00:00"},
        {"at": 0},
        {"outcome": "lost"},
        {"raw": "%"},
        {"raw": "QUJD\n"},
        {"raw": "QUI"},
        {"fields": []},
        {"fields": {"http.server": "x"}},
        {"fields": {"http.server": [1]}},
        {"more": 1},
    ],
)
def test_observations_that_are_none(values: Mapping[str, object]) -> None:
    told = fault(resealed(with_line("observations.jsonl.gz", 3, **values), SIGNER))
    assert told.startswith("observations.jsonl.gz line 4: is no")


def test_observations_of_one_target_come_together() -> None:
    lines = PARTS["observations.jsonl.gz"].splitlines(keepends=True)
    story = {**PARTS, "observations.jsonl.gz": b"".join([*lines[1:], lines[0]])}
    assert fault(resealed(story, SIGNER)).startswith("observations.jsonl.gz: observations of 10.0.0.1 do not come")


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_done_to_a_bundle_is_found(kind: str) -> None:
    """benchmarks/evidence.py does it ten thousand times."""
    altering, trust = KINDS[kind]
    draw = random.Random(7)
    for number in range(75):
        altered = altering(BUNDLE, draw)
        if altered == BUNDLE:
            continue
        assert ": " in fault(altered, trust), f"number {number}"


def test_what_a_stranger_tells_is_another_bundle_each_time() -> None:
    draw = random.Random(7)
    for altering in (rebuilt, concluded):
        assert len({altering(BUNDLE, draw) for _ in range(20)} - {BUNDLE}) > 10
