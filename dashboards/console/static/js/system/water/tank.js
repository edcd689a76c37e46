// A tank: the level as a line and a number, its limits beside it, the inlet with its valve.
import { h, s } from '../../core/dom.js'
import { number, THIN } from '../../core/format.js'
import { live } from '../../core/live.js'
import { say, t } from '../../core/words.js'
import { reading, trustOf } from '../../draw/reading.js'
import { shape } from '../../draw/shape.js'
import { isActive, symptom, withoutPlace } from '../../site/alarms.js'
import { worstOf } from '../../site/devices.js'
import { pointOf, valueOf } from '../../site/electric.js'
import { alarmClass } from '../selection.js'

const LIMITS = [['high_m', 'water.high'], ['low_m', 'water.low']]

export function tank (device, room) {
  const alarm = worstOf(device)
  const params = device.params
  const level = pointOf(device, 'level')
  const share = params.height_m && trustOf(level) !== 'bad' ? Math.min(1, Math.max(0, level.value / params.height_m)) : null
  const limits = LIMITS.filter(([name]) => params[name] && params.height_m)
  return h('a', { class: `tank ${alarmClass(device)}`, 'data-key': device.id,
    href: `/devices/${encodeURIComponent(device.id)}` },
  h('span', { class: 'tank-name t2' }, withoutPlace(say(device.name), say(room.name)),
    alarm ? shape(alarm.priority, alarm.state, 46) : null),
  inlet(device),
  h('span', { class: 'walls', style: { '--level': share ?? 0 } },
    share === null ? null : h('i', { class: 'water' }),
    h('span', { class: 'level' }, h('b', { class: 't1' }, reading(level, { unit: '' })),
      h('span', { class: 't2' }, share === null ? 'm' : `m　${number(share * 100)}${THIN}%`),
      alarm && isActive(alarm) ? h('b', { class: 't1 what' }, symptom(alarm, live)) : null)),
  h('span', { class: 'limits' }, limits.map(([name, words]) => h('span', { class: 't3', style: { '--at': params[name] / params.height_m } },
    t(words, { level: number(params[name], 2) })))))
}

/** The supply from the town, its valve filled when open. */
function inlet (device) {
  const open = valueOf(device, 'inlet_open')
  return h('span', { class: 'inlet' }, h('span', { class: 't3' }, t('water.inlet')),
    s('svg', { viewBox: '0 0 120 40', width: 120, height: 40 },
      s('path', { class: open ? 'pipe' : 'pipe still', d: 'M0 20H120' }),
      s('path', { class: open ? 'valve open' : 'valve', d: 'M46 8V32L74 8V32Z' })),
    h('span', { class: 't3' }, open === null ? '—' : t(open ? 'water.valve_open' : 'water.valve_shut')))
}
