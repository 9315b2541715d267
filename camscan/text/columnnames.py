"""What people and programs call addresses, host names, makes, models and serial numbers, in many languages.

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
MAKES = """
    make maker makes manufacturer manufacturername manufacturedby mfr mfg manuf hersteller herstellername fabricant
    constructeur fabricante produttore costruttore fabrikant producent vyrobce uretici gyarto valmistaja
    tillverkare producator производитель изготовитель 厂商 厂家 制造商 生产厂家 生产厂商 製造商 メーカー メーカ
    メーカー名 製造元 製造者 제조사 mfgname
    виробник производител κατασκευαστήσ יצרן الشركةالمصنعة المصنع الصانع nhasanxuat hangsanxuat tootja razotajs
    gamintojas proizvajalec proizvodac vyrobca
"""
"""Of who made a device."""
MODELS = """
    model models modelno modelnr modelnum modelnumber modelname devicemodel cameramodel hardwaremodel productmodel
    modell modellnr modellnummer modellbezeichnung modele modeles modelo modelos modello modelli modelnummer modelu
    модель 型号 型號 设备型号 产品型号 摄像机型号 機種 型番 型式 モデル モデル名 機種名 모델 모델명 modellbez
    модел μοντέλο דגם الموديل الطراز kieumay mudel modelis
"""
"""Of its model."""
SERIALS = """
    serial serialno serialnr serialnum serialnumber serialid sn snno deviceserial devicesn cameraserial
    factoryserial chassisserial seriennummer seriennr serienr serialnummer fabriknummer fabrnr numerodeserie
    numerodeserial numeroserie numserie nserie noserie ndeserie nodeserie nrserie nroserie nrodeserie numerodiserie
    serienummer nrseryjny numerseryjny serienummeret vyrobnicislo seriovecislo serinumarasi sorozatszam gyariszam
    sarjanumero numardeserie серийныйномер серийныйno серномер заводскойномер завno 序列号 序列號 产品序列号
    出厂编号 시리얼번호 일련번호 シリアル シリアル番号 シリアルナンバー 製造番号 機番 серno
    серійнийномер заводськийномер сериенномер σειριακόσαριθμόσ αριθμόσσειράσ מספרסידורי الرقمالتسلسلي soseri
    soserial seerianumber serijasnumurs serijosnumeris serijinisnumeris serijskastevilka serijskibroj
"""
"""Of its serial number."""
