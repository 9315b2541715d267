from __future__ import annotations

import pytest
from support.costs import costs_less_than
from support.imported import fields

from camscan.imports.forms.mdns import announced, properties

ANNOUNCED = {
    "arrows": "PTR _axis-video._tcp.local -> A 1 - 00AA._axis-video._tcp.local\n"
    "SRV a.local:80\nTXT mac=00AA\nA 192.0.2.1",
    "avahi": '=;eth0;IPv4;A\\0321\\032-\\03200AA;_axis-video._tcp;local;a.local;192.0.2.1;80;"mac=00AA"',
    "zone": "_axis-video._tcp.local. 10 IN PTR A\\0321\\032-\\03200AA._axis-video._tcp.local.\n"
    "A\\0321\\032-\\03200AA._axis-video._tcp.local. 10 IN SRV 0 0 80 a.local.\n"
    'A\\0321\\032-\\03200AA._axis-video._tcp.local. 10 IN TXT "mac=00AA"\na.local. 10 IN A 192.0.2.1',
    "mapping": "Info(name='A 1 - 00AA._axis-video._tcp.local.', hostname='a.local.', ip='192.0.2.1', "
    "properties={'mac': '00AA'})",
}


@pytest.mark.parametrize("text", ANNOUNCED.values(), ids=ANNOUNCED)
def test_announcements(text: str) -> None:
    (one,) = announced(text)
    assert one.fields == {
        "mdns.service": ("_axis-video._tcp",),
        "mdns.instance": ("A 1 - 00AA",),
        "mdns.host": ("a.local",),
        "mdns.txt": ("mac=00AA",),
        "mdns.address": ("192.0.2.1",),
    }


def test_a_line_that_names_a_service_before_it_is_resolved() -> None:
    (one,) = announced("+;eth0;IPv4;A\\0321\\032-\\03200AA;_axis-video._tcp;local")
    assert one.fields == {"mdns.service": ("_axis-video._tcp",), "mdns.instance": ("A 1 - 00AA",)}


def test_bytes_written_in_decimal_are_one_text() -> None:
    (one,) = announced("+;eth0;IPv4;K\\195\\188che\\0321;_axis-video._tcp;local")
    assert one.fields["mdns.instance"] == ("K\u00fcche 1",)


def test_a_line_in_columns() -> None:
    (one,) = announced("+   eth0 IPv4 A 1 - 00AA                      _axis-video._tcp     local")
    assert one.fields == {"mdns.service": ("_axis-video._tcp",), "mdns.instance": ("A 1 - 00AA",)}


def test_a_service_that_was_resolved_and_is_called_in_words() -> None:
    text = (
        "=   eth0 IPv4 A 1 - 00AA              Web Site             local\n"
        '   hostname = [a.local]\n   address = [192.0.2.1]\n   port = [80]\n   txt = ["mac=00AA"]\n'
    )
    assert fields(text) == {
        "mdns.service": ("_http._tcp",),
        "mdns.instance": ("A 1 - 00AA",),
        "mdns.host": ("a.local",),
        "mdns.address": ("192.0.2.1",),
        "mdns.txt": ("mac=00AA",),
    }


def test_a_line_in_fields_whose_service_is_called_in_words() -> None:
    (one,) = announced('=;wlan0;IPv4;A\\0321;Secure Internet Printer;local;a.local;192.0.2.1;631;"ty=A 1" "mac=00AA"')
    assert one.fields == {
        "mdns.service": ("_ipps._tcp",),
        "mdns.instance": ("A 1",),
        "mdns.host": ("a.local",),
        "mdns.address": ("192.0.2.1",),
        "mdns.txt": ("ty=A 1", "mac=00AA"),
    }


def test_words_that_are_no_service() -> None:
    assert not list(announced("=   eth0 IPv4 A 1 - 00AA              Web shop             local"))


def test_a_line_may_list_several_services() -> None:
    (one,) = announced("Model: A 1\nService name: _http._tcp _ipps._tcp _scanner._tcp")
    assert one.fields["mdns.service"] == ("_http._tcp", "_ipps._tcp", "_scanner._tcp")


def test_strings_behind_a_service() -> None:
    (one,) = announced("A 1._hap._tcp.local. md=A1 ci=17 id=70:EE:50:00:00:01")
    assert one.fields["mdns.instance"] == ("A 1",)
    assert one.fields["mdns.txt"] == ("md=A1", "ci=17", "id=70:EE:50:00:00:01")


def test_a_record_whose_name_has_blanks() -> None:
    (one,) = announced('Living Room 1._airplay._tcp.local TXT "deviceid=00:00:5E:00:53:02" "model=Tv6,2"')
    assert one.fields["mdns.instance"] == ("Living Room 1",)
    assert one.fields["mdns.txt"] == ("deviceid=00:00:5E:00:53:02", "model=Tv6,2")


def test_a_name_in_the_line_above_its_service() -> None:
    (one,) = announced("Camera 1 - 0000\n_a-video._tcp\n80")
    assert one.fields["mdns.instance"] == ("Camera 1 - 0000",)


def test_without_a_service_nothing_is_announced() -> None:
    assert list(announced("A 192.0.2.1\nTXT a=b")) == []
    assert list(announced("{'name': 'x'}")) == []


def test_strings_of_a_record_alone() -> None:
    (one,) = properties('"vendor=Acme" "model=A 1" "mac_address=00:11:32:80:fd:b5"')
    assert one.fields["mdns.txt"] == ("vendor=Acme", "model=A 1", "mac_address=00:11:32:80:fd:b5")
    assert one.fields["mac.address"] == ("00:11:32:80:FD:B5",)


@pytest.mark.parametrize("text", ["", "Acme camera", '"vendor=Acme" and more'])
def test_other_words_are_no_record(text: str) -> None:
    assert not list(properties(text))


@pytest.mark.parametrize(
    "text",
    [
        "Name: Cam 7 - 1\nType: _psia._tcp",
        "Instance: Cam 7 - 1\nRegtype: _psia._tcp.",
        "_psia._tcp: Cam 7 - 1",
        "_psia._tcp.local.: Cam 7 - 1",
    ],
)
def test_services_as_browsers_list_them(text: str) -> None:
    (one,) = announced(text)
    assert one.fields == {"mdns.service": ("_psia._tcp",), "mdns.instance": ("Cam 7 - 1",)}


@pytest.mark.parametrize(
    "text",
    [
        '{"name":"Front 1","type":"_http._tcp","port":80}',
        "service: _http._tcp\nhost: a.local\nname: Front 1",
    ],
)
def test_a_name_and_a_type_beside_it(text: str) -> None:
    (one,) = announced(text)
    assert (one.fields["mdns.service"], one.fields["mdns.instance"]) == (("_http._tcp",), ("Front 1",))


@pytest.mark.parametrize("part", ["=;", "= eth0 IPv4 a  ", "  \n", "   txt = [\n", "+;a;b;c;"])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1):
        list(announced(part * (60_000 // len(part))))
