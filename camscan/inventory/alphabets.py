"""Whether a text in a code page is in one language: "Bañera" is Spanish, and the same bytes as "Bańera" are in none."""

# ruff: noqa: RUF001  some signs look like others

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_ALPHABETS: Mapping[str, Sequence[str]] = {
    "cp1252": (
        "áéíóúüñçàèòïºª·¿¡",  # Spanish, Catalan
        "áéíóúâêôãõàçüºª",  # Portuguese
        "àâæçéèêëîïôœùûüÿ",  # French
        "àáèéìíòóùúºª",  # Italian
        "äöüßé",  # German
        "åäöéæø",  # Swedish, Finnish, Danish, Norwegian
        "áéíóúèëïöü",  # Dutch
    ),
    "cp1250": (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "ăâîşţ",  # Romanian
        "čćđšž",  # Croatian, Slovenian
    ),
    "cp1251": (
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя№",  # Russian, Bulgarian
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя№",  # Ukrainian
    ),
    "cp1253": (
        "αάβγδεέζηήθιίϊκλμνξοόπρσςτυύϋφχψωώ΄·",
    ),  # Greek; without its rarest, where Cyrillic has its most frequent
    "cp1254": ("çğıöşüâîû",),  # Turkish
}
"""Letters beyond a to z of the languages that are written in a code page."""
_SIGNS = "–—…‘’“”„«»€°§©®™\u00a0"
"""Signs that stand at the same place in both, or beside any language."""
_OWN_SCRIPT = ("cp1251", "cp1253")
_FOREIGN = re.compile(
    "[A-Za-z][Ͱ-ӿ]|[Ͱ-ӿ][A-Za-z]|[ΐά-ώ][Ά-ΏΑ-Ϋ]|[а-џ][Ѐ-Я]|[Ѐ-Я]{2}[а-џ]|(?i:[бвгґджзклмнпрстфхцчшщъь]й)"
)
"""What no word in Greek or Cyrillic has: two scripts, a capital behind a small letter, a short i behind a consonant."""


def in_one_language(text: str, encoding: str) -> bool:
    """Whether all letters of a text belong to one of the languages that are written in this encoding."""
    if encoding in _OWN_SCRIPT and _FOREIGN.search(text):
        return False
    used = {letter for letter in text.replace("İ", "i").lower() if not letter.isascii()}.difference(_SIGNS)
    return any(used.issubset(letters) for letters in _ALPHABETS.get(encoding, ()))
