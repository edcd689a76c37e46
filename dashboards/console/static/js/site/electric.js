// What a meter of any make says, in one set of words: power in kW, the heaviest phase in A, line voltage in V.
import { live } from '../core/live.js'

const POWER = ['active_power', 'active_power_total', 'active_power_sum']
const PHASES = ['l1', 'l2', 'l3']
/** Below a fifth of 230 V a phase is dead: what is left is induced by its neighbours. */
const DEAD_V = 46

export const pointOf = (device, name) => live.points.get(`${device.id}.${name}`)
export const valueOf = (device, name) => { const value = pointOf(device, name)?.value; return typeof value === 'number' ? value : null }

/** The point with the device's power, its value in kW; undefined when it has none. */
export function powerOf (device) {
  const point = POWER.map((name) => pointOf(device, name)).find((found) => typeof found?.value === 'number')
    ?? POWER.map((name) => pointOf(device, name)).find(Boolean)
  return point && { ...point, value: typeof point.value === 'number' ? point.value * (point.unit === 'W' ? 0.001 : 1) : null, unit: 'kW' }
}

/** The point of the most loaded phase; the name in which its history is asked for. */
export function currentOf (device) {
  const points = PHASES.map((phase) => pointOf(device, `current_${phase}`)).filter(Boolean)
  return points.reduce((most, point) => (point.value ?? -1) > (most.value ?? -1) ? point : most, points[0])
    ?? pointOf(device, 'current_avg')
}

/** The voltage between lines in V, or null. */
export function lineVoltage (device) {
  const between = valueOf(device, 'voltage_ll_avg') ?? valueOf(device, 'voltage_l1_l2')
  const single = valueOf(device, 'voltage_ln_avg') ?? valueOf(device, 'voltage_l1')
  return between ?? (single === null ? null : single * Math.sqrt(3))
}

/** Whether every phase is known to be without voltage. */
export function isDead (device) {
  const volts = PHASES.map((phase) => valueOf(device, `voltage_${phase}`))
  return volts.every((volt) => volt !== null && volt < DEAD_V)
}

/** Current as a share of the rating, or null when either is unknown. */
export function loadShare (current, rated) {
  return typeof current === 'number' && rated ? current / rated : null
}
