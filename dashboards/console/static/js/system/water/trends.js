// Four hours of a pump room beside its drawing: pressure, level, flow, frequency.
import { h } from '../../core/dom.js'
import { instant } from '../../core/clock.js'
import { number, unitShown } from '../../core/format.js'
import { live } from '../../core/live.js'
import { say, t } from '../../core/words.js'
import { plot } from '../../draw/plot.js'
import { reading } from '../../draw/reading.js'
import { byWorst, isActive } from '../../site/alarms.js'
import { pointOf } from '../../site/electric.js'
import { seriesOf } from '../series.js'
import { leadPump, pumps, tanks } from './rooms.js'

const SPAN = 4 * 3_600_000
/** Room for the names of limits, in px. */
const LIMIT_WORDS = 92
const BOX = { width: 424, height: 134, bottom: 30 }

export function trends (room) {
  const lead = leadPump(room)
  const tank = tanks(room)[0]
  const own = [...live.alarms.values()].filter((alarm) => alarm.area === room.id && isActive(alarm)).sort(byWorst)[0]
  const shown = [
    lead && ['discharge_pressure', lead, []], tank && ['level', tank, levelLimits(tank)], lead && ['flow', lead, []],
    lead && ['frequency', lead, [], pumps(room).filter((pump) => pump !== lead)]
  ].filter(Boolean)
  return h('div', { class: 'trends side', 'data-key': 'side' }, shown.map(([name, device, limits, others = []]) =>
    panel(pointOf(device, name), limits, others.map((other) => pointOf(other, name)).filter(Boolean), own)))
}

function levelLimits (tank) {
  const { low_m: low, high_m: high } = tank.params
  return [[low, 'water.low'], [high, 'water.high']].filter(([level]) => level).map(([level, words]) => ({ value: level,
    words: t(words, { level: number(level, 2) }) }))
}

function panel (point, limits, others, alarm) {
  if (!point) return null
  const { samples, start, end } = seriesOf(point.id, SPAN, '2min')
  const begun = alarm && instant(alarm.raised_at)
  const mark = begun > start ? { at: begun, priority: alarm.priority } : null
  const behind = others.map((other) => seriesOf(other.id, SPAN, '2min').samples)
  return h('section', { class: 'panel trend-panel', 'data-key': point.name },
    h('h3', { class: 't2' }, say(point.label), h('b', { class: 't1' }, reading(point))),
    samples.some((sample) => sample.value !== null)
      ? plot({ samples, others: behind, start, end, box: { ...BOX, right: limits.length ? LIMIT_WORDS : 0 }, limits, mark,
        unit: unitShown(point.unit), least: point.name === 'flow' ? 0 : null })
      : h('p', { class: 't3 empty' }, t('loading')))
}
