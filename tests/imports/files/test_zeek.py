from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from support.imported import AT, cuts, read_all

from camscan.imports.files import zeek

SOFTWARE = (
    b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tsoftware\n"
    b"#fields\tts\thost\thost_p\tsoftware_type\tname\tunparsed_version\n#types\ttime\taddr\tport\tenum\tstring\tstring\n"
    b"1700000000.250000\t192.0.2.5\t80\tHTTP::SERVER\tApp-webs\tApp-webs/\\x20x\n"
    b"1700000000.250000\t192.0.2.9\t-\tHTTP::BROWSER\tcurl\tcurl/8\n"
    b"1700000001.250000\t192.0.2.6\t8080\tHTTP::SERVER\tBoa\t-\n"
    b"broken\trow\n#close\t2026-01-01-00-00-00\n"
)
SSL = {"ts": 1700000000.5, "id.resp_h": "192.0.2.5", "id.resp_p": 443, "cipher": "TLS_X", "subject": "CN=a,O=Acme"}
DHCP = {"ts": "2026-01-02T03:04:05Z", "mac": "44:19:b6:01:02:03", "assigned_addr": "192.0.2.5", "host_name": "ipcam"}


def as_json(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_software_of_servers_in_a_table() -> None:
    assert zeek.sniff(SOFTWARE)
    (one, two), summary = read_all(zeek.read, SOFTWARE)
    assert (one.target, one.port, one.channel) == ("192.0.2.5", 80, "http")
    assert one.at == datetime(2023, 11, 14, 22, 13, 20, 250_000, tzinfo=UTC)
    assert one.fields["http.server"] == ("App-webs/ x",)
    assert (two.target, two.port, two.fields["http.server"]) == ("192.0.2.6", 8080, ("Boa",))
    assert (summary.whole, summary.broken, summary.skipped) == (2, 1, {"software other than a web server's": 1})


def test_certificates_and_leases_as_json() -> None:
    data = as_json(SSL, DHCP, {"ts": 1, "id.resp_h": "192.0.2.5", "cipher": "TLS_Y"}, {"ts": 1, "uid": "C1"})
    assert zeek.sniff(data)
    (session, lease), summary = read_all(zeek.read, data)
    assert (session.target, session.port, session.fields["tls.subject.o"]) == ("192.0.2.5", 443, ("Acme",))
    assert (lease.channel, lease.fields["dhcp.hostname"], lease.fields["mac.prefix"]) == (
        "dhcp",
        ("ipcam",),
        ("4419B6",),
    )
    assert lease.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert summary.whole == 2
    assert summary.skipped == {"session without a certificate": 1, "record of a log that says nothing of devices": 1}


def test_bytes_that_zeek_spells_out_are_one_text() -> None:
    seen, _ = read_all(zeek.read, SOFTWARE.replace(b"App-webs/\\x20x", b"K\\xc3\\xbcche"))
    assert seen[0].fields["http.server"] == ("K\u00fcche",)


@pytest.mark.parametrize("ts", ["1e300", "nan", "x", None, [1], 10**30])
def test_a_time_that_is_none_is_that_of_the_file(ts: object) -> None:
    [one], _ = read_all(zeek.read, as_json(SSL | {"ts": ts}))
    assert one.at == AT


def test_leases_without_a_mac_and_records_without_an_address_are_left_out() -> None:
    data = as_json(DHCP | {"mac": "x"}, DHCP | {"assigned_addr": "0.0.0.0"}, SSL | {"id.resp_h": [1]})  # noqa: S104
    seen, summary = read_all(zeek.read, data)
    assert seen == []
    assert summary.skipped == {"lease without a MAC": 1, "no address": 2}


def test_a_table_cut_anywhere_gives_what_was_whole() -> None:
    rows = SOFTWARE.partition(b"broken")[0]
    for piece in filter(zeek.sniff, cuts(rows)):
        _, summary = read_all(zeek.read, piece)
        assert summary.broken <= 1
        assert summary.whole + summary.skipped.total() + summary.broken == piece.count(b"\n1")


@pytest.mark.parametrize(
    ("messages", "count"),
    [
        (["REQUEST"], 1),
        (None, 1),
        ([["REQUEST"], {}], 0),
        (["DISCOVER"], 0),
        (["DISCOVER", "DISCOVER"], 0),
        (["REQUEST", "NAK"], 0),
    ],
)
def test_an_address_that_a_client_only_asks_for_is_not_its_own(messages: list[object] | None, count: int) -> None:
    asked = {"ts": 1, "mac": "44:19:b6:01:02:03", "requested_addr": "192.0.2.7", "msg_types": messages}
    seen, summary = read_all(zeek.read, as_json(asked))
    assert (len(seen), summary.skipped.total()) == (count, 1 - count)


def test_the_messages_of_a_lease_in_a_table() -> None:
    table = (
        "#separator \\x09\n#fields\tts\tmac\tassigned_addr\trequested_addr\tmsg_types\n"
        "1\t44:19:b6:01:02:03\t-\t192.0.2.7\tREQUEST,NAK\n1\t44:19:b6:01:02:04\t-\t192.0.2.8\tREQUEST\n"
    )
    seen, _ = read_all(zeek.read, table.encode())
    assert [one.target for one in seen] == ["192.0.2.8"]
