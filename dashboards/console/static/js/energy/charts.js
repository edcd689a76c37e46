// Bars of consumption and the line of the day's load, in one slate; the value under the pointer or the finger, with its unit.
import { h, s } from '../core/dom.js'
import { now, siteDay, siteParts } from '../core/clock.js'
import { number, quantity, shortDate } from '../core/format.js'
import { changed } from '../core/live.js'
import { t } from '../core/words.js'
import { instantAt, plot } from '../draw/plot.js'

/** A phone gets a smaller drawing with the same letters, not the same drawing made smaller. */
const NARROW = innerWidth < 760
const BOX = { width: NARROW ? 360 : 760, height: 280, left: 56, bottom: 30, top: 26 }
/** Below this share of its data a bar is no sum, only a part of one. */
const WHOLE = 0.95
const pointed = { slot: null, at: null }

const point = (change) => { Object.assign(pointed, change); changed() }

/** A drawing that follows pointer and finger. */
const followed = (drawing, follow, leave) => h('div', { class: 'followed', onpointermove: follow, onclick: follow, onpointerleave: leave },
  drawing)

/** By hour: today before yesterday; by day or month: one bar each, the present one darkest. */
export function bars (row, interval) {
  const samples = row.items.map((item) => ({ at: Date.parse(item.start), value: item.value, completeness: item.completeness }))
  if (!samples.some((sample) => sample.value !== null)) return null
  const slots = interval === '1h' ? hours(samples) : periods(samples, interval)
  const step = (BOX.width - BOX.left) / slots.length
  const slotAt = (event) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return Math.floor(((event.clientX - left) / width * BOX.width - BOX.left) / step)
  }
  return followed(drawing(slots, row.unit, step), (event) => point({ slot: slotAt(event) }), () => point({ slot: null }))
}

function hours (samples) {
  const today = siteDay(now())
  const within = (isToday) => new Map(samples.filter(({ at }) => (at >= today) === isToday).map((one) => [siteParts(one.at).hour, one]))
  const [past, present] = [within(false), within(true)]
  return Array.from({ length: 24 }, (_, hour) => ({ words: hour % 6 === 0 ? String(hour) : '', name: `${hour}:00`,
    past: past.get(hour) ?? EMPTY, present: present.get(hour) ?? EMPTY, isNow: hour === siteParts(now()).hour }))
}
const EMPTY = { value: null, completeness: 0 }

const periods = (samples, interval) => samples.map((sample, index) => ({ words: labelOf(sample.at, interval, index, samples.length),
  name: interval === '1mo' ? t(`time.month.${siteParts(sample.at).month}`) : shortDate(sample.at), present: sample,
  isNow: index === samples.length - 1 }))

function labelOf (at, interval, index, count) {
  if (interval === '1mo') return t(`time.month.${siteParts(at).month}`)
  return index % Math.ceil(count / (NARROW ? 4 : 8)) === 0 ? shortDate(at) : ''
}

/** What is not over yet cannot be whole; what is over and lacks data is shown as a part. */
const isPart = ({ completeness }, isNow) => !isNow && completeness < WHOLE

function drawing (slots, unit, step) {
  const top = roundUp(Math.max(...slots.flatMap((slot) => [slot.past?.value ?? 0, slot.present.value ?? 0])) || 1)
  const floor = BOX.height - BOX.bottom
  const y = (value) => floor - value / top * (floor - BOX.top)
  const bar = (name, sample, isNow, x, width) => sample === undefined || sample.value === null ? null : s('rect',
    { class: isPart(sample, isNow) ? `${name} part-known` : name, x, y: y(sample.value), width, height: floor - y(sample.value) })
  const shown = slots[pointed.slot]
  return s('svg', { class: 'bars', viewBox: `0 0 ${BOX.width} ${BOX.height}`, role: 'img', 'aria-label': t('energy.when') },
    s('defs', {}, s('pattern', { id: 'part-hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      s('path', { class: 'part-stroke', d: 'M0 0V6' }))),
    [0.5, 1].map((share) => [s('path', { class: 'grid', d: `M${BOX.left} ${y(top * share)}H${BOX.width}` }),
      s('text', { class: 'time', x: BOX.left - 8, y: y(top * share) + 5, 'text-anchor': 'end' }, number(top * share, digitsOfHalf(top)))]),
    s('text', { class: 'time', x: BOX.left - 8, y: floor + 4, 'text-anchor': 'end' }, unit),
    slots.map((slot, index) => {
      const x = BOX.left + index * step
      return s('g', {}, slot === shown ? s('rect', { class: 'pointed', x, y: BOX.top, width: step, height: floor - BOX.top }) : null,
        bar('past', slot.past, false, x + step * 0.1, step * 0.8),
        bar(slot.isNow && !slot.past ? 'present now' : 'present', slot.present, slot.isNow, x + step * (slot.past ? 0.28 : 0.12),
          step * (slot.past ? 0.44 : 0.76)),
        slot.words ? s('text', { class: 'time', x: x + step / 2, y: BOX.height - 6, 'text-anchor': 'middle' }, slot.words) : null)
    }),
    shown ? s('text', { class: 'value', x: BOX.left, y: 14 }, valueWords(shown, unit)) : null,
    shown && NARROW ? null : legend(slots))
}

/** 18:00　1,184 kWh　昨日 1,102 kWh, and how much of it is known. */
function valueWords ({ name, past, present, isNow }, unit) {
  const lacking = isPart(present, isNow) && present.value !== null
  return [name, quantity(present.value, unit), past && t('energy.then', { value: quantity(past.value, unit) }),
    lacking ? t('energy.complete', { share: number(present.completeness * 100) }) : null].filter(Boolean).join('　')
}

/** The next number that reads well: 1, 2, 4, 5, 6 or 8 times a power of ten. */
function roundUp (value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) * power
}

/** As many decimals as half of the axis needs: 0.5 and 1.0, 2.5 and 5.0, 500 and 1,000. */
const digitsOfHalf = (top) => (String(Number((top / 2).toPrecision(2))).split('.')[1] ?? '').length

function legend (slots) {
  const isHourly = slots[0].past !== undefined
  const hasParts = slots.some((slot) => slot.present.value !== null && isPart(slot.present, slot.isNow))
  const entries = [isHourly && ['present', 'energy.today'], isHourly && ['past', 'energy.yesterday'],
    hasParts && ['present part-known', 'energy.part_known']].filter(Boolean)
  return s('g', { class: 'legend' }, entries.map(([name, words], index) => {
    const x = BOX.width - 96 * (entries.length - index)
    return [s('rect', { class: name, x, y: 0, width: 14, height: 14 }), s('text', { class: 'time', x: x + 20, y: 13 }, t(words))]
  }))
}

export function demandPlot (demand) {
  const samples = demand.items.map((item) => ({ at: Date.parse(item.start), value: item.kw })).filter((sample) => sample.at <= now())
  if (!samples.some((sample) => sample.value !== null)) return null
  const start = siteDay(now())
  const limits = demand.declared_kw ? [{ value: demand.declared_kw,
    words: t('load.declared', { value: quantity(demand.declared_kw, 'kW') }) }] : []
  const drawn = { start, end: siteDay(start, 1), box: { width: BOX.width, height: BOX.height, left: BOX.left, bottom: BOX.bottom } }
  return followed(plot({ ...drawn, samples, unit: 'kW', limits, least: 0, at: pointed.at }),
    (event) => point({ at: instantAt(event, drawn) }), () => point({ at: null }))
}
