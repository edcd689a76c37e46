// When alarms stood, now above and proposed below, day by day.
import { h, s } from '../core/dom.js'
import { instant, siteDay } from '../core/clock.js'
import { clockTime, shortDate } from '../core/format.js'
import { t } from '../core/words.js'
import { axisWords } from '../draw/axis.js'

const BOX = { width: 1200, left: 78, row: 46, axis: 26 }
const DAY = 86_400_000
/** Of the times below, px. */
const LETTERS = 14
/** Shorter than this, px, an alarm would not be seen. */
const LEAST = 3

export function timeline ({ timeline: lines, period, question }) {
  const start = instant(period.start)
  const end = instant(period.end)
  const x = (at) => BOX.left + (Math.min(Math.max(at, start), end) - start) / (end - start) * (BOX.width - BOX.left)
  const sides = question.compared ? ['now', 'proposed'] : ['now']
  const height = BOX.row * sides.length + BOX.axis
  return h('section', { class: 'panel part timeline', 'data-key': 'timeline' }, h('h2', { class: 't1' }, t('backtest.timeline')),
    h('div', { class: 'wide' }, s('svg', { viewBox: `0 0 ${BOX.width} ${height}`, role: 'img', 'aria-label': t('backtest.timeline') },
      marks(start, end, x, height), sides.map((side, index) => band(side, lines[side], index * BOX.row, x, end)))))
}

function band (side, items, top, x, end) {
  const bars = items.map(([from, to]) => {
    const left = Math.min(x(instant(from)), BOX.width - LEAST)
    return `M${left.toFixed(1)} ${top + 8}h${Math.max(LEAST, x(to ? instant(to) : end) - left).toFixed(1)}v${BOX.row - 18}H${left.toFixed(1)}Z`
  })
  return s('g', { class: side }, s('text', { class: 'side-name', x: 0, y: top + BOX.row / 2 + 4 }, t(`backtest.${side}`)),
    s('rect', { class: 'ground', x: BOX.left, y: top + 8, width: BOX.width - BOX.left, height: BOX.row - 18 }), s('path', { class: 'bars', d: bars.join('') }))
}

/** A mark per day, or per hour of a short period; few enough to be read. */
function marks (start, end, x, height) {
  const step = [DAY / 24, DAY / 8, DAY / 4, DAY, 2 * DAY, 7 * DAY, 30 * DAY].find((one) => (end - start) / one <= 12) ?? 90 * DAY
  const found = []
  for (let at = siteDay(start); at <= end; at += step) if (at >= start) found.push(at)
  const words = (at) => step < DAY && at !== siteDay(at) ? clockTime(at) : shortDate(at)
  return [found.map((at) => s('path', { class: 'mark', d: `M${x(at)} 4V${height - BOX.axis + 4}` })),
    axisWords(found.map((at) => ({ middle: x(at), words: words(at) })), { width: BOX.width, y: height - 6, size: LETTERS })]
}
