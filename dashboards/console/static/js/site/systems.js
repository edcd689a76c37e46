// One line per system: how it is, in its own measure.
import { quantity, number, THIN } from '../core/format.js'
import { t } from '../core/words.js'
import { isActive, isSilent, symptom, worstAmong } from './alarms.js'

/** `{alarm, flag, words, healthy, abnormal}` of one system: its worst alarm, else the flag of one set aside, and a few words. */
export function systemView (system, live) {
  const devices = [...live.devices.values()].filter((device) => device.system === system)
  const alarms = [...live.alarms.values()].filter((alarm) => alarm.system === system)
  const active = alarms.filter(isActive)
  const aside = live.flags.filter((standing) => live.devices.get(standing.device)?.system === system)
  const flag = ['suppressed', 'shelved', 'out_of_service'].find((kind) => aside.some((standing) => standing.flags.includes(kind)))
  const words = !devices.length ? t('system.none') : MEASURE[system]?.(devices, live, active) ?? plain(devices, live, active)
  return { alarm: worstAmong(active) ?? worstAmong(alarms.filter((alarm) => !isSilent(alarm))), flag: active.length ? null : flag, words,
    count: devices.length, abnormal: active.length > 0 }
}

function plain (devices, live, active) {
  if (active.length > 1) return t('system.abnormal', { count: active.length })
  if (active.length === 1) return t('system.one', { what: symptom(active[0], live) })
  const offline = devices.filter((device) => !isConnected(device)).length
  return offline ? t('system.offline', { count: offline }) : t('system.online', { count: devices.length })
}

export const isConnected = (device) => device.connection?.state === 'connected'

const classed = (devices, name) => devices.filter((device) => device.class === name)
const value = (live, device, name) => live.points.get(`${device.id}.${name}`)?.value ?? null
const calm = (words) => (devices, live, active) => active.length ? plain(devices, live, active) : words(devices, live)
  ?? plain(devices, live, active)

const MEASURE = {
  power: calm((devices, live) => live.load === undefined || live.load === null ? null : quantity(live.load, 'kW')),
  water: calm((devices, live) => {
    const pressures = devices.map((device) => value(live, device, 'discharge_pressure')).filter((pressure) => pressure > 0.05)
    return pressures.length ? quantity(Math.max(...pressures), 'MPa') : null
  }),
  elevator: (devices, live, active) => {
    const cars = classed(devices, 'elevator')
    const stopped = new Set(active.filter((alarm) => alarm.priority !== 'low').map((alarm) => alarm.device))
    const silent = cars.filter((car) => !isConnected(car)).map((car) => car.id)
    const held = live.flags.filter((standing) => standing.suppression).map((standing) => standing.device)
    const out = new Set([...stopped, ...silent, ...held].filter((id) => cars.some((car) => car.id === id)))
    return t('system.running', { count: cars.length - out.size, all: cars.length })
  },
  fire: calm((devices) => t('system.loops', { count: classed(devices, 'fire_loop').length })),
  gas: calm((devices, live) => {
    const seen = devices.map((device) => value(live, device, 'gas_concentration')).filter((level) => level !== null)
    return seen.length ? t('system.gas', { level: number(Math.max(...seen), 0) + THIN + '%LEL' }) : null
  }),
  parking: calm((devices) => t('system.barriers', { count: classed(devices, 'parking_barrier').length })),
  charging: calm((devices, live) => {
    const { used, out, free } = chargersView(live)
    return out ? t('system.chargers_out', { used, out }) : t('system.chargers', { used, free })
  })
}

const POWER_POINTS = ['active_power', 'active_power_total', 'active_power_sum']
/** A car that draws less than this only keeps its contactor closed. */
const CHARGING_KW = 0.2

/** Every charger as used, free or out, and their power together in kW. */
export function chargersView (live) {
  const chargers = [...live.devices.values()].filter((device) => device.class === 'ev_charger')
  const out = new Set(live.flags.filter((standing) => standing.out_of_service).map((standing) => standing.device))
  const bays = chargers.map((device) => {
    const point = POWER_POINTS.map((name) => live.points.get(`${device.id}.${name}`)).find((found) => found?.value !== undefined
      && found?.value !== null)
    const power = point ? point.value * (point.unit === 'W' ? 0.001 : 1) : null
    const state = out.has(device.id) || !isConnected(device) ? 'out' : power > CHARGING_KW ? 'used' : 'free'
    return { device, state, power }
  })
  const count = (state) => bays.filter((bay) => bay.state === state).length
  return { bays, used: count('used'), out: count('out'), free: count('free'), power: totalPower(bays),
    known: bays.some((bay) => bay.state !== 'out') }
}

/** In kW; null when no charger says anything: nothing known is not nothing. */
function totalPower (bays) {
  const known = bays.map((bay) => bay.power).filter((power) => power !== null)
  return known.length ? known.reduce((sum, power) => sum + power, 0) : null
}

/**
 * Cars inside: all that came in less all that went out. A barrier that says nothing counts with what it said last, and is named in
 * `guessed`; `inside` is null, with a `reason`, where a count is missing or the counts contradict each other. `all` is 0 where nobody has
 * said how many spaces there are. `lastOf(point)` is the last a point has said: a value, null, or undefined while that is on its way.
 */
export function parkingView (live, lastOf = () => null) {
  const barriers = classed([...live.devices.values()], 'parking_barrier')
  const spaces = live.site.parking_spaces ?? {}
  const all = Object.values(spaces).reduce((sum, count) => sum + count, 0)
  const guessed = barriers.filter((device) => COUNTERS.some((name) => value(live, device, name) === null))
  const count = (device, name) => value(live, device, name) ?? lastOf(`${device.id}.${name}`) ?? NaN
  const inside = barriers.reduce((sum, device) => sum + count(device, 'entries') - count(device, 'exits'), 0)
  const known = { barriers, guessed, spaces, all }
  if (!barriers.length || Number.isNaN(inside)) return { ...known, inside: null, reason: 'missing' }
  return inside < 0 || (all && inside > all) ? { ...known, inside: null, reason: 'contradiction' } : { ...known, inside, reason: null }
}
const COUNTERS = ['entries', 'exits']
