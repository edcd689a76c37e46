"""What is found wrong in one file, and what its lists name."""

from dataclasses import dataclass

from guanjia.config.document import Document, Path
from model.mistake import Mistake


@dataclass
class Findings:
    document: Document
    mistakes: list[Mistake]

    def wrong(self, path: Path, message: str) -> None:
        self.mistakes.append(self.document.mistake(path, message))

    def ids(self, key: str) -> set[str] | None:
        """Every id written in a list, those of items with other mistakes too: one mistake is not to make a second.

        An item without an id stands for all the words in it. None when there is no such list to look things up in.
        """
        items = self.document.data.get(key)
        if not items or not isinstance(items, list) or key in self.document.unread:
            return None
        return {word for item in items if isinstance(item, dict) for word in _ids_of(item)}


def _ids_of(item: dict[str, object]) -> set[str]:
    return {str(item["id"])} if "id" in item else {word for word in item.values() if isinstance(word, str)}
