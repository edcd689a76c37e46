// The sump pits of the whole site in a row: level, limit, and which of their pumps run.
import { h, s } from '../../core/dom.js'
import { live } from '../../core/live.js'
import { say, t } from '../../core/words.js'
import { reading, trustOf } from '../../draw/reading.js'
import { shape } from '../../draw/shape.js'
import { apart, worstOf } from '../../site/devices.js'
import { pointOf, valueOf } from '../../site/electric.js'
import { alarmClass } from '../selection.js'
import { pits } from './rooms.js'

const PUMPS = ['pump1', 'pump2']
const DEEP = 56

export function pitRow () {
  const areas = [...new Set(pits().map((pit) => pit.area))]
  return h('div', { class: 'pits', 'data-key': 'pits' }, areas.map((area) => h('section', { 'data-key': area },
    h('h3', { class: 't3' }, t('water.pits', { place: say(live.areas.get(area)?.name) })), h('div', {}, group(area)))))
}

function group (area) {
  const members = pits().filter((one) => one.area === area)
  const names = apart(members)
  return members.map((one, index) => pit(one, names[index]))
}

function pit (device, name) {
  const alarm = worstOf(device)
  const level = pointOf(device, 'level')
  const { height_m: height, high_m: high } = device.params
  const share = height && trustOf(level) !== 'bad' ? Math.min(1, Math.max(0, level.value / height)) : null
  const y = (metres) => 4 + DEEP * (1 - metres / height)
  return h('a', { class: `pit ${alarmClass(device)}`, href: `/devices/${encodeURIComponent(device.id)}`,
    'data-key': device.id },
  h('span', { class: 'basin' }, s('svg', { viewBox: '0 0 76 64', width: 76, height: 64 },
    share === null ? null : [s('rect', { class: 'water', x: 4, y: 4 + DEEP * (1 - share), width: 50, height: DEEP * share }),
      s('path', { class: 'surface', d: `M4 ${4 + DEEP * (1 - share)}H54` })],
    s('path', { class: 'sides', d: 'M3 2V61H55V2' }),
    high && height ? s('path', { class: 'tick', d: `M50 ${y(high)}H64` }) : null,
    PUMPS.map((name, index) => drain(device, name, index))),
  alarm ? shape(alarm.priority, alarm.state, 46) : null),
  h('b', { class: alarm ? 't1' : 't2' }, reading(level)),
  h('span', { class: 't3' }, name))
}

/** A drain pump at the bottom: filled at work, crossed when it has failed. */
function drain (device, name, index) {
  const x = 18 + index * 22
  return s('g', { class: valueOf(device, `${name}_running`) ? 'drain on' : 'drain' }, s('circle', { cx: x, cy: 50, r: 7 }),
    valueOf(device, `${name}_fault`) ? s('path', { class: 'failed', d: `M${x - 9} 41L${x + 9} 59` }) : null)
}
