// Bars of consumption and the line of the day's load, in one slate.
import { s } from '../core/dom.js'
import { now, siteDay, siteParts } from '../core/clock.js'
import { number, shortDate } from '../core/format.js'
import { t } from '../core/words.js'
import { plot } from '../draw/plot.js'

/** A phone gets a smaller drawing with the same letters, not the same drawing made smaller. */
const BOX = { width: innerWidth < 760 ? 360 : 760, height: 280, left: 56, bottom: 30, top: 26 }

/** By hour: today before yesterday; by day or month: one bar each, the present one darkest. */
export function bars (row, interval) {
  const samples = row.items.map((item) => ({ at: Date.parse(item.start), value: item.value, completeness: item.completeness }))
  if (!samples.some((sample) => sample.value !== null)) return null
  const today = siteDay(now())
  const slots = interval === '1h' ? Array.from({ length: 24 },
    (_, hour) => ({ words: hour % 6 === 0 ? String(hour) : '', past: valueAt(samples, hour, (at) => at < today),
    present: valueAt(samples, hour, (at) => at >= today) }))
    : samples.map((sample, index) => ({ words: labelOf(sample.at, interval, index, samples.length), present: sample.value,
      isNow: index === samples.length - 1 }))
  return drawing(slots, row.unit)
}

const valueAt = (samples, hour, within) => samples.find((sample) => within(sample.at) && siteParts(sample.at).hour === hour)?.value ?? null

function labelOf (at, interval, index, count) {
  if (interval === '1mo') return t(`time.month.${siteParts(at).month}`)
  return index % Math.ceil(count / 8) === 0 ? shortDate(at) : ''
}

function drawing (slots, unit) {
  const top = roundUp(Math.max(...slots.flatMap((slot) => [slot.past ?? 0, slot.present ?? 0])) || 1)
  const step = (BOX.width - BOX.left) / slots.length
  const floor = BOX.height - BOX.bottom
  const y = (value) => floor - value / top * (floor - BOX.top)
  const bar = (name, value, x, width) => value === null || value === undefined ? null
    : s('rect', { class: name, x, y: y(value), width, height: floor - y(value) })
  return s('svg', { class: 'bars', viewBox: `0 0 ${BOX.width} ${BOX.height}`, role: 'img', 'aria-label': t('energy.when') },
    [0.5, 1].map((share) => [s('path', { class: 'grid', d: `M${BOX.left} ${y(top * share)}H${BOX.width}` }),
      s('text', { class: 'time', x: BOX.left - 8, y: y(top * share) + 5, 'text-anchor': 'end' }, number(top * share))]),
    s('text', { class: 'time', x: BOX.left - 8, y: floor + 4, 'text-anchor': 'end' }, unit),
    slots.map((slot, index) => {
      const x = BOX.left + index * step
      return s('g', {}, bar('past', slot.past, x + step * 0.1, step * 0.8),
        bar(slot.isNow ? 'present now' : 'present', slot.present, x + step * (slot.past === undefined ? 0.12 : 0.28),
        step * (slot.past === undefined ? 0.76 : 0.44)),
        slot.words ? s('text', { class: 'time', x: x + step / 2, y: BOX.height - 6, 'text-anchor': 'middle' }, slot.words) : null)
    }),
    slots[0].past === undefined ? null : legend())
}

/** The next number that reads well: 1, 2, 4, 5, 6 or 8 times a power of ten. */
function roundUp (value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) * power
}

const legend = () => s('g', { class: 'legend' }, s('rect', { class: 'present', x: BOX.width - 190, y: 0, width: 14, height: 14 }),
  s('text', { class: 'time', x: BOX.width - 170, y: 13 }, t('energy.today')), s('rect',
  { class: 'past', x: BOX.width - 96, y: 0, width: 14, height: 14 }),
  s('text', { class: 'time', x: BOX.width - 76, y: 13 }, t('energy.yesterday')))

export function demandPlot (demand) {
  const samples = demand.items.map((item) => ({ at: Date.parse(item.start), value: item.kw })).filter((sample) => sample.at <= now())
  if (!samples.some((sample) => sample.value !== null)) return null
  const start = siteDay(now())
  const limits = demand.declared_kw ? [{ value: demand.declared_kw,
    words: t('load.declared', { value: `${number(demand.declared_kw)} kW` }) }] : []
  return plot({ samples, start, end: siteDay(start, 1), box: { width: BOX.width, height: BOX.height, left: BOX.left, bottom: BOX.bottom },
    unit: 'kW', limits })
}
