from __future__ import annotations

import pytest

from camscan.imports.forms.onvif import described, discovery, is_soap, service

SCOPES = {"onvif.scope.name": ("Acme A",), "onvif.scope.hardware": ("M-1",)}

GET_SCOPES = (
    "<t:GetScopesResponse><t:Scopes><tt:ScopeItem>onvif://www.onvif.org/name/Acme%20A</tt:ScopeItem></t:Scopes>"
    "<t:Scopes><tt:ScopeItem>onvif://www.onvif.org/hardware/M-1</tt:ScopeItem></t:Scopes></t:GetScopesResponse>"
)


@pytest.mark.parametrize(
    "text",
    [
        "onvif://www.onvif.org/name/Acme%20A onvif://www.onvif.org/hardware/M-1",
        "onvif://www.onvif.org/name/Acme%20A\nonvif://www.onvif.org/hardware/M-1",
        "  - onvif://www.onvif.org/name/Acme A\n  - onvif://www.onvif.org/hardware/M-1\n",
        "192.0.2.1|tds:Device|onvif://www.onvif.org/name/Acme%20A onvif://www.onvif.org/hardware/M-1|http://192.0.2.1/",
        '["onvif://www.onvif.org/name/Acme%20A", "onvif://www.onvif.org/hardware/M-1"]',
        r'["onvif:\/\/www.onvif.org\/name\/Acme%20A", "onvif:\/\/www.onvif.org\/hardware\/M-1"]',
        "'onvif://www.onvif.org/name/Acme%20A '\n'onvif://www.onvif.org/hardware/M-1</d:Scopes>'",
        *(
            f"onvif://www.onvif.org/name/Acme%20A{mark}onvif://www.onvif.org/hardware/M-1"
            for mark in (",", ";", "; ", " | ", "} {ScopeDef:Fixed ScopeItem:", "")
        ),
        "Types: dn:NetworkVideoTransmitter\nScopes: onvif://www.onvif.org/name/Acme%20A onvif://www.onvif.org/hardware/M-1",
        "<d:ProbeMatch><d:Scopes>onvif://www.onvif.org/name/Acme%20A onvif://www.onvif.org/hardware/M-1</d:Scopes></d:ProbeMatch>",
        "http://192.0.2.1/onvif/device_service, 1.2, (type='video_encoder', hardware='M-1', name='Acme A')",
        GET_SCOPES,
        GET_SCOPES.removeprefix("<t:GetScopesResponse>"),
        GET_SCOPES.removeprefix("<t:GetScopesResponse>").replace(
            "><t:Scopes><", ">\n<t:Scopes><tt:ScopeDefinition>Fixed</tt:ScopeDefinition>\n<"
        ),
    ],
)
def test_scopes_in_any_wrapping(text: str) -> None:
    (one,) = discovery(text)
    assert {name: one.fields[name] for name in SCOPES} == SCOPES


def test_a_bracket_that_belongs_to_a_model_stays() -> None:
    (one,) = discovery("(onvif://www.onvif.org/name/DS-I200(D), onvif://www.onvif.org/hardware/M-1)")
    assert one.fields["onvif.scope.name"] == ("DS-I200(D)",)
    assert one.fields["onvif.scope.hardware"] == ("M-1",)


def test_addresses_beside_the_scopes_are_kept() -> None:
    (one,) = discovery("http://192.0.2.1/onvif/device_service, (type='a', name='b')")
    assert one.fields["wsd.xaddr"] == ("http://192.0.2.1/onvif/device_service",)


def test_device_information_without_envelope_and_as_text() -> None:
    told = "<t:Manufacturer>A</t:Manufacturer><t:Model>M</t:Model>"
    bare = f"<t:GetDeviceInformationResponse>{told}</t:GetDeviceInformationResponse>"
    (one,) = service(bare)
    assert (one.asked, one.fields["onvif.model"]) == ("GetDeviceInformation", ("M",))
    (one, block) = service("DeviceInfo(manufacturer='A', model='M', mac='44:19:b6:01:02:03')")
    assert one.fields == {"onvif.manufacturer": ("A",), "onvif.model": ("M",)}
    assert block.fields["mac.address"] == ("44:19:B6:01:02:03",)


def test_device_information_on_one_line() -> None:
    (one,) = service("Manufacturer: A, Model: M-1, FirmwareVersion: 2.8.R, Build Date 2022-06-17, SerialNumber: 7")
    assert one.fields == {
        "onvif.manufacturer": ("A",),
        "onvif.model": ("M-1",),
        "onvif.firmware": ("2.8.R, Build Date 2022-06-17",),
        "onvif.serial": ("7",),
    }


def test_scopes_of_any_category_in_a_tuple() -> None:
    (one,) = discovery("http://192.0.2.1/onvif/device_service, 1.1, (Profile='S', b='acme', location/country='china')")
    assert one.fields["onvif.scope"] == (
        "onvif://www.onvif.org/Profile/S",
        "onvif://www.onvif.org/b/acme",
        "onvif://www.onvif.org/location/country/china",
    )


def test_a_model_alone_is_not_enough() -> None:
    assert list(service("model: M")) == []
    assert list(discovery("nothing of the kind")) == []


def test_soap_is_told_from_other_bodies() -> None:
    assert is_soap("<s:Envelope xmlns:s='x'>")
    assert not is_soap("<html><body>ONVIF</body></html>")


@pytest.mark.parametrize("wrapped", ["{%s}", "map[%s]", "&{%s}"])
def test_device_information_as_go_prints_it(wrapped: str) -> None:
    printed = "FirmwareVersion:V5.5.0 build 170725 HardwareID:88 Manufacturer:Maker Model:DS-1 I SerialNumber:77"
    (one,) = service(wrapped % printed)
    assert one.fields == {
        "onvif.firmware": ("V5.5.0 build 170725",),
        "onvif.hardware_id": ("88",),
        "onvif.manufacturer": ("Maker",),
        "onvif.model": ("DS-1 I",),
        "onvif.serial": ("77",),
    }


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_device_information_without_spaces_after_the_colons(end: str) -> None:
    (one,) = service(end.join(("Manufacturer:Acme Inc", "Model:M-1", "FirmwareVersion:1.0, Build 2", "HardwareId:3")))
    assert one.fields["onvif.manufacturer"] == ("Acme Inc",)
    assert one.fields["onvif.model"] == ("M-1",)
    assert one.fields["onvif.firmware"] == ("1.0, Build 2",)


def test_the_product_at_a_port_is_that_of_a_service() -> None:
    assert list(described('{"port": 80, "product": "Acme httpd"}')) == []
    assert [one.fields for one in described("Product: A1-B2")] == [{"onvif.model": ("A1-B2",)}]


def test_a_product_of_a_list_of_weaknesses_is_no_model() -> None:
    (one,) = service("vendor: maker\nproduct: a-1_firmware\nserial: 7")
    assert "onvif.model" not in one.fields


def test_types_beside_the_scopes_are_kept() -> None:
    (one,) = discovery("Arten: dn:NetworkVideoTransmitter tds:Device\nScopes: onvif://www.onvif.org/name/A")
    assert one.fields["wsd.types"] == ("dn:NetworkVideoTransmitter",)


def test_a_version_beside_a_model_and_the_number_of_the_device() -> None:
    (one,) = service('{"deviceSerial": "C1", "deviceType": "A-1", "version": "V5.2 build 1"}')
    assert one.fields["onvif.firmware"] == ("V5.2 build 1",)
    (other,) = service('{"deviceId": "C1", "deviceModel": "A-1", "version": "2.6"}')
    assert other.fields["onvif.firmware"] == ("2.6",)


def test_a_line_of_onvif_util() -> None:
    (one,) = discovery("Found 1 cameras\n192.0.2.1 host(Acme M-1(B) v2)")
    assert one.fields["onvif.scope.name"] == ("Acme",)
    assert one.fields["onvif.scope.hardware"] == ("M-1(B) v2",)
    (other,) = discovery("192.0.2.1 IPC(M-1)")
    assert other.fields["onvif.scope.name"] == other.fields["onvif.scope.hardware"] == ("M-1",)
    assert list(discovery("192.0.2.1 a(B)\n192.0.2.2 c(D)")) == []


def test_scopes_in_one_quoted_text() -> None:
    (one,) = discovery('let s = "onvif://www.onvif.org/hardware/A-1 onvif://www.onvif.org/name/B c";')
    assert one.fields["onvif.scope.hardware"] == ("A-1",)
    assert one.fields["onvif.scope.name"] == ("B c",)


def test_scopes_in_quotes_with_blanks_within_them() -> None:
    (one,) = discovery(
        '{"onvif://www.onvif.org/type/video" , " onvif://www.onvif.org/name/B ", " onvif://x/hardware/A-1" }'
    )
    assert (one.fields["onvif.scope.name"], one.fields["onvif.scope.hardware"]) == (("B",), ("A-1",))


def test_the_place_of_a_service_beside_scopes() -> None:
    scopes = "  - onvif://www.onvif.org/name/Acme%20A\n  - onvif://www.onvif.org/hardware/M-1"
    (one,) = discovery(f"  address: 192.0.2.77:8899\n{scopes}")
    assert one.fields["wsd.xaddr"] == ("192.0.2.77:8899",)
    (one,) = discovery(f"  address: 192.0.2.77:8899\n  http://192.0.2.77/onvif/device_service\n{scopes}")
    assert one.fields["wsd.xaddr"] == ("http://192.0.2.77/onvif/device_service",)
    (one,) = discovery(f"  address: the hall\n{scopes}")
    assert "wsd.xaddr" not in one.fields


@pytest.mark.parametrize(
    "text",
    [
        "urn:uuid:2419d68a-2dd2-21b2-a205-ec:71:db:00:00:01",
        "- urn:uuid:2419d68a-2dd2-21b2-a205-ec:71:db:00:00:01\n  - CAM",
    ],
)
def test_an_endpoint_alone(text: str) -> None:
    (one,) = discovery(text)
    assert one.fields == {"wsd.endpoint": ("urn:uuid:2419d68a-2dd2-21b2-a205-ec:71:db:00:00:01",)}


def test_an_endpoint_and_its_address() -> None:
    (one,) = discovery("uuid:5f5a69c2-e0ae-504f-829b-00afa5000017\nhttp://192.0.2.3:8080/onvif/devices")
    assert one.fields["wsd.endpoint"] == ("uuid:5f5a69c2-e0ae-504f-829b-00afa5000017",)
    assert one.fields["wsd.xaddr"] == ("http://192.0.2.3:8080/onvif/devices",)
    assert not list(discovery("uuid:5f5a69c2-e0ae"))


def test_the_place_of_the_service_alone() -> None:
    (found,) = discovery("http://192.0.2.12:8080/onvif/devices")
    assert found.fields == {"wsd.xaddr": ("http://192.0.2.12:8080/onvif/devices",)}
    assert not list(discovery("http://192.0.2.12:8080/devices"))


def test_scopes_whose_element_was_cut_off() -> None:
    text = "onvif://www.onvif.org/hardware/A1</d:Scopes>\n<d:XAddrs>http://192.0.2.12/onvif/device_service</d:XAddrs>"
    (found,) = discovery(text)
    assert found.fields["onvif.scope.hardware"] == ("A1",)
    assert found.fields["wsd.xaddr"] == ("http://192.0.2.12/onvif/device_service",)


def test_the_number_of_a_command_is_no_serial_and_the_version_of_xml_no_firmware() -> None:
    told = "<CmdType>Catalog</CmdType><SN>17430</SN><Manufacturer>A</Manufacturer><Model>M-1</Model>"
    (one,) = service(f'<?xml version="1.0" encoding="GB2312" ?>\n<Response>{told}</Response>')
    assert one.fields == {"onvif.manufacturer": ("A",), "onvif.model": ("M-1",)}


def test_the_type_of_a_device_as_a_number_is_no_model() -> None:
    (one,) = described("deviceType=31\nserialNumber=4F1\nupdateSerial=NVR2X-4KS3")
    assert one.fields["onvif.model"] == ("NVR2X-4KS3",)
    (other,) = described("deviceType=IPC-T1\nserialNumber=4F1\nupdateSerial=IPC-T2")
    assert other.fields["onvif.model"] == ("IPC-T1",)


def test_the_sort_of_a_device_is_no_model() -> None:
    (one,) = described("<deviceType>EmbeddedNetVIS</deviceType><serialNumber>4F1</serialNumber>")
    assert "onvif.model" not in one.fields


def test_what_follows_a_serial_is_no_part_of_it() -> None:
    (one,) = described("Server: HTTP Server; Maker M-1 - ABC; Serial Number: CN1; Built:Tue Sep 09, 2014")
    assert one.fields == {"onvif.serial": ("CN1",)}


def test_the_version_of_an_element_is_no_firmware() -> None:
    told = "<Manufacturer>AJ</Manufacturer><Model>HC1703L</Model>"
    (one,) = service(f'<DeviceInfo xmlns="a" version="1.0">{told}</DeviceInfo>')
    assert one.fields == {"onvif.manufacturer": ("AJ",), "onvif.model": ("HC1703L",)}


@pytest.mark.parametrize(
    "text",
    [
        "Hersteller: Acme\nModell: A-1\nFirmware: 2\nSeriennummer: 3",
        "Fabricante: Acme\nModelo: A-1\nFirmware: 2\nNúmero de serie: 3",
        "Fabricant : Acme\nModèle : A-1\nMicrologiciel : 2\nNuméro de série : 3",
        "Producent: Acme\nModel: A-1\nWersja firmware: 2\nNumer seryjny: 3",
        "制造商\uff1aAcme\n型号\uff1aA-1\n固件版本\uff1a2\n序列号\uff1a3",
        "Manufacturer,Model,Firmware,Serial\nAcme,A-1,2,3",
    ],
)
def test_device_information_in_other_languages_and_as_a_table(text: str) -> None:
    fields = next(service(text)).fields
    names = ("onvif.manufacturer", "onvif.model", "onvif.firmware", "onvif.serial")
    assert [fields[name] for name in names] == [("Acme",), ("A-1",), ("2",), ("3",)]
