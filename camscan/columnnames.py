"""The names of columns of addresses and host names, in the languages in which people and programs write them.

A name is written here without case, accents, spaces and punctuation ("Adresse IP n°" is `adresseipn`).
"""

# ruff: noqa: RUF001  the names are in many scripts, and some letters of these look alike

from __future__ import annotations

ADDRESSES = """
    ip ips ipport ipv4 ipv6 ipaddr ipaddress ipaddresses ipno ipnumber ipv4address ipv6address ipaddressv4
    ipaddressv6 primaryip primaryip4 primaryip6 primaryipv4 primaryipv6 managementip mgmtip deviceip cameraip
    currentip staticip inetaddr networkaddress ipadresse ipadressen ipnummer netzwerkadresse netzadresse adresseip
    adressesip adressereseau direccionip dirip direcciondered ipdireccion indirizzoip indirizzorete ipadres
    netwerkadres enderecoip endip adresip adresyip adressip ipadress ipadresa ipcim ipadresi iposoite ипадрес
    адресip адресустройства ip地址 ipv4地址 网络地址 ip位址 網路位址 ipアドレス アイピーアドレス ip주소 clientip
    clientipaddress clientipadresse adresseipduclient inet ipv4adresse adresseipv4 ipадрес
"""
"""Of IP addresses."""
MACS = """
    mac macs macaddr macaddress macaddresses macid macno ethernetaddress ethernetmac hardwareaddress hwaddr
    hwaddress physicaladdress physaddr lanmac wiredmac primarymac primarymacaddress macadresse macadressen
    hardwareadresse physischeadresse adressemac adressephysique direccionmac dirmac direccionfisica indirizzomac
    indirizzofisico macadres fysiekadres enderecomac enderecofisico adresmac adresfizyczny macadress macadresa
    maccim macadresi macosoite mac地址 物理地址 mac位址 macアドレス 物理アドレス mac주소 macадрес адресmac clientmac
    clientmacaddress lladdr linklayeraddress physikalischeadresse
"""
"""Of MAC addresses."""
HOST_NAMES = """
    hostname fqdn dnsname dnshostname netbiosname rechnername hostnamen nomdhote nomhote nombredehost nombrehost
    nomehost hostnaam nazwahosta имяхоста имяузла 主机名 主機名稱 ホスト名 호스트이름 nomdns nombredns nazwadns
    vardnamn værtsnavn nomedohost nomedns
"""
"""Of host names."""
