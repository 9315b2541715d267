"""What clients, pages and people call the parts of device information, without case and punctuation."""

from __future__ import annotations

from types import MappingProxyType

_NAMES = {
    "onvif.manufacturer": (
        *("manufacturer", "vendor", "make", "mfr", "devicevendor", "devvendor"),
        *("hersteller", "fabricante", "fabricant", "produttore", "costruttore", "fabrikant", "producent", "výrobce"),
        *("производитель", "виробник", "üretici", "nhàsảnxuất", "制造商", "厂商", "厂家", "제조사", "メーカー"),
    ),
    "onvif.model": (
        *("model", "modelname", "modelnumber", "devicemodel", "productmodel", "productclass"),
        *("modell", "modelo", "modèle", "modello", "модель", "型号", "设备型号", "모델", "モデル", "型番"),
    ),
    "onvif.firmware": (
        *("firmwareversion", "firmware", "fwversion", "firmwarerevision", "fw", "firmver"),
        *("softwareversion", "swversion", "sw", "firmwareversie", "versãodofirmware", "versióndefirmware"),
        *("versiondufirmware", "micrologiciel", "versionefirmware", "прошивка", "версияпрошивки", "версіяпрошивки"),
        *(
            "wersjafirmware",
            "yaz\u0131l\u0131msürümü",
            "phiênbảnfirmware",
            "固件版本",
            "软件版本",
            "펌웨어",
            "ファームウェア",
        ),
    ),
    "onvif.serial": (
        *("serialnumber", "serial", "sn", "deviceserial"),
        *(
            "seriennummer",
            "númerodeserie",
            "númerodesérie",
            "nºdesérie",
            "numerodiserie",
            "numérodesérie",
            "serienummer",
        ),
        *("numerseryjny", "sériovéčíslo", "серийныйномер", "серійнийномер", "serino", "sốserial", "序列号"),
        *("设备序列号", "시리얼", "シリアル番号"),
    ),
    "onvif.hardware_id": ("hardwareid",),
}

INFORMATION = MappingProxyType({name: field for field, names in _NAMES.items() for name in names})
"""Name -> field."""
