"""Page titles without what a page says of itself: "AXIS™ M1065 - Login" is the page of an AXIS M1065."""

from __future__ import annotations

import re
from functools import lru_cache

FIELD = "http.title"
_MAX_TITLE = 128  # characters; who writes more writes more than a name
_LEAST = 3  # characters of a name that still tells something

_LOGIN = (
    r"(?:please )?(?:(?:user|web|admin|administrator|secure|remote|device|system|account|member|client) )?"
    r"(?:log[ -]?[io]n|sign[ -]?[io]n)(?: (?:page|screen|form|window|panel|required|here))?"
    r"|authentication|anmeldung|anmelden|einloggen|connexion|se connecter|identification"
    r"|(?:iniciar|inicio de) sesi[oó]n|acceso|accesso|accedi|autenticazione|entrar|iniciar sess[aã]o"
    r"|logowanie|zaloguj(?: si[eę])?|вход(?: в систему)?|войти|авторизация|giri[sş]|oturum a[cç]|p[rř]ihl[aá][sš]en[ií]"
    r"|bejelentkez[eé]s|bel[eé]p[eé]s|autentificare|conectare|σύνδεση|kirjaudu(?: sisään)?"
    r"|inloggen|aanmelden|logga in|đăng nhập|(?:用户|系统|欢迎)?(?:登录|登陆|登入)|ログイン|로그인"
)
_PAGE = (
    r"(?:web|http)(?:[ -]?(?:service|server|client|viewer|interface|ui|gui|access|management|manager|config(?:uration)?"
    r"|admin(?:istration)?|console|page|portal|login|view))?|home(?: ?page)?|main(?: (?:page|menu))?|index(?: page)?"
    r"|start(?: page)?|welcome|live(?: (?:view|image|video))?|preview|remote (?:access|view|viewer|client|login)"
    r"|configuration|settings|set-?up|admin(?:istration)?|management|status|overview|dashboard|control panel|console"
    r"|portal|live-?ansicht|cliente web|vista (?:en vivo|en directo|previa)|ao vivo|podgl[aą]d|просмотр|首页|主页|预览"
)
_DEVICE = (
    r"(?:ip[ -]?|netzwerk)?kamera(?: ip)?|c[aá]mara(?: ip| de red)?|c[aâ]mera ip|cam[eé]ra r[eé]seau|telecamera(?: ip)?"
    r"|(?:сетевая |ip[ -])?камера|(?:сетевой )?видеорегистратор|rejestrator(?: sieciowy)?|netzwerk-?videorekorder"
    r"|(?:grabador|gravador)(?: de v[ií]deo)?(?: (?:en|em) rede?)?|enregistreur(?: vid[eé]o)?(?: r[eé]seau)?"
    r"|videoregistratore|网络摄像机|(?:网络|硬盘|数字)(?:硬盘)?录像机"
)
"""Cameras and recorders in languages in which no rule expects them."""
_BETWEEN = r"(?: *-{2,3} *| +[-\u2012-\u2015\u2212_~/·•>»|:]{1,3} +|[|:»\uff1a]{1,3} *)"
"""Bars, colons, and dashes between blanks, in whichever width."""
_GLUED = r"[-_\u2012-\u2015·](?:用户|系统|欢迎)?(?:登录|登陆|登入)"  # Chinese needs no blanks around a dash
_SAID = rf"(?:{_LOGIN}|{_PAGE}|{_DEVICE})"
_ALONE = re.compile(_SAID, re.IGNORECASE)
_END = re.compile(rf"(?:{_BETWEEN}{_SAID}| +(?:{_LOGIN}|{_DEVICE})|{_GLUED})[ !.:]*$", re.IGNORECASE)
_START = re.compile(
    rf"^(?:{_SAID}{_BETWEEN}|(?:{_DEVICE}) +|(?:log[ -]?in|sign[ -]?in|welcome) to (?:the )?"
    r"|(?:anmelden|anmeldung|willkommen) bei |bienvenue (?:sur|à) |connexion à )",
    re.IGNORECASE,
)
MARKS = re.compile("[\u00ae\u2122\u2120]")  # registered, trade and service marks: they are no part of a name
_WORDS = """
a access admin and application area building cam camera center client cms configuration configurator console
control device digital dvr embedded for gateway gui hd home http in index internet ip ipc ipcam live log login
logon main management manager media menu monitor monitoring net network nvr of online page platform player
please portal professional recorder remote required router secure security server service setup sign signin
start station surveillance switch system the to ui user version video view viewer vms web webcam webserver
welcome wireless xvr
"""
_ORDINARY = frozenset(_WORDS.split())
"""Words that any maker's page may consist of: of what is only they, the words around it are a part."""


@lru_cache(maxsize=512)
def names_in(title: str) -> tuple[str, ...]:
    """What is left of a title without marks of trade and without what says that it is a login, or which page it is.

    Nothing where that is no name of its own.
    """
    if len(title) > _MAX_TITLE:
        return ()
    whole = " ".join(title.split())
    plain = " ".join(MARKS.sub("", whole).split())
    end = _END.sub("", plain)
    names = dict.fromkeys((end, _START.sub("", end), _START.sub("", plain), plain))
    return tuple(name for name in names if name != whole and _is_name(name))


def _is_name(text: str) -> bool:
    """Whether there is more in a text than words that any page may have."""
    if _ALONE.fullmatch(text):
        return False
    words = re.findall(r"\w+", text.lower())
    has_number = any(map(str.isdigit, text))
    return len(text) >= _LEAST and (has_number or any(word.isalpha() and word not in _ORDINARY for word in words))
