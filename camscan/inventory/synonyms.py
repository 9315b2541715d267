"""The names that people give to the columns of an inventory, in the languages in which we have seen them.

A name is written here without case, accents, spaces and punctuation ("N° de série" is `ndeserie`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from camscan.text.columnnames import ADDRESSES, HOST_NAMES, MACS, MAKES, MODELS, SERIALS


class Field(StrEnum):
    """What a column may hold."""

    IP = "ip"
    MAC = "mac"
    SERIAL = "serial"
    ENDPOINT = "endpoint"
    HOSTNAME = "hostname"
    MAKE = "make"
    MODEL = "model"
    MAKE_MODEL = "make-model"
    SITE = "site"
    LOCATION = "location"
    NAME = "name"
    ASSET = "asset"
    STATUS = "status"
    RETIRED = "retired"


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


IDENTIFIERS = frozenset((Field.IP, Field.MAC, Field.SERIAL, Field.ENDPOINT, Field.HOSTNAME))
"""The fields that can say which device a row means."""
LABELS = frozenset((Field.MAKE, Field.MODEL, Field.MAKE_MODEL))
"""The fields that can say what stands on its label."""

SYNONYMS: Mapping[Field, str] = {
    Field.IP: ADDRESSES,
    Field.MAC: MACS,
    Field.SERIAL: f"""
        {SERIALS}
        设备序列号 gerateseriennummer seryjny
        serials serialnumbers snr serie matricola numeromatricola seriale serino serno sernr nrser nser
    """,
    Field.ENDPOINT: """
        uuid deviceuuid onvifuuid epr endpoint endpointreference endpointaddress wsdendpoint urn udn guid
    """,
    Field.HOSTNAME: f"{HOST_NAMES} networkname netzwerkname nomreseau nombredered nazwasieciowa",
    Field.MAKE: f"""
        {MAKES}
        brand brandname oem fabrikat marke marque marca merk marka znacka merkki марка бренд вендор 品牌 廠牌 브랜드
        makername maerke mærke
    """,
    Field.MODEL: f"""
        {MODELS}
        modelid typenbezeichnung typbezeichnung geratetyp reference typenummer malli tipus типмодели
    """,
    Field.MAKE_MODEL: """
        makemodel makeandmodel makemodelno brandmodel brandandmodel manufacturermodel manufacturerandmodel
        manufacturertype maketype herstellermodell herstellertyp herstellerundmodell herstellerundtyp fabrikattyp
        marquemodele marqueetmodele marcamodelo marcaymodelo marcaemodelo marcamodello merkmodel merktype
        producentmodel markamodel производительмодель маркамодель 品牌型号 厂商型号 メーカー型番 제조사모델
    """,
    Field.SITE: """
        site sites sitename sitecode siteid campus branch branchoffice facility premises property liegenschaft
        niederlassung filiale standortname objekt etablissement agence sede sitio sucursal vestiging locatienaam
        filial oddzial obiekt pobocka
        school schools schoolname schule schulen ecole escuela colegio szkola
        объект площадка филиал 站点 厂区 园区 分公司 拠点 拠点名 事業所 사업장
    """,
    Field.LOCATION: """
        location locations locationname installlocation installationlocation installedlocation installedat position
        place area zone
        room building floor where physicallocation cameralocation standort ort raum gebaude einbauort montageort
        aufstellort etage lieu emplacement localisation batiment piece ubicacion lugar edificio planta posizione
        luogo ubicazione posto locatie plaats gebouw ruimte localizacao local localizacion predio lokalizacja
        miejsce budynek umisteni misto konum yer bina hely sijainti plats placering lokasjon plassering
        местоположение расположение место местоустановки размещение здание 位置 地点 安装位置 安装地点 安裝位置
        所在位置 場所 設置場所 設置箇所 위치 설치위치
        buildings floors rooms bldg einsatzort anbringungsort salle sala emplazamiento pietro pomieszczenie
        pokoj miejscemontazu miejsceinstalacji verdieping budova mistnost byggnad rum bygning helyszin epulet
        rakennus cladire zimmer zimmernummer zimmernr raumnummer ubicacionfisica
        розташування місцевстановлення τοποθεσία מיקום الموقع vitri asukoht atrasanasvieta vieta lokacija
        umiestnenie
    """,
    Field.NAME: """
        name names devicename cameraname camname camera cameralabel friendlyname displayname label tagname title
        bezeichnung kameraname geratename kamerabezeichnung nom nomcamera nomdelacamera designation nombre
        nombrecamara denominacion nome nomecamera denominazione naam cameranaam nazwa nazwakamery nazev ad isim nev
        nimi namn navn имя название наименование имякамеры 名称 设备名称 摄像机名称 名稱 名前 カメラ名 機器名 이름
        카메라이름 nickname alias
        nazwaurzadzenia nazevzarizeni nazevkamery nume kameranavn kameraadi nomdispositif nombredispositivo
        nomedispositivo
    """,
    Field.ASSET: """
        asset assettag assettags assetid assetno assetnr assetnum assetnumber assetcode assetlabel assetref
        fixedassetno tagno tagnumber tagid inventoryno inventorynr inventorynumber inventoryid inventorytag
        inventorycode propertytag propertyno inventarnummer inventarnr invnr invno anlagennummer anlagennr
        numeroinventaire numerodinventaire noinventaire nodinventaire ninventaire ndinventaire numerodeinventario
        numeroinventario noinventario ninventario codigodeinventario codigoinventario numerodinventario
        codiceinventario inventarisnummer inventarisnr numerodepatrimonio patrimonio numerinwentarzowy
        nrinwentarzowy inventarnicislo инвентарныйномер инвномер инвno 资产编号 固定资产编号 資產編號 資産番号
        管理番号 자산번호 관리번호
    """,
    Field.STATUS: """
        status devicestatus assetstatus camerastatus lifecycle lifecyclestatus lifecyclestate operationalstatus zustand
        betriebszustand betriebsstatus geratestatus etat statut estado stato toestand stan stav статус состояние 状态
        狀態 ステータス 状況 상태
        assetlifecycle installstatus statuslabel situacion situacao allapot tila durum stare
    """,
    Field.RETIRED: """
        decommissioned decommissionedon datedecommissioned decommissioneddate retired retiredon dateretired removed
        removedon dateremoved scrapped scrappedon disposed disposedon datedisposed dismantledon uninstalledon
        ausgebautam demontiertam abgebautam ausgemustertam stillgelegtam entsorgtam verschrottetam entferntam
        ausserbetriebseit datededepose deposele datederetrait retirele retireele datedesortie fechadebaja
        fechaderetirada retiradoel dismessoil datadidismissione rimossoil verwijderdop buitengebruiksinds
        retiradoem datadebaixa demontowanodnia датадемонтажа датасписания 拆除日期 报废日期 撤去日 폐기일 철거일
        ausserbetriebnahme ausserbetriebgenommenam demontagedatum demontiert ausgebaut ausbaudatum abgebaut
        abbaudatum ausgemustert stillgelegt ruckbaudatum datedemiseaurebut miseaurebutle datedemisehorsservice
        misehorsservicele datededemontage fechabaja fechadebajadefinitiva fechaderetiro fechadedesinstalacion
        fechadesmontaje datadismissione datarimozione datadirimozione datumverwijderd verwijderd
        datumbuitengebruik datadedesativacao datademontazu datalikwidacji datawycofania zdemontowano
        datumvyrazeni datumdemontaze nedmonterad avvecklad nedtaget
        decommissiondate decomdate disposaldate dateofdisposal ausbauam abbauam demontageam
    """,
}
"""Names that mean one thing alone."""

WEAK: Mapping[Field, str] = {
    Field.SERIAL: """
        geratenummer
    """,
    Field.IP: """
        url uri link weburl webinterface webaddress weboberflache rtspurl
    """,
    Field.HOSTNAME: """
        host node dns rechner nodename sysname
    """,
    Field.MAKE: """
        vendor vendorname supplier lieferant fournisseur proveedor fornitore leverancier fornecedor dostawca поставщик
    """,
    Field.MODEL: """
        type devicetype producttype cameratype product productname partnumber partno manufacturerpartnumber
        manufacturerpartno mpn hardware typ tip tipo tyyppi kameratyp артикул тип 类型 設備類型 设备类型 類型 種類
    """,
    Field.SITE: """
        region store stores storeno storenumber storename shop tienda sucursalno filialnr filialnummer magasin negozio
    """,
    Field.ASSET: """
        kameraid gerateid geratenr cameraid camerano cameranr cameranum cameranumber camid camno deviceid
        deviceno devicenumber kameranr
        kameranummer
    """,
    Field.STATUS: """
        state
    """,
    Field.NAME: """
        caption display description device beschreibung descripcion descrizione descricao opis описание 描述 説明
    """,
}
"""Names that are taken where no better column has the field."""

EITHER = _listed("""
        address addresses addr adresse adressen adresses direccion indirizzo adres endereco adress adresa cim
        adresi osoite адрес 地址 位址 アドレス 住所 주소
""")
"""Names of a column of IP addresses or of streets: what stands in it decides."""

STRONG_WORDS: Mapping[str, Field] = {
    "ip": Field.IP,
    "ipv4": Field.IP,
    "ipv6": Field.IP,
    "mac": Field.MAC,
    "serial": Field.SERIAL,
    "sn": Field.SERIAL,
    "uuid": Field.ENDPOINT,
    "hostname": Field.HOSTNAME,
    "fqdn": Field.HOSTNAME,
    "manufacturer": Field.MAKE,
    "hersteller": Field.MAKE,
    "brand": Field.MAKE,
    "model": Field.MODEL,
    "modell": Field.MODEL,
    "location": Field.LOCATION,
    "standort": Field.LOCATION,
}
"""Words that tell a column's field wherever they stand in its name."""

FILLERS = _listed("""
        camera cameras cam device devices equipment asset unit item the of de del der des du da di van la le el
        kamera gerat gerate camara telecamera equipo appareil dispositivo dispositivos peripherique apparecchio
        urzadzenia zarizeni устройства d l do current primary static field network lan eth eth0
        ethernet wired info no nr number nummer
""")
"""Words that say nothing about a column's field."""

FOREIGN = _listed("""
        rating class schutzart protection mask netmask subnet subnetmask gateway gw dns ntp port ports vlan
        multicast oui prefix old previous former alt alte alter ancien ancienne antiguo antigua vecchio range
        version firmware date license licence status default factory werkseinstellung syslog
        lens objektiv objectif housing sd sim ups support supports supported
""")
"""Words that make a column something else than its other words say ("IP rating", "old IP", "MAC vendor prefix")."""

NOT_MISSPELT = _listed("code mode id")
"""Words that are as they are meant: "device mode" is no "device model", nor is "device code" one."""

NO_NAMES = _listed("""
        number numbers nummer numer devices modules module static current suite produce vocation named
""")
"""Whole names that are as they are meant, and tell no field: "number" is no "IP number", "devices" no "device SN"."""

_REGISTRANTS = _listed("""
        vendor vendors manufacturer manufacturers organization organisation hersteller fabricant fabricante
""")
_NOT_NOW = _listed("replacement planned proposed future temp temporary original initial")
"""Words of columns that name what a device will have, or had."""

NONE_WITH: Mapping[Field, frozenset[str]] = {Field.MAC: _REGISTRANTS, Field.SITE: _NOT_NOW}
"""Words with which a column is none of a field: of MACs, it is of who registered them; a device is at its site now."""

OF_OTHERS = _NOT_NOW | _listed("""
        nvr dvr recorder archiver server switch vms router ap host parent workstation viewer monitor printer
        modem pc laptop public external wan nat vpn
""")
"""Words of columns that name another device, or another time; such a column is taken where no other has the field."""

NEIGHBOURS = _listed("""
        uplink upstream controller proxy nas storage trap collector peer hop by from via user login
        rekorder rejestrator enregistreur grabador registratore videoregistratore zentrale videozentrale serveur serwer
        servidor pasarela passerelle brama von par por
""")
"""Words of columns that hold, if any, the addresses of what a device is connected to, or was asked by."""

TOTALS = _listed("""
        total totals grandtotal sum summe gesamt gesamtsumme gesamtzahl insgesamt somme totalgénéral totale totaal suma
        razem celkem итого всего 合计 合計 总计 總計 zwischensumme subtotal soustotal anzahl count nombretotal
""")
"""Words before a sum at the end of a list, without spaces."""

DITTO = _listed("""
        " '' ” „ 〃 \u2032\u2032 -"- -''- dito ditto do. idem ídem id. same sameasabove asabove wieoben s.o. sieheoben
        cidessus commecidessus igual mismo comosopra comesopra c.s. zieboven jw. j.w. jakwyzej jakwyżej тоже то-же 同上
""")
"""What stands, without case and blanks, for the text in the cell above."""

REMARKS = _listed("""
        bemerkung bemerkungen anmerkung anmerkungen kommentar kommentare note notes remark remarks comment comments
        remarque remarques commentaire commentaires observacion observaciones osservazioni opmerking opmerkingen uwagi
""")
"""Words that a column of states may be called by as well ("Status / Remarks")."""

JOINERS = _listed("""
        and und et y e en i и a oder or
""")
"""Words between two names of one column."""

RETIRED_WORDS = _listed("""
        decommissioned removed retired scrapped archived sold stolen disposed disposedof dismantled uninstalled
        deinstalled withdrawn
        writtenoff destroyed outofuse outofservice notinuse nolongerinuse nolongerinservice
        demontiert ausgebaut abgebaut ausgemustert stillgelegt verkauft gestohlen entsorgt verschrottet
        entfernt ausserbetrieb
        retiré retiree depose deposee demonte demontee desinstalle desinstallee reforme reformee supprime supprimee
        horsservice misaurebut miseaurebut
        baja retirado retirada desmontado desmontada desinstalado desinstalada dadodebaja dadadebaja debaja
        fueradeservicio
        dismesso dismessa rimosso rimossa smontato smontata disinstallato fuoriservizio rottamato
        verwijderd gedemonteerd buitengebruik buitendienst afgevoerd
        removido removida desativado desativada desmontado foradeservico abatido
        wycofany wycofana zdemontowany zdemontowana usuniety usunieta zlikwidowany zlikwidowana
        vyrazeno vyrazen odstraneno odstranen demontovano
        демонтирован демонтирована демонтировано списан списана списано снят снята снято
        已拆除 拆除 已报废 报废 已停用 停用 已退役 退役 已移除 撤去 撤去済 撤去済み 廃棄 廃棄済 廃棄済み
        철거 철거됨 폐기 폐기됨
""")
"""What a status begins with, without case, accents and blanks, where a device is no longer in use.

With accents stands what would mean another thing without them: "retire in 2027" is to come.

What is planned, broken or offline may be in its place all the same.
"""

NOT = _listed("""
        no n not false nein non nee nie nao nej nei ne нет 否 いいえ 아니오 never jamais nunca nooit nigdy nikdy никогда
""")
"""What a text begins with that denies, without case and accents."""

YET = _listed("""
        planned scheduled pending proposed requested to
        geplant vorgesehen ausstehend wird prevu prevue planifie planifiee
        previsto prevista planificado planificada programado programada pendiente pendente programmato programmata
        gepland planowany planowana planovano planovana запланирован запланирована запланировано 计划 予定 예정
""")
"""What a text begins with that tells of what is yet to come, without case and accents."""
