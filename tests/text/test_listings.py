"""Lists of several devices in JSON."""

import pytest

from camscan.text.listings import is_listing


@pytest.mark.parametrize(
    "text",
    [
        '[{"ip":"192.0.2.64","model":"M1065-L"},{"ip":"192.0.2.65","model":"M1065-L"}]',
        '[\n {"manufacturer": "Axis", "address": "192.0.2.11"},\n {"manufacturer": "Axis", "address": "192.0.2.12"',
        "[{'vendor': 'Axis', 'serialNumber': 'ACCC8E000001'}, {'vendor': 'Axis', 'serialNumber': 'ACCC8E000002'}]",
        '[{"Brand":"Axis","macAddress":"ac:cc:8e:00:00:01"},{"Brand":"Sony","macAddress":"ac:cc:8e:00:00:02"}]',
    ],
)
def test_lists_of_several_devices(text: str) -> None:
    assert is_listing(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '[{"ip":"192.0.2.64","model":"M1065-L"}]',
        '{"ip":"192.0.2.64","model":"M1065-L"}',
        '[{"name":"eth0","mac":"ac:cc:8e:00:00:01"},{"name":"eth1","mac":"ac:cc:8e:00:00:02"}]',
        '[{"ip":"192.0.2.64","product":"Boa"},{"ip":"192.0.2.64","product":"GoAhead"}]',
        '[{"cmd":"GetDevInfo","value":{"DevInfo":{"model":"RLC-410","serial":"00000000"}}},{"cmd":"GetEnc","model":"x"}]',
        'x [{"ip":"192.0.2.64","model":"M1065-L"},{"ip":"192.0.2.65","model":"M1065-L"}]',
    ],
)
def test_what_one_device_says(text: str) -> None:
    assert not is_listing(text)
