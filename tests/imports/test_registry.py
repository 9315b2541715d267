from __future__ import annotations

import pytest

from camscan.errors import UsageError
from camscan.imports.files.base import SNIFFED
from camscan.imports.registry import READERS, reader_for

HEADS = {
    "pcap": b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(16),
    "nmap-xml": b'<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap">',
    "masscan-json": b'[\n{   "ip": "192.0.2.1",   "timestamp": "1", "ports": [ {"port": 80} ] },\n',
    "masscan-list": b"#masscan\nopen tcp 80 192.0.2.1 1390380064\n",
    "kea": b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state\n",
    "isc-dhcp": b"# comment\nlease 192.0.2.5 {\n  starts 3 2023/08/16 10:00:00;\n",
    "dnsmasq": b"1700000000 00:11:22:33:44:55 192.0.2.5 cam 01:00:11:22:33:44:55\n",
    "ip-neigh": b"192.0.2.5 dev eth0 lladdr 00:11:22:33:44:55 REACHABLE\n",
    "mac-table": b"IP Address;MAC Address;Port\n192.0.2.5;00:11:22:33:44:55;Gi1/0/1\n",
    "arp": b"? (192.0.2.5) at 00:11:22:33:44:55 [ether] on eth0\n",
}


def test_each_reader_knows_its_own_files() -> None:
    assert [reader.name for reader in READERS] == list(HEADS)
    for name, head in HEADS.items():
        assert reader_for(head).name == name


def test_a_named_reader_is_taken_whatever_the_file() -> None:
    assert reader_for(b"", "arp").name == "arp"


@pytest.mark.parametrize("head", [b"", b"\x00\xff\xfe", b"Server: App-webs/", b"<html></html>", b"A:" * (SNIFFED // 2)])
def test_other_files_are_refused(head: bytes) -> None:
    with pytest.raises(UsageError, match=r"cam\.txt is of no kind that can be imported"):
        reader_for(head, file="cam.txt")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UsageError, match="of pcap, nmap-xml, masscan-json"):
        reader_for(HEADS["arp"], "pcapng")
