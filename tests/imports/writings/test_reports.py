"""A row of a report becomes the lines of the answer that it tells of."""

from __future__ import annotations

import pytest

from camscan.imports.pasted import read
from camscan.imports.writings.registry import unwrap
from camscan.imports.writings.reports import MAX_REPORT
from camscan.records import Fields


def report(**cells: str) -> str:
    """A table of one row, with the columns that every report has."""
    named = {"timestamp": "2024-03-10 00:01:42", "ip": "192.0.2.9", "protocol": "tcp", "port": "80", **cells}
    quoted = (value.replace('"', '""') for value in named.values())
    return ",".join(f'"{name}"' for name in named) + "\n" + ",".join(f'"{value}"' for value in quoted) + "\n"


def fields(text: str) -> Fields:
    return {name: values for one in read(text) for name, values in one.fields.items()}


def test_answers_over_http() -> None:
    said = fields(report(http_code="401", server="a/1", www_authenticate='Basic realm="b"', http_title="<c> & d"))
    assert said["http.server"] == ("a/1",)
    assert said["http.realm"] == ("b",)
    assert said["http.title"] == ("<c> & d",)


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"sysdesc": "RouterOS RB4011iGS+"}, "snmp.sys_descr", "RouterOS RB4011iGS+"),
        ({"server": "a/1", "unique_service_name": "uuid:2-2::upnp:rootdevice"}, "ssdp.server", "a/1"),
        ({"subject_common_name": "a", "subject_organization_name": "b"}, "tls.subject.o", "b"),
        ({"device_vendor": "a", "device_model": "b-1"}, "nmap.product", "a b-1"),
        ({"machine_name": "a", "device_type": "XVR", "method": "client.notifyDevInfo"}, "dhip.machine_name", "a"),
    ],
)
def test_other_answers(cells: dict[str, str], field: str, value: str) -> None:
    assert fields(report(**cells))[field] == (value,)


@pytest.mark.parametrize(
    "text",
    [
        report(city="a"),
        "a,b,c,d\n1,2,3,4\n",
        "timestamp,ip,port,server\n",
        report(server="a" * MAX_REPORT),
        "Server: a/1",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert unwrap(text) == text.strip()


def test_only_the_first_row_is_read() -> None:
    assert "b/2" not in unwrap(report(server="a/1") + '"t","i","tcp","80","b/2"\n')
