// Where a bus section gets its power: the transformer with its load and windings, the incomer's breaker and figures.
import { h, s } from '../../core/dom.js'
import { number, THIN } from '../../core/format.js'
import { say, t } from '../../core/words.js'
import { reading, trustOf } from '../../draw/reading.js'
import { shape } from '../../draw/shape.js'
import { worstOf } from '../../site/devices.js'
import { currentOf, isDead, lineVoltage, pointOf, powerOf, valueOf } from '../../site/electric.js'
import { choosable } from '../selection.js'

/** The scale of the winding's bar; the limits of dry-type transformers of class H end below it. */
const HOTTEST = 180
const WINDINGS = ['winding1_temp', 'winding2_temp', 'winding3_temp']
/** Ticks of the winding's bar; the two that matter have their figure beside them. */
const LIMITS = [['fan1_setpoint', 'power.fans', null], ['alarm_setpoint', 'power.alarm', 'end'], ['trip_setpoint', 'power.trip', 'start']]

export const source = ({ transformer, incomer }, chosen) => h('div', { class: 'source', 'data-key': 'source' },
  symbols(transformer, incomer),
  transformer ? windings(transformer, incomer, chosen) : null,
  incomer ? figures(incomer, chosen) : null)

/** Two rings for the transformer, a square for the incomer's breaker, all on the line that becomes the bus. */
function symbols (transformer, incomer) {
  const dead = incomer && isDead(incomer)
  const alarms = [transformer, incomer].map((device) => device && worstOf(device))
  return h('div', { class: 'source-line' },
    s('svg', { viewBox: '0 0 250 56', width: 250, height: 56 },
      s('path', { class: 'wire', d: transformer ? 'M0 28H18' : 'M0 28H150' }),
      transformer ? s('g', { class: 'rings' }, s('circle', { cx: 42, cy: 28, r: 24 }), s('circle', { cx: 72, cy: 28, r: 24 })) : null,
      s('path', { class: dead ? 'wire off' : 'wire', d: transformer ? 'M96 28H150' : 'M150 28H150' }),
      incomer ? s('rect', { class: dead ? 'open' : 'closed', x: 150, y: 14, width: 28, height: 28 }) : null,
      s('path', { class: dead ? 'wire off' : 'wire', d: incomer ? 'M178 28H250' : 'M150 28H250' })),
    alarms.map((alarm, index) => alarm ? h('span', { class: index ? 'at-incomer' : 'at-transformer' },
      shape(alarm.priority, alarm.state, 52)) : null))
}

function windings (device, incomer, chosen) {
  const hottest = celsius(pointOf(device, 'max_temp')) ?? Math.max(...temperatures(device))
  const known = trustOf(pointOf(device, 'max_temp') ?? pointOf(device, WINDINGS[0])) !== 'bad'
  const capacity = device.params.capacity_kva
  const apparent = incomer && valueOf(incomer, 'apparent_power_total')
  return h('button', choosable(device, chosen, 'transformer'),
    h('b', { class: 't1' }, say(device.name)),
    capacity ? h('span', { class: 't3' }, `${number(capacity)}${THIN}kVA`) : null,
    capacity && apparent !== null ? h('b', { class: 't1 share' }, number(apparent / capacity * 100), h('small', {}, `${THIN}%`)) : null,
    h('span', { class: 'heat' }, heatBar(device, known ? hottest : 0), h('span', { class: 't3' }, t('power.windings')),
      h('b', { class: 't1' }, known ? `${number(hottest)}${THIN}°C` : '—')))
}

const temperatures = (device) => WINDINGS.map((name) => celsius(pointOf(device, name))).filter((value) => value !== null)

/** Setpoints come in the unit the monitor is set to. */
const celsius = (point) => typeof point?.value !== 'number' ? null : point.unit === 'degF' ? (point.value - 32) / 1.8 : point.value

function heatBar (device, hottest) {
  const x = (value) => Math.min(1, value / HOTTEST) * 226
  const limits = LIMITS.map(([name, ...rest]) => [celsius(pointOf(device, name)), ...rest]).filter(([value]) => value !== null)
  return s('svg', { viewBox: '0 0 226 48', width: 226, height: 48, class: 'heat-bar' },
    s('rect', { class: 'track', width: 226, height: 16 }), s('rect', { class: 'fill', width: x(hottest), height: 16 }),
    limits.map(([value, words, anchor]) => s('g', {}, s('path', { d: `M${x(value)} -3V20` }),
      s('title', {}, t(words)),
      anchor && s('text', { x: x(value), y: 42, 'text-anchor': anchor }, number(value)))))
}

function figures (device, chosen) {
  const power = powerOf(device)
  const voltage = lineVoltage(device)
  const factor = valueOf(device, 'power_factor_total')
  return h('button', choosable(device, chosen, 'incomer'),
    h('b', { class: 't1' }, power ? reading(power, { digits: 0 }) : '—'),
    h('span', { class: 't2' }, currentOf(device) ? reading(currentOf(device)) : null,
      voltage === null ? null : h('span', {}, `${number(voltage)}${THIN}V`),
      factor === null ? null : h('span', {}, `cosφ${THIN}${number(factor, 2)}`)))
}
