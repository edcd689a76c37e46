// The fire alarm loops block by block: the floors of each, how much is in alarm, faulty or disabled; pumps and tanks below.
import { h, s } from '../core/dom.js'
import { number } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { reading } from '../draw/reading.js'
import { shape } from '../draw/shape.js'
import { isActive, symptom } from '../site/alarms.js'
import { faultWords, worstOf } from '../site/devices.js'
import { pointOf, valueOf } from '../site/electric.js'
import { isConnected } from '../site/systems.js'
import { choosable, selected } from './selection.js'
import { sidePanel } from './side.js'

const COUNTS = ['fire_count', 'fault_count', 'disabled_count', 'supervisory_count']
/** A controller's word has room for so many zones. */
const MOST_ZONES = 16
const FLOOR = 15

const inSystem = () => [...live.devices.values()].filter((device) => device.system === 'fire')
const loops = () => inSystem().filter((device) => device.class === 'fire_loop')

export const rooms = () => [null]
export const devices = inSystem
export const points = () => [{ class: 'fire_loop', system: 'fire' }, { class: 'tank', system: 'fire' }, { class: 'pump', system: 'fire' }]

export function note () {
  const well = loops().filter((loop) => isConnected(loop) && !isActiveAt(loop)).length
  return t(well === loops().length ? 'system.loops' : 'fire.others_well', { count: well })
}

const isActiveAt = (device) => { const worst = worstOf(device); return worst && isActive(worst) }

export function draw () {
  const chosen = selected(inSystem(), loops()[0])
  return {
    legend: h('p', { class: 'legend t3' }, COUNTS.map((name) => [h('span', { class: 'key letter' }, t(`fire.short.${name}`)),
      t(`fire.${name}`)])),
    body: h('div', { class: 'loops', 'data-key': 'loops' }, loops().map((loop) => loopTile(loop, chosen))),
    below: others(chosen),
    side: sidePanel(chosen, { facts: facts(chosen) })
  }
}

function loopTile (loop, chosen) {
  const alarm = worstOf(loop)
  const abnormal = alarm && isActive(alarm)
  const burning = burningFloors(loop)
  const area = live.areas.get(loop.area)
  return h('button', choosable(loop, chosen, isConnected(loop) ? 'loop' : 'loop silent'),
  h('b', { class: abnormal ? 't1' : 't2' }, say(area?.name) || say(loop.name)),
  alarm ? shape(alarm.priority, alarm.state, 50) : h('span', {}),
  zones(burning, Math.min(MOST_ZONES, area?.floors || 0)),
  abnormal ? h('span', { class: 't1 words' }, h('i', {}, symptom(alarm, live)),
    burning.length ? h('i', {}, t('fire.floors', { floors: burning.join(t('list.comma')) })) : null) : counts(loop))
}

/** One bar per floor, the lowest below; filled in the colour of fire where a zone is in alarm. */
const zones = (burning, floors) => s('svg', { class: 'zones', viewBox: `0 0 40 ${floors * FLOOR}`, width: 40, height: floors * FLOOR },
  Array.from({ length: floors }, (_, floor) => s('rect', { class: burning.includes(floor + 1) ? 'burning' : '', x: 2,
    y: (floors - 1 - floor) * FLOOR + 2, width: 36, height: FLOOR - 4 })))

/** The floors whose zone is in alarm, from the bits of the controller's word. */
const burningFloors = (loop) => Array.from({ length: MOST_ZONES },
  (_, bit) => bit + 1).filter((floor) => (valueOf(loop, 'zone_fire') ?? 0) >> (floor - 1) & 1)

const counts = (loop) => h('span', { class: 'counts' }, COUNTS.map((name) => {
  const count = valueOf(loop, name)
  return h('span', { class: count ? 't1' : 't3' }, t(`fire.short.${name}`), h('b', {}, number(count)))
}))

/** Panel, pumps and tanks: one line each. */
const others = (chosen) => h('div', { class: 'others', 'data-key': 'others' },
  inSystem().filter((device) => device.class !== 'fire_loop').map((device) => other(device, chosen)))

function other (device, chosen) {
  const alarm = worstOf(device)
  return h('button', choosable(device, chosen, 'other'), h('span', { class: alarm ? 't1' : 't2' }, say(device.name)),
    alarm ? shape(alarm.priority, alarm.state, 40) : null,
    h('b', { class: alarm ? 't1' : 't3' }, alarm && isActive(alarm) ? symptom(alarm, live) : stand(device)))
}

function stand (device) {
  if (!isConnected(device)) return faultWords(device)
  if (device.class === 'tank') return reading(pointOf(device, 'level'))
  if (device.class === 'pump') return t(valueOf(device, 'running') ? 'water.running' : 'water.stopped')
  return t('devices.connected')
}

const facts = (device) => [...COUNTS, 'feedback_count', 'battery_voltage', 'level', 'outlet_pressure', 'discharge_pressure', 'running']
  .map((name) => device && pointOf(device, name)).filter(Boolean).map((point) => [say(point.label), reading(point)])
