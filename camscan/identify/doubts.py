"""Recognises answers in which a name proves nothing: those of simulators and honeypots, and pages about devices."""

from __future__ import annotations

import re
from collections.abc import Sequence

from camscan.listings import is_listing
from camscan.records import Fields

_NAMES = frozenset(
    {
        "http.title",
        "http.server",
        "rtsp.server",
        "nmap.product",
        "onvif.manufacturer",
        "onvif.model",
        "onvif.scope.hardware",
        "onvif.scope.manufacturer",
        "isapi.manufacturer",
        "isapi.model",
        "upnp.manufacturer",
        "upnp.model_name",
        "snmp.sys_descr",
    }
)
"""Fields in which an answer says what the device is; not those that its owner sets ("Simulator room")."""
_IMITATION = re.compile(
    r"(?i)(?:honey ?pot|emulat(?:ed|or|ion)|simulat(?:ed|or|ion))s?(?![a-z])"
    r"|\((?:fake|mock|proxy|test|virtual)\)"
)
_TITLE = "http.title"
_ABOUT = re.compile(
    r"(?i)(?<![a-z])(?:buy|prices?|for sale|wholesale(?:rs?)?|distributors?|resellers?|shop"
    r"|(?:web|super|cctv |camera |security |online )store|aliexpress|alibaba|ebay|flipkart"
    r"|kaufen|preis|kopen|prijs|comprar|precio|preço|acheter|prix|prezzo|cena|купить|цена"
    r"|reviews?|data ?sheet|manuals?(?:lib|slib|zz)?|specifications?|specs|forums?|ip cam talk|how to|tutorial"
    r"|(?:user|installation) guides?|documentation|knowledge ?base|help(?: cent(?:er|re))?$"
    r"|youtube|wikipedia|wiki|github|device details"
    r"|(?<=[|-] )(?:netbox|librenms|grafana|prtg|glpi|snipe-?it|nagios|icinga|checkmk|observium|jira|confluence|redmine"
    r"|domotz|uptime kuma))(?![a-z])|价格|报价|[a-z]\.com: "
    r"|[£€] ?[0-9]|[0-9] ?€|\$ ?[0-9]{1,5}\.[0-9]{2}"
    r"|(?<![0-9a-z.])[0-9]{1,2} ?MP(?![0-9a-z])"
)
"""Words in titles of shops, reviews and manuals, which no device uses for itself, and of programs that show others."""
_BODY = "http.body"
_SITE = (
    "wp-content/",
    "wp-includes/",
    "cdn.shopify.com",
    "schema.org/product",
    "schema.org/offer",
    "schema.org/article",
    "woocommerce",
    'og:type" content="product',
    'og:type" content="article',
    "add-to-cart",
    "add_to_cart",
    "add to cart",
    "add to basket",
)
"""Marks of the software that shops and magazines are made with, which no device runs."""
_LISTING = re.compile(
    r'"next": ?(?:null|"https?://[^"\s]*"), ?"previous": ?(?:null|"https?://[^"\s]*"), ?"results": ?\['
    r"|(?m:^# (?:HELP|TYPE) [a-z0-9]+_[a-z0-9_:]+ )"
)
"""How programs that keep lists or counts of other devices begin them: Django's pages of results, Prometheus."""
_KEPT = re.compile(
    r'(?i)"(?:asset_?tag|slug|status_label|device_role|tenant|custom_?fields|purchase_?(?:date|cost)|entity_id|unique_id'
    r'|(?:created|updated)_?at|(?:last|first)_seen|src_?ip|@timestamp|(?-i:eventid)|event_type|cves?|severity)" ?:'
)
"""Members by which inventories, monitoring and alarms of others keep what they know of a device."""
_JSON = re.compile(r'\s*(?:\{\s*"|\[\s*[{\["])')
_QUOTATION = re.compile(r"(?i)(?:HTTP|RTSP)/1\.[01] [1-5][0-9]{2}(?![0-9])|<(?:!doctype|html|head|title|script)[ >]")
"""What no device puts in a document in JSON, and programs that keep what others answered do."""
_NOTES = re.compile(r"(?m)^ {0,3}```[^`\r\n]{0,20}\r?$")
_FILE = re.compile(
    r"(?i)^content-type: ?(?:text/(?:x-)?(?:markdown|python|yaml|csv|go|rust|java|typescript|diff|patch)"
    r"|application/(?:x-)?(?:sql|yaml|sh|python|ndjson|rss\+xml|atom\+xml))\b"
)
_SOURCE = re.compile(
    r"\A\s*(?:#!/|<\?php\b|package [a-z]\w*;?\r?\n|(?:import|use|using) [\w.:{}, ]+;?\r?\n|from [\w.]+ import "
    r"|#include [<\"]|(?:CREATE|INSERT|DROP) [A-Z]+ )"
)
_SCHEMA = re.compile(r"<(?:xs|xsd):schema[\s>]")
"""Notes with parts of answers between fences, source code, schemas: nothing that a device says of itself."""
_SAMPLE = re.compile(r"\bTC-2808AN-HD\b|\bV2\.1, ?build ?091111\b")
"""The device in GB/T 28181's own examples, which programs and their tests copy."""
_SAMPLED = ("onvif.model", "onvif.firmware", _BODY, "banner.text")
_STATUS = "http.status"
_HEAD = re.compile(r"\AHTTP/[^\r\n]+(?:\r?\n[^\r\n]+)*\r?\n\r?\n")
_HEADER = "http.header"
_TEXT = "banner.text"
_HOSTED = re.compile(
    r"(?i)^(?:x-(?:shopify|shopid|sorting-hat|wix|magento|drupal|bigcommerce|woocommerce|pingback|vercel|github-request)"
    r"[\w-]{0,32}:|x-(?:powered-by|generator): ?(?:wordpress|wp engine|prestashop|shopify|drupal|typo3|joomla)"
    r"|link: [^\r\n]{0,200}api\.w\.org|set-cookie: (?:_shopify_|woocommerce_|wp_|prestashop-|ocsessid|shop_session)"
    r"|server: ?(?:cloudflare|squarespace|pepyaka|amazons3|akamaighost|github\.com|netlify|vercel)(?:[/-]|$)"
    r"|server: ?(?:werkzeug|basehttp|simplehttp|uvicorn|gunicorn|hypercorn|daphne|waitress|tornadoserver|wsgiserver"
    r"|python/[0-9.]+ aiohttp|webrick|puma|wiremock)(?:[/ ]|$)|matched-stub-id:"
    r"|server: ?apache/[0-9.]{1,12} \(win(?:32|64)\)[^\r\n]* php/|x-powered-by: ?next\.js|set-cookie: laravel_session="
    r"|(?:cf-ray|x-amz-cf-id|x-nf-request-id|x-akamai-[\w-]{1,32}|x-fastly-request-id):|x-served-by: ?cache-)"
)
"""Headers of shops' and magazines' software, of networks that hand out pages for others, and of servers for programs
in languages that no such device runs: what they say of a device in a test, a gateway or a trap."""
_MOVED = frozenset({"301", "307", "308"})
_SECURED = re.compile(r"(?i)^https://")
_ELSEWHERE = re.compile(r"(?i)^https?://(?:[\w-]{1,63}\.){1,8}[a-z][\w-]{0,62}[:/]")
"""The address of a page at a host with a name, which devices rarely give themselves."""
_PASSING = re.compile(r"(?i)^(?:apache|caddy|nginx|openresty|traefik|envoy|microsoft-iis)(?:[/ ]|$)")
"""Programs that send a client to the same path over TLS, or to another host: neither is theirs."""
_STREAM = "rtsp.sdp"
_STREAMER = "rtsp.server"
_PUBLISHED = re.compile(r"(?m)^a=tool:libavformat ")
"""A stream that a program published again, under the name that it found."""
_RELAYED = re.compile(r"(?i)^session:")
"""What no device says with the description of a stream, only later, and relays that say no name say with all."""
_ANNOUNCED = "mdns.relayed"
"""In what a device announced, and a router passed on under its own address."""
_FRAMED = re.compile(r"(?i)^x-powered-by: ?express(?:[/ ]|$)")
"""A frame that programs with pages of their own are also made with: in doubt is what it says without a page."""
_MAX_HEADERS = 64
_MAX_BODY = 16 * 1024
_MAX_VALUES = 8
_MAX_VALUE = 256


def is_doubtful(fields: Fields) -> bool:
    """Whether an answer is of a simulator, honeypot or relay, or a page about devices: its names are hints."""
    headers = _headers(fields)
    return (
        is_of_another(fields)
        or any(_ABOUT.search(value) for value in _values(fields, _TITLE))
        or any(_HOSTED.search(header[:_MAX_VALUE]) for header in headers)
        or (_TITLE not in fields and any(map(_FRAMED.search, headers)))
        or _is_relayed(fields)
        or _leads_on(fields)
        or ((_STATUS in fields or _is_answer(fields)) and _is_written(fields, headers))
        or any(_is_of_site(value[:_MAX_BODY].lower()) for value in fields.get(_BODY, ())[:1])
        or any(_SAMPLE.search(value[:_MAX_BODY]) for name in _SAMPLED for value in fields.get(name, ())[:_MAX_VALUES])
        or any(_lists(value) for name in (_BODY, _TEXT) for value in fields.get(name, ())[:1])
        or any(_IMITATION.search(value) for name in _NAMES.intersection(fields) for value in _values(fields, name))
    )


def is_of_another(fields: Fields) -> bool:
    """Whether an answer is about another device than the one that gave it, of which it says nothing."""
    return _ANNOUNCED in fields


def _headers(fields: Fields) -> list[str]:
    """The headers of an answer, or the first lines of one that was copied as a text."""
    lines = [line for text in fields.get(_TEXT, ())[:1] for line in text[:_MAX_BODY].splitlines()]
    return [*fields.get(_HEADER, ())[:_MAX_HEADERS], *lines[:_MAX_HEADERS]]


def _is_relayed(fields: Fields) -> bool:
    if any(map(_PUBLISHED.search, fields.get(_STREAM, ())[:1])):
        return True
    if _STREAM not in fields or _STREAMER in fields:
        return False
    return any(map(_RELAYED.search, fields.get("rtsp.header", ())[:_MAX_HEADERS]))


def _leads_on(fields: Fields) -> bool:
    if not any(_PASSING.search(server) for server in _values(fields, "http.server")):
        return False
    moved = not _MOVED.isdisjoint(fields.get(_STATUS, ()))
    target = next(iter(fields.get("http.location", ())), "")
    return bool(_ELSEWHERE.search(target) or (moved and _SECURED.search(target)))


def _is_answer(fields: Fields) -> bool:
    return any(_HEAD.match(text[:_MAX_BODY]) for text in fields.get(_TEXT, ())[:1])


def _is_written(fields: Fields, headers: Sequence[str]) -> bool:
    """Whether a server handed out notes or source code, which parts of them that were copied alone are not."""
    bodies = [body[:_MAX_BODY] for body in fields.get(_BODY, ())[:1]]
    return any(map(_FILE.search, headers)) or any(
        _SCHEMA.search(body) or _SOURCE.match(body) or len(_NOTES.findall(body)) > 1 for body in bodies
    )


def _is_of_site(body: str) -> bool:
    return any(mark in body for mark in _SITE)


def _lists(text: str) -> bool:
    body = _HEAD.sub("", text, count=1)
    return (
        is_listing(body)
        or _LISTING.search(text[:_MAX_BODY]) is not None
        or (_JSON.match(body) is not None and any(mark.search(body[:_MAX_BODY]) for mark in (_QUOTATION, _KEPT)))
    )


def _values(fields: Fields, name: str) -> list[str]:
    return [value[:_MAX_VALUE] for value in fields.get(name, ())[:_MAX_VALUES]]
