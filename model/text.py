"""Words a person reads, in both languages of the product."""

import re
from dataclasses import dataclass
from enum import StrEnum

UNKEPT = re.compile("[\0\ud800-\udfff]")
"""What no journal can keep: PostgreSQL's text has no room for NUL, and half of a surrogate pair, which JSON can spell, is no character."""


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One phrase in Chinese and English; neither is ever empty."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en

    def format(self, **words: "Text") -> "Text":
        """Fill ``{name}`` places, each language with its own words."""
        return Text(
            zh=self.zh.format(**{k: w.zh for k, w in words.items()}),
            en=self.en.format(**{k: w.en for k, w in words.items()}),
        )
