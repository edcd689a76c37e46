"""Says what the report says in one of the two languages, on the site's clock."""

from datetime import datetime

from guanjia.alarm_report.sheets import Review
from model.carrier import things
from model.clock import SECOND
from model.text import Language, Text


class Words:
    """Says it in one language."""

    def __init__(self, review: Review, language: Language) -> None:
        self.review, self.language = review, language
        self._things = things(review.site)
        self._rules = {rule.id: rule for rule in review.rules}

    def say(self, zh: str, en: str) -> str:
        return Text(zh, en).of(self.language)

    def heads(self, *pairs: tuple[str, str]) -> list[str]:
        return [self.say(zh, en) for zh, en in pairs]

    def of(self, text: Text) -> str:
        return text.of(self.language)

    def alarm(self, rule: str, device: str) -> str:
        """What the wall says of it; the ids where they are not known any more."""
        known, thing = self._rules.get(rule), self._things.get(device)
        if known is None:
            return f"{rule}  {device}"
        name = thing.name if thing else Text(device, device)
        return self.of(known.text.format(device=name))

    def day(self, at_ns: int) -> str:
        return f"{self._local(at_ns):%Y-%m-%d}"

    def minute(self, at_ns: int | None) -> str:
        return "–" if at_ns is None else f"{self._local(at_ns):%m-%d %H:%M}"

    def _local(self, at_ns: int) -> datetime:
        return datetime.fromtimestamp(at_ns // SECOND, self.review.site.timezone)

    def rule(self, rule: str) -> str:
        known = self._rules.get(rule)
        return rule if known is None else self.of(known.text).replace("{device}", "").strip(" ,:：，")
