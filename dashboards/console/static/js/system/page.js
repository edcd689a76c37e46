// One system: its devices with their state and the few values that say how each one is.
import { h, s } from '../core/dom.js'
import { followSite, live, loadSite } from '../core/live.js'
import { say, t } from '../core/words.js'
import { reading } from '../draw/reading.js'
import { flag, shape } from '../draw/shape.js'
import { drawDesk } from '../frame/desk.js'
import { isActive, symptom } from '../site/alarms.js'
import { paramsOf } from '../site/details.js'
import { worstOf } from '../site/devices.js'
import { isConnected, systemView } from '../site/systems.js'

const id = decodeURIComponent(location.pathname.split('/').at(-1))

/** What to show of each class, most telling first. */
const KEY_POINTS = {
  power_meter: ['active_power_total', 'current_avg', 'current_l1', 'power_factor_total'],
  transformer_monitor: ['max_temp', 'winding1_temp'],
  pump: ['discharge_pressure', 'frequency', 'volume_flow', 'flow', 'power'],
  vfd: ['output_frequency', 'motor_current'],
  sump: ['level'],
  tank: ['level', 'outlet_pressure'],
  level_sensor: ['filling_height'],
  water_meter: ['flow_rate', 'forward_volume'],
  elevator: ['car_position', 'floor_relative', 'speed'],
  fire_loop: ['fire_count', 'fault_count', 'disabled_count'],
  parking_barrier: ['state', 'entries', 'exits'],
  ev_charger: ['active_power', 'charging_state', 'car_state', 'session_energy'],
  hvac: ['evaporator_leaving_temp', 'actual_capacity'],
  gas_detector: ['gas_concentration']
}
const MIMIC_POINTS = { pump: ['running'], vfd: ['running'] }
const MOST = 3

export async function open (root) {
  await loadSite()
  await followSite({ points: keyPoints, stream: { systems: id } })
  drawDesk(root, 'system', content)
}

/** One question per class and point: far fewer values than the system has. */
function keyPoints () {
  const classes = [...new Set([...live.devices.values()].filter((device) => device.system === id).map((device) => device.class))]
  return classes.flatMap((kind) => [...KEY_POINTS[kind] ?? [], ...MIMIC_POINTS[kind]
    ?? []].map((name) => ({ class: kind, system: id, q: `.${name}` })))
}

function content () {
  const devices = [...live.devices.values()].filter((device) => device.system === id)
  return [head(), devices.length ? h('ol', { class: 'cards', 'data-key': 'cards' }, devices.map(card))
    : h('p', { class: 'nothing t2' }, t('system.none'))]
}

/** The nine systems as tabs, and how this one is. */
function head () {
  const view = systemView(id, live)
  return h('div', { class: 'system-head', 'data-key': 'head' },
    h('nav', { class: 'tabs' }, live.site.systems.map((system) => h('a',
      { href: `/systems/${system.id}`, 'aria-current': system.id === id ? 'page' : null }, say(system.label)))),
    h('h1', { class: view.abnormal ? 't1' : 't2' }, view.alarm ? shape(view.alarm.priority, view.alarm.state, 46) : null, view.words))
}

function card (device) {
  const worst = worstOf(device)
  const held = live.flags.find((standing) => standing.device === device.id)
  const kind = held && ['suppressed', 'shelved', 'out_of_service'].find((name) => held.flags.includes(name))
  return h('li', { 'data-key': device.id },
    h('a', { class: `panel card ${worst ? 'abnormal' : ''}`, href: `/devices/${encodeURIComponent(device.id)}` },
    mimic(device), h('b', { class: worst ? 't1' : 't2' }, say(device.name)), worst ? shape(worst.priority, worst.state, 42) : kind
      ? flag(kind, 26) : h('span', {}),
    h('p', { class: 't3 place' }, say(live.areas.get(device.area)?.name)),
    worst && isActive(worst) ? h('p', { class: 't1 what' }, symptom(worst, live)) : isConnected(device) ? values(device)
      : h('p', { class: 't2 what' }, t(`fault.${device.connection.fault ?? 'silent'}`))))
}

const values = (device) => h('p', { class: 'values' },
  (KEY_POINTS[device.class] ?? []).map((name) => live.points.get(`${device.id}.${name}`)).filter(Boolean).slice(0,
  MOST).map((point) => h('span', {}, h('i', { class: 't3' }, say(point.label)), reading(point))))

/** Running filled, stopped hollow; a tank's level as a line in its walls. */
function mimic (device) {
  const value = (name) => live.points.get(`${device.id}.${name}`)?.value
  if (device.class === 'pump' || device.class === 'vfd') return s('svg',
    { class: `mimic ${value('running') ? 'on' : 'off'}`, viewBox: '0 0 36 36', width: 36, height: 36 }, s('circle',
    { cx: 18, cy: 18, r: 15 }), s('path', { d: 'M13 10 28 18 13 26Z' }))
  if (device.class !== 'tank' && device.class !== 'sump') return null
  const height = paramsOf(device).height_m ?? (device.class === 'sump' ? 2 : null)
  const level = value('level')
  const y = height && typeof level === 'number' ? 32 - Math.min(1, Math.max(0, level / height)) * 28 : null
  return s('svg', { class: 'mimic basin', viewBox: '0 0 36 36', width: 36, height: 36 }, y === null ? null
    : s('rect', { class: 'water', x: 5, y, width: 26, height: 32 - y }), s('path', { d: 'M4 4V32H32V4' }))
}

