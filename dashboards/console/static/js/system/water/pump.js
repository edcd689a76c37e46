// A pump between the suction and the discharge main: filled when it runs, hollow when it stands, its alarm on it.
import { h, s } from '../../core/dom.js'
import { age, number, THIN } from '../../core/format.js'
import { live } from '../../core/live.js'
import { say, t } from '../../core/words.js'
import { reading } from '../../draw/reading.js'
import { shape } from '../../draw/shape.js'
import { isActive, stoodFor, symptom, withoutPlace } from '../../site/alarms.js'
import { faultWords, worstOf } from '../../site/devices.js'
import { pointOf, valueOf } from '../../site/electric.js'
import { isConnected } from '../../site/systems.js'
import { alarmClass } from '../selection.js'
import { countedToday } from '../series.js'
import { isRunning } from './rooms.js'

export function pump (device, room) {
  const alarm = worstOf(device)
  const running = isRunning(device)
  const abnormal = alarm && isActive(alarm)
  return h('a', { class: `pump ${running ? 'running' : ''} ${alarmClass(device)}`, 'data-key': device.id,
    href: `/devices/${encodeURIComponent(device.id)}` },
  h('span', { class: 'symbol' }, symbol(running), alarm ? shape(alarm.priority, alarm.state, 58) : null),
  h('b', { class: abnormal ? 't1 name' : 't2 name' }, withoutPlace(say(device.name), say(room.name))),
  h('span', { class: 'state-line' }, abnormal ? h('b', { class: 't1' }, `${symptom(alarm, live)} ${age(stoodFor(alarm))}`)
    : running ? atWork(device) : h('span', { class: 't3' }, isConnected(device) ? t('water.stopped') : faultWords(device))),
  h('span', { class: 'counts t3' }, counts(device)))
}

const symbol = (running) => s('svg', { class: 'pump-line', width: '100%', height: 72 },
  s('line', { class: running ? 'pipe' : 'pipe still', x1: 0, y1: 36, x2: '100%', y2: 36 }),
  s('circle', { class: 'casing', cx: 76, cy: 36, r: 34 }), s('path', { class: 'impeller', d: 'M64 17 100 36 64 55Z' }),
  s('svg', { x: '100%', overflow: 'visible' }, s('path', { class: 'check', d: 'M-62 24 -42 36 -62 48ZM-40 24V48' })))

const atWork = (device) => [
  pointOf(device, 'frequency') ? h('b', { class: 't1' }, reading(pointOf(device, 'frequency'))) : null,
  ['power', 'motor_current'].map((name) => pointOf(device, name)).filter(Boolean).map((point) => h('span', { class: 't2' },
    reading(point, { digits: 1 })))]

/** 3,623 h, started 3 times today. */
function counts (device) {
  const hours = valueOf(device, 'run_hours')
  const starts = pointOf(device, 'starts') ? countedToday(`${device.id}.starts`) : null
  return [hours === null ? null : h('span', {}, `${number(hours)}${THIN}h`),
    starts === null ? null : h('span', {}, t('water.starts_today', { count: number(starts) }))]
}
