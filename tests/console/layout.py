"""What a drawn page says and where each word stands, as the browser laid it out."""

from playwright.sync_api import Page

from tests.console.situation import Json

LEAST_PX = 20
"""The smallest letter on a screen read from three metres."""

_TEXTS = """
([root, besides]) => {
  const hasWords = (one) => one.matches('text') || [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  const boxOf = (one) => {
    // What is cut with an ellipsis ends where its box ends.
    if (one.matches('text') || getComputedStyle(one).textOverflow === 'ellipsis') return one.getBoundingClientRect()
    const range = document.createRange()
    range.selectNodeContents(one)
    return range.getBoundingClientRect()
  }
  const all = [...document.querySelectorAll(`${root} *`)]
  return all.filter((one) => hasWords(one) && !one.closest(`title, .shape, ${besides}`)).map((one) => {
    const { left, right, top, bottom, height } = boxOf(one)
    const panel = (one.closest('.panel, .state, .ways') ?? one).getBoundingClientRect().right
    const size = parseFloat(getComputedStyle(one).fontSize)
    // A line's box is taller than its glyphs: a fifth above and below is air.
    const air = height / 5
    return { words: one.textContent.trim(), left, right, top: top + air, bottom: bottom - air, size, panel, holds: one.children.length }
  }).filter((one) => one.words && one.right > one.left)
}
"""


def texts(page: Page, root: str, besides: str = ".nothing-else") -> list[Json]:
    """Every text below ``root`` but those in alarm shapes and ``besides``: words, box without air, size, right end of its panel."""
    found: list[Json] = page.evaluate(_TEXTS, [root, besides])
    return found


def settled(page: Page, root: str, besides: str, more_than: int) -> list[Json]:
    """The texts, once there are more than so many and they have stood for 300 ms: a busy machine draws late."""
    found: list[Json] = []
    for _ in range(60):
        before, found = found, texts(page, root, besides)
        if len(found) > more_than and found == before:
            break
        page.wait_for_timeout(300)
    assert len(found) > more_than, f"{root} of {page.url} was not drawn"
    return found


def too_small(found: list[Json]) -> list[str]:
    return [one["words"] for one in found if one["size"] < LEAST_PX and not one["holds"] and len(one["words"]) > 2]


def outside(found: list[Json]) -> list[str]:
    return [one["words"] for one in found if one["right"] > one["panel"] + 1]


def clashes(found: list[Json]) -> list[tuple[str, str]]:
    """Pairs of texts that lie over each other."""
    leaves = [one for one in found if not one["holds"]]
    return [
        (a["words"], b["words"])
        for index, a in enumerate(leaves)
        for b in leaves[index + 1 :]
        if a["left"] < b["right"] - 1 and b["left"] < a["right"] - 1 and a["top"] < b["bottom"] - 1 and b["top"] < a["bottom"] - 1
    ]
