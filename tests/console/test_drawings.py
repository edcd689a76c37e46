"""Words within a drawing stand beside each other, never over each other."""

from tests.console.conftest import DESK, Opener, RunningSite

_DRAWN = """async () => {
  const base = document.documentElement.dataset.base
  const {plot} = await import(base + '/js/draw/plot.js')
  const {dayBars} = await import(base + '/js/figures/days.js')
  const start = Date.UTC(2026, 0, 13, 16), hour = 3600000
  const samples = [0, 1, 2, 3].map((at) => ({at: start + at * hour, value: at}))
  const limits = [1.8, 1.85, 1.9].map((value) => ({value, words: `limit ${value}`}))
  const days = Array.from({length: 30}, (_, day) => ({start: new Date(start + day * 24 * hour).toISOString(), count: day}))
  const drawings = [plot({samples, start, end: start + 24 * hour, limits, box: {width: 720, height: 300, left: 56}}),
    plot({samples, start, end: start + 4 * hour, limits, box: {width: 424, height: 134, right: 92}}), dayBars({days, hours: []})]
  for (const drawing of drawings) Object.assign(drawing.style, {width: '720px', display: 'block'})
  document.body.replaceChildren(...drawings)
  return drawings.map((drawing) => [...drawing.querySelectorAll('text')].map((text) => {
    const {left, right, top, bottom} = text.getBoundingClientRect()
    return {words: text.textContent, left, right, top: top + 3, bottom: bottom - 3}
  }))
}"""


def test_no_word_of_a_drawing_lies_over_another(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/login", DESK, logged_in=False).page
    for words in page.evaluate(_DRAWN):
        assert len(words) > 6
        over = [
            (one["words"], other["words"])
            for index, one in enumerate(words)
            for other in words[index + 1 :]
            if min(one["right"], other["right"]) > max(one["left"], other["left"])
            and min(one["bottom"], other["bottom"]) > max(one["top"], other["top"])
        ]
        assert over == []
