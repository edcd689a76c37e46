// Alarms per day of the period, or per hour of a short one.
import { s } from '../core/dom.js'
import { instant } from '../core/clock.js'
import { clockTime, number, shortDate } from '../core/format.js'
import { t } from '../core/words.js'
import { axisWords } from '../draw/axis.js'

const BOX = { height: 190, bottom: 26, top: 22 }
/** Its own pixels are those of the screen, so that words keep their size on a phone. */
const widthHere = () => Math.max(280, Math.min(620, innerWidth - 64))
const FEW_DAYS = 3
/** Of the days' names, px. */
const LETTERS = 14

export function dayBars ({ days, hours }) {
  const width = widthHere()
  const byHour = days.length < FEW_DAYS
  const items = byHour ? hours : days
  const most = Math.max(1, ...items.map(({ count }) => count))
  const step = width / items.length
  const floor = BOX.height - BOX.bottom
  const every = Math.ceil(items.length / (width / 78))
  const top = items.findIndex(({ count }) => count === most)
  const named = byHour ? clockTime : shortDate
  return s('svg', { class: 'bars', viewBox: `0 0 ${width} ${BOX.height}`, role: 'img', 'aria-label': t('figures.by_day') },
    s('path', { class: 'grid', d: `M0 ${floor}H${width}` }),
    items.map(({ start, count }, index) => {
      const height = count / most * (floor - BOX.top)
      const middle = (index + 0.5) * step
      return s('g', {}, s('title', {}, `${named(instant(start))}  ${count}`),
        s('rect', { class: 'present', x: index * step + step * 0.12, y: floor - height, width: step * 0.76, height }),
        index === top && count ? s('text', { class: 'value', x: Math.min(Math.max(middle, 16), width - 16), y: floor - height - 6, 'text-anchor': 'middle' }, number(count)) : null)
    }),
    axisWords(items.map(({ start }, index) => ({ middle: (index + 0.5) * step, words: named(instant(start)) })).filter((_, index) => index % every === 0),
      { width, y: BOX.height - 6, size: LETTERS }))
}
