from __future__ import annotations

import gzip

import pytest

from camscan.errors import UsageError
from camscan.imports.files.base import SNIFFED
from camscan.imports.registry import READERS, reader_for

HEADS = {
    "pcap": b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(16),
    "nmap-xml": b'<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap">',
    "zgrab2": b'{"ip":"192.0.2.1","data":{"http":{"status":"success","protocol":"http","port":80,"result":{}}}}\n',
    "banners-json": b'{"ip":"192.0.2.1","port":80,"banner":"HTTP/1.1 200 OK\\r\\nServer: App-webs/"}\n',
    "masscan-json": b'[\n{   "ip": "192.0.2.1",   "timestamp": "1", "ports": [ {"port": 80} ] },\n',
    "masscan-list": b"#masscan\nopen tcp 80 192.0.2.1 1390380064\n",
    "httpx": b'{"timestamp":"2026-01-02T03:04:05Z","port":"80","url":"http://192.0.2.1","input":"192.0.2.1"}\n',
    "shodan": b'{"hash": 1, "timestamp": "2026-01-02T03:04:05.000000", "ip_str": "192.0.2.1", "port": 554}\n',
    "runzero": b'{"service_id":"1","service_asset_id":"2","service_address":"192.0.2.1","service_port":80}\n',
    "zeek": b"#separator \\x09\n#set_separator\t,\n#path\tsoftware\n",
    "kea": b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state\n",
    "isc-dhcp": b"# comment\nlease 192.0.2.5 {\n  starts 3 2023/08/16 10:00:00;\n",
    "dnsmasq": b"1700000000 00:11:22:33:44:55 192.0.2.5 cam 01:00:11:22:33:44:55\n",
    "ip-neigh": b"192.0.2.5 dev eth0 lladdr 00:11:22:33:44:55 REACHABLE\n",
    "json-table": b'[{"mac": "00:11:22:33:44:55", "ip": "192.0.2.5"}, {"mac": "00:11:22:33:44:56", "ip": "192.0.2.6"}',
    "mac-table": b"IP Address;MAC Address;Port\n192.0.2.5;00:11:22:33:44:55;Gi1/0/1\n",
    "arp": b"? (192.0.2.5) at 00:11:22:33:44:55 [ether] on eth0\n",
    "banners": b"192.0.2.5:80 HTTP/1.1 200 OK\\r\\nServer: App-webs/\n192.0.2.6:80 Server: Boa\n",
}


def test_each_reader_knows_its_own_files() -> None:
    assert [reader.name for reader in READERS] == list(HEADS)
    for name, head in HEADS.items():
        assert reader_for(head).name == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'{"ip":"192.0.2.1","timestamp":"1","port":80,"proto":"tcp","rec_type":"status","data":{}}\n', "masscan-json"),
        (b'{"ip": "192.0.2.1", "timestamp": "1", "ports": [{"port": 80}]}\n', "masscan-json"),
        (b'{"domain":"cam.example","data":{"tls":{"status":"success"}}}\n', "zgrab2"),
        (b'{"ip": "192.0.2.1", "data": {"http": {"status": "success"}}}\n', "zgrab2"),
        (b'{"timestamp":"2026-01-02T03:04:05Z","ip":"192.0.2.1","data":{"http":{}}}\n', "zgrab2"),
        (b'{"ts":1700000000.5,"uid":"C1","id.orig_h":"192.0.2.9","id.resp_h":"192.0.2.1"}\n', "zeek"),
    ],
)
def test_tools_that_write_json_lines_are_told_apart(head: bytes, name: str) -> None:
    assert reader_for(head).name == name


def test_a_named_reader_is_taken_whatever_the_file() -> None:
    assert reader_for(b"", "arp").name == "arp"


@pytest.mark.parametrize(
    "head",
    [
        b"\x00\xff\xfe",
        b"Server: App-webs/",
        b"<134>Nov 28 10:00:00 gw dhcpd: lease",
        b"A:" * (SNIFFED // 2),
        b'{"ip": "192.0.2.1", "name": "camera"}\n',
    ],
)
def test_other_files_are_refused(head: bytes) -> None:
    with pytest.raises(UsageError, match=r"cam\.txt is not a file that camscan knows: .*`camscan reconcile`$"):
        reader_for(head, file="cam.txt")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (b"README.txt", r"cam\.txt looks like a bundle of evidence"),
        (b"[Content_Types].xml", r"cam\.txt is a workbook or an archive: save its table as CSV"),
    ],
)
def test_an_archive_is_a_bundle_only_where_it_begins_as_one(name: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        reader_for(b"PK\x03\x04" + bytes(26) + name, file="cam.txt")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"# Nmap 7.95 scan initiated Fri Nov 27 19:44:53 2026 as: nmap -oG x 192.0.2.5\n", r"nmap -oX, or -oA"),
        (
            b"# Masscan 1.3.2 scan initiated Thu Nov  5 10:00:00 2026\n",
            r"have it write JSON \(masscan -oJ\) or a list \(-oL\)$",
        ),
        (b"Starting Nmap 7.95 ( https://nmap.org )\n", r"nmap -oX, or -oA"),
        (b'{"address": "192.0.2.5", "port": 80, "outcome": "answered"}\n', r"camscan scan -$"),
        (b'{"host":"a.example","ip":"192.0.2.1","port":80,"protocol":"tcp"}\n', r"jq -r \.ip FILE .* camscan scan -$"),
        (b'{"ip":"192.0.2.1","timestamp":"2026-01-02T03:04:05Z","port":80,"tls":false}\n', r"lists open ports"),
        (b"\r\n<html></html>", r"is HTML or XML, .*: save its table as CSV$"),
        (b'<?xml version="1.0"?>\n<rows><row ip="192.0.2.5"/></rows>', r"is HTML or XML, .*: save its table as CSV$"),
        (b"%PDF-1.7\n", r"is a PDF: export .* as CSV$"),
        (b"Name;IP;Make\r\ncam;192.0.2.5;Acme\r\n", r"lists addresses, .*`camscan reconcile FILE`$"),
        (gzip.compress(HEADS["zgrab2"], mtime=0), r"packed with gzip .*`zcat FILE \| camscan import -`$"),
    ],
)
def test_of_a_form_that_is_not_read_the_one_that_is_is_told(head: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        reader_for(head, file="cam.txt")


@pytest.mark.parametrize(
    "head",
    [
        b'{"schema": "camscan/1",\n "scan": {"id": "4f2a"',
        b'{"schema":"camscan-records/1","record":"scan"',
        b'{"scan": "4f2a00", "site": null, "started_at": ',
        b"id,address,mac,hostname,maker,brand,model\n44:19:B6:00:00:01,10.0.0.1,44:19:B6:00:00:01,,Axis,,",
        b"\xef\xbb\xbfid,address,mac,hostname,maker,brand,model\n",
    ],
)
def test_of_a_report_of_camscans_own_the_bundle_is_asked_for(head: bytes) -> None:
    with pytest.raises(UsageError, match=r"cam\.txt was written by camscan, .*`camscan db merge`$"):
        reader_for(head, file="cam.txt")


def test_a_report_may_still_be_read_as_a_table_of_macs() -> None:
    assert reader_for(b"id,address,mac,hostname,maker,brand,model\n", "mac-table").name == "mac-table"


def test_a_store_is_no_file_to_import() -> None:
    with pytest.raises(UsageError, match=r"cam\.db is a database: .* --db, or by `camscan db merge`$"):
        reader_for(b"SQLite format 3\x00\x10\x00", file="cam.db")


@pytest.mark.parametrize("head", [b"", b" \r\n"])
def test_an_empty_file_is_called_so(head: bytes) -> None:
    with pytest.raises(UsageError, match=r"cam\.txt is empty: nothing to import"):
        reader_for(head, file="cam.txt")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UsageError, match="of pcap, nmap-xml, zgrab2, banners-json"):
        reader_for(HEADS["arp"], "pcapng")


@pytest.mark.parametrize("name", ["runzero", "shodan", "httpx", "zgrab2"])
@pytest.mark.parametrize("begin", [b"[", b"[\n  ", b"\n[ "])
def test_a_list_of_what_tools_write_one_a_line_is_read_by_the_same_reader(name: str, begin: bytes) -> None:
    assert reader_for(begin + HEADS[name]).name == name


def test_a_list_of_mac_addresses_alone_is_for_another_command() -> None:
    with pytest.raises(UsageError, match=r"lists MAC addresses, and no IP addresses: .*`camscan identify FILE`$"):
        reader_for(b"44:19:B6:01:02:03\n3C:EF:8C:01:02:03\n")


def test_a_kind_is_named_in_whatever_case() -> None:
    assert reader_for(b"", "NMAP-xml").name == "nmap-xml"
