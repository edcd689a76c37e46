// A system without a drawing of its own: a card per device with the few values that say how it is.
import { h } from '../core/dom.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { reading } from '../draw/reading.js'
import { flag, shape } from '../draw/shape.js'
import { isActive, symptom } from '../site/alarms.js'
import { faultWords, worstOf } from '../site/devices.js'
import { isConnected } from '../site/systems.js'

/** What to show of each class, most telling first. */
const KEY_POINTS = {
  power_meter: ['active_power_total', 'current_avg', 'current_l1', 'power_factor_total'],
  pump: ['discharge_pressure', 'volume_flow', 'flow', 'power'],
  hvac: ['evaporator_leaving_temp', 'actual_capacity'],
  gas_detector: ['gas_concentration', 'temperature']
}
const MOST = 3

const devicesIn = (system) => [...live.devices.values()].filter((device) => device.system === system)

/** A system has one screen, wherever its devices stand. */
export const rooms = () => [null]
export const devices = (room, system) => devicesIn(system)

/** One question per class and point: far fewer values than the system has. */
export function points (room, system) {
  const classes = [...new Set(devicesIn(system).map((device) => device.class))]
  return classes.flatMap((kind) => (KEY_POINTS[kind] ?? []).map((name) => ({ class: kind, system, q: `.${name}` })))
}

export function draw (room, system) {
  const all = devicesIn(system)
  return { body: all.length ? h('ol', { class: 'cards', 'data-key': 'cards' }, all.map(card))
    : h('p', { class: 'nothing t2', 'data-key': 'none' }, t('system.none')) }
}

function card (device) {
  const worst = worstOf(device)
  const held = live.flags.find((standing) => standing.device === device.id)
  const kind = held && ['suppressed', 'shelved', 'out_of_service'].find((name) => held.flags.includes(name))
  return h('li', { 'data-key': device.id },
    h('a', { class: `card ${worst ? 'abnormal' : ''}`, href: `/devices/${encodeURIComponent(device.id)}` },
    h('b', { class: worst ? 't1' : 't2' }, say(device.name)), worst ? shape(worst.priority, worst.state, 42) : kind
      ? flag(kind, 26) : h('span', {}),
    h('p', { class: 't3 place' }, say(live.areas.get(device.area)?.name)),
    worst && isActive(worst) ? h('p', { class: 't1 what' }, symptom(worst, live)) : isConnected(device) ? values(device)
      : h('p', { class: 't2 what' }, faultWords(device))))
}

const values = (device) => h('p', { class: 'values' },
  (KEY_POINTS[device.class] ?? []).map((name) => live.points.get(`${device.id}.${name}`)).filter(Boolean).slice(0,
  MOST).map((point) => h('span', {}, h('i', { class: 't3' }, say(point.label)), reading(point))))
